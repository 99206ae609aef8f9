// Entries into rows: what a log itself decides of each (spec/statement.md), with everything its statement names. What
// depends on other logs, on receipts and on agreements is derived afterwards, in derive-rows.ts.

import { fromUtf8, leafHash, ok, type Result, refuse, toHex } from '@countersign/log'
import {
  canonicalJson,
  type Entry,
  type LogReader,
  noticeOf,
  type Origin,
  type Outcome,
  parseEntry,
  parseOrigin,
  type Statement,
  typeNamed,
} from '@countersign/record'
import type { Sqlite } from './database.ts'
import { DRAFTS_PER_LOG, ENTRIES_PER_FOLD_MAX, NOTICES_PER_LOG } from './limits.ts'
import type { Readers } from './readers.ts'
import { STATES, VALIDITY } from './schema.ts'
import type { Successions } from './successions.ts'
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
  /** Whether a notice, or a name of a receipt, is among them. */
  noticed: boolean
}

type SeenReceipt = [{ origin: string; by: string; on: string; index: number; size: number; digest: string }]

interface LogRow {
  next: number
  card: string
  version: string
}

export class EntryFolder {
  private readonly readers: Readers
  private readonly successions: Successions
  private readonly sql

  constructor(sqlite: Sqlite, readers: Readers, successions: Successions) {
    this.readers = readers
    this.successions = successions
    const insert = (table: string, columns: number) =>
      sqlite.prepare(`insert into ${table} values (${Array(columns).fill('?').join(', ')})`)
    this.sql = {
      log: sqlite.prepare<[string], LogRow>('select next, card, version from logs where origin = ?'),
      addLog: sqlite.prepare(
        `insert into logs (origin, pact, channel, party, next, card, version, opening_card, opening_version, awaits)
         values (?, ?, ?, ?, 0, '', ?, ?, ?, null)`,
      ),
      advance: sqlite.prepare<[number, string, string | null, string]>(
        'update logs set next = ?, card = ?, awaits = ? where origin = ?',
      ),
      cardFrom: insert('log_cards', 3),
      notice: insert('notice_entries', 7),
      hasNotice: sqlite.prepare<[string, string, string], { n: number }>(
        'select 1 as n from notice_entries where pact = ? and digest = ? and origin = ? limit 1',
      ),
      noticesAbout: sqlite.prepare<[string, string, number], { n: number }>(
        'select count(*) as n from (select distinct digest from notice_entries where origin = ? and party = ? limit ?)',
      ),
      feed: insert('record_feeds', 3),
      record: insert('records', 24),
      statement: insert('statements', 3),
      addressee: insert('addressees', 4),
      part: insert('parts', 7),
      mention: insert('mentions', 6),
      seenLog: insert('seen_logs', 5),
      seenReceipt: sqlite.prepare<SeenReceipt>(
        `insert into seen_receipts select @origin, @by, @on, @index, @size, @digest,
           exists (select 1 from receipts where origin = @on and by_party = @by and size = @size and digest = @digest)
         where @size > coalesce((select size from seen_receipts
           where origin = @origin and by_party = @by and receipt_origin = @on order by idx desc limit 1), 0)`,
      ),
      use: sqlite.prepare<[string, string, number]>('insert into log_versions values (?, ?, ?) on conflict do nothing'),
      signature: insert('signatures', 9),
      rival: sqlite.prepare<[string, number, string | null, string], { n: number }>(
        'select 1 as n from signatures where origin = ? and idx < ? and base is ? and version <> ? limit 1',
      ),
      proposal: insert('proposals', 4),
      proposals: sqlite.prepare<[string], { n: number }>('select count(*) as n from proposals where origin = ?'),
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
    const version = known === undefined ? this.begin(place.value, fresh[0]) : ok(known.version)
    if (!version.ok) return version
    const reader = this.readers.of(place.value, version.value)
    const folded: Folded = { next: first, first, signed: false, drafts: [], replaced: [], noticed: false }
    let awaits: string | null = null
    for (const entry of fresh) {
      const outcome = this.one(place.value, folded.next, entry, reader, folded)
      awaits = outcome.kind === 'awaits' ? outcome.card : null
      if (awaits !== null) break
      folded.next++
    }
    this.sql.advance.run(folded.next, reader.card?.digest ?? '', awaits, origin)
    return ok(folded)
  }

  /** The card in force for the entry that is folded next. */
  cardInForce(origin: string): string | undefined {
    return this.sql.log.get(origin)?.card || undefined
  }

  private begin(origin: Origin, entry: EntryToFold | undefined): Result<string> {
    const opening = entry === undefined ? { card: null, version: null } : openingOf(entry.bytes)
    const version = this.readers.choose(origin, opening.version)
    if (!version.ok) return version
    const { text, pact, channel, party } = origin
    this.sql.addLog.run(text, pact, channel, party, version.value, opening.card, opening.version)
    return version
  }

  private one(origin: Origin, index: number, entry: EntryToFold, reader: LogReader, folded: Folded): Outcome {
    const read = entry.parsed ?? parseEntry(entry.bytes)
    const before = reader.card?.digest
    // Of the first entry no card was in force when its signatures were looked at: the one it names.
    const known = entry.card === undefined || index === 0 || entry.card === before
    const outcome = reader.read(index, read, known ? entry.signature : 'check')
    if (outcome.kind === 'awaits') return outcome
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
    if (parsed === undefined || statement === undefined) return outcome
    this.sql.statement.run(origin.text, index, fromUtf8(parsed.payload) ?? '')
    for (const [i, party] of statement.to.entries()) this.sql.addressee.run(origin.text, index, i, party)
    for (const [i, part] of statement.content.entries()) {
      this.sql.part.run(origin.text, index, i, part.role, part.mediaType, part.size, part.sealed)
    }
    for (const [i, { origin: of, index: at, leaf: hash }] of statement.re.entries()) {
      this.sql.mention.run(origin.text, index, i, of, at, hash)
    }
    if (valid) this.remember(origin, index, statement, folded)
    const after = reader.card?.digest
    // From the entry after the one that says so; the first is signed by the card it names.
    if (after !== undefined && after !== before) this.sql.cardFrom.run(origin.text, index === 0 ? 0 : index + 1, after)
    return outcome
  }

  /** What later records of this log, and of others, are judged by. */
  private remember(origin: Origin, index: number, statement: Statement, folded: Folded): void {
    for (const { origin: seen, size, root } of statement.seen.logs) {
      this.sql.seenLog.run(origin.text, seen, index, size, root)
    }
    for (const { by, origin: on, size, digest } of statement.seen.receipts) {
      this.sql.seenReceipt.run({ origin: origin.text, by, on, index, size, digest })
    }
    if (statement.seen.receipts.length > 0 || statement.seen.logs.length > 0) folded.noticed = true
    const { version } = statement.pact
    if (statement.type === 'party/notice') {
      const notice = noticeOf(statement.body)
      if (notice.ok) {
        const { digest, body, bytes } = notice.value
        const about = () => this.sql.noticesAbout.get(origin.text, body.party, NOTICES_PER_LOG)?.n ?? 0
        if (this.sql.hasNotice.get(origin.pact, digest, origin.text) !== undefined || about() < NOTICES_PER_LOG) {
          this.sql.notice.run(origin.text, index, origin.pact, version, digest, body.party, fromUtf8(bytes) ?? '')
          folded.noticed = true
        }
      }
    }
    if (statement.type === 'party/keys') folded.noticed = true
    // By each version under which something is said, a notice is judged for itself.
    if (this.sql.use.run(origin.text, version, index).changes > 0) folded.noticed = true
    if (statement.type === 'intel/share' && typeof statement.body.feed === 'string') {
      this.sql.feed.run(origin.text, index, statement.body.feed)
    }
    if (statement.type === 'log/open') {
      const { predecessor } = statement.body as { predecessor: { origin: string; size: number; root: string } | null }
      if (predecessor !== null) this.successions.add(origin.text, predecessor)
    }
    if (statement.type === 'pact/sign') {
      const { base, origins } = statement.body as { base: string | null; origins: string[] }
      const { text, pact, channel, party } = origin
      const second = this.sql.rival.get(text, index, base, version) === undefined ? 0 : 1
      this.sql.signature.run(text, index, pact, version, base, channel, party, JSON.stringify(origins), second)
      folded.signed = true
    }
    if (statement.type === 'pact/propose' && (this.sql.proposals.get(origin.text)?.n ?? 0) < DRAFTS_PER_LOG) {
      const { agreement } = statement.body as { agreement: { id?: unknown; base?: unknown } }
      const base = typeof agreement.base === 'string' ? agreement.base : ''
      this.sql.proposal.run(origin.text, index, version, base)
      // A draft is taken from where it belongs alone: a log of one agreement makes no other known.
      if (agreement.id === origin.pact) folded.drafts.push(canonicalJson(agreement))
      for (const { idx } of this.sql.earlierProposals.all(origin.text, base, index, version)) folded.replaced.push(idx)
    }
  }
}

/** What the first entry of a log names, whether it is valid or not; null where it names nothing. */
function openingOf(bytes: Uint8Array): { card: string | null; version: string | null } {
  const statement = entryOf(bytes)?.statement
  const card = statement?.type === 'log/open' ? statement.body.card : null
  return { card: typeof card === 'string' ? card : null, version: statement?.pact.version ?? null }
}

function entryOf(bytes: Uint8Array): Entry | undefined {
  const parsed = parseEntry(bytes)
  return parsed.ok ? parsed.value : undefined
}
