/** Note (section 4.13). */

import { objectType } from '../object-type.ts'
import { list, text } from '../property-types.ts'
import { referenceToAny } from '../references.ts'

export const note = objectType('sdo', 'note', '4.13.1', {
  shape: {
    abstract: text.optional(),
    content: text,
    authors: list(text).optional(),
    object_refs: list(referenceToAny()),
  },
})
