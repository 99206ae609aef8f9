// The steps of verifying evidence, in the order of spec/evidence.md, each with the attack it stops. A step trusts what the
// steps before it found, and refuses where they found nothing; none believes a word of the file that it has not checked.

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
import { type Agreement, agreementDigest, channelOf, namesEachLog, parseAgreement, pinnedRoot } from '@countersign/pact'
import {
  bytesOf,
  type Card,
  canonicalJson,
  commitment,
  type Entry,
  type EvidenceFile,
  frameSize,
  LogReader,
  originsOf,
  parseCard,
  parseEntry,
  parseEvidence,
  parseOrigin,
  parseReceipt,
  verifyEntry,
} from '@countersign/record'

export interface GivenReceipt {
  by: string
  size: number
  /** POSIX seconds. */
  time: number
  /** Whether the record is among the entries it is over. */
  covers: boolean
  /** Whether the reader trusts the root of `by`: no other receipt bounds anything. */
  counted: boolean
}

export interface RevealedPart {
  part: number
  mediaType: string
  plaintext: Uint8Array
}

/** What is known so far. A member is there once the step that proves it held. */
export interface Found {
  trusted: readonly Card[]
  file: EvidenceFile
  entry: Entry
  /** The entry that opens the log, and with it says by which card the author speaks. */
  opening: Entry
  cards: Map<string, Card>
  author?: Card
  signed?: true
  root?: { size: number; root: Root }
  agreement?: Agreement
  receipts: GivenReceipt[]
  revealed: RevealedPart[]
}

/** Stops two readings of one file: everything is parsed once, canonically, and nothing else is looked at later. */
export function readFile(bytes: Uint8Array, trusted: readonly Card[]): Result<Found> {
  const file = parseEvidence(bytes)
  if (!file.ok) return file
  const entry = parseEntry(bytesOf(file.value.entry))
  if (!entry.ok) return refuse('evidence/entry', `The entry is void: ${entry.message}`)
  const opening = parseEntry(bytesOf(file.value.cardEntries[0]?.entry ?? ''))
  if (!opening.ok) return refuse('evidence/entry', `The entry that opens the log is void: ${opening.message}`)
  const cards = new Map<string, Card>()
  for (const raw of file.value.cards) {
    const card = parseCard(canonicalJson(raw))
    if (!card.ok) return refuse('evidence/card', `A card in the file is refused: ${card.message}`)
    if (cards.has(card.value.party)) return refuse('evidence/card', `The file holds two cards of ${card.value.party}.`)
    cards.set(card.value.party, card.value)
  }
  const read = { file: file.value, entry: entry.value, opening: opening.value }
  return ok({ trusted, ...read, cards, receipts: [], revealed: [] })
}

/** Stops somebody else's key in the author's name. */
export function checkAuthor(found: Found): Result<string> {
  const party = found.entry.statement.from
  const card = found.cards.get(party)
  if (card === undefined)
    return refuse('evidence/author', `The file holds no card of ${party}, who is said to have signed.`)
  if (!isTrusted(found, card)) {
    return refuse(
      'evidence/author',
      `You trust no card of ${party} with this root; give it with --card after comparing its words.`,
    )
  }
  found.author = card
  return ok(`The card of ${party} has the root you trust.`)
}

/** Stops a forged or altered statement, also where one of the two algorithms is broken. */
export function checkSignature(found: Found): Result<string> {
  const card = found.author ?? found.cards.get(found.entry.statement.from)
  if (card === undefined || !verifyEntry(found.entry, card.keys.statement)) {
    return refuse('evidence/signature', 'The signatures on the statement do not verify.')
  }
  found.signed = true
  return ok('Both signatures on the statement verify.')
}

/** Stops a statement that was never logged, or stands in another log or at another place. */
export function checkPlace(found: Found): Result<string> {
  const { record, inclusion, cardEntries, checkpoint } = found.file
  const { statement } = found.entry
  const origin = parseOrigin(record.origin)
  if (!origin.ok || statement.origin !== record.origin || origin.value.party !== statement.from) {
    return refuse('evidence/place', 'The statement is of another log than the file says.')
  }
  const card = found.author ?? found.cards.get(statement.from)
  if (card === undefined) return refuse('evidence/place', 'Without the author’s card the log cannot be checked.')
  const head = verifyCheckpoint(bytesOf(checkpoint), {
    origin: record.origin,
    ed25519PublicKey: card.keys.log.ed25519,
    mldsa44PublicKey: card.keys.log.mldsa44,
  })
  if (!head.ok) return refuse('evidence/place', `The checkpoint does not verify: ${head.message}`)
  const { size, root } = head.value
  const stands = (index: number, entry: Entry, proof: readonly string[]) =>
    verifyInclusion(index, size, leafHash(entry.bytes), proof.map(bytesOf), root)
  const included = stands(record.index, found.entry, inclusion)
  if (!included.ok) return refuse('evidence/place', `The entry is not at its place in the log: ${included.message}`)
  const opened = stands(0, found.opening, cardEntries[0]?.inclusion ?? [])
  if (!opened.ok) return refuse('evidence/place', `The log does not begin as the file says: ${opened.message}`)
  found.root = { size, root }
  return ok(`It is entry ${record.index} of a log of ${size} that the author signed.`)
}

/** Stops an agreement other than the one meant, and one that puts other roots in the place of those the reader trusts. */
export function checkAgreement(found: Found): Result<string> {
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
  if (found.author !== undefined && found.author.rootDigest !== pinnedRoot(agreement.value, statement.from)) {
    return refuse('evidence/agreement', 'The agreement pins another root for the author.')
  }
  for (const { party, root } of [...agreement.value.parties, ...agreement.value.neutrals]) {
    const known = found.trusted.filter((card) => card.party === party)
    if (known.length > 0 && !known.some(({ rootDigest }) => rootDigest === root)) {
      return refuse('evidence/agreement', `The agreement pins another root for ${party} than the one you trust.`)
    }
  }
  found.agreement = agreement.value
  return ok('The agreement is the one the statement names.')
}

/**
 * Stops an entry that is void for every node that reads the log: signed with keys of a card under which the log was not
 * opened, or breaking the rules of its type. The log's own reader says so, of the first entry and of this one.
 */
export function checkRules(found: Found): Result<string> {
  const { author, agreement, root, entry, opening } = found
  if (author === undefined || agreement === undefined || root === undefined) {
    return refuse('evidence/void', 'The rules cannot be checked without author, log and agreement.')
  }
  const { origin, index } = found.file.record
  const channel = parseOrigin(origin)
  const parties = channel.ok ? (channelOf(agreement, channel.value.channel)?.parties ?? []) : []
  const options = { origin, card: author, parties }
  const reader = new LogReader(options)
  const opened = reader.read(0, ok(opening))
  if (opened.kind === 'void') {
    return refuse('evidence/opening', `The log was not opened by the card in the file: ${opened.message}`)
  }
  if (index > 0) {
    const later = new LogReader(options, { ...reader.snapshot(), next: index })
    const outcome = later.read(index, ok(entry), found.signed === true)
    if (outcome.kind === 'void') return voided(outcome.code, outcome.message)
  }
  const { type, body, from } = entry.statement
  const origins = type === 'pact/sign' ? originsOf(body).map(({ text }) => text) : undefined
  if (origins !== undefined && !namesEachLog(agreement, from, origins)) {
    return voided('pact/sign-origins', 'The signature does not name one log for each channel of its author.')
  }
  return ok('The log was opened with this very card, and the statement keeps the rules of its type.')
}

/** Stops a countersignature over another log, or by a key the agreement does not know, or by a signer made up. */
export function checkReceipts(found: Found): Result<string> {
  const { file, author, agreement, root, entry } = found
  if (author === undefined || agreement === undefined || root === undefined) {
    return refuse('evidence/receipts', 'Receipts cannot be checked without author, log and agreement.')
  }
  const { origin, index } = file.record
  for (const given of file.receipts) {
    const card = found.cards.get(given.by)
    if (card === undefined || card.rootDigest !== pinnedRoot(agreement, given.by)) {
      return refuse(
        'evidence/receipts',
        `The card of ${given.by} is missing or has another root than the agreement pins.`,
      )
    }
    const receipt = parseReceipt(bytesOf(given.note), {
      author: author.keys.log,
      origin,
      by: { party: given.by, pact: agreement.id, keys: card.keys.receipt },
    })
    if (!receipt.ok) return refuse('evidence/receipts', `A receipt of ${given.by} does not verify: ${receipt.message}`)
    const { size, time } = receipt.value
    const covers = size > index
    if (size !== given.size || covers !== 'inclusion' in given) {
      return refuse('evidence/receipts', `A receipt of ${given.by} is not what the file says it is.`)
    }
    const proven =
      'inclusion' in given
        ? verifyInclusion(index, size, leafHash(entry.bytes), given.inclusion.map(bytesOf), receipt.value.root)
        : verifyConsistency(size, root.size, given.consistency.map(bytesOf), receipt.value.root, root.root)
    if (!proven.ok)
      return refuse('evidence/receipts', `A receipt of ${given.by} is over another log: ${proven.message}`)
    found.receipts.push({ by: given.by, size, time, covers, counted: isTrusted(found, card) })
  }
  return ok(describeReceipts(found.receipts))
}

/** Stops other words than were sealed, and a part of them passed off as the whole. */
export function checkContent(found: Found): Result<string> {
  const { statement } = found.entry
  for (const { part, salt, plaintext } of found.file.content) {
    const descriptor = statement.content[part]
    if (descriptor === undefined) return refuse('evidence/content', `The record has no part ${part}.`)
    const bytes = bytesOf(plaintext)
    const { role, mediaType } = descriptor
    const context = { id: statement.id, origin: statement.origin, part, role, mediaType }
    const isWhole = frameSize(bytes.length) === descriptor.size
    if (!isWhole || toHex(commitment(context, bytesOf(salt), bytes)) !== descriptor.commitment) {
      return refuse('evidence/content', `What is revealed of part ${part} is not what was sealed.`)
    }
    found.revealed.push({ part, mediaType, plaintext: bytes })
  }
  return ok('What is revealed is what was sealed.')
}

function voided(code: string, message: string): Result<string> {
  return refuse('evidence/void', `The entry is void (${code}): ${message}`)
}

function isTrusted({ trusted }: Found, card: Card): boolean {
  return trusted.some((one) => one.party === card.party && one.rootDigest === card.rootDigest)
}

function describeReceipts(receipts: readonly GivenReceipt[]): string {
  const counted = receipts.filter((receipt) => receipt.counted).length
  const strangers = [...new Set(receipts.flatMap(({ by, counted }) => (counted ? [] : by)))]
  const rest =
    strangers.length === 0
      ? ''
      : ` Not counted, for you trust no card of theirs: ${strangers.join(', ')}; anyone could have made these.`
  if (counted === 0) return `The file holds no receipt that counts: delivery is unproven.${rest}`
  return `${counted} countersignature${counted === 1 ? '' : 's'} verify.${rest}`
}
