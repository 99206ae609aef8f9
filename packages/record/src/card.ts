// The card of a party (spec/card.md): which keys speak for it, in which role. `parseCard` is the only maker of a `Card`
// and verifies everything the file can show by itself; whether to trust its root, a person decides.

import {
  ed25519,
  fromBase64,
  type KeyPair,
  ok,
  type Result,
  refuse,
  type Signer,
  type SignerPair,
  sha256,
  toBase64,
  toHex,
} from '@countersign/log'
import { z } from 'zod'
import { canonicalJson, parseCanonical } from './canonical.ts'
import { LIMITS } from './limits.ts'
import { base64Of, hex32, partyDomain, strictlySorted, timestamp } from './schema-parts.ts'
import { preAuthEncoding, signBoth, verifyBoth } from './signing.ts'

const CARD_TYPE = 'application/vnd.countersign.card.v1+json'
const SUCCESSION_TYPE = 'application/vnd.countersign.root-succession.v1+json'
const POSSESSION_TYPE = 'application/vnd.countersign.possession.v1+json'
const PAIRED_ROLES = ['log', 'statement', 'receipt'] as const

const keyPair = z.strictObject({ ed25519: base64Of(32), mldsa44: base64Of(1_312) })
const signaturePair = z.strictObject({ ed25519: base64Of(64), mldsa44: base64Of(2_420) })

export const cardBodySchema = z.strictObject({
  v: z.literal(1),
  party: partyDomain,
  name: z
    .string()
    .min(1)
    .max(LIMITS.nameChars)
    .regex(/^[^\p{Cc}]*$/u, 'no control character'),
  serial: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  root: z.strictObject({
    threshold: z.number().int().min(1).max(LIMITS.rootKeys),
    keys: z.array(keyPair).min(1).max(LIMITS.rootKeys),
  }),
  keys: z.strictObject({
    log: keyPair,
    statement: keyPair,
    receipt: keyPair,
    request: z.strictObject({ ed25519: base64Of(32) }),
    sealing: z.strictObject({
      age: z.string().regex(/^age1pq1[02-9ac-hj-np-z]{1000,2400}$/, 'a hybrid age recipient'),
    }),
  }),
  endpoints: z.array(z.string().refine(isEndpoint, 'an endpoint')).min(1).max(LIMITS.endpoints),
  validity: z.strictObject({ notBefore: timestamp, notAfter: timestamp }),
  /** Only on a further card: the digest of an earlier one of the party (spec/keys.md). */
  succeeds: hex32.exactOptional(),
})

/** Signatures of root keys, by their index in the root that is meant. */
export const rootSignaturesSchema = z
  .array(
    z.strictObject({
      key: z
        .number()
        .int()
        .min(0)
        .max(LIMITS.rootKeys - 1),
      ...signaturePair.shape,
    }),
  )
  .min(1)
  .max(LIMITS.rootKeys)

export const cardFileSchema = z.strictObject({
  card: cardBodySchema,
  possession: z.strictObject({
    log: signaturePair,
    statement: signaturePair,
    receipt: signaturePair,
    request: z.strictObject({ ed25519: base64Of(64) }),
  }),
  root: rootSignaturesSchema,
  succession: rootSignaturesSchema.exactOptional(),
})

export type CardBody = z.infer<typeof cardBodySchema>
export type CardFile = z.infer<typeof cardFileSchema>
export type RootSignatures = z.infer<typeof rootSignaturesSchema>

export interface Card {
  /** The whole file as it came. */
  bytes: Uint8Array
  body: CardBody
  party: string
  /** Hex. */
  digest: string
  /** Hex; what agreements pin. */
  rootDigest: string
  /** The earlier card it names, and where the root was another, what that root’s keys signed. */
  succeeds?: { card: string; signatures: RootSignatures }
  keys: {
    log: KeyPair
    statement: KeyPair
    receipt: KeyPair
    request: { ed25519: Uint8Array }
    sealing: { age: string }
  }
}

export interface CardSigners {
  log: SignerPair
  statement: SignerPair
  receipt: SignerPair
  request: Signer
  root: SignerPair[]
}

/** Reads and verifies a card file. Refuses with `card/…` codes. */
export function parseCard(bytes: Uint8Array): Result<Card> {
  const parsed = parseCanonical(bytes, { maxBytes: LIMITS.cardFileBytes })
  if (!parsed.ok) return refuse('card/form', `This is no card: ${parsed.message}.`)
  const checked = cardFileSchema.safeParse(parsed.value)
  if (!checked.success) {
    const issue = checked.error.issues[0]
    return refuse(
      'card/form',
      `This is no card: ${issue?.path.join('.') || 'the file'} – ${issue?.message ?? 'malformed'}.`,
    )
  }
  const { card: body, possession, root, succession } = checked.data
  if (body.succeeds === undefined && succession !== undefined) {
    return refuse('card/form', 'This is no card: a “succession” needs the card that it succeeds.')
  }
  const form = checkBody(body)
  if (!form.ok) return form
  const message = canonicalJson(body)
  const digest = toHex(sha256(message))
  const keys = {
    log: decoded(body.keys.log),
    statement: decoded(body.keys.statement),
    receipt: decoded(body.keys.receipt),
    request: { ed25519: raw(body.keys.request.ed25519) },
    sealing: body.keys.sealing,
  }
  for (const role of PAIRED_ROLES) {
    if (!verifyBoth(possessionMessage(digest, role), possession[role], keys[role])) {
      return refuse('card/possession', `The card’s ${role} key has not signed for this card and role.`)
    }
  }
  if (!ed25519.verify(keys.request.ed25519, possessionMessage(digest, 'request'), raw(possession.request.ed25519))) {
    return refuse('card/possession', 'The card’s request key has not signed for this card and role.')
  }
  const signed = checkRootSignatures(root, body.root, preAuthEncoding(CARD_TYPE, message))
  if (!signed.ok) return signed
  const card: Card = { bytes, body, party: body.party, digest, rootDigest: rootDigestOf(body), keys }
  if (body.succeeds === undefined) return ok(card)
  return ok({ ...card, succeeds: { card: body.succeeds, signatures: succession ?? [] } })
}

/** At least the threshold of a root, each signature given by one of its keys, in order, and holding. */
export function checkRootSignatures(
  signatures: RootSignatures,
  root: CardBody['root'],
  message: Uint8Array,
): Result<undefined> {
  for (const [i, { key, ...pair }] of signatures.entries()) {
    const rootKey = root.keys[key]
    if (rootKey === undefined || (i > 0 && key <= (signatures[i - 1]?.key ?? key))) {
      return refuse('card/root-order', 'The root signatures are not in order, or of a key that the root does not name.')
    }
    if (!verifyBoth(message, pair, decoded(rootKey))) {
      return refuse('card/root-signature', 'A root signature does not verify.')
    }
  }
  return signatures.length < root.threshold ? refuse('card/threshold', 'Too few root keys have signed.') : ok(undefined)
}

/** Whether a card follows the one it names: of a new root, by the old root’s threshold (spec/keys.md, A root succeeds another). */
export function successionHolds(card: Card, previous: Card): boolean {
  const { succeeds, body } = card
  if (succeeds?.card !== previous.digest || card.party !== previous.party) return false
  if (body.serial <= previous.body.serial) return false
  if (card.rootDigest === previous.rootDigest) return true
  const message = successionMessage(card.digest, previous.digest)
  return checkRootSignatures(succeeds.signatures, previous.body.root, message).ok
}

/** What the root’s own keys sign of a card. */
export function cardMessage(body: CardBody): Uint8Array {
  return preAuthEncoding(CARD_TYPE, canonicalJson(body))
}

/** What the keys of the root before sign. */
export function successionMessage(card: string, succeeds: string): Uint8Array {
  return preAuthEncoding(SUCCESSION_TYPE, canonicalJson({ card, succeeds }))
}

/** A card body with proof that its maker holds its keys; the root’s signatures are still to come. */
export function makePossession(body: CardBody, signers: Omit<CardSigners, 'root'>): CardFile['possession'] {
  const digest = cardDigestOf(body)
  return {
    log: signBoth(possessionMessage(digest, 'log'), signers.log),
    statement: signBoth(possessionMessage(digest, 'statement'), signers.statement),
    receipt: signBoth(possessionMessage(digest, 'receipt'), signers.receipt),
    request: { ed25519: toBase64(signers.request.sign(possessionMessage(digest, 'request'))) },
  }
}

/** The signed file of a card. Throws where the body breaks the format: the caller’s defect. */
export function makeCard(body: CardBody, signers: CardSigners): Uint8Array {
  const message = cardMessage(cardBodySchema.parse(body))
  return canonicalJson({
    card: body,
    possession: makePossession(body, signers),
    root: signers.root.map((signer, key) => ({ key, ...signBoth(message, signer) })),
  })
}

export function cardDigestOf(body: CardBody): string {
  return toHex(sha256(canonicalJson(body)))
}

/** Looked at when a card is accepted, never to judge a log entry. */
export function cardValidAt(card: Card, epochMs: number): boolean {
  const { notBefore, notAfter } = card.body.validity
  return Date.parse(notBefore) <= epochMs && epochMs < Date.parse(notAfter)
}

export function rootDigestOf(body: Pick<CardBody, 'root'>): string {
  return toHex(sha256(canonicalJson(body.root)))
}

/** What a schema cannot say: strict and distinct keys, thresholds, order of times. */
function checkBody(body: CardBody): Result<undefined> {
  const pairs = [...body.root.keys, ...PAIRED_ROLES.map((role) => body.keys[role])]
  const classic = [...pairs.map((pair) => pair.ed25519), body.keys.request.ed25519]
  if (!classic.every((key) => ed25519.isStrictPublicKey(raw(key)))) {
    return refuse('card/weak-key', 'An Ed25519 key of the card is not canonical or not of prime order.')
  }
  const all = [...classic, ...pairs.map((pair) => pair.mldsa44)].sort()
  if (!strictlySorted(all)) return refuse('card/equal-keys', 'The card uses one key twice; every role has its own.')
  if (body.root.threshold > body.root.keys.length)
    return refuse('card/threshold', 'The card asks for more root keys than it names.')
  if (body.validity.notBefore >= body.validity.notAfter)
    return refuse('card/validity', 'The card’s validity ends before it begins.')
  return ok(undefined)
}

function possessionMessage(digest: string, role: string): Uint8Array {
  return preAuthEncoding(POSSESSION_TYPE, canonicalJson({ card: digest, role }))
}

const ENDPOINT = /^(https?):\/\/([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::([0-9]{1,5}))?(?:\/[A-Za-z0-9._~%-]+)*\/$/
const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/

/** Absolute, http only for loopback, ending in a slash, without user, query or fragment. */
export function isEndpoint(text: string): boolean {
  const match = ENDPOINT.exec(text)
  if (match === null || text.length > LIMITS.endpointBytes || Number(match[3] ?? 1) > 65_535) return false
  return match[1] === 'https' || LOOPBACK.test(match[2] ?? '')
}

function decoded(pair: { ed25519: string; mldsa44: string }): KeyPair {
  return { ed25519: raw(pair.ed25519), mldsa44: raw(pair.mldsa44) }
}

function raw(text: string): Uint8Array {
  const bytes = fromBase64(text)
  if (bytes === undefined) throw new Error('A checked card held a text that is not base64.')
  return bytes
}
