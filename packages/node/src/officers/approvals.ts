// Acts that take two different officers: one asks and says why, another confirms within a day, and only then it is done.
// Who asked, who confirmed and what came of it is kept. One person alone cannot do it by asking twice: the two are told
// apart by their accounts, and an account made after the request confirms nothing.

import { ok, type Result, refuse, toHex } from '@countersign/log'
import { LIMITS } from '../limits.ts'
import type { ApprovalRow, PrivateStore } from '../private-store.ts'
import type { Surroundings } from '../surroundings.ts'
import { maySecond, type Officer } from './second-person.ts'

export type Act =
  /** `pins`: what the successor will pin, as both officers see it. */
  | { kind: 'log/succeed'; pact: string; channel: string; pins: { origin: string; size: number; root: string } }
  /** Where no log of ours is there that could be succeeded: `readers` are waited for no more. */
  | { kind: 'log/go-on-without'; pact: string; channel: string; readers: string[] }
  | { kind: 'alarm/acknowledge'; code: string; subject: string }

export interface Approval {
  id: string
  act: Act
  reason: string
  askedBy: string
  askedAt: number
  expiresAt: number
  state: 'open' | 'done' | 'withdrawn' | 'expired' | 'failed'
  endedBy: string | null
  endedAt: number | null
  outcome: string
}

export interface ApprovalMeans {
  around: Pick<Surroundings, 'now' | 'random' | 'report'>
  store: PrivateStore
  /** A refusal where the act cannot be done as things stand. */
  may(act: Act): Promise<Result<undefined>>
  /** Does it; gives the sentence that is kept. */
  carryOut(act: Act, approval: string): Promise<Result<string>>
}

export class Approvals {
  private readonly means: ApprovalMeans
  private readonly underWay = new Set<string>()

  constructor(means: ApprovalMeans) {
    this.means = means
  }

  /** The newest first. */
  all(): Approval[] {
    return this.means.store.approvals(LIMITS.approvalsShown).map((row) => this.approvalOf(row))
  }

  open(): Approval[] {
    return this.all().filter(({ state }) => state === 'open')
  }

  async ask(act: Act, reason: string, officer: Officer): Promise<Result<Approval>> {
    const { around, store, may } = this.means
    if (reason.trim() === '') return refuse('approval/reason', 'Say why; whoever confirms it reads that.')
    const possible = await may(act)
    if (!possible.ok) return possible
    const text = JSON.stringify(act)
    const same = this.open().find((one) => JSON.stringify(one.act) === text)
    if (same !== undefined) {
      return refuse(
        'approval/asked',
        `${same.askedBy} has asked for this already; another officer confirms it: ${same.id}`,
      )
    }
    const now = around.now()
    const row: ApprovalRow = {
      ...{ id: toHex(around.random(8)), act: text, reason, asked_by: officer.name, asked_id: officer.id },
      ...{ asked_at: now, expires_at: now + LIMITS.approvalMs, state: 'open', ended_by: null, ended_at: null },
      outcome: '',
    }
    store.keepApproval(row)
    around.report('warn', 'approval-asked', { id: row.id, act: act.kind, by: officer.name })
    return ok(this.approvalOf(row))
  }

  /** Confirms what another asked for, and does it. */
  async confirm(id: string, officer: Officer): Promise<Result<Approval>> {
    const found = this.waiting(id)
    if (!found.ok) return found
    const { row, act } = found.value
    const own = 'You asked for it yourself; a second officer confirms it.'
    const may = maySecond(officer, { before: [row.asked_id], askedAt: row.asked_at, own })
    if (!may.ok) return may
    // Two who confirm at once do it once.
    if (this.underWay.has(id)) {
      return refuse(
        'approval/under-way',
        'Another officer has just confirmed it; see what came of it with: countersign status',
      )
    }
    this.underWay.add(id)
    try {
      return await this.carryOut(row, act, officer)
    } finally {
      this.underWay.delete(id)
    }
  }

  private async carryOut(row: ApprovalRow, act: Act, officer: Officer): Promise<Result<Approval>> {
    const { around, store, may, carryOut } = this.means
    const { id } = row
    const possible = await may(act)
    if (!possible.ok) return possible
    const done = await carryOut(act, id)
    const ended = {
      ...{ ...row, state: done.ok ? 'done' : 'failed', ended_by: officer.name, ended_at: around.now() },
      outcome: done.ok ? done.value : done.message,
    }
    store.keepApproval(ended)
    around.report('warn', 'approval-confirmed', { id, act: act.kind, by: officer.name, done: done.ok })
    return done.ok ? ok(this.approvalOf(ended)) : done
  }

  /** Whoever asked takes it back, or another officer refuses it. */
  withdraw(id: string, officer: Officer): Result<Approval> {
    const found = this.waiting(id)
    if (!found.ok) return found
    const ended = { ...found.value.row, state: 'withdrawn', ended_by: officer.name, ended_at: this.means.around.now() }
    this.means.store.keepApproval(ended)
    return ok(this.approvalOf(ended))
  }

  private waiting(id: string): Result<{ row: ApprovalRow; act: Act }> {
    const row = this.means.store.approval(id)
    const state = row === undefined ? undefined : this.approvalOf(row).state
    if (row === undefined || state !== 'open') {
      const how = state === undefined ? 'is not known' : `is ${state}`
      return refuse('not-found/approval', `The request ${id} ${how}; see what waits with: countersign status`)
    }
    return ok({ row, act: actOf(row) })
  }

  private approvalOf(row: ApprovalRow): Approval {
    const lapsed = row.state === 'open' && this.means.around.now() >= row.expires_at
    return {
      ...{ id: row.id, act: actOf(row), reason: row.reason, askedBy: row.asked_by },
      ...{ askedAt: row.asked_at, expiresAt: row.expires_at, endedBy: row.ended_by, endedAt: row.ended_at },
      state: lapsed ? 'expired' : (row.state as Approval['state']),
      outcome: row.outcome,
    }
  }
}

/** Written by us alone, in a form that was checked when it was asked for. */
function actOf(row: ApprovalRow): Act {
  const act: Act = JSON.parse(row.act)
  return act
}
