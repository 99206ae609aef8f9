// What a root is asked to sign, in one file that is carried to the machine where a root key lies, and back: a further
// card, a notice of compromised keys, or both. Each root key adds its signatures; once there are enough, the card and the
// notice are put together from it (spec/keys.md). Whoever signs is told in words what it is, and what it changes.

import { ok, type Result, refuse, type SignerPair } from '@countersign/log'
import { z } from 'zod'
import { canonicalJson, parseCanonical } from './canonical.ts'
import {
  type Card,
  type CardBody,
  type CardFile,
  cardBodySchema,
  cardDigestOf,
  cardFileSchema,
  cardMessage,
  parseCard,
  type RootSignatures,
  rootDigestOf,
  rootSignaturesSchema,
  successionMessage,
} from './card.ts'
import { fingerprintWords } from './fingerprint.ts'
import { LIMITS } from './limits.ts'
import { type Notice, type NoticeBody, noticeBodySchema, noticeMessage, parseNotice } from './notice.ts'
import { publicOf, samePair, signBoth } from './signing.ts'

/** None yet, or as a card has them. */
const signatures = z.union([z.array(z.never()).length(0), rootSignaturesSchema])

const requestSchema = z.strictObject({
  v: z.literal(1),
  /** The card file that speaks now; null for the first card of a party. */
  current: z.record(z.string(), z.unknown()).nullable(),
  card: z.strictObject({ body: cardBodySchema, possession: cardFileSchema.shape.possession }).nullable(),
  notice: noticeBodySchema.nullable(),
  signatures: z.strictObject({ card: signatures, succession: signatures, notice: signatures }),
})

export interface SigningRequest {
  current: Card | undefined
  card: { body: CardBody; possession: CardFile['possession'] } | undefined
  notice: NoticeBody | undefined
  signatures: { card: RootSignatures; succession: RootSignatures; notice: RootSignatures }
}

/** Reads a request; nothing in it is believed, and what it puts together is verified again as a whole. */
export function parseSigningRequest(bytes: Uint8Array): Result<SigningRequest> {
  const parsed = parseCanonical(bytes, { maxBytes: LIMITS.signingRequestBytes })
  const checked = parsed.ok ? requestSchema.safeParse(parsed.value) : undefined
  if (checked?.success !== true) {
    return refuse(
      'root/request',
      'This is no request to sign; give the file that “countersign key rotate”, “key revoke” or “init” wrote.',
    )
  }
  const { current, card, notice, signatures: given } = checked.data
  const known = current === null ? undefined : parseCard(canonicalJson(current))
  if (known?.ok === false) return refuse('root/request', `The card it says speaks now is refused: ${known.message}`)
  if (card === null && notice === null) return refuse('root/request', 'This request asks for nothing.')
  return ok({
    current: known?.value,
    card: card ?? undefined,
    notice: notice ?? undefined,
    signatures: given as SigningRequest['signatures'],
  })
}

export function formatSigningRequest({ current, card, notice, signatures: given }: SigningRequest): Uint8Array {
  return canonicalJson({
    ...{ v: 1, card: card ?? null, notice: notice ?? null, signatures: given },
    current: current === undefined ? null : JSON.parse(new TextDecoder().decode(current.bytes)),
  })
}

export function signingRequest(of: Omit<SigningRequest, 'signatures'>): SigningRequest {
  return { ...of, signatures: { card: [], succession: [], notice: [] } }
}

/** Adds what this root key can sign of it. Refuses a key that belongs to none of the roots. */
export function addRootSignatures(request: SigningRequest, signer: SignerPair): Result<SigningRequest> {
  const { current, card, notice } = request
  const { signatures: before } = request
  const given = { card: [...before.card], succession: [...before.succession], notice: [...before.notice] }
  let used = false
  const add = (to: RootSignatures, root: CardBody['root'] | undefined, message: Uint8Array) => {
    const key = root?.keys.findIndex((one) => samePair(one, publicOf(signer))) ?? -1
    if (key < 0) return
    used = true
    if (to.some((one) => one.key === key)) return
    to.push({ key, ...signBoth(message, signer) })
    to.sort((a, b) => a.key - b.key)
  }
  if (card !== undefined) {
    add(given.card, card.body.root, cardMessage(card.body))
    if (current !== undefined && changesRoot(request)) {
      add(given.succession, current.body.root, successionMessage(cardDigestOf(card.body), current.digest))
    }
  }
  if (notice !== undefined) add(given.notice, rootOfNotice(request), noticeMessage(notice))
  if (!used)
    return refuse(
      'root/other-key',
      'This key belongs neither to the root of the request nor to the one before; sign with one of theirs.',
    )
  return ok({ ...request, signatures: given })
}

export interface Assembled {
  card?: Card
  notice?: Notice
}

/** The card and the notice, once enough keys have signed. Refuses `root/incomplete` until then. */
export function assemble(request: SigningRequest): Result<Assembled> {
  const missing = missingSignatures(request)
  if (missing.length > 0)
    return refuse(
      'root/incomplete',
      `Not enough root keys have signed yet: ${missing.join('; ')}. Have them sign it with “countersign root sign”.`,
    )
  const { card, notice, signatures: given } = request
  const assembled: Assembled = {}
  if (card !== undefined) {
    const file = canonicalJson({
      ...{ card: card.body, possession: card.possession, root: given.card },
      ...(given.succession.length > 0 && { succession: given.succession }),
    })
    const parsed = parseCard(file)
    if (!parsed.ok) return parsed
    assembled.card = parsed.value
  }
  if (notice !== undefined) {
    const parsed = parseNotice(canonicalJson({ notice, root: given.notice }))
    if (!parsed.ok) return parsed
    assembled.notice = parsed.value
  }
  return ok(assembled)
}

/** What is still to be signed, each a phrase. */
export function missingSignatures(request: SigningRequest): string[] {
  const { current, card, notice, signatures: given } = request
  const missing: string[] = []
  const need = (what: string, root: CardBody['root'] | undefined, have: RootSignatures) => {
    const lacks = (root?.threshold ?? 0) - have.length
    if (lacks > 0) missing.push(`${lacks} more of the ${root?.keys.length} keys of ${what}`)
  }
  if (card !== undefined) {
    need(changesRoot(request) ? 'the new root, for the card' : 'the root, for the card', card.body.root, given.card)
    if (changesRoot(request)) need('the root before, for the new root', current?.body.root, given.succession)
  }
  if (notice !== undefined) need('the root, for the notice', rootOfNotice(request), given.notice)
  return missing
}

/** What is signed, in words for people: a line each. */
export function describeRequest(request: SigningRequest): string[] {
  const { current, card, notice } = request
  const lines: string[] = []
  if (card !== undefined) {
    const { body } = card
    const { threshold, keys } = body.root
    lines.push(
      `A card of ${body.party} (“${body.name}”), serial ${body.serial}${current === undefined ? ', its first' : `, after serial ${current.body.serial}`}.`,
      `Root: ${threshold} of ${keys.length} keys. Fingerprint words: ${fingerprintWords({ body }).join(' ')}`,
    )
    if (current !== undefined) {
      if (changesRoot(request)) {
        lines.push(
          `THE ROOT CHANGES. Words until now: ${fingerprintWords(current).join(' ')}`,
          `Until now ${current.body.root.threshold} of ${current.body.root.keys.length} root keys were needed.`,
        )
      }
      const changed = rolesChanged(current.body, body)
      lines.push(changed.length === 0 ? 'No key changes.' : `Keys that change: ${changed.join(', ')}.`)
      if (current.body.name !== body.name) lines.push(`The name changes from “${current.body.name}” to “${body.name}”.`)
      if (current.body.endpoints.join() !== body.endpoints.join()) {
        lines.push(`The addresses change from ${current.body.endpoints.join(', ')} to ${body.endpoints.join(', ')}.`)
      }
    }
    lines.push(`Valid from ${body.validity.notBefore} to ${body.validity.notAfter}.`)
  }
  if (notice !== undefined) {
    lines.push(
      `A NOTICE OF COMPROMISE: the ${notice.roles.join(', ')} keys of ${notice.cards.length} card${notice.cards.length === 1 ? '' : 's'} of ${notice.party} are not to be believed any more.`,
      ...consequencesOf(notice.roles),
      'A notice is never taken back.',
    )
  }
  return lines
}

/** In the order of the roles; what is said with a log key and what with a statement key ends alike. */
function* consequencesOf(roles: NoticeBody['roles']): Generator<string> {
  if (roles.includes('log') || roles.includes('statement')) {
    yield 'The logs they speak in are frozen: what no cosigner held by then is void for everybody.'
  }
  if (roles.includes('receipt')) yield 'Receipts made with them count only where another party had named them before.'
  if (roles.includes('request')) yield 'Requests signed with them are answered by nobody.'
  if (roles.includes('sealing')) yield 'Nothing more is sealed to them; take what was sealed to them before as read.'
}

export function rolesChanged(before: CardBody, after: CardBody): string[] {
  return (Object.keys(after.keys) as (keyof CardBody['keys'])[]).filter(
    (role) => JSON.stringify(sorted(before.keys[role])) !== JSON.stringify(sorted(after.keys[role])),
  )
}

function sorted(keys: object): [string, unknown][] {
  return Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1))
}

function changesRoot({ current, card }: SigningRequest): boolean {
  return current !== undefined && card !== undefined && rootDigestOf(card.body) !== current.rootDigest
}

/** A notice is signed by the root of the card it names as `by`: the one in the request, or the one that speaks now. */
function rootOfNotice({ current, card, notice }: SigningRequest): CardBody['root'] | undefined {
  if (card !== undefined && notice?.by === cardDigestOf(card.body)) return card.body.root
  return notice?.by === current?.digest ? current?.body.root : undefined
}
