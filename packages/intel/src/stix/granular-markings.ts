/**
 * Granular markings (section 7.2.3): a marking, or a language, for parts of an object. The parts are named by selectors,
 * and each of them must lead to something that is there.
 */

import { z } from 'zod'
import { LIMITS } from '../limits.ts'
import { resolveSelector } from '../marking/selector.ts'
import { isRecord, own, type Properties } from '../properties.ts'
import { rule, type Tell } from './checks.ts'
import { language, list, text } from './property-types.ts'
import { referenceTo } from './references.ts'

const SECTION = '7.2.3.1'

const granularMarking = z
  .object({
    selectors: list(text),
    lang: language(SECTION).optional(),
    marking_ref: referenceTo(SECTION, 'marking-definition').optional(),
  })
  .check(
    rule((marking, tell) => {
      if ((own(marking, 'lang') === undefined) !== (own(marking, 'marking_ref') === undefined)) return
      const message = 'A granular marking gives either a marking_ref or a lang, and not both.'
      tell({ code: 'stix/one-of', message, section: SECTION })
    }),
  )

export const granularMarkings = list(granularMarking)

/** Tells the selectors of an object that lead nowhere. */
export function judgeSelectors(object: Properties, tell: Tell): void {
  const markings = own(object, 'granular_markings')
  if (!Array.isArray(markings)) return
  let told = 0
  for (const [i, marking] of markings.entries()) {
    const selectors = isRecord(marking) ? own(marking, 'selectors') : undefined
    if (!Array.isArray(selectors)) continue
    for (const [j, selector] of selectors.entries()) {
      if (typeof selector !== 'string' || resolveSelector(object, selector) !== undefined) continue
      const path = ['granular_markings', i, 'selectors', j]
      tell({ code: 'stix/selector', message: 'This selects nothing in the object.', section: SECTION, path })
      if (++told >= LIMITS.issuesPerList) return
    }
  }
}
