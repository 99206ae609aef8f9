// Whose an object is that others shared with us, and whether it may go on: what came under one agreement, or to some of its
// parties, goes no further without the consent of everybody whose it may be (spec/records.md, Passing on). Nothing in it
// rests on what another party says of the time, or of what stands under an id: who was later, logs and receipts show, and
// that others have it already, or that somebody consents, its content does.

import { sha256, toHex, utf8 } from '@countersign/log'
import type { ConsentBody, Statement } from '@countersign/record'
import type { Bounds } from './bounds.ts'
import type { Sqlite } from './database.ts'
import { ORIGINATOR_TEXTS_MAX } from './limits.ts'
import { sameContent } from './same-content.ts'
import { COUNTS, VALIDITY } from './schema.ts'
import type { SharedOnceList } from './shared-once.ts'
import { versionOrder } from './times.ts'

/** A party whose it may be, and the record in which that shared it first: under which agreement, and `origin#index`. */
export interface Originator {
  party: string
  pact: string
  record: string
}

/** By whose word it goes: the oldest consent of a party that covers it (spec/records.md, Passing on). */
export interface ConsentGone {
  party: string
  /** The agreement and the record, `origin#index`, in which it was given. */
  pact: string
  record: string
  /** POSIX milliseconds, by its author and held within what was witnessed. */
  at: number
  /** How far: under which agreement, and to whom; null for any, and for anybody. */
  agreement: string | null
  parties: string[] | null
}

/** Whether it may go: `lacking` are the parties without whose consent it may not, `by` those consents by which it does. */
export interface Passage {
  lacking: Originator[]
  by: ConsentGone[]
}

/** Where it would go; null for under any agreement and outside of all, and for to anybody. */
export interface Going {
  pact: string | null
  to: readonly string[] | null
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
  version: string
  channel: string
  origin: string
  idx: number
  /** By its author, milliseconds. */
  said: number
  /** The same within what was witnessed: which of several parties is named. */
  at: number
}

/** What a query on places of objects is asked with. */
type Asked = Record<string, string | null>

/** When neutrals show a record not to have been there yet, POSIX seconds; null where none does. */
type LoOf = (record: { origin: string; idx: number; pact: string; version: string }) => number | null

const FREE: Passage = { lacking: [], by: [] }

export class Originators {
  private readonly us: string
  private readonly bounds: Bounds
  private readonly loOf: LoOf
  private readonly sharedOnce: SharedOnceList
  private readonly sql

  constructor(
    sqlite: Sqlite,
    { us, bounds, loOf, sharedOnce }: { us: string; bounds: Bounds; loOf: LoOf; sharedOnce: SharedOnceList },
  ) {
    this.us = us
    this.bounds = bounds
    this.loOf = loOf
    this.sharedOnce = sharedOnce
    // A place of an object counts while its record does and its author has not taken it back.
    const places = `from object_sources s join records r on r.origin = s.origin and r.idx = s.idx
      where s.id = @id and s.version_order = @version and s.shown = ${COUNTS.yes}`
    const there = `${places} and s.pact = @pact and r.author <> @us
      and @to is not null and not exists (select 1 from json_each(@to) t where t.value <> r.author and not exists (
        select 1 from addressees a where a.origin = s.origin and a.idx = s.idx and a.party = t.value))`
    const toUs = (record: string) =>
      `exists (select 1 from addressees a where a.origin = ${record}.origin and a.idx = ${record}.idx and a.party = @us)`
    const member = (name: string) => `json_extract(c.payload, '$.body.${name}')`
    const consented = `from object_sources s join records r on r.origin = s.origin and r.idx = s.idx
      join mentions m on m.re_origin = s.origin and m.re_idx = s.idx
      join records k on k.origin = m.origin and k.idx = m.idx and k.type = 'intel/consent' and k.validity = ${VALIDITY.valid}
      join statements c on c.origin = m.origin and c.idx = m.idx
      where s.id = @id and s.version_order = @version and s.shown = ${COUNTS.yes} and r.author = @author and ${toUs('k')}
      and (${member('agreement')} is null or ${member('agreement')} = @pact)
      and (${member('parties')} is null or (@to is not null and not exists (
        select 1 from json_each(@to) t where t.value not in (select value from json_each(c.payload, '$.body.parties')))))
      and (${member('objects')} is null or exists (
        select 1 from json_each(c.payload, '$.body.objects') o
        where json_extract(o.value, '$.record') = m.place and json_extract(o.value, '$.part') = s.part
        and s.position in (select value from json_each(o.value, '$.places'))))
      and not exists (
        select 1 from mentions b
        join records q on q.origin = b.origin and q.idx = b.idx and q.type = 'intel/retract' and q.validity = ${VALIDITY.valid}
        where b.re_origin = k.origin and b.re_idx = k.idx and ${toUs('q')})`
    const asItIs = (which: string) =>
      sqlite.prepare<[Asked], { digest: string }>(
        `select s.digest ${which} and s.digest in (select value from json_each(@digests)) limit 1`,
      )
    const texts = (which: string) =>
      sqlite.prepare<[Asked], { digest: string; source: string }>(
        `select d.digest, t.source from (select distinct s.digest ${which} limit ${ORIGINATOR_TEXTS_MAX}) d
         join object_texts t on t.digest = d.digest`,
      )
    this.sql = {
      // The other columns are those of the least idx. Of another party whatever came: also what is void, or not decided yet, is that party's.
      first: sqlite.prepare<[{ id: string; idDigest: string | null; us: string }], FirstIn>(
        `select r.author, r.pact, r.version, r.channel, s.origin, min(s.idx) as idx, r.time_ms as said, r.at_ms as at
         from (select origin, idx from object_sources where id = @id
               union select origin, idx from shared_once where id_digest = @idDigest) s
         join records r on r.origin = s.origin and r.idx = s.idx
         where r.author <> @us or r.validity = ${VALIDITY.valid}
         group by s.origin`,
      ),
      held: sqlite.prepare<[string], { n: number }>('select 1 as n from object_sources where id = ? limit 1'),
      seen: sqlite.prepare<[string, string, number], { size: number | null }>(
        'select max(size) as size from seen_logs where origin = ? and seen_origin = ? and idx <= ?',
      ),
      there: { asItIs: asItIs(there), texts: texts(there) },
      consented: { asItIs: asItIs(consented), texts: texts(consented) },
      oldest: sqlite.prepare<[Asked], { origin: string; idx: number; pact: string; at: number; payload: string }>(
        `select k.origin, k.idx, k.pact, k.at_ms as at, c.payload ${consented} and s.digest = @digest
         order by k.at_ms, k.origin, k.idx limit 1`,
      ),
    }
  }

  /**
   * Whether an object may go there: whose consent is missing, of everybody whose it may be, where that is not us, but for
   * those who consent to that very content, whose consents are told, and for all of them where it was shared by another party
   * under that agreement with all who would get it. The first of them, as far as that is known, first.
   */
  passage(object: GoingObject, going: Going): Passage {
    // Most of what is shared is new, and the question below takes some thirty times as long as this.
    const idDigest = this.sharedOnce.digestIfShared(object.id)
    if (idDigest === null && this.sql.held.get(object.id) === undefined) return FREE
    const all = this.sql.first.all({ id: object.id, idDigest, us: this.us })
    const ours = all.filter(({ author }) => author === this.us)
    const theirs = all
      .filter(({ author }) => author !== this.us)
      .filter((one) => !ours.some((own) => this.isBefore(own, one)))
      .sort((a, b) => a.at - b.at || (a.origin < b.origin ? -1 : 1))
    if (theirs.length === 0) return FREE
    const comparing = this.comparing(object, going)
    if (comparing.isThere()) return FREE
    const lacking = new Map<string, Originator>()
    const by = new Map<string, ConsentGone>()
    for (const { author: party, pact, origin, idx } of this.notLater(theirs)) {
      if (lacking.has(party) || by.has(party)) continue
      const consent = comparing.consentOf(party)
      if (consent === undefined) lacking.set(party, { party, pact, record: `${origin}#${idx}` })
      else by.set(party, consent)
    }
    return { lacking: [...lacking.values()], by: [...by.values()] }
  }

  /** Whether the very content stands at one of the places asked for, and by which consent. */
  private comparing({ id, version, texts }: GoingObject, { pact, to }: Going) {
    const leaving = texts()
    const digests = JSON.stringify(leaving.map((text) => toHex(sha256(utf8(text)))))
    const asked = { id, version: versionOrder(version ?? ''), pact, us: this.us, digests }
    const askedOf = (author: string | null) => ({ ...asked, to: to === null ? null : JSON.stringify(to), author })
    const met = ({ asItIs, texts: all }: Originators['sql']['there'], of: Asked) =>
      asItIs.get(of) ?? all.all(of).find(({ source }) => leaving.some((text) => sameContent(text, source)))
    return {
      isThere: () => met(this.sql.there, askedOf(null)) !== undefined,
      consentOf: (party: string): ConsentGone | undefined => {
        const of = askedOf(party)
        const found = met(this.sql.consented, of)
        const oldest = found && this.sql.oldest.get({ ...of, digest: found.digest })
        if (oldest === undefined) return undefined
        const { origin, idx, at, payload } = oldest
        const { agreement, parties } = (JSON.parse(payload) as Statement).body as unknown as ConsentBody
        return { party, pact: oldest.pact, record: `${origin}#${idx}`, at, agreement, parties }
      },
    }
  }

  /** Whether we said it before we held what the other said: by what our log had seen of theirs, or by our own receipts. */
  private isBefore(own: FirstIn, other: FirstIn): boolean {
    if (own.pact === other.pact && own.channel === other.channel) return !this.hadSeen(own, other)
    const held = this.bounds.earliest(other.origin, this.us, other.idx)
    return held !== undefined && own.said < held.time * 1000
  }

  /**
   * Without those that are shown to be later than another. Nobody is left out by one who is left out: where clocks
   * disagree, two would else be each other's excuse.
   */
  private notLater(all: readonly FirstIn[]): FirstIn[] {
    const first = all.filter((one) => !all.some((other) => this.isLater(one, other)))
    return all.filter((one) => !first.some((other) => this.isLater(one, other)))
  }

  /** By its own log; or by the neutrals, where our own clock does not contradict them. */
  private isLater(one: FirstIn, other: FirstIn): boolean {
    if (one.pact === other.pact && one.channel === other.channel) return this.hadSeen(one, other)
    const lo = this.loOf(one)
    const [held, othersHeld] = [one, other].map(({ origin, idx }) => this.bounds.earliest(origin, this.us, idx)?.time)
    return lo !== null && held !== undefined && othersHeld !== undefined && othersHeld < lo && lo <= held
  }

  private hadSeen(one: FirstIn, other: FirstIn): boolean {
    return (this.sql.seen.get(one.origin, other.origin, one.idx)?.size ?? 0) > other.idx
  }
}
