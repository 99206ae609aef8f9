/** Windows Registry Key (section 6.17). */

import { z } from 'zod'
import { must } from '../checks.ts'
import { atLeastOne, objectType } from '../object-type.ts'
import { enumeration, integer, list, text, timestamp } from '../property-types.ts'
import { referenceTo } from '../references.ts'
import { WINDOWS_REGISTRY_DATATYPE } from '../vocabularies.ts'

const SECTION = '6.17.1'

const key = text.check(
  must(
    (name: string) => !/^(?:HKLM|HKCC|HKCR|HKCU|HKU)(?:\\|$)/i.test(name),
    'stix/registry-hive',
    'The hive must be written in full, such as HKEY_LOCAL_MACHINE.',
    SECTION,
  ),
)

/** Section 6.17.2. */
const valueShape = {
  name: text.optional(),
  data: text.optional(),
  data_type: enumeration(WINDOWS_REGISTRY_DATATYPE).optional(),
}
const value = z.object(valueShape).check(atLeastOne(Object.keys(valueShape), '6.17.2'))

const shape = {
  key: key.optional(),
  values: list(value).optional(),
  modified_time: timestamp.optional(),
  creator_user_ref: referenceTo(SECTION, 'user-account').optional(),
  number_of_subkeys: integer().optional(),
}

export const windowsRegistryKey = objectType('sco', 'windows-registry-key', SECTION, {
  shape,
  rules: [atLeastOne(Object.keys(shape), '6.17')],
  contributing: ['key', 'values'],
})
