// Our own logs on one channel: one speaks, and it may have succeeded others (spec/succession.md). Those stay open to be
// read, and are signed no further. Which one speaks, the logs say themselves: the one that no other names.

import { type EndedLog, type LogFiles, type OwnLogOptions, openEndedLog } from '@countersign/ledger'
import { ok } from '@countersign/log'
import { parseEntry, type Statement } from '@countersign/record'
import type { TakenLog } from './lost-logs.ts'

/** A log that another succeeded, which pins its first entries. */
export interface FormerLog {
  log: TakenLog & Pick<EndedLog, 'close'>
  pinned: number
}

export interface OpenedGenerations {
  /** The log that speaks. */
  newest: string
  former: FormerLog[]
  /** Those that cannot be opened. */
  faults: { origin: string; code: string; message: string }[]
}

/**
 * Opens all logs but the one that speaks; `origins` in the order in which they were opened, at least one. Those in `open`
 * are open already, `speaking` among them; what speaks from now on is closed where it is another. Of a card whose log key
 * `isGivenUp` none speaks where there is another.
 */
export async function openFormer(
  origins: readonly string[],
  at: Omit<OwnLogOptions, 'origin' | 'signers'>,
  open: ReadonlyMap<string, FormerLog['log']> = new Map(),
  speaking?: string,
  isGivenUp: (card: string) => boolean = () => false,
): Promise<OpenedGenerations> {
  const [only] = origins
  if (only === undefined) throw new Error('There is no log to be opened.')
  if (origins.length === 1 && open.size === 0) return { newest: only, former: [], faults: [] }
  const opened: FormerLog['log'][] = []
  const faults: OpenedGenerations['faults'] = []
  const named = new Map<string, number>()
  const begun = new Map<string, string>()
  const successors: { origin: string; predecessor: { origin: string; size: number } }[] = []
  const givenUp = new Set<string>()
  for (const origin of origins) {
    try {
      const held = open.get(origin)
      const log = held === undefined ? await openEndedLog({ ...at, origin }) : ok(held)
      if (!log.ok) {
        faults.push({ origin, code: log.code, message: log.message })
        continue
      }
      opened.push(log.value)
      const { time = '', card = '', predecessor } = (await openingOf(log.value)) ?? {}
      // Whoever stole a key that was given up opens a log of whatever time, and names what it likes as its predecessor.
      begun.set(origin, isGivenUp(card) ? `-${time}` : time)
      if (isGivenUp(card)) givenUp.add(origin)
      if (predecessor != null) successors.push({ origin, predecessor })
    } catch (cause) {
      faults.push({ origin, code: 'ledger/unopened', message: `Our log could not be opened: ${String(cause)}` })
    }
  }
  for (const { origin, predecessor } of successors) {
    if (givenUp.has(origin) && !givenUp.has(predecessor.origin)) continue
    named.set(predecessor.origin, predecessor.size)
  }
  // One that cannot be opened may be the one that speaks: none that it may have succeeded is signed in its place.
  const openedAt = (origin: string) => begun.get(origin) ?? UNKNOWN_TIME
  const newest = newestOf(origins, (origin) => (named.has(origin) ? undefined : openedAt(origin)))
  if (newest !== speaking) await opened.find(({ origin }) => origin === newest)?.close()
  return {
    newest,
    former: opened
      .filter(({ origin }) => origin !== newest)
      .map((log) => ({ log, pinned: named.get(log.origin) ?? log.size })),
    faults: faults.filter(({ origin }) => origin !== newest),
  }
}

/** Later than any. */
const UNKNOWN_TIME = '~'

/** Of those that nobody names as a predecessor the one that was opened last, whatever order they came here in. */
function newestOf(origins: readonly string[], openedAt: (origin: string) => string | undefined): string {
  let newest = origins[0] ?? ''
  let last: string | undefined
  for (const origin of origins) {
    const time = openedAt(origin)
    if (time === undefined || (last !== undefined && time < last)) continue
    newest = origin
    last = time
  }
  return newest
}

/** What the first entry of a log says, and names as its predecessor. */
async function openingOf(
  log: Pick<LogFiles, 'size' | 'entry'>,
): Promise<{ time: string; card: string; predecessor: { origin: string; size: number } | null } | undefined> {
  const first = log.size > 0 ? parseEntry(await log.entry(0)) : undefined
  if (first?.ok !== true || first.value.statement.type !== 'log/open') return undefined
  const { time, body } = first.value.statement
  const { card, predecessor = null } = body as { card?: unknown; predecessor?: { origin: string; size: number } | null }
  return { time, card: typeof card === 'string' ? card : '', predecessor }
}

/** What stands in a log from `from` on and below `to`, as far as it parses. */
export async function* statementsIn(
  log: Pick<LogFiles, 'size' | 'entries'>,
  from: number,
  to: number,
): AsyncGenerator<Statement> {
  if (from >= Math.min(to, log.size)) return
  for await (const bytes of log.entries(from, Math.min(to, log.size))) {
    const entry = parseEntry(bytes)
    if (entry.ok) yield entry.value.statement
  }
}
