/** Opinion (section 4.15). */

import { objectType } from '../object-type.ts'
import { enumeration, list, text } from '../property-types.ts'
import { referenceToAny } from '../references.ts'
import { OPINION } from '../vocabularies.ts'

export const opinion = objectType('sdo', 'opinion', '4.15.1', {
  shape: {
    explanation: text.optional(),
    authors: list(text).optional(),
    opinion: enumeration(OPINION),
    object_refs: list(referenceToAny()),
  },
})
