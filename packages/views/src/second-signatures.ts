// A party's second `pact/sign` on one base is void while the version it signed first can still enter into force
// (spec/agreement.md): until a neutral's cosignature, dated at or after that version's offer, on some party's log of the
// channel leaves that party's signature out. What is first is told by index, and between logs by origin.

import { channelOf } from '@countersign/pact'
import type { Bounds } from './bounds.ts'
import type { Sqlite } from './database.ts'
import type { KnownAgreements } from './known.ts'
import type { Validity } from './rows.ts'

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
        'select origin, idx, pact, version, base, channel, party from signatures where origin = ? and idx = ?',
      ),
      earlier: sqlite.prepare<
        [string, string, string, string | null, string, string, string, number],
        { version: string }
      >(
        `select distinct version from signatures
         where pact = ? and party = ? and channel = ? and base is ? and version <> ?
         and (origin < ? or (origin = ? and idx < ?)) order by version`,
      ),
      siblings: sqlite.prepare<[string], { origin: string; idx: number }>(
        `select b.origin, b.idx from signatures a
         join signatures b on b.pact = a.pact and b.channel = a.channel and b.base is a.base and b.version <> a.version
         where a.origin = ?`,
      ),
      logs: sqlite.prepare<[string, string, string, string], { origin: string; idx: number | null }>(
        `select l.origin, (select min(s.idx) from signatures s where s.origin = l.origin and s.version = ?) as idx
         from logs l where l.pact = ? and l.channel = ? and l.party = ?`,
      ),
    }
  }

  validity(origin: string, idx: number): Validity {
    const signature = this.sql.one.get(origin, idx)
    if (signature === undefined) return { kind: 'valid' }
    const { pact, party, channel, base, version } = signature
    let unknown = false
    for (const first of this.sql.earlier.all(pact, party, channel, base, version, origin, origin, idx)) {
      const can = this.canEnter(first.version, pact, channel)
      if (can === true) {
        return {
          kind: 'void',
          code: CODE,
          message: 'Its author signed another version first, which can still enter into force.',
        }
      }
      unknown ||= can === undefined
    }
    if (!unknown) return { kind: 'valid' }
    return {
      kind: 'undecided',
      code: CODE,
      message: 'Its author signed another version first, which is not known here.',
    }
  }

  /** Signatures whose validity may hang on a log that has a signature: those on one base with it, under another version. */
  dependants(origin: string): { origin: string; idx: number }[] {
    return this.sql.siblings.all(origin)
  }

  /** Undefined where the version is not known. */
  private canEnter(version: string, pact: string, channel: string): boolean | undefined {
    const agreement = this.agreements.of(version)
    if (agreement === undefined) return undefined
    const expires = Math.floor(Date.parse(agreement.offer.expires) / 1000)
    for (const party of channelOf(agreement, channel)?.parties ?? []) {
      const logs = this.sql.logs.all(version, pact, channel, party)
      const leftOut = logs.map(({ origin, idx }) =>
        agreement.neutrals.some((neutral) => {
          const index = idx ?? Number.MAX_SAFE_INTEGER
          return (this.bounds.lo(origin, neutral.party, index)?.time ?? -1) >= expires
        }),
      )
      if (leftOut.length > 0 && leftOut.every(Boolean)) return false
    }
    return true
  }
}

const CODE = 'pact/second-signature'
