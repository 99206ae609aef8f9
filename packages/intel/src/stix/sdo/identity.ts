/** Identity (section 4.5). */

import { objectType } from '../object-type.ts'
import { list, openVocabulary, text } from '../property-types.ts'
import { IDENTITY_CLASS, INDUSTRY_SECTOR } from '../vocabularies.ts'

export const identity = objectType('sdo', 'identity', '4.5.1', {
  shape: {
    name: text,
    description: text.optional(),
    roles: list(text).optional(),
    identity_class: openVocabulary(IDENTITY_CLASS).optional(),
    sectors: list(openVocabulary(INDUSTRY_SECTOR)).optional(),
    contact_information: text.optional(),
  },
})
