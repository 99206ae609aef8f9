// Reads one log from its start and says of each entry what it means: a valid statement, or void for the first reason
// that holds (spec/statement.md, Void entries). It decides everything that the log, the author’s card and the channel’s
// parties decide; what needs other logs is decided where those are. A void entry stops nothing.

import { ok, type Refusal, type Result, refuse } from '@countersign/log'
import type { Card } from './card.ts'
import { type Entry, parseEntry, verifyEntry } from './entry.ts'
import { type Origin, parseOrigin } from './names.ts'
import type { Statement } from './statement.ts'
import { typeNamed } from './types/index.ts'

export type Outcome =
  | { kind: 'valid'; entry: Entry }
  | { kind: 'void'; code: string; message: string; statement?: Statement }

/** All that a reader remembers between entries; JSON. Grows with the ids of the log. */
export interface LogReaderState {
  next: number
  opened: boolean
  ids: string[]
  /** origin → [size, root] as last named. */
  logs: [string, number, string][]
  /** `by origin` → size as last named. */
  receipts: [string, number][]
}

export interface LogReaderOptions {
  origin: string
  /** The author’s card in force. */
  card: Card
  /** The parties of the channel, from the agreement. */
  parties: readonly string[]
}

export class LogReader {
  private readonly origin: Origin
  private readonly card: Card
  private readonly parties: ReadonlySet<string>
  private readonly ids = new Set<string>()
  private readonly logs = new Map<string, { size: number; root: string }>()
  private readonly receipts = new Map<string, number>()
  private opened = false
  private next = 0

  /** Throws where `origin` is none: the caller’s defect. */
  constructor(options: LogReaderOptions, state?: LogReaderState) {
    const origin = parseOrigin(options.origin)
    if (!origin.ok) throw new Error(origin.message)
    this.origin = origin.value
    this.card = options.card
    this.parties = new Set(options.parties)
    if (state === undefined) return
    this.next = state.next
    this.opened = state.opened
    for (const id of state.ids) this.ids.add(id)
    for (const [name, size, root] of state.logs) this.logs.set(name, { size, root })
    for (const [name, size] of state.receipts) this.receipts.set(name, size)
  }

  /** Index of the entry to be read next. */
  get position(): number {
    return this.next
  }

  snapshot(): LogReaderState {
    return {
      next: this.next,
      opened: this.opened,
      ids: [...this.ids],
      logs: [...this.logs].map(([name, { size, root }]) => [name, size, root]),
      receipts: [...this.receipts],
    }
  }

  /**
   * Reads the next entry, as bytes or as `parseEntry` read them. `signature` is whether both signatures were found to
   * hold; `check` looks here. Throws where entries are not read in order.
   */
  read(index: number, bytes: Uint8Array | Result<Entry>, signature: 'check' | boolean = 'check'): Outcome {
    if (index !== this.next) throw new Error(`Entry ${index} was read where ${this.next} is next.`)
    this.next++
    const parsed = bytes instanceof Uint8Array ? parseEntry(bytes) : bytes
    if (!parsed.ok) return { kind: 'void', code: parsed.code, message: parsed.message }
    const entry = parsed.value
    const { statement } = entry
    const fault = this.firstFault(index, entry, signature)
    if (fault !== undefined) return { kind: 'void', code: fault.code, message: fault.message, statement }
    this.remember(statement)
    return { kind: 'valid', entry }
  }

  private firstFault(index: number, entry: Entry, signature: 'check' | boolean): Refusal | undefined {
    const { statement } = entry
    const { origin, card } = this
    if (statement.origin !== origin.text) return refuse('statement/origin', 'The statement was made for another log.')
    if (statement.from !== origin.party || card.party !== origin.party)
      return refuse('statement/from', 'The statement is from another party than the log’s.')
    if (statement.pact.id !== origin.pact)
      return refuse('statement/pact', 'The statement names another agreement than the log’s.')
    const holds = signature === 'check' ? verifyEntry(entry, card.keys.statement) : signature
    if (!holds) return refuse('statement/signature', 'A signature of the statement does not verify.')
    const opening = this.checkOpening(index, statement)
    if (!opening.ok) return opening
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

  private checkOpening(index: number, statement: Statement): Result<undefined> {
    if (index > 0) {
      if (!this.opened) return refuse('log/not-opened', 'The log does not begin with a valid record that opens it.')
      return statement.type === 'log/open' ? refuse('log/opened-twice', 'The log is open already.') : ok(undefined)
    }
    if (statement.type !== 'log/open')
      return refuse('log/not-opened', 'The log does not begin with a record that opens it.')
    return statement.body.card === this.card.digest
      ? ok(undefined)
      : refuse('log/not-opened', 'The log was opened with another card than the one trusted here.')
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
    this.opened = true
    this.ids.add(statement.id)
    for (const { origin, size, root } of statement.seen.logs) this.logs.set(origin, { size, root })
    for (const { by, origin, size } of statement.seen.receipts) this.receipts.set(`${by} ${origin}`, size)
  }
}

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
