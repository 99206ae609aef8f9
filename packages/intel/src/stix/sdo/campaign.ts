/** Campaign (section 4.2). */

import { notBefore, objectType } from '../object-type.ts'
import { list, text, timestamp } from '../property-types.ts'

export const campaign = objectType('sdo', 'campaign', '4.2.1', {
  shape: {
    name: text,
    description: text.optional(),
    aliases: list(text).optional(),
    first_seen: timestamp.optional(),
    last_seen: timestamp.optional(),
    objective: text.optional(),
  },
  rules: [notBefore('first_seen', 'last_seen', '4.2.1')],
})
