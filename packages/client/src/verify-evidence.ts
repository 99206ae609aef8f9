// The verifier of evidence files: a paragraph of steps, each stopping one attack (spec/evidence.md). It trusts only the
// cards handed in and the mathematics below; it needs no node, no network and no database, and gives the same answers
// in a browser as under Node.

import {
  leafHash,
  ok,
  type Result,
  type Root,
  refuse,
  toHex,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from '@countersign/log'
import {
  type Agreement,
  agreementDigest,
  channelOf,
  type Interval,
  intervalOf,
  parseAgreement,
} from '@countersign/pact'
import {
  bytesOf,
  type Card,
  canonicalJson,
  commitment,
  type Entry,
  type EvidenceFile,
  parseCard,
  parseEntry,
  parseEvidence,
  parseOrigin,
  parseReceipt,
  type Statement,
  verifyEntry,
} from '@countersign/record'

export type StepName = 'form' | 'author' | 'signature' | 'place' | 'agreement' | 'receipts' | 'times' | 'content'

export interface Step {
  step: StepName
  ok: boolean
  /** Stable, such as `evidence/place`; `evidence/ok` where the step holds. */
  code: string
  message: string
}

export interface RecipientTimes extends Interval {
  recipient: string
}

export interface RevealedPart {
  part: number
  mediaType: string
  plaintext: Uint8Array
}

export interface Report {
  /** Every step holds. */
  holds: boolean
  steps: Step[]
  record: { origin: string; index: number } | null
  statement: Statement | null
  /** Who gave receipts that verify, with size and time in POSIX seconds. */
  receipts: { by: string; size: number; time: number; covers: boolean }[]
  /** One for each addressee; for a record that addresses nobody one with an empty recipient. */
  times: RecipientTimes[]
  revealed: RevealedPart[]
  agreement: Agreement | null
}

interface Found {
  file: EvidenceFile
  entry: Entry
  cards: Map<string, Card>
  author?: Card
  agreement?: Agreement
  root?: { size: number; root: Root }
  receipts: Report['receipts']
}

/** Verifies an evidence file against the cards the reader trusts. Never throws for anything the file holds. */
export function verifyEvidence(bytes: Uint8Array, trusted: readonly Card[]): Report {
  const steps: Step[] = []
  const note = (step: StepName, result: Result<string>): boolean => {
    steps.push(
      result.ok
        ? { step, ok: true, code: 'evidence/ok', message: result.value }
        : { step, ok: false, code: result.code, message: result.message },
    )
    return result.ok
  }

  const read = readFile(bytes)
  if (!read.ok) {
    note('form', read)
    return {
      holds: false,
      steps,
      record: null,
      statement: null,
      receipts: [],
      times: [],
      revealed: [],
      agreement: null,
    }
  }
  const found = read.value
  note('form', ok('The file, its entry and its cards are well formed.'))
  note('author', checkAuthor(found, trusted))
  note('signature', checkSignature(found))
  note('place', checkPlace(found))
  note('agreement', checkAgreement(found))
  note('receipts', checkReceipts(found, trusted))
  const times = timesOf(found)
  note('times', describeTimes(times))
  const revealed: RevealedPart[] = []
  if (found.file.content.length > 0) note('content', checkContent(found, revealed))

  return {
    holds: steps.every((step) => step.ok),
    steps,
    record: found.file.record,
    statement: found.entry.statement,
    receipts: found.receipts,
    times,
    revealed,
    agreement: found.agreement ?? null,
  }
}

/** Stops two readings of one file: everything is parsed once, canonically, and nothing else is looked at later. */
function readFile(bytes: Uint8Array): Result<Found> {
  const file = parseEvidence(bytes)
  if (!file.ok) return file
  const entry = parseEntry(bytesOf(file.value.entry))
  if (!entry.ok) return refuse('evidence/entry', `The entry is void: ${entry.message}`)
  const cards = new Map<string, Card>()
  for (const raw of file.value.cards) {
    const card = parseCard(canonicalJson(raw))
    if (!card.ok) return refuse('evidence/card', `A card in the file is refused: ${card.message}`)
    if (cards.has(card.value.party)) return refuse('evidence/card', `The file holds two cards of ${card.value.party}.`)
    cards.set(card.value.party, card.value)
  }
  return ok({ file: file.value, entry: entry.value, cards, receipts: [] })
}

/** Stops somebody else's key in the author's name. */
function checkAuthor(found: Found, trusted: readonly Card[]): Result<string> {
  const party = found.entry.statement.from
  const card = found.cards.get(party)
  if (card === undefined)
    return refuse('evidence/author', `The file holds no card of ${party}, who is said to have signed.`)
  if (!trusted.some((one) => one.party === party && one.rootDigest === card.rootDigest)) {
    return refuse(
      'evidence/author',
      `You trust no card of ${party} with this root; give it with --card after comparing its words.`,
    )
  }
  found.author = card
  return ok(`The card of ${party} has the root you trust.`)
}

/** Stops a forged or altered statement, also where one of the two algorithms is broken. */
function checkSignature(found: Found): Result<string> {
  const card = found.author ?? found.cards.get(found.entry.statement.from)
  if (card === undefined || !verifyEntry(found.entry, card.keys.statement)) {
    return refuse('evidence/signature', 'The signatures on the statement do not verify.')
  }
  return ok('Both signatures on the statement verify.')
}

/** Stops a statement that was never logged, or stands in another log or at another place. */
function checkPlace(found: Found): Result<string> {
  const { record } = found.file
  const { statement } = found.entry
  const origin = parseOrigin(record.origin)
  if (!origin.ok || statement.origin !== record.origin || origin.value.party !== statement.from) {
    return refuse('evidence/place', 'The statement is of another log than the file says.')
  }
  const card = found.author ?? found.cards.get(statement.from)
  if (card === undefined) return refuse('evidence/place', 'Without the author’s card the log cannot be checked.')
  const head = verifyCheckpoint(bytesOf(found.file.checkpoint), {
    origin: record.origin,
    ed25519PublicKey: card.keys.log.ed25519,
    mldsa44PublicKey: card.keys.log.mldsa44,
  })
  if (!head.ok) return refuse('evidence/place', `The checkpoint does not verify: ${head.message}`)
  const included = verifyInclusion(
    record.index,
    head.value.size,
    leafHash(found.entry.bytes),
    found.file.inclusion.map(bytesOf),
    head.value.root,
  )
  if (!included.ok) return refuse('evidence/place', `The entry is not at its place in the log: ${included.message}`)
  found.root = { size: head.value.size, root: head.value.root }
  return ok(`It is entry ${record.index} of a log of ${head.value.size} that the author signed.`)
}

/** Stops an agreement other than the one meant. */
function checkAgreement(found: Found): Result<string> {
  const { statement } = found.entry
  if (found.file.agreement === null) return refuse('evidence/agreement', 'The file does not hold the agreement.')
  const agreement = parseAgreement(canonicalJson(found.file.agreement))
  if (!agreement.ok) return refuse('evidence/agreement', `The agreement is refused: ${agreement.message}`)
  if (agreementDigest(agreement.value) !== statement.pact.version || agreement.value.id !== statement.pact.id) {
    return refuse('evidence/agreement', 'The agreement in the file is not the one the statement names.')
  }
  const origin = parseOrigin(statement.origin)
  const channel = origin.ok ? channelOf(agreement.value, origin.value.channel) : undefined
  if (channel === undefined || ![statement.from, ...statement.to].every((party) => channel.parties.includes(party))) {
    return refuse('evidence/agreement', 'Author and addressees are not all parties of this channel of the agreement.')
  }
  const pinned = agreement.value.parties.find(({ party }) => party === statement.from)?.root
  if (found.author !== undefined && found.author.rootDigest !== pinned) {
    return refuse('evidence/agreement', 'The agreement pins another root for the author.')
  }
  found.agreement = agreement.value
  return ok('The agreement is the one the statement names.')
}

/** Stops a countersignature over another log, or by a key the agreement does not know. */
function checkReceipts(found: Found, trusted: readonly Card[]): Result<string> {
  const { file, author, agreement, root, entry } = found
  if (author === undefined || agreement === undefined || root === undefined) {
    return refuse('evidence/receipts', 'Receipts cannot be checked without author, log and agreement.')
  }
  for (const given of file.receipts) {
    const card = found.cards.get(given.by)
    const pinned = [...agreement.parties, ...agreement.neutrals].find(({ party }) => party === given.by)?.root
    if (card === undefined || card.rootDigest !== pinned) {
      return refuse(
        'evidence/receipts',
        `The card of ${given.by} is missing or has another root than the agreement pins.`,
      )
    }
    if (trusted.some((one) => one.party === given.by && one.rootDigest !== card.rootDigest)) {
      return refuse('evidence/receipts', `You trust another root of ${given.by} than this file shows.`)
    }
    const receipt = parseReceipt(bytesOf(given.note), {
      author: author.keys.log,
      origin: file.record.origin,
      by: { party: given.by, pact: agreement.id, keys: card.keys.receipt },
    })
    if (!receipt.ok) return refuse('evidence/receipts', `A receipt of ${given.by} does not verify: ${receipt.message}`)
    const { size, time } = receipt.value
    const covers = size > file.record.index
    if (size !== given.size || covers !== 'inclusion' in given) {
      return refuse('evidence/receipts', `A receipt of ${given.by} is not what the file says it is.`)
    }
    const proven =
      'inclusion' in given
        ? verifyInclusion(
            file.record.index,
            size,
            leafHash(entry.bytes),
            given.inclusion.map(bytesOf),
            receipt.value.root,
          )
        : verifyConsistency(size, root.size, given.consistency.map(bytesOf), receipt.value.root, root.root)
    if (!proven.ok)
      return refuse('evidence/receipts', `A receipt of ${given.by} is over another log: ${proven.message}`)
    found.receipts.push({ by: given.by, size, time, covers })
  }
  const count = found.receipts.length
  return ok(
    count === 0
      ? 'The file holds no receipt: delivery is unproven.'
      : `${count} countersignature${count === 1 ? '' : 's'} verify.`,
  )
}

/** The interval of each addressee: never earlier or later than neutral and recipient attest. */
function timesOf(found: Found): RecipientTimes[] {
  const { agreement, entry, file } = found
  if (agreement === undefined) return []
  const receipts = found.receipts.map(({ by, size, time }) => ({
    origin: file.record.origin,
    by,
    size,
    time,
    digest: '',
  }))
  const recipients = entry.statement.to.length > 0 ? entry.statement.to : ['']
  return recipients.map((recipient) => ({
    recipient,
    ...intervalOf(agreement, { author: entry.statement.from, recipient, index: file.record.index }, receipts),
  }))
}

function describeTimes(times: RecipientTimes[]): Result<string> {
  const parts = times.map(({ recipient, lo, hi }) => {
    const after = lo === null ? 'at an unproven time' : `after ${iso(lo)}`
    const by = hi === null ? 'not proven to be held by anyone yet' : `held by ${iso(hi)}`
    return `${recipient === '' ? '' : `for ${recipient}: `}${after}, ${by}`
  })
  return ok(parts.length === 0 ? 'No times are proved.' : `${parts.join('; ')}.`)
}

/** Stops other words than were sealed. */
function checkContent(found: Found, revealed: RevealedPart[]): Result<string> {
  const { statement } = found.entry
  for (const { part, salt, plaintext } of found.file.content) {
    const descriptor = statement.content[part]
    if (descriptor === undefined) return refuse('evidence/content', `The record has no part ${part}.`)
    const bytes = bytesOf(plaintext)
    const { role, mediaType } = descriptor
    const context = { id: statement.id, origin: statement.origin, part, role, mediaType }
    if (toHex(commitment(context, bytesOf(salt), bytes)) !== descriptor.commitment) {
      return refuse('evidence/content', `What is revealed of part ${part} is not what was sealed.`)
    }
    revealed.push({ part, mediaType, plaintext: bytes })
  }
  return ok('What is revealed is what was sealed.')
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
