// Cutting files of evidence (spec/evidence.md): for one record its entry, proofs, receipts and cards, or for several that
// answer each other all of these and once what they share; and nothing of any other record. What a file proves is not
// decided here: the verifier does.

import type { LogFiles } from '@countersign/ledger'
import { ok, type Result, refuse, toBase64, verifyCheckpoint } from '@countersign/log'
import { type Agreement, neutralsOf } from '@countersign/pact'
import {
  type Card,
  EVIDENCE_LIMITS,
  type EvidenceFile,
  EXCHANGE_LIMITS,
  type ExchangeFile,
  formatEvidence,
  formatExchange,
  parseEntry,
  parseOrigin,
  parseRecordRef,
  type Statement,
} from '@countersign/record'

interface GivenReceipt {
  by: string
  size: number
  time: number
}

interface Place {
  origin: string
  index: number
}

export interface EvidenceSources {
  log(origin: string): LogFiles | undefined
  receiptsOn(origin: string): GivenReceipt[]
  readReceipt(origin: string, receipt: GivenReceipt): Promise<Uint8Array | undefined>
  agreement(id: string, version: string): { agreement: Agreement; bytes: Uint8Array } | undefined
  cardOf(party: string): Card | undefined
  /** Salt and plaintext of one part, where it is sealed to us. */
  readPart(record: Place, part: number): Promise<Result<{ bytes: Uint8Array; salt: Uint8Array }>>
  /** The records held here that this one names and those that name it, void ones left out. */
  related(record: Place): Promise<string[]>
}

/** One log as it stands while a file is cut: every proof leads to this checkpoint. */
interface CutLog {
  log: LogFiles
  author: Card
  checkpoint: Uint8Array
  size: number
}

export async function cutEvidence(
  record: Place,
  options: { reveal: boolean },
  sources: EvidenceSources,
): Promise<Result<Uint8Array>> {
  const { origin, index } = record
  const opened = await openLog(origin, sources)
  if (!opened.ok) return opened
  const { log, author, checkpoint, size } = opened.value
  const read = await readEntry(opened.value, index)
  if (!read.ok) return read
  const { bytes, statement } = read.value
  const pact = sources.agreement(statement.pact.id, statement.pact.version)
  const cards = new Map([[author.party, author]])
  const receipts: EvidenceFile['receipts'] = []
  for (const receipt of boundingReceipts(pact?.agreement, statement.to, index, sources.receiptsOn(origin))) {
    const read = await readReceipt(origin, receipt, size, sources)
    if (read === undefined) continue
    cards.set(receipt.by, read.card)
    const named = { by: receipt.by, note: toBase64(read.bytes), size: receipt.size }
    receipts.push(
      receipt.size > index
        ? { ...named, inclusion: (await log.inclusionProof(index, receipt.size)).map(toBase64) }
        : { ...named, consistency: (await log.consistencyProof(receipt.size, size)).map(toBase64) },
    )
  }
  const content: EvidenceFile['content'] = []
  for (const part of options.reveal ? statement.content.keys() : []) {
    const opened = await sources.readPart(record, part)
    if (!opened.ok) return opened
    content.push({ part, salt: toBase64(opened.value.salt), plaintext: toBase64(opened.value.bytes) })
  }
  return bounded(
    formatEvidence({
      v: 1,
      record: { origin, index },
      entry: toBase64(bytes),
      cardEntries: await cardEntriesOf(opened.value),
      agreement: pact === undefined ? null : jsonOf(pact.bytes),
      cards: cardFiles(cards),
      checkpoint: toBase64(checkpoint),
      inclusion: (await log.inclusionProof(index, size)).map(toBase64),
      receipts,
      content,
    }),
  )
}

/**
 * The record and all that it answers and that answers it, as far as held here, the nearest first up to the limit. With
 * `reveal` the content of all that is sealed to us and still held.
 */
export async function cutExchange(
  record: Place,
  options: { reveal: boolean },
  sources: EvidenceSources,
): Promise<Result<Uint8Array>> {
  const places = await exchangeOf(record, sources)
  const cards = new Map<string, Card>()
  const agreements = new Map<string, Record<string, unknown>>()
  const logs: ExchangeFile['logs'] = []
  for (const [origin, indexes] of [...places].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const opened = await openLog(origin, sources)
    if (!opened.ok) return opened
    const { log, author, checkpoint, size } = opened.value
    cards.set(author.party, author)
    const records: ExchangeFile['logs'][number]['records'] = []
    const bounds = new Map<string, GivenReceipt>()
    for (const index of [...indexes].sort((a, b) => a - b)) {
      const read = await readEntry(opened.value, index)
      if (!read.ok) return read
      const { bytes, statement } = read.value
      const { id, version } = statement.pact
      const pact = sources.agreement(id, version)
      if (pact !== undefined) agreements.set(version, jsonOf(pact.bytes))
      for (const one of boundingReceipts(pact?.agreement, statement.to, index, sources.receiptsOn(origin))) {
        bounds.set(`${one.by} ${one.size} ${one.time}`, one)
      }
      records.push({
        index,
        entry: toBase64(bytes),
        inclusion: (await log.inclusionProof(index, size)).map(toBase64),
        content: options.reveal ? await readable({ origin, index }, statement, sources) : [],
      })
    }
    const receipts: ExchangeFile['logs'][number]['receipts'] = []
    for (const receipt of [...bounds.values()].sort(bySizeAndSigner)) {
      const read = await readReceipt(origin, receipt, size, sources)
      if (read === undefined) continue
      cards.set(receipt.by, read.card)
      const consistency = (await log.consistencyProof(receipt.size, size)).map(toBase64)
      receipts.push({ by: receipt.by, note: toBase64(read.bytes), size: receipt.size, consistency })
    }
    const cardEntries = await cardEntriesOf(opened.value)
    logs.push({ origin, checkpoint: toBase64(checkpoint), cardEntries, records, receipts })
  }
  if (agreements.size > EXCHANGE_LIMITS.agreements) {
    return refuse('evidence/too-many-versions', 'The exchange spans too many versions; cut its records one by one.')
  }
  const sorted = [...agreements].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
  return bounded(formatExchange({ v: 1, kind: 'exchange', agreements: sorted, cards: cardFiles(cards), logs }))
}

/** Indexes by origin. A walk in breadth along what is named, in both directions. */
async function exchangeOf(start: Place, sources: EvidenceSources): Promise<Map<string, Set<number>>> {
  const found = new Map<string, Place>([[`${start.origin}#${start.index}`, start]])
  // A map grows while it is walked.
  for (const place of found.values()) {
    for (const name of await sources.related(place)) {
      const ref = parseRecordRef(name)
      if (!ref.ok || found.size >= EXCHANGE_LIMITS.records) continue
      const { origin, index } = ref.value
      if (sources.log(origin.text) !== undefined) found.set(name, { origin: origin.text, index })
    }
  }
  const byLog = new Map<string, Set<number>>()
  for (const { origin, index } of found.values()) {
    const indexes = byLog.get(origin) ?? new Set()
    byLog.set(origin, indexes.add(index))
  }
  return byLog
}

async function openLog(origin: string, sources: EvidenceSources): Promise<Result<CutLog>> {
  const log = sources.log(origin)
  const parsed = parseOrigin(origin)
  if (!parsed.ok || log?.checkpoint === undefined || log.size === 0) return notHeld()
  const author = sources.cardOf(parsed.value.party)
  const opening = parseEntry(await log.entry(0))
  if (author === undefined || (opening.ok && opening.value.statement.body.card !== author.digest)) {
    return refuse('evidence/no-card', `The card with which ${parsed.value.party} opened this log is not held here.`)
  }
  const { checkpoint } = log
  const { ed25519: ed25519PublicKey, mldsa44: mldsa44PublicKey } = author.keys.log
  const head = verifyCheckpoint(checkpoint, { origin, ed25519PublicKey, mldsa44PublicKey })
  return head.ok ? ok({ log, author, checkpoint, size: head.value.size }) : head
}

async function readEntry(
  { log, size }: CutLog,
  index: number,
): Promise<Result<{ bytes: Uint8Array; statement: Statement }>> {
  if (index >= size) return notHeld()
  const bytes = await log.entry(index)
  const entry = parseEntry(bytes)
  if (!entry.ok) return refuse('evidence/void', `This entry is void and proves nothing: ${entry.message}`)
  return ok({ bytes, statement: entry.value.statement })
}

/** Undefined where it cannot be part of the file: its card or bytes are not held, or it is over more than the log here. */
async function readReceipt(origin: string, receipt: GivenReceipt, size: number, sources: EvidenceSources) {
  const card = sources.cardOf(receipt.by)
  const bytes = await sources.readReceipt(origin, receipt)
  return card === undefined || bytes === undefined || receipt.size > size ? undefined : { card, bytes }
}

async function cardEntriesOf({ log, size }: CutLog): Promise<EvidenceFile['cardEntries']> {
  const inclusion = (await log.inclusionProof(0, size)).map(toBase64)
  return [{ index: 0, entry: toBase64(await log.entry(0)), inclusion }]
}

async function readable(
  record: Place,
  statement: Statement,
  sources: EvidenceSources,
): Promise<EvidenceFile['content']> {
  const content: EvidenceFile['content'] = []
  for (const part of statement.content.keys()) {
    const opened = await sources.readPart(record, part)
    if (!opened.ok) continue
    content.push({ part, salt: toBase64(opened.value.salt), plaintext: toBase64(opened.value.bytes) })
  }
  return content
}

/**
 * Only receipts that can be a bound: from each addressee and from the neutrals the earliest that covers the record,
 * and from each neutral the latest that does not.
 */
function boundingReceipts(
  agreement: Agreement | undefined,
  to: readonly string[],
  index: number,
  receipts: readonly GivenReceipt[],
): GivenReceipt[] {
  if (agreement === undefined) return []
  const neutrals = new Set(neutralsOf(agreement).map(({ party }) => party))
  const earliest = new Map<string, GivenReceipt>()
  const latest = new Map<string, GivenReceipt>()
  for (const receipt of receipts) {
    const { by, size, time } = receipt
    if (size > index && (neutrals.has(by) || to.includes(by))) {
      if (time < (earliest.get(by)?.time ?? Number.POSITIVE_INFINITY)) earliest.set(by, receipt)
    } else if (size <= index && neutrals.has(by)) {
      if (time > (latest.get(by)?.time ?? Number.NEGATIVE_INFINITY)) latest.set(by, receipt)
    }
  }
  return [...latest.values(), ...earliest.values()].sort(bySizeAndSigner)
}

function bySizeAndSigner(a: GivenReceipt, b: GivenReceipt): number {
  return a.size - b.size || (a.by < b.by ? -1 : a.by > b.by ? 1 : a.time - b.time)
}

function cardFiles(cards: ReadonlyMap<string, Card>): Record<string, unknown>[] {
  return [...cards.values()].sort((a, b) => (a.party < b.party ? -1 : 1)).map(({ bytes }) => jsonOf(bytes))
}

function jsonOf(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(bytes))
}

function notHeld(): Result<never> {
  return refuse('not-found/record', 'This record is not held here; list what is held with: countersign records')
}

/** No reader would take more. */
function bounded(file: Uint8Array): Result<Uint8Array> {
  return file.length <= EVIDENCE_LIMITS.fileBytes
    ? ok(file)
    : refuse('evidence/too-large', 'The file would be larger than any reader takes; cut it without the content.')
}
