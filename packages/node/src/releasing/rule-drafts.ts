// Drafts of the rules of the house: which files would lie there with one, whether that can be put in force, and what the gate
// would say with it.

import { ok, type Result, refuse } from '@countersign/log'
import type { Tried } from '../saying/judging.ts'
import type { ShareRequest } from '../saying/saying.ts'
import { RULES_BYTES_MAX, type RulesDisk } from './house-rules.ts'
import { askCases, type CaseOutcome, isAgainst, once, type RuleCheckMeans, readableWith } from './rule-check.ts'
import { diffOf, type RuleDiff } from './rule-diff.ts'
import type { RuleEdit } from './rules-file.ts'
import { isScope } from './rules-scopes.ts'
import { digestOf, type RulesSet, readRulesSet, rulesName, withSet } from './rules-set.ts'

/** Changes of the rules that are in force, as an officer has them in hand. */
export interface RulesDraft {
  scope: string
  /** The set that it was begun from. */
  base: string
  edits: readonly RuleEdit[]
  /** All cases of the scope, where they are to be others. */
  cases?: readonly unknown[]
}

/** What may be said of a draft before it counts. */
export interface RulesChecked {
  diff: RuleDiff
  /** Why it cannot be read, as sentences. */
  troubles: string[]
  cases: CaseOutcome[]
  mayBePut: boolean
}

export type TriedSide = { tried: Tried } | { message: string }

/** The files of a scope as they lie there, and as they would. */
export interface RulesSets {
  before: RulesSet
  after: RulesSet
}

export class RuleDrafts {
  private readonly means: RuleCheckMeans

  constructor(means: RuleCheckMeans) {
    this.means = means
  }

  /** What lies there now. Refuses whatever is no scope, which so names no file. */
  async setOf(scope: string): Promise<Result<RulesSet>> {
    const { around, identity } = this.means.parts
    if (!isScope(scope, this.means.parts)) {
      return refuse('not-found/rules', 'Rules are for the house, for an agreement held here, or for a party of one.')
    }
    return readRulesSet(around.disk, identity.dir, scope)
  }

  /** Refuses `rules/changed` where the draft was begun from other files. */
  async setsOf(draft: RulesDraft): Promise<Result<RulesSets>> {
    const now = await this.setOf(draft.scope)
    if (!now.ok) return now
    const before = now.value
    if (digestOf(before) !== draft.base) {
      return refuse(
        'rules/changed',
        'The rules are others by now than those this draft was begun from; look at them again.',
      )
    }
    const { withEdits } = await import('./rules-file.ts')
    const isUntouched = draft.edits.length === 0
    const file = { name: rulesName(draft.scope), text: before.rules ?? '' }
    const text = isUntouched ? ok(before.rules) : withEdits(file, draft.edits)
    if (!text.ok) return text
    const cases = draft.cases === undefined ? before.cases : `${JSON.stringify(draft.cases, null, 2)}\n`
    if ([text.value, draft.cases === undefined ? '' : cases].some((one) => (one?.length ?? 0) > RULES_BYTES_MAX)) {
      return refuse('rules/too-large', `Rules, and cases, have at most ${RULES_BYTES_MAX} characters.`)
    }
    return ok({ before, after: { rules: text.value, cases } })
  }

  async checked(scope: string, { before, after }: RulesSets): Promise<Result<RulesChecked>> {
    const { around, identity } = this.means.parts
    const rules = withSet(around.disk, identity.dir, scope, after)
    const troubles = await readableWith(rules, scope, this.means)
    const cases = troubles.length > 0 ? ok([]) : await askCases(rules, scope, this.means)
    if (!cases.ok) return cases
    const mayBePut = troubles.length === 0 && !cases.value.some(isAgainst)
    const checked: RulesChecked = { diff: await diffOf(scope, before, after), troubles, cases: cases.value, mayBePut }
    return ok(checked)
  }

  /** What the gate says of a share by the rules in force, and with that set; nothing is said. */
  async tryOut(
    scope: string,
    set: RulesSet,
    stix: Uint8Array,
    asked: Omit<ShareRequest, 'input' | 'account'>,
  ): Promise<{ now: TriedSide; then: TriedSide }> {
    const { around, identity } = this.means.parts
    const side = async (rules: RulesDisk): Promise<TriedSide> => {
      const tried = await this.means.tryShare({ ...asked, account: '', input: once(stix) }, rules)
      return tried.ok ? { tried: tried.value } : { message: tried.message }
    }
    return { now: await side(around.disk), then: await side(withSet(around.disk, identity.dir, scope, set)) }
  }
}

/** Why it is not put in force, where it is not. */
export function mayBePut({ troubles, cases }: RulesChecked): Result<undefined> {
  const [trouble] = troubles
  if (trouble !== undefined) return refuse('rules/unreadable', `${trouble} So it is not put in force.`)
  const failed = cases.find(isAgainst)
  if (failed === undefined) return ok(undefined)
  return refuse(
    'rules/case',
    `The case “${failed.case}” of ${failed.file} fails: ${failed.why} So it is not put in force.`,
  )
}
