// Entries into rows: what a log itself decides of each (spec/statement.md), with everything its statement names. What
// depends on other logs, on receipts and on agreements is derived afterwards, in derive-rows.ts.

import { fromUtf8, leafHash, ok, type Result, refuse, toHex } from '@countersign/log'
import {
  canonicalJson,
  type Entry,
  type LogReader,
  type Origin,
  parseEntry,
  parseOrigin,
  type Statement,
  typeNamed,
} from '@countersign/record'
import type { Sqlite } from './database.ts'
import { ENTRIES_PER_FOLD_MAX } from './limits.ts'
import type { Opening, Readers, Reading } from './readers.ts'
import { STATES, VALIDITY } from './schema.ts'
import type { EntryToFold } from './views.ts'

/** What a batch brought that others must look at. */
export interface Folded {
  next: number
  first: number
  /** Whether a signature is among them. */
  signed: boolean
  /** Canonical drafts of valid proposals. */
  drafts: Uint8Array[]
  /** Earlier proposals of this log that a later one took the place of. */
  replaced: number[]
}

interface LogRow {
  next: number
  card: string
  version: string
}

export class EntryFolder {
  private readonly readers: Readers
  private readonly sql

  constructor(sqlite: Sqlite, readers: Readers) {
    this.readers = readers
    const insert = (table: string, columns: number) =>
      sqlite.prepare(`insert into ${table} values (${Array(columns).fill('?').join(', ')})`)
    this.sql = {
      log: sqlite.prepare<[string], LogRow>('select next, card, version from logs where origin = ?'),
      addLog: insert('logs', 9),
      advance: sqlite.prepare<[number, string]>('update logs set next = ? where origin = ?'),
      record: insert('records', 24),
      statement: insert('statements', 3),
      addressee: insert('addressees', 4),
      part: insert('parts', 7),
      mention: insert('mentions', 6),
      seenLog: insert('seen_logs', 5),
      seenReceipt: sqlite.prepare<[string, string, string, number, number, string, number, string, string, string]>(
        `insert into seen_receipts select ?, ?, ?, ?, ?, ? where ? > coalesce((select size from seen_receipts
         where origin = ? and by_party = ? and receipt_origin = ? order by idx desc limit 1), 0)`,
      ),
      use: sqlite.prepare<[string, string, number]>('insert into log_versions values (?, ?, ?) on conflict do nothing'),
      signature: insert('signatures', 9),
      rival: sqlite.prepare<[string, number, string | null, string], { n: number }>(
        'select 1 as n from signatures where origin = ? and idx < ? and base is ? and version <> ? limit 1',
      ),
      proposal: insert('proposals', 4),
      earlierProposals: sqlite.prepare<[string, string, number, string], { idx: number }>(
        'select idx from proposals where origin = ? and base = ? and idx < ? and version <> ?',
      ),
    }
  }

  next(origin: string): number {
    return this.sql.log.get(origin)?.next ?? 0
  }

  /** Within a transaction of the caller. Refuses what `Views.foldEntries` refuses. */
  fold(origin: string, fromIndex: number, entries: readonly EntryToFold[]): Result<Folded> {
    if (entries.length > ENTRIES_PER_FOLD_MAX)
      throw new Error(`At most ${ENTRIES_PER_FOLD_MAX} entries are folded at once.`)
    const place = parseOrigin(origin)
    if (!place.ok) return place
    const known = this.sql.log.get(origin)
    const first = known?.next ?? 0
    if (fromIndex > first) return refuse('views/gap', `The entries of ${origin} from ${first} on must be folded first.`)
    const fresh = entries.slice(first - fromIndex)
    const reading = known === undefined ? this.begin(place.value, fresh[0]) : ok<Reading>(known)
    if (!reading.ok) return reading
    const reader = this.readers.of(place.value, reading.value)
    const folded: Folded = { next: first + fresh.length, first, signed: false, drafts: [], replaced: [] }
    for (const [i, entry] of fresh.entries()) this.one(place.value, first + i, entry, reader, folded)
    this.sql.advance.run(folded.next, origin)
    return ok(folded)
  }

  private begin(origin: Origin, entry: EntryToFold | undefined): Result<Reading> {
    const opening = entry === undefined ? { card: null, version: null } : openingOf(entry.bytes)
    const reading = this.readers.choose(origin, opening)
    if (!reading.ok) return reading
    const { text, pact, channel, party } = origin
    const { card, version } = reading.value
    this.sql.addLog.run(text, pact, channel, party, 0, card, version, opening.card, opening.version)
    return reading
  }

  private one(origin: Origin, index: number, entry: EntryToFold, reader: LogReader, folded: Folded): void {
    const read = entry.parsed ?? parseEntry(entry.bytes)
    const outcome = reader.read(index, read, entry.signature)
    const valid = outcome.kind === 'valid'
    const parsed = read.ok ? read.value : undefined
    const statement = parsed?.statement
    const leaf = toHex(leafHash(entry.bytes))
    const type = statement?.type ?? '(unreadable)'
    const time = statement?.time ?? ''
    this.sql.record.run(
      ...[origin.text, index, leaf, origin.pact, statement?.pact.version ?? '', origin.channel, origin.party],
      ...[type, typeNamed(type) === undefined ? 0 : 1, statement?.id ?? '', time, time === '' ? 0 : Date.parse(time)],
      ...[statement?.mode ?? 'Actual', statement?.marking.tlp ?? 'TLP:CLEAR', statement?.marking.class ?? null],
      ...[valid ? null : outcome.code, valid ? '' : outcome.message],
      ...[VALIDITY.undecided, 'views/unsettled', '', STATES.indexOf('undecided'), 0, null, null],
    )
    if (parsed === undefined || statement === undefined) return
    this.sql.statement.run(origin.text, index, fromUtf8(parsed.payload) ?? '')
    for (const [i, party] of statement.to.entries()) this.sql.addressee.run(origin.text, index, i, party)
    for (const [i, part] of statement.content.entries()) {
      this.sql.part.run(origin.text, index, i, part.role, part.mediaType, part.size, part.sealed)
    }
    for (const [i, { origin: of, index: at, leaf: hash }] of statement.re.entries()) {
      this.sql.mention.run(origin.text, index, i, of, at, hash)
    }
    if (valid) this.remember(origin, index, statement, folded)
  }

  /** What later records of this log, and of others, are judged by. */
  private remember(origin: Origin, index: number, statement: Statement, folded: Folded): void {
    for (const { origin: seen, size, root } of statement.seen.logs) {
      this.sql.seenLog.run(origin.text, seen, index, size, root)
    }
    for (const { by, origin: on, size, digest } of statement.seen.receipts) {
      this.sql.seenReceipt.run(origin.text, by, on, index, size, digest, size, origin.text, by, on)
    }
    const { version } = statement.pact
    this.sql.use.run(origin.text, version, index)
    if (statement.type === 'pact/sign') {
      const { base, origins } = statement.body as { base: string | null; origins: string[] }
      const { text, pact, channel, party } = origin
      const second = this.sql.rival.get(text, index, base, version) === undefined ? 0 : 1
      this.sql.signature.run(text, index, pact, version, base, channel, party, JSON.stringify(origins), second)
      folded.signed = true
    }
    if (statement.type === 'pact/propose') {
      const { agreement } = statement.body as { agreement: { id?: unknown; base?: unknown } }
      const base = typeof agreement.base === 'string' ? agreement.base : ''
      this.sql.proposal.run(origin.text, index, version, base)
      // A draft is taken from where it belongs alone: a log of one agreement makes no other known.
      if (agreement.id === origin.pact) folded.drafts.push(canonicalJson(agreement))
      for (const { idx } of this.sql.earlierProposals.all(origin.text, base, index, version)) folded.replaced.push(idx)
    }
  }
}

function openingOf(bytes: Uint8Array): Opening {
  const statement = entryOf(bytes)?.statement
  const card = statement?.type === 'log/open' ? statement.body.card : null
  return { card: typeof card === 'string' ? card : null, version: statement?.pact.version ?? null }
}

function entryOf(bytes: Uint8Array): Entry | undefined {
  const parsed = parseEntry(bytes)
  return parsed.ok ? parsed.value : undefined
}
