/** Directory (section 6.3). */

import { characterSet, encodingOf } from '../character-set.ts'
import { objectType } from '../object-type.ts'
import { list, text, timestamp } from '../property-types.ts'
import { referenceTo } from '../references.ts'

const SECTION = '6.3.1'

export const directory = objectType('sco', 'directory', SECTION, {
  shape: {
    path: text,
    path_enc: characterSet.optional(),
    ctime: timestamp.optional(),
    mtime: timestamp.optional(),
    atime: timestamp.optional(),
    contains_refs: list(referenceTo(SECTION, 'file', 'directory')).optional(),
  },
  rules: [encodingOf('path')],
  contributing: ['path'],
})
