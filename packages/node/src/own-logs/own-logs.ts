// Our own logs on one channel: one speaks, and it may have succeeded others (spec/succession.md). Those stay open to be
// read, and are signed no further. Which one speaks, the logs say themselves: the one that no other names.

import { type EndedLog, type LogFiles, type OwnLogOptions, openEndedLog } from '@countersign/ledger'
import { parseEntry, type Statement } from '@countersign/record'

/** A log that another succeeded, which pins its first entries. */
export interface FormerLog {
  log: LogFiles & Pick<EndedLog, 'close'>
  pinned: number
}

export interface OpenedGenerations {
  /** The log that speaks. */
  newest: string
  former: FormerLog[]
  /** Those that cannot be opened. */
  faults: { origin: string; code: string; message: string }[]
}

/** Opens all logs but the one that speaks; `origins` in the order in which they were opened, at least one. */
export async function openFormer(
  origins: readonly string[],
  at: Omit<OwnLogOptions, 'origin' | 'signers'>,
): Promise<OpenedGenerations> {
  const [only] = origins
  if (only === undefined) throw new Error('There is no log to be opened.')
  if (origins.length === 1) return { newest: only, former: [], faults: [] }
  const opened: EndedLog[] = []
  const faults: OpenedGenerations['faults'] = []
  const named = new Map<string, number>()
  for (const origin of origins) {
    try {
      const log = await openEndedLog({ ...at, origin })
      if (!log.ok) {
        faults.push({ origin, code: log.code, message: log.message })
        continue
      }
      opened.push(log.value)
      const predecessor = await predecessorOf(log.value)
      if (predecessor !== undefined) named.set(predecessor.origin, predecessor.size)
    } catch (cause) {
      faults.push({ origin, code: 'ledger/unopened', message: `Our log could not be opened: ${String(cause)}` })
    }
  }
  const newest = origins.findLast((origin) => !named.has(origin)) ?? only
  await opened.find(({ origin }) => origin === newest)?.close()
  return {
    newest,
    former: opened
      .filter(({ origin }) => origin !== newest)
      .map((log) => ({ log, pinned: named.get(log.origin) ?? log.size })),
    faults: faults.filter(({ origin }) => origin !== newest),
  }
}

/** What the first entry of a log names as its predecessor. */
export async function predecessorOf(
  log: Pick<LogFiles, 'size' | 'entry'>,
): Promise<{ origin: string; size: number } | undefined> {
  const first = log.size > 0 ? parseEntry(await log.entry(0)) : undefined
  if (first?.ok !== true || first.value.statement.type !== 'log/open') return undefined
  const { predecessor } = first.value.statement.body as { predecessor?: { origin: string; size: number } | null }
  return predecessor ?? undefined
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
