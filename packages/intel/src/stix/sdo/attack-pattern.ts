/** Attack Pattern (section 4.1). */

import { idsOfList } from '../external-reference.ts'
import { killChainPhases } from '../kill-chain-phase.ts'
import { objectType } from '../object-type.ts'
import { list, text } from '../property-types.ts'

export const attackPattern = objectType('sdo', 'attack-pattern', '4.1.1', {
  shape: {
    name: text,
    description: text.optional(),
    aliases: list(text).optional(),
    kill_chain_phases: killChainPhases.optional(),
  },
  rules: [idsOfList('capec', /^CAPEC-[0-9]+$/, 'an id of CAPEC, such as CAPEC-163,', '4.1.1')],
})
