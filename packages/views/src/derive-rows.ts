// What a record comes to once everything that has arrived is taken together: whether it is valid, how far it got, when it
// stands in the list. Derived again whenever something arrives that may change it; equal however things arrived.

import { type Agreement, depositaryOf, namesEachLog, quorumBound } from '@countersign/pact'
import { familyOf } from '@countersign/record'
import type { Answers } from './answers.ts'
import type { Bounds } from './bounds.ts'
import type { Sqlite } from './database.ts'
import type { Destructions, DestructionValidity } from './destructions.ts'
import type { Forces } from './forces.ts'
import type { KnownAgreements } from './known.ts'
import type { Notices } from './notices.ts'
import type { Delivery, RecordRow, Validity } from './rows.ts'
import { DELIVERY, STATES, VALIDITY } from './schema.ts'
import type { SecondSignatures } from './second-signatures.ts'
import type { Splits } from './splits.ts'
import type { Successions } from './successions.ts'
import type { TakenBack } from './taken-back.ts'

export interface StoredRecord {
  origin: string
  idx: number
  pact: string
  version: string
  channel: string
  author: string
  type: string
  time_ms: number
  own_code: string | null
  own_message: string
  validity: number
  at_ms: number
}

export interface DerivedRow {
  idx: number
  /** Whether it is valid: its objects are shown. */
  shown: boolean
  /** What it signs, for a signature that became valid or no longer is. */
  signs?: { version: string; channel: string }
  /** Whether its validity changed, and of a record of which type. */
  turned?: string
}

const BEFORE_FORCE = new Set(['log', 'pact', 'party'])

export class RowDeriver {
  private readonly agreements: KnownAgreements
  private readonly answers: Answers
  private readonly bounds: Bounds
  private readonly destructions: Destructions
  private readonly forces: Forces
  private readonly notices: Notices
  private readonly seconds: SecondSignatures
  private readonly splits: Splits
  private readonly successions: Successions
  private readonly takenBack: TakenBack
  private readonly sql

  constructor(
    sqlite: Sqlite,
    of: {
      agreements: KnownAgreements
      answers: Answers
      bounds: Bounds
      destructions: Destructions
      forces: Forces
      notices: Notices
      seconds: SecondSignatures
      splits: Splits
      successions: Successions
      takenBack: TakenBack
    },
  ) {
    this.agreements = of.agreements
    this.answers = of.answers
    this.bounds = of.bounds
    this.destructions = of.destructions
    this.forces = of.forces
    this.notices = of.notices
    this.seconds = of.seconds
    this.splits = of.splits
    this.successions = of.successions
    this.takenBack = of.takenBack
    this.sql = {
      records: sqlite.prepare<[string, number, number], StoredRecord>(
        `select origin, idx, pact, version, channel, author, type, time_ms, own_code, own_message, validity, at_ms
         from records where origin = ? and idx >= ? and idx < ?`,
      ),
      addressees: sqlite.prepare<[string, number], { party: string }>(
        'select party from addressees where origin = ? and idx = ? order by place',
      ),
      origins: sqlite.prepare<[string, number], { origins: string }>(
        'select origins from signatures where origin = ? and idx = ?',
      ),
      laterProposal: sqlite.prepare<[string, number], { idx: number }>(
        `select b.idx from proposals a join proposals b on b.origin = a.origin and b.base = a.base
         and b.idx > a.idx and b.version <> a.version where a.origin = ? and a.idx = ? order by b.idx desc limit 1`,
      ),
      set: sqlite.prepare<[number, string | null, string, number, number, number | null, string, number]>(
        `update records set validity = ?, code = ?, message = ?, state = ?, at_ms = ?, superseded_by = ?
         where origin = ? and idx = ?`,
      ),
      waitsNoMore: sqlite.prepare<[string, string, number]>(
        'delete from receipts_before_lo where origin = ? and by_party = ? and idx = ?',
      ),
      waits: sqlite.prepare<[string, string, number, number]>(
        'insert into receipts_before_lo values (?, ?, ?, ?) on conflict (origin, by_party, idx) do update set lo = excluded.lo',
      ),
    }
  }

  /** Derives rows again. Gives those whose validity or place in the order is another than before. */
  derive(origin: string, first: number, past: number): DerivedRow[] {
    const moved: DerivedRow[] = []
    for (const record of this.sql.records.all(origin, first, past)) {
      const validity = this.validityOf(record)
      const covered = this.coveredOf(record, true)
      const delivery = this.counted(record, covered)
      const later = this.sql.laterProposal.get(origin, record.idx)?.idx ?? null
      const state =
        validity.kind !== 'valid'
          ? validity.kind
          : later !== null
            ? 'superseded'
            : leastOf(delivery.map((one) => one.state))
      // When something was held is no matter of anybody's favour.
      const at = atMs(record, covered)
      const code = validity.kind === 'valid' ? null : validity.code
      const message = validity.kind === 'valid' ? '' : validity.message
      const kind = VALIDITY[validity.kind]
      this.sql.set.run(kind, code, message, STATES.indexOf(state), at, later, origin, record.idx)
      if (record.type === 'content/destroyed') this.destructions.stands(record, validity)
      if (record.type === 'intel/revoke') this.takenBack.stands(origin, record.idx, validity.kind === 'valid')
      if (kind === record.validity && at === record.at_ms) continue
      const shown = validity.kind === 'valid'
      const signs = record.type === 'pact/sign' && kind !== record.validity
      moved.push({
        idx: record.idx,
        shown,
        ...(signs && { signs: { version: record.version, channel: record.channel } }),
        ...(kind !== record.validity && { turned: record.type }),
      })
    }
    return moved
  }

  /** For each addressee; for a record that addresses nobody one with an empty recipient. */
  deliveryOf(record: Pick<StoredRecord, 'origin' | 'idx' | 'pact' | 'version'>): RecordRow['delivery'] {
    return this.counted(record, this.coveredOf(record, false))
  }

  /** No receipt discharges the author of what stands after the split of its log (spec/fork.md). */
  private counted(record: Pick<StoredRecord, 'origin' | 'idx'>, covered: RecordRow['delivery']): RecordRow['delivery'] {
    if (!this.splits.isAfter(record)) return covered
    return covered.map(({ recipient, lo }) => ({ recipient, state: 'said', lo, hi: null }))
  }

  /** `derives`: notes for which signers a later receipt may count where what they gave is dated before lo. */
  private coveredOf(
    record: Pick<StoredRecord, 'origin' | 'idx' | 'pact' | 'version'>,
    derives: boolean,
  ): RecordRow['delivery'] {
    const agreement = this.agreements.of(record.version, record.pact)
    const to = this.sql.addressees.all(record.origin, record.idx).map(({ party }) => party)
    return (to.length === 0 ? [''] : to).map((recipient) => {
      if (agreement === undefined) return { recipient, state: 'said', lo: null, hi: null }
      return this.towards(agreement, record, recipient, derives)
    })
  }

  private towards(
    agreement: Agreement,
    { origin, idx }: Pick<StoredRecord, 'origin' | 'idx'>,
    recipient: string,
    derives: boolean,
  ): RecordRow['delivery'][number] {
    const cosignatures = agreement.neutrals.flatMap(({ party }) => {
      const bound = this.bounds.lo(origin, party, idx)
      return bound === undefined ? [] : [{ by: party, time: bound.time }]
    })
    const lo = quorumBound(agreement, cosignatures)
    const depositary = depositaryOf(agreement)?.party
    const hiBy = (by: string | undefined) => {
      if (by === undefined || by === '') return undefined
      const earliest = this.bounds.earliest(origin, by, idx)
      // Ignored for being older than lo: a later receipt by the same signer, which would bound nothing else, may count.
      const isBefore = earliest !== undefined && lo !== null && earliest.time < lo
      if (derives && isBefore) this.sql.waits.run(origin, by, idx, lo)
      else if (derives) this.sql.waitsNoMore.run(origin, by, idx)
      return this.bounds.hi(origin, by, idx, lo)?.time
    }
    const [own, held] = [hiBy(recipient), hiBy(depositary)]
    const hi = Math.min(own ?? Number.POSITIVE_INFINITY, held ?? Number.POSITIVE_INFINITY)
    const state: Delivery = own !== undefined ? 'delivered' : held !== undefined ? 'held' : 'said'
    return { recipient, state, lo, hi: Number.isFinite(hi) ? hi : null }
  }

  private validityOf(record: StoredRecord): DestructionValidity {
    const validity = this.unfrozenValidityOf(record)
    const frozen = this.notices.frozenAt(record.origin)
    if (frozen === undefined || record.idx < frozen) return validity
    if (validity.kind === 'void' && validity.excuses !== true) return validity
    const message = `A notice of compromised keys froze this log at ${frozen} entries; this one stands beyond.`
    return { kind: 'void', code: 'party/frozen', message }
  }

  private unfrozenValidityOf(record: StoredRecord): DestructionValidity {
    const { origin, idx, pact, version, channel, type } = record
    if (record.own_code !== null) return { kind: 'void', code: record.own_code, message: record.own_message }
    const answers = this.answers.validity(record)
    if (answers.kind === 'void') return answers
    const agreement = this.agreements.of(version, pact)
    if (agreement === undefined) {
      const message = 'It is said under a version of the agreement that is not known here.'
      return { kind: 'undecided', code: 'pact/version-unknown', message }
    }
    if (type === 'pact/sign') return this.signatureValidity(agreement, record)
    if (type === 'party/notice') return this.notices.validity(origin, idx)
    if (BEFORE_FORCE.has(familyOf(type))) return { kind: 'valid' }
    const code = 'pact/not-in-force'
    if (this.forces.of(version, channel) === undefined) {
      return { kind: 'undecided', code, message: 'The agreement is not in force here as far as is known.' }
    }
    const point = this.forces.point(origin, version)
    if (point !== undefined && idx >= point) {
      const decided = answers.kind === 'valid' && type === 'content/destroyed'
      return decided ? this.destructions.validity(record, (of, id) => this.agreements.of(of, id)) : answers
    }
    const awaited = this.successions.awaited(origin)
    if (awaited !== undefined) {
      return { kind: 'undecided', code, message: `Its log goes on from ${awaited}, which is not held so far yet.` }
    }
    return { kind: 'void', code, message: 'It was said before its author had seen that the agreement is in force.' }
  }

  private signatureValidity(agreement: Agreement, { origin, idx, author }: StoredRecord): Validity {
    const named: string[] = JSON.parse(this.sql.origins.get(origin, idx)?.origins ?? '[]')
    if (namesEachLog(agreement, author, named)) return this.seconds.validity(origin, idx)
    const message = 'It does not name one log for each channel that its author is a party of.'
    return { kind: 'void', code: 'pact/sign-origins', message }
  }
}

/** The least that holds for every recipient. */
function leastOf(states: readonly Delivery[]): Delivery {
  return DELIVERY[Math.min(...states.map((state) => DELIVERY.indexOf(state)))] ?? 'said'
}

/** The author's claim, held within what others witnessed. */
function atMs(record: StoredRecord, delivery: RecordRow['delivery']): number {
  const his = delivery.flatMap(({ hi }) => hi ?? [])
  const los = delivery.flatMap(({ lo }) => lo ?? [])
  let at = record.time_ms
  if (his.length > 0) at = Math.min(at, Math.min(...his) * 1000 + 999)
  if (los.length > 0) at = Math.max(at, Math.max(...los) * 1000)
  return at
}
