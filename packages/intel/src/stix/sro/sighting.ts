/** Sighting (section 5.2). */

import { notBefore, objectType } from '../object-type.ts'
import { flag, integer, list, text, timestamp } from '../property-types.ts'
import { referenceTo, referenceToKind } from '../references.ts'

const SECTION = '5.2.1'

export const sighting = objectType('sro', 'sighting', SECTION, {
  shape: {
    description: text.optional(),
    first_seen: timestamp.optional(),
    last_seen: timestamp.optional(),
    count: integer({ min: 0, max: 999_999_999, section: SECTION }).optional(),
    sighting_of_ref: referenceToKind(SECTION, 'a domain object', 'sdo'),
    observed_data_refs: list(referenceTo(SECTION, 'observed-data')).optional(),
    where_sighted_refs: list(referenceTo(SECTION, 'identity', 'location')).optional(),
    summary: flag.optional(),
  },
  rules: [notBefore('first_seen', 'last_seen', SECTION)],
})
