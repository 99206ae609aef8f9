/** Incident (section 4.6), a stub of the standard that extensions fill. */

import { objectType } from '../object-type.ts'
import { text } from '../property-types.ts'

export const incident = objectType('sdo', 'incident', '4.6.1', {
  shape: { name: text, description: text.optional() },
})
