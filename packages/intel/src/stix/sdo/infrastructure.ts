/** Infrastructure (section 4.8). */

import { killChainPhases } from '../kill-chain-phase.ts'
import { notBefore, objectType } from '../object-type.ts'
import { list, openVocabulary, text, timestamp } from '../property-types.ts'
import { INFRASTRUCTURE_TYPE } from '../vocabularies.ts'

export const infrastructure = objectType('sdo', 'infrastructure', '4.8.1', {
  shape: {
    name: text,
    description: text.optional(),
    infrastructure_types: list(openVocabulary(INFRASTRUCTURE_TYPE)).optional(),
    aliases: list(text).optional(),
    kill_chain_phases: killChainPhases.optional(),
    first_seen: timestamp.optional(),
    last_seen: timestamp.optional(),
  },
  rules: [notBefore('first_seen', 'last_seen', '4.8.1')],
})
