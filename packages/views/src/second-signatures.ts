// A party's second `pact/sign` on one base in one log is void while the version it signed first there can still enter into
// force (spec/agreement.md): until a neutral's cosignature, dated at or after that version's offer, on that log or on
// some other party's log of the channel leaves that party's signature out. Such a cosignature stays what it is whatever
// arrives later, so what was valid once is never void again.

import { channelOf, offerExpires } from '@countersign/pact'
import type { Bounds } from './bounds.ts'
import type { Sqlite } from './database.ts'
import type { KnownAgreements } from './known.ts'
import type { Validity } from './rows.ts'
import { VALIDITY } from './schema.ts'

interface Signature {
  origin: string
  idx: number
  pact: string
  version: string
  base: string | null
  channel: string
  party: string
}

export class SecondSignatures {
  private readonly agreements: KnownAgreements
  private readonly bounds: Bounds
  private readonly sql

  constructor(sqlite: Sqlite, agreements: KnownAgreements, bounds: Bounds) {
    this.agreements = agreements
    this.bounds = bounds
    this.sql = {
      one: sqlite.prepare<[string, number], Signature>(
        `select origin, idx, pact, version, base, channel, party from signatures
         where origin = ? and idx = ? and second = 1`,
      ),
      earlier: sqlite.prepare<[string, number, string | null, string], { version: string }>(
        'select version from signatures where origin = ? and idx < ? and base is ? and version <> ? order by idx',
      ),
      waiting: sqlite.prepare<[string], { origin: string; idx: number }>(
        `select s.origin, s.idx from logs l
         join signatures s on s.pact = l.pact and s.channel = l.channel and s.second = 1
         join records r on r.origin = s.origin and r.idx = s.idx
         where l.origin = ? and r.validity <> ${VALIDITY.valid}`,
      ),
      all: sqlite.prepare<[string, string], { origin: string; idx: number }>(
        'select origin, idx from signatures where pact = ? and channel = ? and second = 1',
      ),
      logs: sqlite.prepare<[string, string, string, string], { origin: string; next: number; signed: number | null }>(
        `select l.origin, l.next, (select min(s.idx) from signatures s where s.origin = l.origin and s.version = ?)
         as signed from logs l where l.pact = ? and l.channel = ? and l.party = ?`,
      ),
    }
  }

  validity(origin: string, idx: number): Validity {
    const second = this.sql.one.get(origin, idx)
    if (second === undefined) return { kind: 'valid' }
    const lapsed = new Set<string>()
    // The first that may still stand in its way decides, so that a log full of signatures is not read for each of them.
    for (const { version } of this.sql.earlier.iterate(origin, idx, second.base, second.version)) {
      if (lapsed.has(version)) continue
      const can = this.canEnter(version, second)
      if (can === undefined) {
        const message = 'Its author signed another version first, which is not known here.'
        return { kind: 'undecided', code: CODE, message }
      }
      if (can) {
        const message = 'Its author signed another version first, which can still enter into force.'
        return { kind: 'void', code: CODE, message }
      }
      lapsed.add(version)
    }
    return { kind: 'valid' }
  }

  /** Second signatures not valid yet that may become so by what arrived on a log: those on its channel. */
  waiting(origin: string): { origin: string; idx: number }[] {
    return this.sql.waiting.all(origin)
  }

  /** Every second signature on a channel. */
  all(pact: string, channel: string): { origin: string; idx: number }[] {
    return this.sql.all.all(pact, channel)
  }

  /** Undefined where the version is not known. */
  private canEnter(first: string, { pact, channel, party: author, origin: own }: Signature): boolean | undefined {
    const agreement = this.agreements.of(first, pact)
    if (agreement === undefined) return undefined
    const expires = offerExpires(agreement)
    for (const party of channelOf(agreement, channel)?.parties ?? []) {
      for (const { origin, next, signed } of this.sql.logs.all(first, pact, channel, party)) {
        // Of the author's own logs only the one it signed in: it could open an empty one at any time.
        if (party === author && origin !== own) continue
        // What is not folded yet may hold the signature.
        const without = Math.min(signed ?? next, next)
        const leftOut = agreement.neutrals.some(
          (neutral) => (this.bounds.lo(origin, neutral.party, without)?.time ?? -1) >= expires,
        )
        if (leftOut) return false
      }
    }
    return true
  }
}

const CODE = 'pact/second-signature'
