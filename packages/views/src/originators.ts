// From whom an object first came to us, and whether it may go on: what came under one agreement, or to some of its parties,
// is its originator's. Nothing in it rests on what another party says of the time, or of what stands under an id: that we
// said it first, our own log and receipts show, and that others have it already, its content does.

import { sha256, toHex, utf8 } from '@countersign/log'
import type { Bounds } from './bounds.ts'
import type { Sqlite } from './database.ts'
import { ORIGINATOR_TEXTS_MAX } from './limits.ts'
import { sameContent } from './same-content.ts'
import { COUNTS, VALIDITY } from './schema.ts'
import { versionOrder } from './times.ts'

/** Who shared it first, under which agreement, and in which record, `origin#index`. */
export interface Originator {
  party: string
  pact: string
  record: string
}

/** Where it would go. */
export interface Going {
  pact: string
  to: readonly string[]
}

/** What would go: `texts` are the object as it came and as it would leave; asked for only where it matters. */
export interface GoingObject {
  id: string
  version: string | null
  texts(): readonly string[]
}

/** The first record of a log that an object of that id stands in. */
interface FirstIn {
  author: string
  pact: string
  channel: string
  origin: string
  idx: number
  /** By its author, milliseconds. */
  said: number
  /** The same within what was witnessed: which of several parties is named. */
  at: number
}

export class Originators {
  private readonly us: string
  private readonly bounds: Bounds
  private readonly sql

  constructor(sqlite: Sqlite, us: string, bounds: Bounds) {
    this.us = us
    this.bounds = bounds
    const there = `from object_sources s join records r on r.origin = s.origin and r.idx = s.idx
      where s.id = @id and s.version_order = @version and s.pact = @pact and s.shown = ${COUNTS.yes} and r.author <> @us
      and not exists (select 1 from json_each(@to) t where t.value <> r.author and not exists (
        select 1 from addressees a where a.origin = s.origin and a.idx = s.idx and a.party = t.value))`
    this.sql = {
      // The other columns are those of the least idx. Of another party whatever came: also what is void, or not decided yet, is that party's.
      first: sqlite.prepare<[{ id: string; us: string }], FirstIn>(
        `select r.author, r.pact, r.channel, s.origin, min(s.idx) as idx, r.time_ms as said, r.at_ms as at
         from (select distinct origin, idx from object_sources where id = @id) s
         join records r on r.origin = s.origin and r.idx = s.idx
         where r.author <> @us or r.validity = ${VALIDITY.valid}
         group by s.origin`,
      ),
      seen: sqlite.prepare<[string, string, number], { size: number | null }>(
        'select max(size) as size from seen_logs where origin = ? and seen_origin = ? and idx <= ?',
      ),
      thereAsIs: sqlite.prepare<[Record<string, string>], { n: number }>(
        `select 1 as n ${there} and s.digest in (select value from json_each(@digests)) limit 1`,
      ),
      there: sqlite.prepare<[Record<string, string>], { source: string }>(
        `select t.source from (select distinct s.digest ${there} limit ${ORIGINATOR_TEXTS_MAX}) d
         join object_texts t on t.digest = d.digest`,
      ),
    }
  }

  /**
   * Whose consent it takes that an object goes there: of whoever shared it first, where that was not us, and where its very
   * content was not shared by another party under that agreement with all who would get it. Undefined where nobody's.
   */
  of(object: GoingObject, going: Going): Originator | undefined {
    const all = this.sql.first.all({ id: object.id, us: this.us })
    const theirs = all.filter(({ author }) => author !== this.us)
    const ours = all.filter(({ author }) => author === this.us)
    const [first] = theirs
      .filter((one) => !ours.some((own) => this.isBefore(own, one)))
      .sort((a, b) => a.at - b.at || (a.origin < b.origin ? -1 : 1))
    if (first === undefined || this.isThere(object, going)) return undefined
    return { party: first.author, pact: first.pact, record: `${first.origin}#${first.idx}` }
  }

  /** Whether we said it before we held what the other said: by what our log had seen of theirs, or by our own receipts. */
  private isBefore(own: FirstIn, other: FirstIn): boolean {
    if (own.pact === other.pact && own.channel === other.channel) {
      return (this.sql.seen.get(own.origin, other.origin, own.idx)?.size ?? 0) <= other.idx
    }
    const held = this.bounds.earliest(other.origin, this.us, other.idx)
    return held !== undefined && own.said < held.time * 1000
  }

  private isThere({ id, version, texts }: GoingObject, { pact, to }: Going): boolean {
    const leaving = texts()
    const asked = { id, version: versionOrder(version ?? ''), pact, us: this.us, to: JSON.stringify(to) }
    const digests = JSON.stringify(leaving.map((text) => toHex(sha256(utf8(text)))))
    if (this.sql.thereAsIs.get({ ...asked, digests }) !== undefined) return true
    return this.sql.there.all(asked).some(({ source }) => leaving.some((text) => sameContent(text, source)))
  }
}
