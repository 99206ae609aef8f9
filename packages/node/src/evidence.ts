// Cutting an evidence file for one record (spec/evidence.md): its entry, proofs, receipts and cards, and nothing of any
// other record. What it proves is not decided here: the verifier does.

import type { LogFiles } from '@countersign/ledger'
import { ok, type Result, refuse, toBase64, verifyCheckpoint } from '@countersign/log'
import { type Agreement, neutralsOf } from '@countersign/pact'
import { type Card, type EvidenceFile, formatEvidence, parseEntry, parseOrigin } from '@countersign/record'

export interface EvidenceSources {
  log(origin: string): LogFiles | undefined
  receiptsOn(origin: string): { by: string; size: number; time: number }[]
  readReceipt(origin: string, receipt: { by: string; size: number; time: number }): Promise<Uint8Array | undefined>
  agreement(id: string, version: string): { agreement: Agreement; bytes: Uint8Array } | undefined
  cardOf(party: string): Card | undefined
  /** Salt and plaintext of one part, where it is sealed to us. */
  readPart(part: number): Promise<Result<{ bytes: Uint8Array; salt: Uint8Array }>>
}

export async function cutEvidence(
  record: { origin: string; index: number },
  options: { reveal: boolean },
  sources: EvidenceSources,
): Promise<Result<Uint8Array>> {
  const { origin, index } = record
  const log = sources.log(origin)
  const parsed = parseOrigin(origin)
  if (!parsed.ok || log?.checkpoint === undefined || index >= log.size) {
    return refuse('not-found/record', 'This record is not held here; list what is held with: countersign records')
  }
  const bytes = await log.entry(index)
  const entry = parseEntry(bytes)
  if (!entry.ok) return refuse('evidence/void', `This entry is void and proves nothing: ${entry.message}`)
  const { statement } = entry.value
  const author = sources.cardOf(parsed.value.party)
  const first = await log.entry(0)
  const opening = parseEntry(first)
  if (author === undefined || (opening.ok && opening.value.statement.body.card !== author.digest)) {
    return refuse('evidence/no-card', `The card with which ${parsed.value.party} opened this log is not held here.`)
  }
  const head = verifyCheckpoint(log.checkpoint, {
    origin,
    ed25519PublicKey: author.keys.log.ed25519,
    mldsa44PublicKey: author.keys.log.mldsa44,
  })
  if (!head.ok) return head
  const size = head.value.size
  const pact = sources.agreement(statement.pact.id, statement.pact.version)
  const bounds =
    pact === undefined ? [] : boundingReceipts(pact.agreement, statement.to, index, sources.receiptsOn(origin))
  const receipts: EvidenceFile['receipts'] = []
  const cosigners = new Map<string, Card>()
  for (const receipt of bounds) {
    const card = sources.cardOf(receipt.by)
    const bytes = await sources.readReceipt(origin, receipt)
    if (card === undefined || bytes === undefined || receipt.size > log.size) continue
    cosigners.set(card.party, card)
    const named = { by: receipt.by, note: toBase64(bytes), size: receipt.size }
    receipts.push(
      receipt.size > index
        ? { ...named, inclusion: (await log.inclusionProof(index, receipt.size)).map(toBase64) }
        : { ...named, consistency: (await log.consistencyProof(receipt.size, size)).map(toBase64) },
    )
  }
  const content: EvidenceFile['content'] = []
  if (options.reveal) {
    for (const part of statement.content.keys()) {
      const opened = await sources.readPart(part)
      if (!opened.ok) return opened
      content.push({ part, salt: toBase64(opened.value.salt), plaintext: toBase64(opened.value.bytes) })
    }
  }
  cosigners.set(author.party, author)
  return ok(
    formatEvidence({
      v: 1,
      record: { origin, index },
      entry: toBase64(bytes),
      cardEntries: [{ index: 0, entry: toBase64(first), inclusion: (await log.inclusionProof(0, size)).map(toBase64) }],
      agreement: pact === undefined ? null : JSON.parse(new TextDecoder().decode(pact.bytes)),
      cards: [...cosigners.values()]
        .sort((a, b) => (a.party < b.party ? -1 : 1))
        .map((card) => JSON.parse(new TextDecoder().decode(card.bytes))),
      checkpoint: toBase64(log.checkpoint),
      inclusion: (await log.inclusionProof(index, size)).map(toBase64),
      receipts,
      content,
    }),
  )
}

/**
 * Only receipts that can be a bound: from each addressee and from the neutrals the earliest that covers the record,
 * and from each neutral the latest that does not.
 */
function boundingReceipts<R extends { by: string; size: number; time: number }>(
  agreement: Agreement,
  to: readonly string[],
  index: number,
  receipts: readonly R[],
): R[] {
  const neutrals = new Set(neutralsOf(agreement).map(({ party }) => party))
  const earliest = new Map<string, R>()
  const latest = new Map<string, R>()
  for (const receipt of receipts) {
    const { by, size, time } = receipt
    if (size > index && (neutrals.has(by) || to.includes(by))) {
      if (time < (earliest.get(by)?.time ?? Number.POSITIVE_INFINITY)) earliest.set(by, receipt)
    } else if (size <= index && neutrals.has(by)) {
      if (time > (latest.get(by)?.time ?? Number.NEGATIVE_INFINITY)) latest.set(by, receipt)
    }
  }
  return [...latest.values(), ...earliest.values()].sort((a, b) => a.size - b.size || (a.by < b.by ? -1 : 1))
}
