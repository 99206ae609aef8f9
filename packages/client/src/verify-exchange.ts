// The verifier of the file of an exchange (spec/evidence.md, A whole exchange): each record by the very steps of one that
// stands alone, and then whether they answer each other as they say. What they share is verified once.

import { leafHash, ok, type Result, refuse, sha256, toHex } from '@countersign/log'
import { type Card, canonicalJson, fitsAnswer, parseExchange } from '@countersign/record'
import { readForks } from './apply-forks.ts'
import { type Found, readCards, readRecord, Shared } from './evidence-steps.ts'
import { NOT_SHOWN, type NotShown, type Report, reportOn } from './verify-evidence.ts'

/** One record names another one, which stands in the file or does not. */
export interface Reference {
  /** `origin#index` of the record that answers, and of the one it names. */
  from: string
  to: string
  /** `outside` where the record named is not in the file; `other` where it is not what was named, or may not be answered. */
  state: 'fits' | 'other' | 'outside'
}

export interface ExchangeStep {
  step: 'form' | 'records' | 'references'
  ok: boolean
  /** Stable, such as `exchange/reference`; `evidence/ok` where the step holds. */
  code: string
  message: string
}

export interface ExchangeNotShown {
  code: NotShown['code'] | 'all-of-it'
  message: string
}

export interface ExchangeReport {
  kind: 'exchange'
  /** Every step of every record holds, and they answer each other as they say. */
  holds: boolean
  steps: ExchangeStep[]
  /** Sorted by origin and index, as in the file. */
  records: Report[]
  references: Reference[]
  notShown: readonly ExchangeNotShown[]
}

/** What no file of an exchange shows beyond what its records do not. */
const ALL_OF_IT: ExchangeNotShown = {
  code: 'all-of-it',
  message: 'that this is all that was said in the exchange: whoever cut the file may have left something out',
}

/**
 * Verifies the file of an exchange against the cards the reader trusts; `forks` are files of a fork to apply to each of its
 * records. Never throws for anything the files hold.
 */
export function verifyExchange(
  bytes: Uint8Array,
  trusted: readonly Card[],
  forks: readonly Uint8Array[] = [],
): ExchangeReport {
  const steps: ExchangeStep[] = []
  const note = (step: ExchangeStep['step'], result: Result<string>): void => {
    steps.push(
      result.ok
        ? { step, ok: true, code: 'evidence/ok', message: result.value }
        : { step, ok: false, code: result.code, message: result.message },
    )
  }
  const read = readExchange(bytes, trusted)
  if (!read.ok) {
    note('form', read)
    return { kind: 'exchange', holds: false, steps, records: [], references: [], notShown: [...NOT_SHOWN, ALL_OF_IT] }
  }
  note('form', ok('The file, its entries and its cards are well formed.'))
  const beside = forks.length > 0 ? { forks: readForks(forks, trusted) } : {}
  const reports = read.value.map((found) => reportOn(ok(found), beside))
  note('records', checkRecords(reports))
  const references = referencesAmong(read.value)
  note('references', checkReferences(read.value, references))

  // Of what a record answers, this file says more than one of a single record could.
  const records = reports.map((report) => {
    const own = references.filter(({ from }) => report.record !== null && from === nameOf(report.record))
    const isShown = own.every(({ state }) => state === 'fits')
    return isShown ? { ...report, notShown: report.notShown.filter(({ code }) => code !== 'answered') } : report
  })
  const left = NOT_SHOWN.filter(({ code }) => records.some(({ notShown }) => notShown.some((one) => one.code === code)))
  const holds = steps.every((step) => step.ok)
  return { kind: 'exchange', holds, steps, records, references, notShown: [...left, ALL_OF_IT] }
}

/** Stops two readings of one file, and members that no record of it needs. */
function readExchange(bytes: Uint8Array, trusted: readonly Card[]): Result<Found[]> {
  const parsed = parseExchange(bytes)
  if (!parsed.ok) return parsed
  const file = parsed.value
  const cards = readCards(file.cards, trusted)
  if (!cards.ok) return cards
  const agreements = file.agreements.map((value) => ({ value, digest: toHex(sha256(canonicalJson(value))) }))
  if (agreements.some(({ digest }, i) => i > 0 && (agreements[i - 1]?.digest ?? '') >= digest)) {
    return refuse('exchange/form', 'The agreements in the file are not sorted by digest, or one stands twice.')
  }
  const found: Found[] = []
  for (const log of file.logs) {
    const shared = new Shared('all of a log by one')
    for (const { index, entry, inclusion, content } of log.records) {
      const { origin, cardEntries, checkpoint, receipts } = log
      const given = { record: { origin, index }, entry, inclusion, content, cardEntries, checkpoint, receipts }
      const all = { ...given, agreement: null, cards: file.cards }
      const record = readRecord(all, { trusted, cards: cards.value, shared })
      if (!record.ok) return record
      const { version } = record.value.entry.statement.pact
      const agreement = agreements.find(({ digest }) => digest === version)?.value ?? null
      found.push({ ...record.value, file: { ...all, agreement } })
    }
  }
  const named = new Set(found.map(({ entry }) => entry.statement.pact.version))
  if (agreements.some(({ digest }) => !named.has(digest)))
    return refuse('exchange/form', 'The file holds an agreement under which none of its records was said.')
  const needed = new Set(
    found.flatMap(({ entry, file: { receipts } }) => [entry.statement.from, ...receipts.map(({ by }) => by)]),
  )
  for (const { party } of cards.value.given) {
    if (!needed.has(party)) return refuse('exchange/form', `The file holds a card of ${party} that it does not need.`)
  }
  return ok(found)
}

function checkRecords(reports: readonly Report[]): Result<string> {
  const failing = reports.filter(({ holds }) => !holds)
  if (failing.length === 0) {
    return ok(
      `Every step holds for ${reports.length === 1 ? 'the one record' : `each of the ${reports.length} records`}.`,
    )
  }
  const first = failing[0]?.steps.find((step) => !step.ok)
  const which = failing[0]?.record
  const named = which === null || which === undefined ? 'one' : nameOf(which)
  return refuse(
    'exchange/record',
    `${failing.length} of the ${reports.length} records do not hold; of ${named}: ${first?.message ?? ''}`,
  )
}

function referencesAmong(found: readonly Found[]): Reference[] {
  const byName = new Map(found.map((one) => [nameOf(one.file.record), one]))
  return found.flatMap((answer) =>
    answer.entry.statement.re.map((named, place): Reference => {
      const [from, to] = [nameOf(answer.file.record), nameOf(named)]
      const there = byName.get(to)
      if (there === undefined) return { from, to, state: 'outside' }
      const fits =
        toHex(leafHash(there.entry.bytes)) === named.leaf &&
        fitsAnswer(answer.entry.statement, there.entry.statement, place)
      return { from, to, state: fits ? 'fits' : 'other' }
    }),
  )
}

/** Stops an answer to something else, and records of other matters set beside these. */
function checkReferences(found: readonly Found[], references: readonly Reference[]): Result<string> {
  const wrong = references.find(({ state }) => state === 'other')
  if (wrong !== undefined) {
    return refuse(
      'exchange/reference',
      `${wrong.from} names another record than ${wrong.to}, or one it may not answer.`,
    )
  }
  const fitting = references.filter(({ state }) => state === 'fits')
  const reached = new Set(found.slice(0, 1).map(({ file }) => nameOf(file.record)))
  // A set grows while it is walked.
  for (const name of reached) {
    for (const { from, to } of fitting) {
      if (from === name) reached.add(to)
      if (to === name) reached.add(from)
    }
  }
  if (reached.size < found.length) {
    return refuse(
      'exchange/connected',
      'The records do not all belong to one exchange: some answer none of the others.',
    )
  }
  const outside = references.length - fitting.length
  const rest = outside === 0 ? '' : ` ${outside} more name${outside === 1 ? 's' : ''} a record that is not in the file.`
  if (fitting.length === 0) return ok(`No record in the file answers another.${rest}`)
  return ok(
    `${fitting.length} ${fitting.length === 1 ? 'reference between the records fits' : 'references between the records fit'}.${rest}`,
  )
}

function nameOf({ origin, index }: { origin: string; index: number }): string {
  return `${origin}#${index}`
}
