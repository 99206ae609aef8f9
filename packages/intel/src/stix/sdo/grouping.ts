/** Grouping (section 4.4). */

import { objectType } from '../object-type.ts'
import { list, openVocabulary, text } from '../property-types.ts'
import { referenceToAny } from '../references.ts'
import { GROUPING_CONTEXT } from '../vocabularies.ts'

export const grouping = objectType('sdo', 'grouping', '4.4.1', {
  shape: {
    name: text.optional(),
    description: text.optional(),
    context: openVocabulary(GROUPING_CONTEXT),
    object_refs: list(referenceToAny()),
  },
})
