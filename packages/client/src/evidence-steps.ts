// The steps of verifying evidence, in the order of spec/evidence.md, each with the attack it stops. A step trusts what the
// steps before it found, and refuses where they found nothing; none believes a word of the file that it has not checked.

import {
  leafHash,
  ok,
  parseVerifierKey,
  type Result,
  type Root,
  refuse,
  toHex,
  type VerifiedCheckpoint,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
  verifyWitnessLine,
} from '@countersign/log'
import {
  type Agreement,
  agreementDigest,
  channelOf,
  namesEachLog,
  parseAgreement,
  pinnedRoot,
  witnessesFor,
} from '@countersign/pact'
import {
  bytesOf,
  type Card,
  CardSet,
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
  type Receipt,
  verifyEntry,
} from '@countersign/record'

import type { PlaceInFork } from './apply-forks.ts'

export interface GivenReceipt {
  by: string
  size: number
  /** POSIX seconds. */
  time: number
  /** Whether the record is among the entries it is over. */
  covers: boolean
  /** Whether the reader trusts the root of `by`: no other receipt bounds anything. */
  counted: boolean
  /** The ids of the keys it was made with, hex. */
  key: string
  /** It does not say that the author showed no more, and bounds no lo. */
  isDeposit: boolean
}

export interface RevealedPart {
  part: number
  mediaType: string
  plaintext: Uint8Array
}

/** One record as a file gives it: alone, or one of an exchange. */
export interface GivenRecord extends Omit<EvidenceFile, 'v' | 'receipts'> {
  receipts: readonly Attached[]
}

/** A receipt as a file gives it, with the proof that ties it to the record: of inclusion, or of consistency. */
type Attached = { by: string; note: string; size: number } & (
  | { inclusion: string[]; consistency?: never }
  | { consistency: string[]; inclusion?: never }
)

/** The cards of a file, and with those that the reader trusts as one set: from these to those, roots may succeed roots. */
interface Cards {
  given: readonly Card[]
  set: CardSet
}

/** What is known so far. A member is there once the step that proves it held. */
export interface Found {
  /** Set by the step `forks`. */
  inFork?: PlaceInFork
  trusted: readonly Card[]
  file: GivenRecord
  entry: Entry
  /** The entries of the log that say by which card its author speaks here: that which opens it, and each that changes it. */
  keyEntries: { index: number; entry: Entry; inclusion: readonly string[] }[]
  cards: Cards
  /** What the records of one file share and is verified once. */
  shared: Shared
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
  const cards = readCards(file.value.cards, trusted)
  if (!cards.ok) return cards
  return readRecord(file.value, { trusted, cards: cards.value, shared: new Shared('each by its own proof') })
}

export function readRecord(
  file: GivenRecord,
  of: { trusted: readonly Card[]; cards: Cards; shared: Shared },
): Result<Found> {
  const entry = parseEntry(bytesOf(file.entry))
  if (!entry.ok) return refuse('evidence/entry', `The entry is void: ${entry.message}`)
  const keyEntries: Found['keyEntries'] = []
  for (const { index, entry: text, inclusion } of file.cardEntries) {
    // What changes the keys from a later entry on, says nothing of this one.
    if (index > 0 && index >= file.record.index) break
    const read = parseEntry(bytesOf(text))
    if (!read.ok) return refuse('evidence/entry', `An entry that names a card is void: ${read.message}`)
    keyEntries.push({ index, entry: read.value, inclusion })
  }
  return ok({ ...of, file, entry: entry.value, keyEntries, receipts: [], revealed: [] })
}

export function readCards(files: readonly Record<string, unknown>[], trusted: readonly Card[]): Result<Cards> {
  const given: Card[] = []
  for (const raw of files) {
    const card = parseCard(canonicalJson(raw))
    if (!card.ok) return refuse('evidence/card', `A card in the file is refused: ${card.message}`)
    if (given.some(({ digest }) => digest === card.value.digest))
      return refuse('evidence/card', `The file holds one card of ${card.value.party} twice.`)
    given.push(card.value)
  }
  // Those of the reader first: of two files of one card theirs stands where both will do.
  return ok({ given, set: new CardSet([...trusted, ...given]) })
}

/** Stops somebody else's key in the author's name. */
export function checkAuthor(found: Found): Result<string> {
  const party = found.entry.statement.from
  const card = cardOfAuthor(found)
  if (card === undefined)
    return refuse('evidence/author', `The file holds no card of ${party}, who is said to have signed.`)
  if (!isTrusted(found, card)) {
    return refuse(
      'evidence/author',
      `You trust no card of ${party} with this root; give it with --card after comparing its words.`,
    )
  }
  found.author = card
  const isSame = found.trusted.some((one) => one.party === party && one.rootDigest === card.rootDigest)
  return ok(
    isSame
      ? `The card of ${party} has the root you trust.`
      : `The card of ${party} has a root that succeeds the one you trust.`,
  )
}

/**
 * The card that the log names for this entry, where the file holds it. Else the author’s last card in the file, so that all
 * can be said of it that there is; that the log names another, `checkRules` says.
 */
function cardOfAuthor({ entry, keyEntries, cards }: Found): Card | undefined {
  const party = entry.statement.from
  const named = keyEntries.at(-1)?.entry.statement.body.card
  const card = cards.given.find(({ digest }) => digest === named)
  return card?.party === party ? card : cards.given.findLast((one) => one.party === party)
}

/** The card whose `log` keys sign the log’s checkpoints: that which opened it (spec/keys.md). */
function cardOfLog(found: Found): Card | undefined {
  const named = found.keyEntries[0]?.entry.statement.body.card
  const card = found.cards.given.find(({ digest }) => digest === named)
  return card?.party === found.entry.statement.from ? card : (found.author ?? cardOfAuthor(found))
}

/** Stops a forged or altered statement, also where one of the two algorithms is broken. */
export function checkSignature(found: Found): Result<string> {
  const card = found.author ?? cardOfAuthor(found)
  if (card === undefined || !verifyEntry(found.entry, card.keys.statement)) {
    return refuse('evidence/signature', 'The signatures on the statement do not verify.')
  }
  found.signed = true
  return ok('Both signatures on the statement verify.')
}

/** Stops a statement that was never logged, or stands in another log or at another place. */
export function checkPlace(found: Found): Result<string> {
  const { record, inclusion, checkpoint } = found.file
  const { statement } = found.entry
  const origin = parseOrigin(record.origin)
  if (!origin.ok || statement.origin !== record.origin || origin.value.party !== statement.from) {
    return refuse('evidence/place', 'The statement is of another log than the file says.')
  }
  const card = cardOfLog(found)
  if (card === undefined) return refuse('evidence/place', 'Without the author’s card the log cannot be checked.')
  const head = found.shared.head(record.origin, card, checkpoint)
  if (!head.ok) return refuse('evidence/place', `The checkpoint does not verify: ${head.message}`)
  const { size, root } = head.value
  const stands = (index: number, entry: Entry, proof: readonly string[]) =>
    verifyInclusion(index, size, leafHash(entry.bytes), proof.map(bytesOf), root)
  const included = stands(record.index, found.entry, inclusion)
  if (!included.ok) return refuse('evidence/place', `The entry is not at its place in the log: ${included.message}`)
  for (const { index, entry, inclusion: proof } of found.keyEntries) {
    const named = stands(index, entry, proof)
    if (!named.ok)
      return refuse('evidence/place', `Entry ${index} of the log is not as the file says: ${named.message}`)
  }
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
  const pinned = pinnedRoot(agreement.value, statement.from) ?? ''
  if (found.author !== undefined && found.cards.set.reach(found.author, pinned).kind !== 'reaches') {
    return refuse('evidence/agreement', 'The agreement pins another root for the author.')
  }
  for (const { party, root } of [...agreement.value.parties, ...agreement.value.neutrals]) {
    const known = found.trusted.filter((card) => card.party === party)
    if (known.length > 0 && !known.some((card) => areOfOneLine(found.cards.set, card, root))) {
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
  const { author, agreement, root, entry } = found
  if (author === undefined || agreement === undefined || root === undefined) {
    return refuse('evidence/void', 'The rules cannot be checked without author, log and agreement.')
  }
  const { origin, index } = found.file.record
  const channel = parseOrigin(origin)
  const parties = channel.ok ? (channelOf(agreement, channel.value.channel)?.parties ?? []) : []
  const pinned = pinnedRoot(agreement, author.party) ?? ''
  const options = { origin, cards: found.cards.set, root: pinned, parties }
  let reader = new LogReader(options)
  for (const { index: at, entry: named } of found.keyEntries) {
    if (at > 0) reader = new LogReader(options, { ...reader.snapshot(), next: at })
    const outcome = reader.read(at, ok(named))
    if (outcome.kind === 'awaits') {
      return refuse('evidence/opening', `Entry ${at} of the log names a card that is not in the file.`)
    }
    if (outcome.kind === 'void') {
      return refuse('evidence/opening', `Entry ${at} does not say by which card its author speaks: ${outcome.message}`)
    }
    if (at > 0 && named.statement.type !== 'party/keys') {
      return refuse('evidence/opening', `Entry ${at} is given as one that changes the keys and changes none.`)
    }
  }
  if (reader.card?.digest !== author.digest) {
    return refuse('evidence/opening', 'The log names another card for this entry than the file holds of its author.')
  }
  if (index > 0) {
    const later = new LogReader(options, { ...reader.snapshot(), next: index })
    const outcome = later.read(index, ok(entry), found.signed === true)
    if (outcome.kind === 'void') return voided(outcome.code, outcome.message)
    if (outcome.kind === 'awaits')
      return refuse('evidence/opening', 'The record names a card that is not in the file, and cannot be judged.')
  }
  const { type, body, from } = entry.statement
  const origins = type === 'pact/sign' ? originsOf(body).map(({ text }) => text) : undefined
  if (origins !== undefined && !namesEachLog(agreement, from, origins)) {
    return voided('pact/sign-origins', 'The signature does not name one log for each channel of its author.')
  }
  const changes = found.keyEntries.length - 1
  const keys = changes === 0 ? 'was opened with' : `changed its keys ${changes} times, and last to`
  return ok(`The log ${keys} this very card, and the statement keeps the rules of its type.`)
}

/** Stops a countersignature over another log, or by a key the agreement does not know, or by a signer made up. */
export function checkReceipts(found: Found): Result<string> {
  const { file, author, agreement, root, entry } = found
  if (author === undefined || agreement === undefined || root === undefined) {
    return refuse('evidence/receipts', 'Receipts cannot be checked without author, log and agreement.')
  }
  const { origin, index } = file.record
  for (const given of file.receipts) {
    const pinned = pinnedRoot(agreement, given.by) ?? ''
    const [first, ...others] = found.cards.given.filter(
      (card) => card.party === given.by && found.cards.set.reach(card, pinned).kind === 'reaches',
    )
    if (first === undefined) {
      return refuse(
        'evidence/receipts',
        `The card of ${given.by} is missing or has another root than the agreement pins.`,
      )
    }
    // It counts by the keys of any accepted card of its signer.
    const readBy = (by: Card) =>
      found.shared.receipt(given, { origin, author: cardOfLog(found) ?? author, by, pact: agreement.id })
    let [card, receipt] = [first, readBy(first)]
    for (const other of others) {
      if (!receipt.ok) [card, receipt] = [other, readBy(other)]
    }
    if (!receipt.ok) return refuse('evidence/receipts', `A receipt of ${given.by} does not verify: ${receipt.message}`)
    const { size, time, key, isDeposit } = receipt.value
    const covers = size > index
    const byInclusion = covers && found.shared.receipts === 'each by its own proof'
    if (size !== given.size || byInclusion !== (given.inclusion !== undefined)) {
      return refuse('evidence/receipts', `A receipt of ${given.by} is not what the file says it is.`)
    }
    const proven =
      given.inclusion !== undefined
        ? verifyInclusion(index, size, leafHash(entry.bytes), given.inclusion.map(bytesOf), receipt.value.root)
        : found.shared.continued(given, receipt.value, root)
    if (!proven.ok)
      return refuse('evidence/receipts', `A receipt of ${given.by} is over another log: ${proven.message}`)
    found.receipts.push({ by: given.by, size, time, covers, counted: isTrusted(found, card), key, isDeposit })
  }
  return ok(describeReceipts(found.receipts))
}

/**
 * The witnesses of the agreement whose lines stand in the author’s checkpoint and verify (spec/witness.md): they saw one
 * history of the log that holds the record. They bound no time and count for no receipt; a line that fails is passed over.
 */
export function witnessesOf({ agreement, root, entry, file }: Found): string[] {
  if (agreement === undefined || root === undefined) return []
  const note = bytesOf(file.checkpoint)
  return witnessesFor(agreement, entry.statement.from).flatMap(({ name, vkeys }) => {
    const keys = vkeys.map(parseVerifierKey).flatMap((key) => (key.ok ? key.value : []))
    return keys.some((key) => verifyWitnessLine(note, key).ok) ? name : []
  })
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

/**
 * Verifications that the records of one file share: each is made once, whichever record asks first. A receipt in the file
 * of one record shows that it covers it by the proof of its entry; in that of an exchange by the one proof that it is over
 * the same log, for all records below its size.
 */
export class Shared {
  readonly receipts: 'each by its own proof' | 'all of a log by one'
  private readonly heads = new Map<string, Result<VerifiedCheckpoint>>()
  private readonly verified = new Map<string, Result<Receipt>>()
  private readonly proofs = new Map<Attached, Result<undefined>>()

  constructor(receipts: Shared['receipts']) {
    this.receipts = receipts
  }

  head(origin: string, author: Card, checkpoint: string): Result<VerifiedCheckpoint> {
    const { ed25519: ed25519PublicKey, mldsa44: mldsa44PublicKey } = author.keys.log
    return once(this.heads, `${author.digest} ${origin} ${checkpoint}`, () =>
      verifyCheckpoint(bytesOf(checkpoint), { origin, ed25519PublicKey, mldsa44PublicKey }),
    )
  }

  receipt(
    { note }: Attached,
    { origin, author, by, pact }: { origin: string; author: Card; by: Card; pact: string },
  ): Result<Receipt> {
    return once(this.verified, `${author.digest} ${by.digest} ${pact} ${origin} ${note}`, () =>
      parseReceipt(bytesOf(note), {
        ...{ author: author.keys.log, origin },
        by: { party: by.party, pact, keys: by.keys.receipt },
      }),
    )
  }

  /** Of one given receipt the root is always the same, and so is that of the log it is given with. */
  continued(given: Attached, { size, root }: Receipt, log: { size: number; root: Root }): Result<undefined> {
    const proof = given.consistency ?? []
    return once(this.proofs, given, () => verifyConsistency(size, log.size, proof.map(bytesOf), root, log.root))
  }
}

function once<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const before = known.get(key)
  if (before !== undefined) return before
  const made = make()
  known.set(key, made)
  return made
}

/** By its own root, or one that this root succeeds, as far as the cards at hand show it. */
function isTrusted({ trusted, cards }: Found, card: Card): boolean {
  return trusted.some((one) => one.party === card.party && cards.set.reach(card, one.rootDigest).kind === 'reaches')
}

/** Whether a root is that of a card, or one of the two succeeds the other: both belong to one party. */
function areOfOneLine(set: CardSet, card: Card, root: string): boolean {
  if (set.reach(card, root).kind === 'reaches') return true
  return set
    .all(card.party)
    .some((one) => one.rootDigest === root && set.reach(one, card.rootDigest).kind === 'reaches')
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
