// How much of a party the others must take in on one day (spec/agreement.md, Limits of a day). A day is a number of whole
// days of UTC since 1970-01-01. Trusts its caller that cosignatures were verified, and that all are on the log in question.

import { originParts, padmeSize, type Statement } from '@countersign/record'
import type { Agreement } from './agreement.ts'
import { quorumBound } from './interval.ts'

/** Null: undated, as no neutral excludes the entry. */
export type Day = number | null

interface Cosigned {
  by: string
  size: number
  /** POSIX seconds. */
  time: number
}

const DAY_SECONDS = 86_400

/** The frame before the plaintext of a part (spec/content.md). */
const FRAME_BYTES = 40

/** Whether a depositary's receipt has to cover a part of that number and that padded size. */
export function mustBeHeld(limits: Pick<Agreement['limits'], 'parts' | 'partBytes'>, part: number, size: number) {
  return part < limits.parts && size <= padmeSize(FRAME_BYTES + limits.partBytes)
}

/** What an entry weighs, in bytes; `statement` undefined where it does not parse. */
export function weightOf(
  limits: Pick<Agreement['limits'], 'parts' | 'partBytes'>,
  entryBytes: number,
  statement: Pick<Statement, 'content'> | undefined,
): number {
  const parts = statement?.content.slice(0, limits.parts) ?? []
  return parts.reduce((sum, { size }, part) => sum + (mustBeHeld(limits, part, size) ? size : 0), entryBytes)
}

/** The day of the entry at `index` under an agreement with neutrals. Among `cosignatures` are deposits, too. */
export function dayOfEntry(agreement: Agreement, index: number, cosignatures: Iterable<Cosigned>): Day {
  const excluding = [...cosignatures].filter(({ size }) => size <= index)
  const lo = quorumBound(agreement, excluding)
  return lo === null ? null : dayOfSeconds(lo)
}

/** The day of an entry under an agreement without neutrals; `before` that of the one before it, 0 of the first. */
export function dayOfTime(before: number, statement: Pick<Statement, 'time'> | undefined): number {
  const time = statement === undefined ? Number.NaN : Date.parse(statement.time)
  return Number.isNaN(time) ? before : Math.max(before, dayOfSeconds(time / 1000))
}

/** The entries of one day in a log of `size` entries, under an agreement with neutrals: from `from` on and below `to`. */
export function entriesOfDay(
  agreement: Agreement,
  day: Day,
  size: number,
  cosignatures: readonly Cosigned[],
): { from: number; to: number } {
  const since = (seconds: number) => Math.min(size, datedFrom(agreement, seconds, cosignatures) ?? size)
  return day === null
    ? { from: 0, to: since(Number.NEGATIVE_INFINITY) }
    : { from: since(day * DAY_SECONDS), to: since((day + 1) * DAY_SECONDS) }
}

export function dayOfSeconds(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS)
}

/** The first index whose lo is at least `seconds`; undefined while none can have one. */
function datedFrom(agreement: Agreement, seconds: number, cosignatures: readonly Cosigned[]): number | undefined {
  const least = new Map<string, number>()
  for (const { by, size, time } of cosignatures) {
    const operator = agreement.neutrals.find(({ party }) => party === by)?.operator
    if (operator === undefined || time < seconds) continue
    least.set(operator, Math.min(size, least.get(operator) ?? size))
  }
  return [...least.values()].sort((a, b) => a - b)[agreement.quorum - 1]
}

/** One log of a party with all its entries. */
export interface PartyLog {
  origin: string
  entries: readonly { bytes: number; statement: Pick<Statement, 'content' | 'time' | 'type'> | undefined }[]
  cosignatures: readonly Cosigned[]
}

/** Which entries of a party are over the limits of their day, by origin. `logs` are all of its logs that are read. */
export function entriesOverLimits(agreement: Agreement, logs: readonly PartyLog[]): Map<string, number[]> {
  const { limits } = agreement
  const dated = logs.map((log) => {
    const days = daysOf(agreement, log)
    const entries = log.entries.map(({ bytes, statement }, i) => ({
      day: days[i] ?? null,
      weight: weightOf(limits, bytes, statement),
      isProposal: statement?.type === 'pact/propose',
    }))
    return { origin: log.origin, onLine: isOnLine(log.origin), entries }
  })
  const over = new Map<string, number[]>()
  for (const log of dated) {
    const used = new Map<Day, Used>()
    for (const other of dated) {
      if (other === log || (log.onLine && !other.onLine)) continue
      for (const { day, weight } of other.entries) use(used, day, weight)
    }
    const proposals = new Map<Day, number>()
    const indexes = log.entries.flatMap(({ day, weight, isProposal }, index) => {
      const { entries, bytes } = use(used, day, weight)
      const proposed = (proposals.get(day) ?? 0) + (isProposal ? 1 : 0)
      proposals.set(day, proposed)
      const tooManyProposed = isProposal && proposed > limits.openProposals
      return entries > limits.entriesPerDay || bytes > limits.bytesPerDay || tooManyProposed ? [index] : []
    })
    over.set(log.origin, indexes)
  }
  return over
}

/** Whether a log stands on the channel for what is small and urgent. */
export function isOnLine(origin: string): boolean {
  return originParts(origin).channel === 'line'
}

interface Used {
  entries: number
  bytes: number
}

function use(used: Map<Day, Used>, day: Day, weight: number): Used {
  const { entries, bytes } = used.get(day) ?? { entries: 0, bytes: 0 }
  const sum = { entries: entries + 1, bytes: bytes + weight }
  used.set(day, sum)
  return sum
}

function daysOf(agreement: Agreement, { entries, cosignatures }: PartyLog): Day[] {
  if (agreement.neutrals.length > 0) return entries.map((_, index) => dayOfEntry(agreement, index, cosignatures))
  let day = 0
  return entries.map(({ statement }) => (day = dayOfTime(day, statement)))
}
