// Which notices of compromised keys the logs carry, and whether they hold (spec/keys.md, A notice of compromise). Each
// record is looked at once, and again only where what it waited for is here: a log may say one notice, or junk, thousands
// of times, and receipts arrive by the minute. Of one notice in one log the first valid record counts, for whoever covered
// a later one covered that one no later.

import { utf8 } from '@countersign/log'
import { type Agreement, pinnedRoot } from '@countersign/pact'
import { type Card, checkNotice, type Notice, parseNotice } from '@countersign/record'
import type { Sqlite } from './database.ts'
import type { KnownAgreements, KnownCards } from './known.ts'
import { CARDS_AWAITED_PER_LOG, NOTICES_PER_LOG } from './limits.ts'

interface Place {
  origin: string
  idx: number
}

interface Carried extends Place {
  pact: string
  version: string
  digest: string
  party: string
  file: string
}

/**
 * One notice, judged by one version of the agreement, with the first valid record of each log that carries it, under
 * whichever version that was said.
 */
export interface Standing {
  notice: Notice
  version: string
  agreement: Agreement
  /** Those it names. */
  cards: Card[]
  entries: Place[]
}

/** What is missing to tell: a card, or the version of the agreement. */
type Checked =
  | { judged: Omit<Standing, 'entries'> }
  | { awaits: { card: string } | { version: string } }
  | { message: string }

/** Of a record that was not taken as it was folded. */
const TOO_MANY = { message: `Its log carries ${NOTICES_PER_LOG} other notices about that party before it.` }

interface Known {
  /** Row of the last record that was looked at. */
  upTo: number
  /** By digest. */
  carried: Map<string, { file: string; party: string; entries: Place[] }>
  /** By digest and version what a notice comes to there; nothing where it does not hold. */
  judged: Map<string, Omit<Standing, 'entries'> | undefined>
  waiting: Map<string, Waiting>
}

interface Waits {
  pact: string
  awaits: { card: string } | { version: string }
  /** Which cards were held when it was looked at: it is looked at again for others, and not for ever for these. */
  cards: number
}

interface Waiting extends Waits {
  place: Place
  party: string
}

export class CarriedNotices {
  private readonly agreements: KnownAgreements
  private readonly cards: KnownCards
  private readonly known = new Map<string, Known>()
  /** Of records that were looked at and do not wait: why one is void, or nothing. What holds once, holds. */
  private readonly decided = new Map<string, string | undefined>()
  private readonly waits = new Map<string, Waits>()
  private cardsHeld = 0
  private readonly sql

  constructor(sqlite: Sqlite, of: { agreements: KnownAgreements; cards: KnownCards }) {
    this.agreements = of.agreements
    this.cards = of.cards
    this.sql = {
      one: sqlite.prepare<[string, number], Carried>('select * from notice_entries where origin = ? and idx = ?'),
      after: sqlite.prepare<[number, string], Place & { row: number; digest: string }>(
        `select rowid as row, origin, idx, digest from notice_entries
         where rowid > ? and +pact = ? order by rowid`,
      ),
      versions: sqlite.prepare<[string], { version: string }>(
        `select distinct u.version from log_versions u join logs l on l.origin = u.origin where l.pact = ?
         order by u.version`,
      ),
      pacts: sqlite.prepare<[], { pact: string }>('select distinct pact from notice_entries'),
      logs: sqlite.prepare<[string, string], Place>(
        `select origin, min(idx) as idx from notice_entries where pact = ? and digest = ?
         group by origin order by origin`,
      ),
    }
  }

  /** Forgets what was looked at, as after a transaction that failed, or when a log is folded again. */
  clear(): void {
    this.known.clear()
    this.decided.clear()
    this.waits.clear()
  }

  /** Cards are held that were not. */
  cardsChanged(): void {
    this.cardsHeld++
  }

  pacts(): string[] {
    return this.sql.pacts.all().map(({ pact }) => pact)
  }

  /** The valid notices of an agreement, each by each version that is known and under which something was said. */
  standing(pact: string): Standing[] {
    const known = this.upToDate(pact)
    const versions = this.sql.versions.all(pact)
    return [...known.carried].flatMap(([digest, { file, party, entries }]) =>
      versions.flatMap(({ version }) => {
        const key = `${digest} ${version}`
        if (!known.judged.has(key)) {
          const checked = this.checked({ pact, version, party, file })
          if ('awaits' in checked) return []
          known.judged.set(key, 'judged' in checked ? checked.judged : undefined)
        }
        const judged = known.judged.get(key)
        return judged === undefined ? [] : { ...judged, entries }
      }),
    )
  }

  /** Of a `party/notice` that its own log found valid, whether or not that log is frozen: why it is void, where it is. */
  verdict(origin: string, idx: number): 'valid' | 'awaits' | { message: string } {
    const key = `${origin}#${idx}`
    const waits = this.waits.get(key)
    if (waits !== undefined && !this.isHere(waits)) return 'awaits'
    if (!this.decided.has(key)) {
      const carried = this.sql.one.get(origin, idx)
      const checked = carried === undefined ? TOO_MANY : this.checked(carried)
      this.waits.delete(key)
      if (carried !== undefined && 'awaits' in checked) {
        this.waits.set(key, { awaits: checked.awaits, pact: carried.pact, cards: this.cardsHeld })
        return 'awaits'
      }
      this.decided.set(key, 'message' in checked ? checked.message : undefined)
    }
    const message = this.decided.get(key)
    return message === undefined ? 'valid' : { message }
  }

  private isHere({ awaits, pact, cards }: Waits): boolean {
    return 'card' in awaits
      ? cards < this.cardsHeld && this.cards.of(awaits.card) !== undefined
      : this.agreements.of(awaits.version, pact) !== undefined
  }

  /** The first record of each log that carries a notice, and the file of one of them. */
  carriers(pact: string, digest: string): { places: Place[]; file: string } {
    const places = this.sql.logs.all(pact, digest)
    const [first] = places
    return { places, file: (first && this.sql.one.get(first.origin, first.idx)?.file) ?? '' }
  }

  /** Cards that carried notices need and that are not held: of each log so many that no other's have to wait. */
  cardsAwaited(): { party: string; card: string }[] {
    return this.pacts().flatMap((pact) => {
      const ofLog = new Map<string, number>()
      return [...this.upToDate(pact).waiting.values()].flatMap(({ place, party, awaits }) => {
        const count = (ofLog.get(place.origin) ?? 0) + 1
        ofLog.set(place.origin, count)
        return 'card' in awaits && count <= CARDS_AWAITED_PER_LOG ? { party, card: awaits.card } : []
      })
    })
  }

  private upToDate(pact: string): Known {
    const known: Known = this.known.get(pact) ?? {
      ...{ upTo: 0, carried: new Map(), judged: new Map(), waiting: new Map() },
    }
    this.known.set(pact, known)
    for (const one of [...known.waiting.values()]) if (this.isHere(one)) this.look(known, one.place)
    for (const { row, origin, idx, digest } of this.sql.after.all(known.upTo, pact)) {
      known.upTo = row
      const before = known.carried.get(digest)
      if (before?.entries.some((entry) => entry.origin === origin && entry.idx < idx) !== true) {
        this.look(known, { origin, idx })
      }
    }
    return known
  }

  private look(known: Known, place: Place): void {
    const { origin, idx } = place
    const carried = this.sql.one.get(origin, idx)
    known.waiting.delete(`${origin}#${idx}`)
    const checked = carried && this.checked(carried)
    if (carried === undefined || checked === undefined || 'message' in checked) return
    if ('awaits' in checked) {
      known.waiting.set(`${origin}#${idx}`, {
        ...{ place, party: carried.party, pact: carried.pact, awaits: checked.awaits, cards: this.cardsHeld },
      })
      return
    }
    const { digest, file, party } = carried
    const one = known.carried.get(digest) ?? { file, party, entries: [] }
    known.carried.set(digest, one)
    const same = one.entries.find((entry) => entry.origin === origin)
    if (same === undefined) one.entries.push(place)
    else same.idx = Math.min(same.idx, idx)
  }

  private checked(carried: Pick<Carried, 'pact' | 'version' | 'party' | 'file'>): Checked {
    const agreement = this.agreements.of(carried.version, carried.pact)
    if (agreement === undefined) return { awaits: { version: carried.version } }
    const root = pinnedRoot(agreement, carried.party)
    if (root === undefined) return { message: 'It is about somebody who is neither party nor neutral.' }
    const notice = parseNotice(utf8(carried.file))
    if (!notice.ok) return { message: notice.message }
    const checked = checkNotice(notice.value, this.cards.set, root)
    if ('awaits' in checked) return { awaits: { card: checked.awaits } }
    if (!checked.ok) return { message: checked.message }
    return { judged: { notice: notice.value, version: carried.version, agreement, cards: checked.value } }
  }
}
