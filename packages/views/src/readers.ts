// The reader of each log, which decides what the log itself decides (spec/statement.md). What it remembers is in the rows
// already, so nothing is stored for it: after a restart its memory is put together again from them.

import { ok, type Result, refuse } from '@countersign/log'
import { channelOf, pinnedRoot } from '@countersign/pact'
import { LogReader, type LogReaderState, type Origin } from '@countersign/record'
import type { Sqlite } from './database.ts'
import type { KnownAgreements, KnownCards } from './known.ts'

export class Readers {
  private readonly agreements: KnownAgreements
  private readonly cards: KnownCards
  private readonly open = new Map<string, LogReader>()
  private readonly sql

  constructor(sqlite: Sqlite, agreements: KnownAgreements, cards: KnownCards) {
    this.agreements = agreements
    this.cards = cards
    this.sql = {
      log: sqlite.prepare<[string], { next: number; card: string }>('select next, card from logs where origin = ?'),
      ids: sqlite.prepare<[string], { id: string }>('select id from records where origin = ? and own_code is null'),
      logs: sqlite.prepare<[string], { seen_origin: string; size: number; root: string }>(
        'select seen_origin, size, root from seen_logs where origin = ? order by seen_origin, idx',
      ),
      receipts: sqlite.prepare<[string], { name: string; size: number }>(
        `select by_party || ' ' || receipt_origin as name, size from seen_receipts where origin = ?
         order by by_party, receipt_origin, idx`,
      ),
    }
  }

  /**
   * The version a log is to be read by: the one its first entry names, where it is known; otherwise any, so that what is
   * wrong with it is shown. Refuses `views/agreement-unknown` and `views/not-of-channel`.
   */
  choose(origin: Origin, named: string | null): Result<string> {
    const versions = this.agreements.versions(origin.pact)
    const known = versions.find(({ version }) => version === named) ?? versions[0]
    if (known === undefined)
      return refuse('views/agreement-unknown', 'The agreement of this log is not known here yet.')
    if (!(channelOf(known.agreement, origin.channel)?.parties.includes(origin.party) ?? false)) {
      return refuse('views/not-of-channel', 'The agreement knows no such log.')
    }
    return ok(known.version)
  }

  /** The reader of a log, at the entry after its last row. */
  of(origin: Origin, version: string): LogReader {
    const open = this.open.get(origin.text)
    if (open !== undefined) return open
    const agreement = this.agreements.of(version)
    if (agreement === undefined) throw new Error(`${origin.text} is read by what is not known`)
    const parties = channelOf(agreement, origin.channel)?.parties ?? []
    const root = pinnedRoot(agreement, origin.party) ?? ''
    const options = { origin: origin.text, cards: this.cards.set, root, parties }
    const reader = new LogReader(options, this.recalled(origin.text))
    this.open.set(origin.text, reader)
    return reader
  }

  /** Forgets what a reader read beyond the rows, as after a transaction that failed. */
  drop(origin: string): void {
    this.open.delete(origin)
  }

  clear(): void {
    this.open.clear()
  }

  private recalled(origin: string): LogReaderState | undefined {
    const log = this.sql.log.get(origin)
    if (log === undefined || log.next === 0) return undefined
    const logs = new Map(this.sql.logs.all(origin).map(({ seen_origin, size, root }) => [seen_origin, { size, root }]))
    const receipts = new Map(this.sql.receipts.all(origin).map(({ name, size }) => [name, size]))
    return {
      next: log.next,
      card: log.card === '' ? null : log.card,
      ids: this.sql.ids.all(origin).map(({ id }) => id),
      logs: [...logs].map(([name, { size, root }]) => [name, size, root]),
      receipts: [...receipts],
    }
  }
}
