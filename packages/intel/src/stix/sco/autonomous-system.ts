/** Autonomous System (section 6.2). */

import { objectType } from '../object-type.ts'
import { integer, text } from '../property-types.ts'

export const autonomousSystem = objectType('sco', 'autonomous-system', '6.2.1', {
  shape: { number: integer(), name: text.optional(), rir: text.optional() },
  contributing: ['number'],
})
