/** Tool (section 4.18). */

import { killChainPhases } from '../kill-chain-phase.ts'
import { objectType } from '../object-type.ts'
import { list, openVocabulary, text } from '../property-types.ts'
import { TOOL_TYPE } from '../vocabularies.ts'

export const tool = objectType('sdo', 'tool', '4.18.1', {
  shape: {
    name: text,
    description: text.optional(),
    tool_types: list(openVocabulary(TOOL_TYPE)).optional(),
    aliases: list(text).optional(),
    kill_chain_phases: killChainPhases.optional(),
    tool_version: text.optional(),
  },
})
