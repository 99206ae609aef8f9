/** Threat Actor (section 4.17). */

import { notBefore, objectType } from '../object-type.ts'
import { list, openVocabulary, text, timestamp } from '../property-types.ts'
import {
  ATTACK_MOTIVATION,
  ATTACK_RESOURCE_LEVEL,
  THREAT_ACTOR_ROLE,
  THREAT_ACTOR_SOPHISTICATION,
  THREAT_ACTOR_TYPE,
} from '../vocabularies.ts'

export const threatActor = objectType('sdo', 'threat-actor', '4.17.1', {
  shape: {
    name: text,
    description: text.optional(),
    threat_actor_types: list(openVocabulary(THREAT_ACTOR_TYPE)).optional(),
    aliases: list(text).optional(),
    first_seen: timestamp.optional(),
    last_seen: timestamp.optional(),
    roles: list(openVocabulary(THREAT_ACTOR_ROLE)).optional(),
    goals: list(text).optional(),
    sophistication: openVocabulary(THREAT_ACTOR_SOPHISTICATION).optional(),
    resource_level: openVocabulary(ATTACK_RESOURCE_LEVEL).optional(),
    primary_motivation: openVocabulary(ATTACK_MOTIVATION).optional(),
    secondary_motivations: list(openVocabulary(ATTACK_MOTIVATION)).optional(),
    personal_motivations: list(openVocabulary(ATTACK_MOTIVATION)).optional(),
  },
  rules: [notBefore('first_seen', 'last_seen', '4.17.1')],
})
