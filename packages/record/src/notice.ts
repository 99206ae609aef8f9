// The notice of a compromise (spec/keys.md): the root of a party says which of its keys are not to be believed. It bears
// no time; since when it stands, cosigners show. `parseNotice` is the only maker of a `Notice`; whether its signatures
// hold, `checkNotice` says to whoever holds the cards.

import { concat, ok, type Result, refuse, type SignerPair, sha256, toHex } from '@countersign/log'
import { z } from 'zod'
import { canonicalJson, parseCanonical } from './canonical.ts'
import { type Card, checkRootSignatures, type RootSignatures, rootSignaturesSchema } from './card.ts'
import type { CardSet } from './card-set.ts'
import { LIMITS } from './limits.ts'
import { hex32, partyDomain, strictlySorted } from './schema-parts.ts'
import { preAuthEncoding, signBoth } from './signing.ts'

const NOTICE_TYPE = 'application/vnd.countersign.notice.v1+json'

export const KEY_ROLES = ['log', 'receipt', 'request', 'sealing', 'statement'] as const
export type KeyRole = (typeof KEY_ROLES)[number]

export const noticeBodySchema = z.strictObject({
  v: z.literal(1),
  party: partyDomain,
  cards: z.array(hex32).min(1).max(LIMITS.noticeCards).refine(strictlySorted, 'sorted, without duplicates'),
  roles: z.array(z.enum(KEY_ROLES)).min(1).refine(strictlySorted, 'sorted, without duplicates'),
  by: hex32,
})

export const noticeFileSchema = z.strictObject({ notice: noticeBodySchema, root: rootSignaturesSchema })

export type NoticeBody = z.infer<typeof noticeBodySchema>

export interface Notice {
  /** The whole file, canonical. */
  bytes: Uint8Array
  body: NoticeBody
  signatures: RootSignatures
  /** H(canonical notice), hex: two files of one notice are one notice. */
  digest: string
}

/** Reads a notice file. Refuses `notice/form`. */
export function parseNotice(bytes: Uint8Array): Result<Notice> {
  const parsed = parseCanonical(bytes, { maxBytes: LIMITS.noticeBytes })
  if (!parsed.ok) return refuse('notice/form', `This is no notice: ${parsed.message}.`)
  return noticeOf(parsed.value)
}

/** The notice that a `party/notice` has as its body. */
export function noticeOf(value: unknown): Result<Notice> {
  const checked = noticeFileSchema.safeParse(value)
  if (!checked.success) {
    const issue = checked.error.issues[0]
    const message = `This is no notice: ${issue?.path.join('.') || 'the file'} – ${issue?.message ?? 'malformed'}.`
    return refuse('notice/form', message)
  }
  const { notice: body, root: signatures } = checked.data
  const bytes = canonicalJson(checked.data)
  if (bytes.length > LIMITS.noticeBytes) return refuse('notice/form', 'This is no notice: it is too large.')
  return ok({ bytes, body, signatures, digest: noticeDigest(body) })
}

/** What the keys of the root sign. */
export function noticeMessage(body: NoticeBody): Uint8Array {
  return preAuthEncoding(NOTICE_TYPE, canonicalJson(body))
}

export function noticeDigest(body: NoticeBody): string {
  return toHex(sha256(canonicalJson(body)))
}

/** The file of a notice; `signers` are keys of the root of the card `by`, each with its index there. */
export function makeNotice(body: NoticeBody, signers: readonly (SignerPair & { key: number })[]): Uint8Array {
  const message = noticeMessage(noticeBodySchema.parse(body))
  const root = [...signers]
    .sort((a, b) => a.key - b.key)
    .map((signer) => ({ key: signer.key, ...signBoth(message, signer) }))
  return canonicalJson({ notice: body, root })
}

/** The cards a valid notice names; refuses `party/notice`; or the digest of a card that is needed to tell. */
export function checkNotice(notice: Notice, cards: CardSet, root: string): Result<Card[]> | { awaits: string } {
  const { party, by, cards: digests } = notice.body
  const named: Card[] = []
  for (const digest of new Set([by, ...digests])) {
    const card = cards.of(digest)
    if (card === undefined) return { awaits: digest }
    if (card.party !== party) return refuse('party/notice', 'The notice names a card of another party.')
    const reach = cards.reach(card, root)
    if (reach.kind === 'awaits') return { awaits: reach.card }
    if (reach.kind === 'foreign')
      return refuse('party/notice', 'The notice names a card of a root that is not accepted.')
    if (digests.includes(digest)) named.push(card)
  }
  const signing = cards.of(by)
  if (signing === undefined || named.some((card) => card.body.serial > signing.body.serial)) {
    return refuse('party/notice', 'The notice names a newer card than the one whose root signed it.')
  }
  const signed = checkRootSignatures(notice.signatures, signing.body.root, noticeMessage(notice.body))
  return signed.ok ? ok(named) : refuse('party/notice', `The notice is not signed by its root: ${signed.message}`)
}

/** The name of one public key pair among notices: hex. */
export function keyName({ ed25519, mldsa44 }: { ed25519: Uint8Array; mldsa44?: Uint8Array }): string {
  return toHex(sha256(mldsa44 === undefined ? ed25519 : concat(ed25519, mldsa44)))
}
