// Reads one log from its start and says of each entry what it means: a valid statement, or void for the first reason
// that holds (spec/statement.md, Void entries). It decides everything that the log, the author’s cards and the channel’s
// parties decide; what needs other logs is decided where those are. A void entry stops nothing. Which card is in force,
// the log itself says (spec/keys.md): where it names one that is not held, the reader waits there and says for which.

import { ok, type Refusal, type Result, refuse } from '@countersign/log'
import type { Card } from './card.ts'
import { type CardSet, mayFollow } from './card-set.ts'
import { type Entry, parseEntry, verifyEntry } from './entry.ts'
import { type Origin, parseOrigin } from './names.ts'
import type { Statement } from './statement.ts'
import { typeNamed } from './types/index.ts'

export type Outcome =
  | { kind: 'valid'; entry: Entry }
  | { kind: 'void'; code: string; message: string; statement?: Statement }
  /** Not read: it depends on the card of that digest, which is not held. The same entry is to be read again. */
  | { kind: 'awaits'; card: string }

/** All that a reader remembers between entries; JSON. Grows with the ids of the log. */
export interface LogReaderState {
  next: number
  /** Digest of the card in force for the next entry; null in a log that was not opened. */
  card: string | null
  ids: string[]
  /** origin → [size, root] as last named. */
  logs: [string, number, string][]
  /** `by origin` → size as last named. */
  receipts: [string, number][]
}

export interface LogReaderOptions {
  origin: string
  /** The cards held; may grow while the log is read. */
  cards: CardSet
  /** Digest of the author’s root that the agreement pins. */
  root: string
  /** The parties of the channel, from the agreement. */
  parties: readonly string[]
}

export class LogReader {
  private readonly origin: Origin
  private readonly cards: CardSet
  private readonly root: string
  private readonly parties: ReadonlySet<string>
  private readonly ids = new Set<string>()
  private readonly logs = new Map<string, { size: number; root: string }>()
  private readonly receipts = new Map<string, number>()
  private inForce: Card | undefined
  private next = 0

  /** Throws where `origin` is none: the caller’s defect. */
  constructor(options: LogReaderOptions, state?: LogReaderState) {
    const origin = parseOrigin(options.origin)
    if (!origin.ok) throw new Error(origin.message)
    this.origin = origin.value
    this.cards = options.cards
    this.root = options.root
    this.parties = new Set(options.parties)
    if (state === undefined) return
    this.next = state.next
    this.inForce = state.card === null ? undefined : this.cards.of(state.card)
    if (state.card !== null && this.inForce === undefined) throw new Error(`The card ${state.card} was held before.`)
    for (const id of state.ids) this.ids.add(id)
    for (const [name, size, root] of state.logs) this.logs.set(name, { size, root })
    for (const [name, size] of state.receipts) this.receipts.set(name, size)
  }

  /** Index of the entry to be read next. */
  get position(): number {
    return this.next
  }

  /** The card in force for the entry to be read next; undefined in a log that is not opened. */
  get card(): Card | undefined {
    return this.inForce
  }

  snapshot(): LogReaderState {
    return {
      next: this.next,
      card: this.inForce?.digest ?? null,
      ids: [...this.ids],
      logs: [...this.logs].map(([name, { size, root }]) => [name, size, root]),
      receipts: [...this.receipts],
    }
  }

  /**
   * Reads the next entry, as bytes or as `parseEntry` read them. `signature` is whether both signatures were found to
   * hold by the card in force; `check` looks here. Throws where entries are not read in order.
   */
  read(index: number, bytes: Uint8Array | Result<Entry>, signature: 'check' | boolean = 'check'): Outcome {
    if (index !== this.next) throw new Error(`Entry ${index} was read where ${this.next} is next.`)
    const parsed = bytes instanceof Uint8Array ? parseEntry(bytes) : bytes
    if (!parsed.ok) return this.passed({ kind: 'void', code: parsed.code, message: parsed.message })
    const entry = parsed.value
    const { statement } = entry
    const card = index === 0 ? this.openedWith(statement) : (this.inForce ?? NOT_OPENED)
    if ('awaits' in card) return { kind: 'awaits', card: card.awaits }
    const fault = this.firstFault(index, entry, card, signature)
    if (fault !== undefined) return this.passed({ kind: 'void', code: fault.code, message: fault.message, statement })
    if (!('digest' in card)) throw new Error('A statement without fault was signed by a card in force.')
    const next = statement.type === 'party/keys' ? this.keysChange(statement, card) : ok(card)
    if ('awaits' in next) return { kind: 'awaits', card: next.awaits }
    if (!next.ok) return this.passed({ kind: 'void', code: next.code, message: next.message, statement })
    this.inForce = next.value
    this.remember(statement)
    return this.passed({ kind: 'valid', entry })
  }

  private passed(outcome: Outcome): Outcome {
    this.next++
    return outcome
  }

  /** The card that the first entry names. */
  private openedWith({ type, body }: Statement): Card | Refusal | { awaits: string } {
    if (type !== 'log/open' || typeof body.card !== 'string') {
      return refuse('log/not-opened', 'The log does not begin with a record that opens it.')
    }
    const card = this.cards.of(body.card)
    // What is no digest names no card that anybody could show.
    if (card === undefined) return /^[0-9a-f]{64}$/.test(body.card) ? { awaits: body.card } : NOT_OPENED
    if (card.party !== this.origin.party) {
      return refuse('log/not-opened', 'The log was opened with the card of another party.')
    }
    const reach = this.cards.reach(card, this.root)
    if (reach.kind === 'awaits') return { awaits: reach.card }
    if (reach.kind === 'reaches') return card
    return refuse('log/not-opened', 'The log was opened with a card of another root than the agreement pins.')
  }

  private keysChange({ body }: Statement, inForce: Card): Result<Card> | { awaits: string } {
    const { card, serial } = body as { card: string; serial: number }
    return mayFollow(this.cards, inForce, { card, serial, party: this.origin.party })
  }

  private firstFault(
    index: number,
    entry: Entry,
    card: Card | Refusal,
    signature: 'check' | boolean,
  ): Refusal | undefined {
    const { statement } = entry
    const { origin } = this
    if (statement.origin !== origin.text) return refuse('statement/origin', 'The statement was made for another log.')
    if (statement.from !== origin.party)
      return refuse('statement/from', 'The statement is from another party than the log’s.')
    if (statement.pact.id !== origin.pact)
      return refuse('statement/pact', 'The statement names another agreement than the log’s.')
    if (!('digest' in card)) return card
    const holds = signature === 'check' ? verifyEntry(entry, card.keys.statement) : signature
    if (!holds) return refuse('statement/signature', 'A signature of the statement does not verify.')
    if (index > 0 && statement.type === 'log/open') return refuse('log/opened-twice', 'The log is open already.')
    if (this.ids.has(statement.id))
      return refuse('statement/id-reused', 'An earlier record of this log has the same id.')
    if (!statement.to.every((party) => party !== statement.from && this.parties.has(party))) {
      return refuse('statement/to', 'The statement addresses its author, or somebody outside the channel.')
    }
    const seen = this.checkSeen(statement)
    if (!seen.ok) return seen
    if (statement.re.some((record) => record.origin === origin.text && record.index >= index))
      return refuse('statement/re', 'The statement names a record of its own log that does not stand before it.')
    return checkType(statement, this.parties)
  }

  private checkSeen(statement: Statement): Result<undefined> {
    const isOfChannel = (text: string) => {
      const origin = parseOrigin(text)
      if (!origin.ok) return undefined
      const { pact, channel, party } = origin.value
      return pact === this.origin.pact && channel === this.origin.channel && this.parties.has(party)
        ? origin.value
        : undefined
    }
    for (const { origin, size, root } of statement.seen.logs) {
      const log = isOfChannel(origin)
      if (log === undefined || log.party === statement.from) {
        return refuse('statement/seen', 'The statement names as seen what is no peer’s log of this channel.')
      }
      const before = this.logs.get(origin)
      if (before !== undefined && (size < before.size || (size === before.size && root !== before.root))) {
        return refuse(
          'statement/seen',
          'The statement has seen less of a log, or something else, than its author said before.',
        )
      }
    }
    for (const { by, origin, size } of statement.seen.receipts) {
      if (isOfChannel(origin) === undefined || size < (this.receipts.get(`${by} ${origin}`) ?? 0)) {
        return refuse(
          'statement/seen',
          'The statement names a receipt that is older than one named before, or of no log of this channel.',
        )
      }
    }
    return ok(undefined)
  }

  private remember(statement: Statement): void {
    this.ids.add(statement.id)
    for (const { origin, size, root } of statement.seen.logs) this.logs.set(origin, { size, root })
    for (const { by, origin, size } of statement.seen.receipts) this.receipts.set(`${by} ${origin}`, size)
  }
}

const NOT_OPENED = refuse('log/not-opened', 'The log does not begin with a valid record that opens it.')

/**
 * Whether a statement of a known type keeps that type’s rules (spec/records.md), as far as it tells by itself: which type
 * the records it answers are of, `mayAnswer` says to whoever holds them. Unknown types pass.
 */
export function checkType(statement: Statement, parties: ReadonlySet<string>): Refusal | undefined {
  const type = typeNamed(statement.type)
  if (type === undefined) return undefined
  const others = [...parties].filter((party) => party !== statement.from)
  const addresses =
    type.to === 'none'
      ? statement.to.length === 0
      : type.to === 'some'
        ? statement.to.length > 0
        : statement.to.length === others.length && others.every((party) => statement.to.includes(party))
  if (!addresses)
    return refuse(
      'statement/body',
      `A ${type.name} addresses ${type.to === 'none' ? 'nobody' : `${type.to} of the other parties`}.`,
    )
  const body = type.body.safeParse(statement.body)
  if (!body.success) {
    const issue = body.error.issues[0]
    return refuse(
      'statement/body',
      `The body breaks the rules of ${type.name} at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? ''}.`,
    )
  }
  if (type.answers === 'none' && statement.re.length > 0)
    return refuse('statement/body', `A ${type.name} answers nothing.`)
  const sentence =
    (type.answersOne === true ? oneAnswerFault(statement) : undefined) ??
    type.checkParts(statement.content) ??
    type.checkStatement?.(statement)
  return sentence === undefined ? undefined : refuse('statement/body', `A ${type.name} is refused: ${sentence}.`)
}

/** A sentence where `re` is anything but one record of another party on the statement’s own channel. */
function oneAnswerFault({ re, origin }: Statement): string | undefined {
  const [own, named] = [parseOrigin(origin), parseOrigin(re[0]?.origin ?? '')]
  if (re.length !== 1 || !named.ok || !own.ok) return 'it names not exactly one record'
  const { party, pact, channel } = named.value
  if (party === own.value.party) return 'it names a record of its own author'
  return pact === own.value.pact && channel === own.value.channel ? undefined : 'it names a record of another channel'
}
