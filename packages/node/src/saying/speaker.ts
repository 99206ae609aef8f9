// One of our own logs: the only way in for our own words. A statement is put together, signed and appended in one
// step without a pause, so that `seen` never falls and the order of calls is the order in the log (spec/statement.md).

import { LogStopped, type OwnLog } from '@countersign/ledger'
import { MAX_ENTRY_BYTES, ok, type Result, refuse, toHex, utf8 } from '@countersign/log'
import { type Card, parseEntry, type SignerPair, type Statement, signStatement } from '@countersign/record'

/** A peer's log as far as we hold it. */
export interface Head {
  origin: string
  size: number
  root: Uint8Array
}

/** A receipt we hold, named by its digest. */
export interface Pin {
  by: string
  origin: string
  size: number
  digest: string
}

/** What a speaker sees of its channel at the moment it speaks. */
export interface ChannelSight {
  heads(): Iterable<Head>
  /** The newest receipt held on our own log, for each cosigner; and the receipt by which the agreement is in force. */
  pins(): Iterable<Pin>
}

/** Our cards by digest, and the statement keys of each. */
export interface SignersOf {
  card(digest: string): Card | undefined
  signers(card: Card): SignerPair
}

export type Draft = Pick<Statement, 'id' | 'type' | 'pact' | 'to' | 'mode' | 'body' | 'marking' | 're' | 'content'>

const SEEN_MAX = 64

export class Speaker {
  readonly log: OwnLog
  readonly party: string
  private readonly signersOf: SignersOf
  private inForce: Card | undefined
  /** A card that the log names as in force and that is not held: what was signed by another would be void. */
  awaits: string | undefined
  private readonly sight: ChannelSight
  private readonly now: () => number
  private readonly named = new Map<string, number>()
  private readonly pinned = new Map<string, number>()
  /** Index of our newest entry that is no pin; -1 where there is none. */
  lastSaid = -1
  /** Number of our newest hotline message; 0 where there is none. */
  messageNumber = 0

  private constructor(log: OwnLog, party: string, signersOf: SignersOf, sight: ChannelSight, now: () => number) {
    this.log = log
    this.party = party
    this.signersOf = signersOf
    this.sight = sight
    this.now = now
  }

  /** The card by which the next statement is signed; undefined in a log that is not open yet. */
  get card(): Card | undefined {
    return this.inForce
  }

  /** Reads the log once to know what its statements have named so far. */
  static async open(
    log: OwnLog,
    us: { party: string; signersOf: SignersOf },
    sight: ChannelSight,
    now: () => number,
  ): Promise<Speaker> {
    const speaker = new Speaker(log, us.party, us.signersOf, sight, now)
    await speaker.recall(0)
    return speaker
  }

  /** Takes note of entries from `from` on; called again after a tail was recovered from a mirror. */
  async recall(from: number): Promise<void> {
    for await (const { statement, index } of this.statements(from)) this.remember(statement, index)
  }

  /** What stands in the log, from `from` on. */
  async *statements(from: number): AsyncGenerator<{ index: number; statement: Statement }> {
    let index = from
    for await (const bytes of this.log.entries(from, this.log.size)) {
      const entry = parseEntry(bytes)
      if (entry.ok) yield { index, statement: entry.value.statement }
      index++
    }
  }

  /** How much of a peer's log our statements have named. */
  namedSize(origin: string): number {
    return this.named.get(origin) ?? 0
  }

  /** The size of the newest receipt of `by` on `origin` that our statements have named. */
  pinnedSize(by: string, origin: string): number {
    return this.pinned.get(`${by} ${origin}`) ?? 0
  }

  /**
   * Says it; a message on the line gets its number here. Resolves with the index once the entry is durable; refuses an
   * entry over the format's limit, and `ledger/stopped` where it could not be written.
   */
  async say(draft: Draft): Promise<Result<{ index: number; statement: Statement }>> {
    const said = await this.sayAll([draft])
    if (!said.ok) return said
    const [only] = said.value
    if (only === undefined) throw new Error('What was said has an index.')
    return ok(only)
  }

  /** Says what belongs together: all of it is durable at once and stands together in the log, or none of it does. */
  async sayAll(drafts: readonly Draft[]): Promise<Result<{ index: number; statement: Statement }[]>> {
    if (this.awaits !== undefined) {
      const message = `${this.log.origin} is open by a card of ours that is not held here; it is asked of the others.`
      return refuse('log/card-awaited', message)
    }
    let number = this.messageNumber
    const time = new Date(this.now()).toISOString()
    const statements = drafts.map((draft, i): Statement => {
      const numbered = draft.type === 'hotline/message' && draft.body.number === undefined
      return {
        ...draft,
        body: numbered ? { ...draft.body, number: ++number } : draft.body,
        v: 1,
        origin: this.log.origin,
        from: this.party,
        time,
        // Nothing was seen between the first of them and the others.
        seen: i === 0 ? this.seen() : { logs: [], receipts: [] },
      }
    })
    // A change of keys binds from the entry after it.
    let card = this.inForce
    const entries = statements.map((statement) => {
      card ??= this.signersOf.card(namedCard(statement))
      if (card === undefined) throw new Error(`${this.log.origin} is open by a card that is not held here.`)
      const entry = signStatement(statement, this.signersOf.signers(card))
      if (statement.type === 'party/keys') card = this.signersOf.card(namedCard(statement)) ?? card
      return entry
    })
    if (entries.some(({ length }) => length > MAX_ENTRY_BYTES)) {
      return refuse(
        'say/too-large',
        'The clear part of this record is too large; shorten it or move it into the content.',
      )
    }
    for (const [i, statement] of statements.entries()) this.remember(statement, this.log.size + i)
    try {
      const indexes = await this.log.appendAll(entries)
      const said = statements.map((statement, i) => ({ statement, index: indexes[i] ?? 0 }))
      for (const { statement, index } of said) {
        if (statement.type !== 'log/pin') this.lastSaid = Math.max(this.lastSaid, index)
      }
      return ok(said)
    } catch (cause) {
      if (cause instanceof LogStopped) return refuse(cause.code, cause.message)
      throw cause
    }
  }

  private seen(): Statement['seen'] {
    const logs = [...this.sight.heads()]
      .filter((head) => head.size > this.namedSize(head.origin))
      .sort((a, b) => byBytes(a.origin, b.origin))
      .slice(0, SEEN_MAX)
      .map((head) => ({ origin: head.origin, size: head.size, root: toHex(head.root) }))
    const newest = new Map<string, Pin>()
    for (const pin of this.sight.pins()) {
      const key = `${pin.by} ${pin.origin}`
      const other = newest.get(key)
      if (pin.size > this.pinnedSize(pin.by, pin.origin) && pin.size > (other?.size ?? 0)) newest.set(key, pin)
    }
    const receipts = [...newest.values()]
      .sort((a, b) => byBytes(a.by, b.by) || byBytes(a.origin, b.origin))
      .slice(0, SEEN_MAX)
      .map(({ by, origin, size, digest }) => ({ by, origin, size, digest }))
    return { logs, receipts }
  }

  private remember(statement: Statement, index: number): void {
    for (const { origin, size } of statement.seen.logs) this.named.set(origin, Math.max(size, this.namedSize(origin)))
    for (const { by, origin, size } of statement.seen.receipts) {
      this.pinned.set(`${by} ${origin}`, Math.max(size, this.pinnedSize(by, origin)))
    }
    if (statement.type !== 'log/pin') this.lastSaid = Math.max(this.lastSaid, index)
    if (statement.type === 'log/open' || statement.type === 'party/keys') {
      const named = this.signersOf.card(namedCard(statement))
      this.awaits = named === undefined ? namedCard(statement) : undefined
      this.inForce = named ?? this.inForce
    }
    const body: { number?: unknown } = statement.type === 'hotline/message' ? statement.body : {}
    if (typeof body.number === 'number') this.messageNumber = Math.max(this.messageNumber, body.number)
  }
}

function namedCard({ body }: Statement): string {
  return typeof body.card === 'string' ? body.card : ''
}

function byBytes(a: string, b: string): number {
  const [x, y] = [utf8(a), utf8(b)]
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const difference = (x[i] ?? 0) - (y[i] ?? 0)
    if (difference !== 0) return difference
  }
  return x.length - y.length
}
