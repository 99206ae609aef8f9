/** Indicator (section 4.7); its pattern, where it is one of STIX, is read and judged by section 9. */

import { parsePattern } from '../../pattern/parse.ts'
import { checkPattern } from '../../pattern/rules.ts'
import { own, type Properties } from '../../properties.ts'
import { rule, type Tell } from '../checks.ts'
import { killChainPhases } from '../kill-chain-phase.ts'
import { after, objectType } from '../object-type.ts'
import { list, openVocabulary, text, timestamp } from '../property-types.ts'
import { INDICATOR_TYPE, PATTERN_TYPE } from '../vocabularies.ts'

export const indicator = objectType('sdo', 'indicator', '4.7.1', {
  shape: {
    name: text.optional(),
    description: text.optional(),
    indicator_types: list(openVocabulary(INDICATOR_TYPE)).optional(),
    pattern: text,
    pattern_type: openVocabulary(PATTERN_TYPE),
    pattern_version: text.optional(),
    valid_from: timestamp,
    valid_until: timestamp.optional(),
    kill_chain_phases: killChainPhases.optional(),
  },
  rules: [after('valid_from', 'valid_until', '4.7.1'), rule(judgePattern)],
})

function judgePattern(object: Properties, tell: Tell): void {
  const pattern = own(object, 'pattern')
  // A pattern of STIX 2.0 follows another grammar.
  if (own(object, 'pattern_type') !== 'stix' || own(object, 'pattern_version') === '2.0') return
  if (typeof pattern !== 'string') return
  const parsed = parsePattern(pattern)
  for (const { code, message, at, ...fault } of parsed.ok ? checkPattern(parsed.value) : [parsed]) {
    const place = at.line === 1 ? `column ${at.column}` : `line ${at.line}, column ${at.column}`
    const remark = 'severity' in fault && fault.severity === 'warning' ? { remark: true as const } : {}
    tell({ code, message: `${message} (${place})`, section: '9', path: ['pattern'], ...remark })
  }
}
