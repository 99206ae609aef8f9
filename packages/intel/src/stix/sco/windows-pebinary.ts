/** The extension of files for Windows PE binaries (section 6.7.6). */

import { z } from 'zod'
import { should } from '../checks.ts'
import { hashes } from '../hashes.ts'
import { atLeastOne } from '../object-type.ts'
import { float, hex, integer, list, openVocabulary, text, timeToTheSecond } from '../property-types.ts'
import { WINDOWS_PEBINARY_TYPE } from '../vocabularies.ts'

const number = integer().optional()
const bits = hex.optional()

const HEADER = '6.7.6.2'
const size = integer({ min: 0, section: HEADER }).optional()

/** Section 6.7.6.2. */
const optionalHeaderShape = {
  magic_hex: bits,
  major_linker_version: number,
  minor_linker_version: number,
  size_of_code: size,
  size_of_initialized_data: size,
  size_of_uninitialized_data: size,
  address_of_entry_point: number,
  base_of_code: number,
  base_of_data: number,
  image_base: number,
  section_alignment: number,
  file_alignment: number,
  major_os_version: number,
  minor_os_version: number,
  major_image_version: number,
  minor_image_version: number,
  major_subsystem_version: number,
  minor_subsystem_version: number,
  win32_version_value_hex: bits,
  size_of_image: size,
  size_of_headers: size,
  checksum_hex: bits,
  subsystem_hex: bits,
  dll_characteristics_hex: bits,
  size_of_stack_reserve: size,
  size_of_stack_commit: size,
  size_of_heap_reserve: size,
  size_of_heap_commit: size,
  loader_flags_hex: bits,
  number_of_rva_and_sizes: number,
  hashes: hashes.optional(),
}
const optionalHeader = z.object(optionalHeaderShape).check(atLeastOne(Object.keys(optionalHeaderShape), HEADER))

/** Section 6.7.6.3. The entropy of bytes lies between 0 and 8 by its definition. */
const section = z.object({
  name: text,
  size: integer({ min: 0, section: '6.7.6.3' }).optional(),
  entropy: float()
    .check(
      should(
        (entropy: number) => entropy >= 0 && entropy <= 8,
        'stix/range',
        'The entropy of bytes lies between 0 and 8.',
        '6.7.6.3',
      ),
    )
    .optional(),
  hashes: hashes.optional(),
})

const count = integer({ min: 0, section: '6.7.6.1' }).optional()

const beside = {
  imphash: text.optional(),
  machine_hex: bits,
  number_of_sections: count,
  time_date_stamp: timeToTheSecond.optional(),
  pointer_to_symbol_table_hex: bits,
  number_of_symbols: count,
  size_of_optional_header: count,
  characteristics_hex: bits,
  file_header_hashes: hashes.optional(),
  optional_header: optionalHeader.optional(),
  sections: list(section).optional(),
}

/** "At least one property other than the required pe_type." */
export const windowsPebinary = z
  .object({ pe_type: openVocabulary(WINDOWS_PEBINARY_TYPE), ...beside })
  .check(atLeastOne(Object.keys(beside), '6.7.6'))
