/** Intrusion Set (section 4.9). */

import { notBefore, objectType } from '../object-type.ts'
import { list, openVocabulary, text, timestamp } from '../property-types.ts'
import { ATTACK_MOTIVATION, ATTACK_RESOURCE_LEVEL } from '../vocabularies.ts'

export const intrusionSet = objectType('sdo', 'intrusion-set', '4.9.1', {
  shape: {
    name: text,
    description: text.optional(),
    aliases: list(text).optional(),
    first_seen: timestamp.optional(),
    last_seen: timestamp.optional(),
    goals: list(text).optional(),
    resource_level: openVocabulary(ATTACK_RESOURCE_LEVEL).optional(),
    primary_motivation: openVocabulary(ATTACK_MOTIVATION).optional(),
    secondary_motivations: list(openVocabulary(ATTACK_MOTIVATION)).optional(),
  },
  rules: [notBefore('first_seen', 'last_seen', '4.9.1')],
})
