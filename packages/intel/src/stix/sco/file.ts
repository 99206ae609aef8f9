/** File (section 6.7); its extensions stand in files of their own. */

import { characterSet, encodingOf } from '../character-set.ts'
import { hashes } from '../hashes.ts'
import { mimeType } from '../mime-type.ts'
import { atLeastOne, objectType } from '../object-type.ts'
import { hex, integer, list, text, timestamp } from '../property-types.ts'
import { referenceTo, referenceToKind } from '../references.ts'
import { FILE_EXTENSIONS } from './file-extensions.ts'
import { windowsPebinary } from './windows-pebinary.ts'

const SECTION = '6.7.1'

export const file = objectType('sco', 'file', SECTION, {
  shape: {
    hashes: hashes.optional(),
    size: integer({ min: 0, section: SECTION }).optional(),
    name: text.optional(),
    name_enc: characterSet.optional(),
    magic_number_hex: hex.optional(),
    mime_type: mimeType(SECTION).optional(),
    ctime: timestamp.optional(),
    mtime: timestamp.optional(),
    atime: timestamp.optional(),
    parent_directory_ref: referenceTo(SECTION, 'directory').optional(),
    contains_refs: list(referenceToKind(SECTION, 'a cyber-observable', 'sco')).optional(),
    content_ref: referenceTo(SECTION, 'artifact').optional(),
  },
  rules: [atLeastOne(['hashes', 'name'], '6.7'), encodingOf('name')],
  extensions: { ...FILE_EXTENSIONS, 'windows-pebinary-ext': windowsPebinary },
  contributing: ['hashes', 'name', 'extensions', 'parent_directory_ref'],
})
