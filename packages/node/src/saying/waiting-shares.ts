// Four eyes: a share above a threshold of the house waits here until a second person has approved it. What waits is durable
// and bounded. A person approves one judgement (judgement.ts) and nothing else: the gate is asked again when it is approved
// and once more when it is said, and where it decides otherwise, nothing leaves. Whoever wrote it cannot approve it; what
// nobody wrote who had signed in, as what a tool adds, takes two. Both names stay with the records it became.

import { ok, type Refusal, type Result, refuse } from '@countersign/log'
import type { Statement } from '@countersign/record'
import { LIMITS } from '../limits.ts'
import { maySecond, type Officer } from '../officers/second-person.ts'
import type { PrivateStore } from '../private-store.ts'
import type { Surroundings } from '../surroundings.ts'
import { bytesOf } from './judgement.ts'
import type { Judged, ShareRefusal, Tried } from './judging.ts'
import { triedOf } from './judging.ts'
import type { KeptShare } from './kept-share.ts'
import { isOfNow } from './of-now.ts'
import type { SharePerson, WaitingRow, WaitingState, WaitsBecause } from './waiting-store.ts'

/** A share that waits, or did. Times in milliseconds since 1970. */
export interface WaitingShare {
  /** Of the share: its UUID, in its records too. */
  id: string
  state: WaitingState
  /** Of the records it becomes: a share, or feedback on what others shared. */
  type: 'intel/share' | 'intel/sighting'
  pact: string
  channel: string
  to: string[]
  /** Whether it is meant, or an exercise or a test. */
  mode: Statement['mode']
  marking: { tlp: string; class?: string }
  feed: string | null
  /** In whose name it was asked, and whether that is an officer who had signed in. */
  author: string
  isOfficers: boolean
  askedAt: number
  expiresAt: number
  /** Of what came. */
  bytes: number
  objects: number
  /** Objects that are cut or left out. */
  altered: number
  because: WaitsBecause[]
  /** What was judged when it came. */
  judgement: string
  /** `judgement`: what was looked at, and approved. */
  approvals: { name: string; at: number; judgement: string }[]
  /** How many persons must approve it still. */
  needed: number
  endedBy: string | null
  endedAt: number | null
  outcome: string
}

/** What waits as the gate judges it now. Whoever disposes of it closes its files. */
export interface Rejudged extends AsyncDisposable {
  judged: Judged
  judgement: string
}

export interface WaitingMeans {
  around: Pick<Surroundings, 'now' | 'after' | 'report'>
  store: PrivateStore
  /** Asks the gate once more about the bytes that are kept. */
  judgeAgain(kept: KeptShare): Promise<{ ok: true; value: Rejudged } | ShareRefusal>
  /** Has it said as soon as its log may be signed; `keep` keeps that. */
  hold(kept: KeptShare, keep: (request: string) => Result<number>): Result<undefined>
  /** Resolves once what may be said now was said. */
  said(kept: KeptShare): Promise<void>
  /** Whether it stands in a log of ours already, as after a restored backup. */
  wasSaid(pact: string, share: string): Promise<boolean>
  removeFile(share: string): void
  /** It is over, and was not said. */
  over(share: string, outcome: Refusal): void
}

const PERSONS = 2
const REASONS_KEPT = 20

export class WaitingShares {
  private readonly means: WaitingMeans
  private readonly underWay = new Set<string>()
  private cancel: (() => void) | undefined
  private stopped = false

  constructor(means: WaitingMeans) {
    this.means = means
  }

  /** A refusal where no more may wait, in whole or of that account. */
  hasRoom(account: string, bytes: number): Result<undefined> {
    const live = this.live()
    const own = live.filter((row) => row.account === account)
    const sum = (rows: readonly WaitingRow[]) => rows.reduce((all, row) => all + row.bytes, 0)
    const { waitingSharesMax, waitingShareBytes } = LIMITS
    // One tool that posts without end keeps nobody else from waiting.
    const isFull =
      live.length >= waitingSharesMax ||
      own.length >= waitingSharesMax / 2 ||
      sum(live) + bytes > waitingShareBytes ||
      sum(own) + bytes > waitingShareBytes / 2
    if (!isFull) return ok(undefined)
    return refuse(
      'approval/too-many',
      'Too much waits for a second person already; approve or refuse some of it first: countersign approvals',
    )
  }

  /** Durable once this returns; its file is so already. One that waits already goes on waiting. */
  wait(kept: KeptShare, { decision }: Judged, judgement: string): void {
    const { around, store } = this.means
    const now = around.now()
    const known = store.waiting.get(kept.share)
    const before = known?.state === 'open' || known?.state === 'approved' ? known : undefined
    const { approved: _, ...asked } = kept
    store.waiting.put({
      ...{ share: kept.share, kept: JSON.stringify(asked), bytes: kept.bytes, account: kept.account },
      ...{ authorId: kept.author?.id ?? '', askedAt: before?.askedAt ?? now },
      ...{ expiresAt: before?.expiresAt ?? now + LIMITS.waitingShareMs, judgement },
      ...{ objects: decision.objects, altered: decision.altered, because: because(decision) },
      ...{ approvals: [], state: 'open', endedBy: null, endedAt: null, outcome: '' },
    })
    around.report('warn', 'share-waits', { share: kept.share, by: kept.account })
    this.watch()
  }

  /** Those that wait, the oldest first; then those that did, the newest first. */
  all(): WaitingShare[] {
    const { store } = this.means
    return [...this.live(), ...store.waiting.ended(LIMITS.approvalsShown)].map(shown)
  }

  /** Whether one that waits is such. */
  some(isSuch: (kept: KeptShare) => boolean): boolean {
    return this.live().some((row) => isSuch(keptOf(row)))
  }

  /** How many wait for somebody. */
  get open(): number {
    return this.live().filter(({ state }) => state === 'open').length
  }

  /** What became of one that waits or did; undefined where none did. */
  find(share: string): WaitingShare | undefined {
    this.sweep()
    const row = this.means.store.waiting.get(share)
    return row && shown(row)
  }

  /** The shares whose files are needed still. */
  files(): string[] {
    return this.live().map(({ share }) => share)
  }

  /** One that waits, with what the gate says of it now: what a person who approves it approves. */
  async look(id: string): Promise<Result<WaitingShare & { tried: Tried }> | ShareRefusal> {
    const found = this.waiting(id)
    if (!found.ok) return found
    const again = await this.means.judgeAgain(keptOf(found.value))
    const tried = triedOf(again.ok ? { ok: true, value: again.value.judged } : again)
    if (!again.ok) return tried.ok ? ok({ ...shown(found.value), judgement: '', tried: tried.value }) : again
    await using now = again.value
    const { judgement } = now
    const approvals = found.value.approvals.filter((one) => one.judgement === judgement)
    return tried.ok ? ok({ ...shown({ ...found.value, approvals }), judgement, tried: tried.value }) : tried
  }

  /** The bytes that would leave by that judgement. Whoever reads them closes them. */
  async leaving(
    id: string,
    judgement: string,
  ): Promise<Result<{ size: number; bytes: AsyncIterable<Uint8Array> } & AsyncDisposable> | ShareRefusal> {
    const found = this.waiting(id)
    if (!found.ok) return found
    const again = await this.means.judgeAgain(keptOf(found.value))
    if (!again.ok) return again
    const { judged, judgement: now } = again.value
    const close = () => again.value[Symbol.asyncDispose]()
    if (now !== judgement) {
      await close()
      return CHANGED
    }
    return ok({ size: judged.leaving.size, bytes: bytesOf(judged.leaving), [Symbol.asyncDispose]: close })
  }

  /** Approves that judgement; with the last person it needs it is said, or held here while its log may not be signed. */
  approve(id: string, judgement: string, officer: Officer): Promise<Result<WaitingShare> | ShareRefusal> {
    return this.alone(id, async (row) => {
      // Who approved another judgement has not seen this one.
      const others = row.approvals.filter((one) => one.judgement === judgement)
      const before = [...(row.authorId === '' ? [] : [row.authorId]), ...others.map((one) => one.id)]
      const own =
        row.authorId === officer.id
          ? 'You shared it yourself; a second person approves it.'
          : 'You approved it already; another person approves it too.'
      const may = maySecond(officer, { before, askedAt: row.askedAt, own })
      if (!may.ok) return may
      const kept = keptOf(row)
      if (await this.means.wasSaid(kept.pact, row.share)) {
        return ok(this.end(row, 'done', officer.name, 'It had left already.'))
      }
      const again = await this.means.judgeAgain(kept)
      if (!again.ok) return this.refusedAgain(row, again)
      await using now = again.value
      if (now.judgement !== judgement) return CHANGED
      const by = { id: officer.id, name: officer.name, at: this.means.around.now(), judgement }
      return await this.approved({ ...row, approvals: [...others, by] }, kept)
    })
  }

  /** Another person does not let it leave, and says why. */
  refuse(id: string, reason: string, officer: Officer): Promise<Result<WaitingShare>> {
    return this.alone(id, async (row) => {
      if (reason.trim() === '') return refuse('approval/reason', 'Say why; whoever shared it reads that.')
      if (row.authorId === officer.id) {
        return refuse('approval/same-officer', 'You shared it yourself; withdraw it instead.')
      }
      return ok(this.end(row, 'refused', officer.name, reason.trim()))
    })
  }

  /** Whoever shared it takes it back: the officer, or the shell of the machine what no officer shared. */
  withdraw(id: string, who: Officer | 'shell'): Promise<Result<WaitingShare>> {
    return this.alone(id, async (row) => {
      const isAuthor = who === 'shell' ? row.authorId === '' : row.authorId === who.id
      if (!isAuthor) {
        const how = row.authorId === '' ? 'in the shell of this machine, or refuse it' : 'or refuse it'
        return refuse('approval/not-author', `Only whoever shared it withdraws it; withdraw it ${how} with a reason.`)
      }
      return ok(this.end(row, 'withdrawn', who === 'shell' ? row.account : who.name, ''))
    })
  }

  /** It was approved and is over: said, or refused after all. */
  concluded({ share, approved }: KeptShare, outcome: Result<unknown>): void {
    const row = this.means.store.waiting.get(share)
    if (row?.state !== 'approved' || approved === undefined) return
    const by = approved.by.at(-1)?.name ?? ''
    if (outcome.ok) this.close(row, 'done', by, 'It left.')
    else this.close(row, 'failed', by, `${outcome.message} (${outcome.code})`)
  }

  start(): void {
    this.sweep()
    this.watch()
  }

  stop(): void {
    this.stopped = true
    this.cancel?.()
  }

  private async approved(row: WaitingRow, kept: KeptShare): Promise<Result<WaitingShare>> {
    const { store, around } = this.means
    around.report('warn', 'share-approved', { share: row.share, by: row.approvals.at(-1)?.name })
    if (neededOf(row) > 0) {
      store.waiting.put(row)
      return ok(shown(row))
    }
    const judgement = row.approvals.at(-1)?.judgement ?? ''
    const next: WaitingRow = { ...row, state: 'approved' }
    const held = this.means.hold({ ...kept, approved: { judgement, by: row.approvals } }, (request) =>
      store.waiting.putWith(next, () => ok(store.hold(request))),
    )
    if (!held.ok) return held
    await this.means.said(kept)
    const after = store.waiting.get(row.share) ?? next
    if (after.state === 'open') return CHANGED
    return after.state === 'failed' ? refuse('approval/failed', after.outcome) : ok(shown(after))
  }

  /** What the node itself cannot do now is tried again; what the gate refuses by now is over. */
  private refusedAgain(row: WaitingRow, refusal: ShareRefusal): ShareRefusal {
    if (!isOfNow(refusal)) this.end(row, 'failed', null, `${refusal.message} (${refusal.code})`)
    return refusal
  }

  private end(row: WaitingRow, state: WaitingState, by: string | null, outcome: string): WaitingShare {
    const ended = this.close(row, state, by, outcome)
    this.means.removeFile(row.share)
    if (state !== 'done') this.means.over(row.share, refuse(`approval/${state}`, sentenceOf(ended)))
    return shown(ended)
  }

  private close(row: WaitingRow, state: WaitingState, endedBy: string | null, outcome: string): WaitingRow {
    const { around, store } = this.means
    const ended = { ...row, state, endedBy, endedAt: around.now(), outcome }
    store.waiting.put(ended)
    store.waiting.forgetBeyond(LIMITS.waitingEndedKept)
    around.report('warn', 'share-waited', { share: row.share, state })
    return ended
  }

  /** One at a time does something about one share. */
  private async alone<T>(id: string, act: (row: WaitingRow) => Promise<T>): Promise<T | Refusal> {
    const found = this.waiting(id)
    if (!found.ok) return found
    if (this.underWay.has(id)) {
      return refuse(
        'approval/under-way',
        'Another person is just deciding on it; look at it again: countersign approvals',
      )
    }
    this.underWay.add(id)
    try {
      return await act(found.value)
    } finally {
      this.underWay.delete(id)
    }
  }

  private waiting(id: string): Result<WaitingRow> {
    this.sweep()
    const row = this.means.store.waiting.get(id)
    if (row?.state === 'open') return ok(row)
    const how = row === undefined ? 'is not known' : STATES[row.state]
    return refuse('not-found/approval', `The share ${id} ${how}; see what waits with: countersign approvals`)
  }

  private live(): WaitingRow[] {
    this.sweep()
    return this.means.store.waiting.live()
  }

  /** What nobody decided on in time is over. */
  private sweep(): void {
    const { around, store } = this.means
    for (const row of store.waiting.live()) {
      if (row.state !== 'open' || row.expiresAt > around.now() || this.underWay.has(row.share)) continue
      this.end(row, 'expired', null, '')
    }
  }

  private watch(): void {
    this.cancel?.()
    const { around, store } = this.means
    const [next] = store.waiting
      .live()
      .filter(({ state }) => state === 'open')
      .map(({ expiresAt }) => expiresAt)
      .sort((a, b) => a - b)
    if (next === undefined || this.stopped) return
    this.cancel = around.after(Math.max(1_000, next - around.now()), () => {
      this.sweep()
      this.watch()
    })
  }
}

const CHANGED: Refusal = refuse(
  'approval/changed',
  'The gate decides otherwise now than when you looked: the rules, the agreement or what was shared before changed. Nothing left; look at it again, then approve what you see.',
)

const STATES: Record<WaitingState, string> = {
  open: 'waits',
  approved: 'is approved already, and is said as soon as its log may be signed',
  done: 'was approved already',
  refused: 'was refused',
  withdrawn: 'was withdrawn',
  expired: 'was not decided on in time',
  failed: 'was approved, and the gate refused it in the end',
}

function sentenceOf({ state, endedBy, outcome }: WaitingRow): string {
  const by = endedBy === null ? '' : ` by ${endedBy}`
  return `Nothing of it left: it ${STATES[state]}${by}${outcome === '' ? '.' : `: ${outcome}`}`
}

function keptOf({ kept }: WaitingRow): KeptShare {
  // Written by us alone.
  return JSON.parse(kept) as KeptShare
}

function neededOf({ authorId, approvals }: Pick<WaitingRow, 'authorId' | 'approvals'>): number {
  return Math.max(0, PERSONS - approvals.length - (authorId === '' ? 0 : 1))
}

function because({ waits }: Judged['decision']): WaitsBecause[] {
  const all = new Map<string, WaitsBecause>()
  for (const { rule = '', message, object } of waits) {
    const one = all.get(`${rule} ${message}`) ?? { rule, message, objects: 0 }
    if (object !== undefined) one.objects++
    all.set(`${rule} ${message}`, one)
  }
  return [...all.values()].slice(0, REASONS_KEPT)
}

function shown(row: WaitingRow): WaitingShare {
  const { share, state, account, authorId, askedAt, expiresAt, bytes, objects, altered } = row
  const { type, pact, channel = 'main', to = [], mode = 'Actual', marking = { tlp: '' }, feed = null } = keptOf(row)
  const names = row.approvals.map(({ name, at, judgement }: SharePerson) => ({ name, at, judgement }))
  return {
    ...{ id: share, state, type, pact, channel, to, mode, marking, feed },
    ...{ author: account, isOfficers: authorId !== '' },
    ...{ askedAt, expiresAt, bytes, objects, altered, because: row.because, judgement: row.judgement },
    ...{ approvals: names, needed: state === 'open' ? neededOf(row) : 0 },
    ...{ endedBy: row.endedBy, endedAt: row.endedAt, outcome: row.outcome },
  }
}
