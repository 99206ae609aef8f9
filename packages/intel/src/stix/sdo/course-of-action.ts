/** Course of Action (section 4.3), a stub of the standard: `action` is reserved for later. */

import { objectType } from '../object-type.ts'
import { text } from '../property-types.ts'

export const courseOfAction = objectType('sdo', 'course-of-action', '4.3.1', {
  shape: { name: text, description: text.optional() },
})
