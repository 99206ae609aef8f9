/** Report (section 4.16). */

import { objectType } from '../object-type.ts'
import { list, openVocabulary, text, timestamp } from '../property-types.ts'
import { referenceToAny } from '../references.ts'
import { REPORT_TYPE } from '../vocabularies.ts'

export const report = objectType('sdo', 'report', '4.16.1', {
  shape: {
    name: text,
    description: text.optional(),
    report_types: list(openVocabulary(REPORT_TYPE)).optional(),
    published: timestamp,
    object_refs: list(referenceToAny()),
  },
})
