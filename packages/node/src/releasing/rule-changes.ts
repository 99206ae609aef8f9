// How the rules of this house change: an officer drafts them as a table, tries them on objects, and asks for them to be put
// in force; where there are two officers, another one does. What cannot be read, or makes a case fail, is never put in
// force, and what is counts whole from one share to the next: every share reads the files anew. What lay there before is
// kept, so that it can be put back. Who decided stands in a durable row first, and a start finishes what a killed run began.

import { ok, type Result, refuse, toHex } from '@countersign/log'
import { overDisk } from '../disk-failure.ts'
import { LIMITS } from '../limits.ts'
import { maySecond, type Officer } from '../officers/second-person.ts'
import type { ShareRequest } from '../saying/saying.ts'
import type { RuleChangeRow, RuleChangeState, RuleChangeStore } from './rule-change-store.ts'
import { type RuleCheckMeans, readableWith } from './rule-check.ts'
import { casesIn, type RuleDiff } from './rule-diff.ts'
import {
  mayBePut,
  RuleDrafts,
  type RulesChecked,
  type RulesDraft,
  type RulesSets,
  type TriedSide,
} from './rule-drafts.ts'
import type { RuleInFile } from './rules-file.ts'
import { asksForTwo, besideRules, type RulesBeside, type RulesScope, scopesOf } from './rules-scopes.ts'
import { digestOf, type RulesSet, readRulesSet, rulesName, writeRulesSet } from './rules-set.ts'

/** A change that was asked for, or is over. */
export interface RuleChange extends Omit<RuleChangeRow, 'before' | 'after' | 'diff' | 'askedId' | 'state'> {
  state: RuleChangeState
  diff: RuleDiff
}

export interface RulesLook extends RulesBeside {
  scope: string
  scopes: RulesScope[]
  base: string
  /** The file as it lies there. */
  text: string
  rules: RuleInFile[]
  /** Why nothing leaves until the file is mended; empty where it can be read. */
  fault: string
  cases: readonly unknown[]
  casesFault: string
  /** Whether the files are others than the console put in force last: somebody changed them by hand. */
  changedByHand: boolean
  needsSecond: boolean
  open: RuleChange | null
  history: RuleChange[]
}

export interface RuleChangesMeans extends RuleCheckMeans {
  parts: RuleCheckMeans['parts'] & { store: { ruleChanges: RuleChangeStore } }
  changed(): void
}

const HISTORY_SHOWN = 50

export class RuleChanges {
  private readonly means: RuleChangesMeans
  private readonly drafts: RuleDrafts
  private last: Promise<unknown> = Promise.resolve()

  constructor(means: RuleChangesMeans) {
    this.means = means
    this.drafts = new RuleDrafts(means)
  }

  /** Finishes what an earlier run decided on and did not write whole. */
  async start(): Promise<void> {
    for (const row of this.store.live()) {
      if (row.state !== 'putting') continue
      try {
        await this.put(row)
      } catch (cause) {
        // The node starts without it; it stays decided, and is written when an officer has it tried again.
        this.means.parts.around.report('error', 'rules-not-written', { change: row.id, message: String(cause) })
      }
    }
  }

  /** `officers`: how many accounts there are. */
  async look(scope: string, officers: number): Promise<Result<RulesLook>> {
    const found = await this.drafts.setOf(scope)
    if (!found.ok) return found
    const { parts } = this.means
    const { rulesIn } = await import('./rules-file.ts')
    const rules = rulesIn({ name: rulesName(scope), text: found.value.rules ?? '' })
    const troubles = await readableWith(parts.around.disk, scope, this.means)
    const cases = casesIn(scope, found.value.cases)
    const lastDone = this.store.lastDone(scope)
    this.sweep()
    const open = this.store.live().find((row) => row.scope === scope)
    return ok({
      ...{ scope, scopes: scopesOf(parts), base: digestOf(found.value), text: found.value.rules ?? '' },
      rules: rules.ok ? rules.value : [],
      // What a share would meet, with line and column.
      fault: troubles[0] ?? (rules.ok ? '' : rules.message),
      cases: cases ?? [],
      casesFault: cases === undefined ? 'The file of cases is no list in JSON; mend it by hand.' : '',
      changedByHand: lastDone !== undefined && digestOf(JSON.parse(lastDone.after)) !== digestOf(found.value),
      needsSecond: await this.needsSecond(officers),
      open: open === undefined ? null : shown(open),
      history: this.store.ended(scope, HISTORY_SHOWN).map(shown),
      ...(await besideRules(parts, scope)),
    })
  }

  /** What waits for a second officer, of every scope. */
  open(): RuleChange[] {
    this.sweep()
    return this.store.live().map(shown)
  }

  /** What a draft would change, and whether it could be put in force. */
  async check(draft: RulesDraft): Promise<Result<RulesChecked>> {
    const sets = await this.drafts.setsOf(draft)
    return sets.ok ? this.drafts.checked(draft.scope, sets.value) : sets
  }

  /** What the gate says of a share by the rules in force, and by a draft or a change that waits; nothing is said. */
  async tryOut(
    of: { draft: RulesDraft } | { change: string },
    stix: Uint8Array,
    asked: Omit<ShareRequest, 'input' | 'account'>,
  ): Promise<Result<{ now: TriedSide; then: TriedSide }>> {
    const sets = 'draft' in of ? await this.drafts.setsOf(of.draft) : this.setsOfChange(of.change)
    if (!sets.ok) return sets
    const scope = 'draft' in of ? of.draft.scope : (this.store.get(of.change)?.scope ?? '')
    return ok(await this.drafts.tryOut(scope, sets.value.after, stix, asked))
  }

  /** Asks for a draft to be put in force; where one officer alone may, it is before this resolves. */
  ask(draft: RulesDraft, reason: string, by: Officer, officers: number): Promise<Result<RuleChange>> {
    return this.one(async () => {
      const sets = await this.drafts.setsOf(draft)
      return sets.ok ? this.begin(draft.scope, sets.value, { reason, by, officers, putsBack: '' }) : sets
    })
  }

  /** Asks for what lay there before a change to be put back. */
  putBack(id: string, reason: string, by: Officer, officers: number): Promise<Result<RuleChange>> {
    return this.one(async () => {
      const row = this.store.get(id)
      if (row?.state !== 'done') return refuse('not-found/rules', 'No change of that name was put in force here.')
      const now = await this.drafts.setOf(row.scope)
      if (!now.ok) return now
      const sets = { before: now.value, after: JSON.parse(row.before) as RulesSet }
      return this.begin(row.scope, sets, { reason, by, officers, putsBack: id })
    })
  }

  /** Another officer puts in force what was asked for; what was decided and could not be written is written now. */
  confirm(id: string, by: Officer): Promise<Result<RuleChange>> {
    return this.one(async () => {
      const decided = this.store.get(id)
      if (decided?.state === 'putting') return this.put(decided)
      const row = this.waiting(id)
      if (!row.ok) return row
      const { askedId, askedAt } = row.value
      const own = 'You asked for it yourself; a second officer puts it in force.'
      const may = maySecond(by, { before: [askedId], askedAt, own })
      if (!may.ok) return may
      const sets = this.setsOfChange(id)
      if (!sets.ok) return sets
      const now = await this.drafts.setOf(row.value.scope)
      if (!now.ok) return now
      if (digestOf(now.value) !== digestOf(sets.value.before)) {
        return refuse('rules/changed', 'The files were changed since it was asked for; refuse it, and draft it anew.')
      }
      const checked = await this.drafts.checked(row.value.scope, sets.value)
      if (!checked.ok) return checked
      const may2 = mayBePut(checked.value)
      if (!may2.ok) return may2
      return this.decide(row.value, by)
    })
  }

  /** Another officer does not put it in force, and says why. */
  refuse(id: string, reason: string, by: Officer): Promise<Result<RuleChange>> {
    return this.one(async () => {
      const row = this.waiting(id)
      if (!row.ok) return row
      if (row.value.askedId === by.id) {
        return refuse('approval/same-officer', 'You asked for it yourself; withdraw it instead.')
      }
      if (reason.trim() === '') return refuse('approval/reason', 'Say why; whoever asked for it reads that.')
      return ok(this.end(row.value, 'refused', by.name, reason.trim()))
    })
  }

  /** Whoever asked takes it back. */
  withdraw(id: string, by: Officer): Promise<Result<RuleChange>> {
    return this.one(async () => {
      const row = this.waiting(id)
      if (!row.ok) return row
      if (row.value.askedId !== by.id) {
        return refuse('approval/not-author', 'Only whoever asked for it withdraws it; refuse it with a reason.')
      }
      return ok(this.end(row.value, 'withdrawn', by.name, ''))
    })
  }

  private async begin(
    scope: string,
    { before, after }: RulesSets,
    { reason, by, officers, putsBack }: { reason: string; by: Officer; officers: number; putsBack: string },
  ): Promise<Result<RuleChange>> {
    if (reason.trim() === '')
      return refuse('approval/reason', 'Say why; it is kept, and whoever puts it in force reads it.')
    this.sweep()
    const live = this.store.live().find((row) => row.scope === scope)
    if (live !== undefined) {
      return refuse('rules/asked', `${live.askedBy} asked for a change of these rules already; decide on that first.`)
    }
    if (digestOf(before) === digestOf(after)) return refuse('rules/same', 'These are the rules that are in force.')
    const checked = await this.drafts.checked(scope, { before, after })
    if (!checked.ok) return checked
    const may = mayBePut(checked.value)
    if (!may.ok) return may
    const now = this.means.parts.around.now()
    const row: RuleChangeRow = {
      ...{ id: toHex(this.means.parts.around.random(8)), scope, putsBack, reason: reason.trim() },
      ...{ before: JSON.stringify(before), after: JSON.stringify(after), diff: JSON.stringify(checked.value.diff) },
      ...{ askedBy: by.name, askedId: by.id, askedAt: now, expiresAt: now + LIMITS.waitingShareMs },
      ...{ state: 'open', endedBy: null, endedAt: null, outcome: '' },
    }
    const isAlone = !(await this.needsSecond(officers))
    // With one write it is asked for and decided, where one officer alone may.
    this.store.add(isAlone ? { ...row, state: 'putting', endedBy: by.name, endedAt: now } : row)
    this.means.parts.around.report('warn', 'rules-asked', { change: row.id, scope, by: by.name })
    if (isAlone) return this.put({ ...row, state: 'putting', endedBy: by.name, endedAt: now })
    this.means.changed()
    return ok(shown(row))
  }

  private decide(row: RuleChangeRow, by: Officer): Promise<Result<RuleChange>> {
    const decided = { ...row, state: 'putting' as const, endedBy: by.name, endedAt: this.means.parts.around.now() }
    this.store.end(decided)
    return this.put(decided)
  }

  /** Writes what was decided; as often as it is begun it comes to the same. */
  private async put(row: RuleChangeRow): Promise<Result<RuleChange>> {
    const { around, identity } = this.means.parts
    const [before, after]: RulesSet[] = [JSON.parse(row.before), JSON.parse(row.after)]
    const now = await readRulesSet(around.disk, identity.dir, row.scope)
    const isOurs = (['rules', 'cases'] as const).every(
      (part) => now.ok && (now.value[part] === before?.[part] || now.value[part] === after?.[part]),
    )
    if (!isOurs || after === undefined) {
      const message = 'The files were changed by hand meanwhile, and stay as they are.'
      this.end(row, 'failed', row.endedBy, message)
      return refuse('rules/changed', message)
    }
    const consequence =
      'The rules that were in force stay so. Mend that, then put them in force again; a start of the node does so too.'
    const write = async () => ok(await writeRulesSet(around.disk, identity.dir, row.scope, after))
    const written = await overDisk(consequence, write())
    return written.ok ? ok(this.end(row, 'done', row.endedBy, '')) : written
  }

  private setsOfChange(id: string): Result<RulesSets> {
    const row = this.waiting(id)
    return row.ok ? ok({ before: JSON.parse(row.value.before), after: JSON.parse(row.value.after) }) : row
  }

  /** One alone may where nobody else is there who could, and the house has no share wait for two. */
  private async needsSecond(officers: number): Promise<boolean> {
    return officers !== 1 || (await asksForTwo(this.means.parts))
  }

  private waiting(id: string): Result<RuleChangeRow> {
    this.sweep()
    const row = this.store.get(id)
    if (row?.state === 'open') return ok(row)
    return refuse('not-found/rules', 'This change does not wait any more; look at the rules again.')
  }

  private sweep(): void {
    const now = this.means.parts.around.now()
    for (const row of this.store.live())
      if (row.state === 'open' && row.expiresAt <= now) this.end(row, 'expired', null, '')
  }

  private end(row: RuleChangeRow, state: RuleChangeState, by: string | null, outcome: string): RuleChange {
    const { around } = this.means.parts
    const ended = { ...row, state, endedBy: by, endedAt: around.now(), outcome }
    this.store.end(ended)
    this.store.forgetBeyond(LIMITS.ruleChangesKept, LIMITS.ruleChangesChars)
    around.report('warn', 'rules-change-over', { change: row.id, scope: row.scope, state, by })
    this.means.changed()
    return shown(ended)
  }

  /** One after the other, so that what was looked at is what is replaced. */
  private one<T>(act: () => Promise<T>): Promise<T> {
    const next = this.last.then(act, act)
    this.last = next.then(
      () => undefined,
      () => undefined,
    )
    return next
  }

  private get store(): RuleChangeStore {
    return this.means.parts.store.ruleChanges
  }
}

function shown(row: RuleChangeRow): RuleChange {
  const { id, scope, putsBack, reason, askedBy, askedAt, expiresAt, state, endedBy, endedAt, outcome } = row
  const told = { id, scope, putsBack, reason, askedBy, askedAt, expiresAt, state, endedBy, endedAt, outcome }
  return { ...told, diff: JSON.parse(row.diff) }
}
