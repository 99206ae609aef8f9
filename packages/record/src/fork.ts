// The file of a fork (spec/fork.md): two checkpoints of one log, signed by its author, that contradict each other. Making
// it and believing it are one piece of mathematics: `makeForkEvidence` gives only what `verifyForkEvidence` accepts.
// Whose root to trust, the reader decides; nothing here does.

import {
  equalBytes,
  fromBase64,
  logNote,
  ok,
  type Result,
  type Root,
  refuse,
  toBase64,
  type VerifiedCheckpoint,
  verifyCheckpoint,
  verifyConsistency,
} from '@countersign/log'
import { z } from 'zod'
import { canonicalJson, parseCanonical } from './canonical.ts'
import { type Card, parseCard } from './card.ts'
import { bytesOf } from './evidence.ts'
import { parseOrigin } from './names.ts'
import { base64Of } from './schema-parts.ts'

export const FORK_LIMITS = {
  fileBytes: 262_144,
  /** Two only where the two histories were signed with different keys of their author. */
  cards: 2,
  proofHashes: 64,
} as const

/** One of the two checkpoints, as its author alone signed it. */
export interface ForkedHead {
  size: number
  root: Root
  note: Uint8Array
  /** The card whose `log` keys signed it. */
  card: Card
}

/** A contradiction that was verified. Whether the cards are the author’s own, the reader must know. */
export interface Fork {
  origin: string
  party: string
  cards: Card[]
  /** The smaller first. They differ in what stands below the size of the first. */
  heads: [ForkedHead, ForkedHead]
}

const hash = base64Of(32)
const base64 = z.string().refine((text) => fromBase64(text) !== undefined, 'not canonical base64')
const always = {
  v: z.literal(1),
  kind: z.literal('fork'),
  origin: z.string().refine((text) => parseOrigin(text).ok, 'an origin'),
  cards: z.array(z.record(z.string(), z.unknown())).min(1).max(FORK_LIMITS.cards),
  notes: z.tuple([base64, base64]),
}
const forkSchema = z.union([
  z.strictObject({ ...always, root: hash, consistency: z.array(hash).max(FORK_LIMITS.proofHashes) }),
  z.strictObject(always),
])

export type ForkFile = z.infer<typeof forkSchema>

/** The form alone; believes nothing of it. */
export function parseForkEvidence(bytes: Uint8Array): Result<ForkFile> {
  const parsed = parseCanonical(bytes, { maxBytes: FORK_LIMITS.fileBytes })
  if (!parsed.ok) return refuse('fork/form', `This is no file of a fork: ${parsed.message}.`)
  const checked = forkSchema.safeParse(parsed.value)
  return checked.success
    ? ok(checked.data)
    : refuse('fork/form', 'This is no file of a fork: a member is not as it must be.')
}

/** Verifies the contradiction itself, with the cards in the file. Refuses with `fork/…` codes; throws for nothing. */
export function verifyForkEvidence(bytes: Uint8Array): Result<Fork> {
  const parsed = parseForkEvidence(bytes)
  if (!parsed.ok) return parsed
  const file = parsed.value
  const cards = readCards(file)
  if (!cards.ok) return cards
  const heads = readHeads(file, cards.value)
  if (!heads.ok) return heads
  const [older, newer] = heads.value
  if (older.size < newer.size) {
    if (!('root' in file)) return refuse('fork/form', 'Between two sizes the file needs a root and its proof.')
    const [root, proof] = [bytesOf(file.root), file.consistency.map(bytesOf)]
    const proven = verifyConsistency(older.size, newer.size, proof, root, newer.root)
    if (!proven.ok) return refuse('fork/proof', `The proof does not lead to the larger checkpoint: ${proven.message}`)
    if (equalBytes(root, older.root)) return consistent()
  } else {
    if ('root' in file) return refuse('fork/form', 'Two checkpoints of one size need no proof.')
    if (equalBytes(older.root, newer.root)) return consistent()
  }
  return ok({ origin: file.origin, party: cards.value[0]?.party ?? '', cards: cards.value, heads: heads.value })
}

/**
 * The file for two checkpoint notes of `origin`, in whatever order, whatever lines of others they carry. For two sizes it
 * needs what the larger log says of its first entries, as many as the smaller has: `prefix`. `cards` are those of the
 * author that may have signed them; those that are needed are taken. Refuses what is no contradiction.
 */
export function makeForkEvidence(of: {
  origin: string
  cards: readonly Card[]
  notes: readonly [Uint8Array, Uint8Array]
  prefix?: { root: Uint8Array; consistency: readonly Uint8Array[] }
}): Result<Uint8Array> {
  const { origin, notes, prefix } = of
  const opened = notes.map((note) => of.cards.flatMap((card) => openedBy(origin, card, note) ?? []))
  const [first, second] = opened
  if (first?.[0] === undefined || second?.[0] === undefined) {
    return refuse('fork/note', 'One of the checkpoints is not signed by the author under any of these cards.')
  }
  const single = first.find(({ card }) => second.some((other) => other.card === card))?.card
  const signers = single === undefined ? [first[0].card, second[0].card].sort(bySerial) : [single]
  const [older, newer] = [first[0].head, second[0].head].sort(inOrder)
  if (older === undefined || newer === undefined) throw new Error('There were two.')
  if (older.size < newer.size && prefix === undefined) {
    return refuse(
      'fork/proof',
      'Between two sizes a contradiction is shown by what the larger log says of the smaller.',
    )
  }
  const proof =
    older.size === newer.size || prefix === undefined
      ? {}
      : { root: toBase64(prefix.root), consistency: prefix.consistency.map(toBase64) }
  const file = canonicalJson({
    ...{ v: 1, kind: 'fork', origin, notes: [older, newer].map((head) => toBase64(logNote(head))), ...proof },
    cards: signers.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes))),
  })
  const verified = verifyForkEvidence(file)
  return verified.ok ? ok(file) : verified
}

function readCards(file: ForkFile): Result<Card[]> {
  const origin = parseOrigin(file.origin)
  if (!origin.ok) return refuse('fork/form', origin.message)
  const cards: Card[] = []
  for (const raw of file.cards) {
    const card = parseCard(canonicalJson(raw))
    if (!card.ok) return refuse('fork/card', `A card in the file is refused: ${card.message}`)
    if (card.value.party !== origin.value.party) {
      return refuse('fork/card', `The card is of ${card.value.party}, and the log of ${origin.value.party}.`)
    }
    cards.push(card.value)
  }
  const [one, other] = cards
  if (one !== undefined && other !== undefined && bySerial(one, other) >= 0) {
    return refuse('fork/card', 'The two cards do not rise by serial.')
  }
  return ok(cards)
}

/** Stops checkpoints that the author did not sign, and any second way of writing the same two down. */
function readHeads(file: ForkFile, cards: readonly Card[]): Result<[ForkedHead, ForkedHead]> {
  const heads: ForkedHead[] = []
  const signed = cards.map(() => new Set<number>())
  for (const [place, text] of file.notes.entries()) {
    const note = bytesOf(text)
    for (const [i, card] of cards.entries()) {
      const opened = openedBy(file.origin, card, note)
      if (opened === undefined) continue
      signed[i]?.add(place)
      const { size, root } = opened.head
      if (!equalBytes(logNote(opened.head), note)) {
        return refuse('fork/note', 'A checkpoint in the file carries more than its author’s two lines.')
      }
      if (heads.length <= place) heads.push({ size, root, note, card })
    }
    if (heads.length <= place) {
      return refuse('fork/note', 'A checkpoint in the file is not signed by the author of this log under these cards.')
    }
  }
  if (cards.length > 1 && signed.some(({ size }) => size !== 1)) {
    return refuse('fork/card', 'The file holds a card that it does not need.')
  }
  const [older, newer] = heads
  if (older === undefined || newer === undefined) throw new Error('There were two.')
  if (older.size < 1) return refuse('fork/note', 'A checkpoint of an empty log contradicts none.')
  if (inOrder(older, newer) > 0) return refuse('fork/form', 'The two checkpoints are not in their order.')
  return ok([older, newer])
}

function openedBy(origin: string, card: Card, note: Uint8Array): { card: Card; head: VerifiedCheckpoint } | undefined {
  const { ed25519: ed25519PublicKey, mldsa44: mldsa44PublicKey } = card.keys.log
  const head = verifyCheckpoint(note, { origin, ed25519PublicKey, mldsa44PublicKey })
  return head.ok ? { card, head: head.value } : undefined
}

function consistent(): Result<never> {
  return refuse('fork/consistent', 'The two checkpoints do not contradict each other: one log can have both.')
}

function bySerial(a: Card, b: Card): number {
  return a.body.serial - b.body.serial
}

function inOrder(a: { size: number; root: Root }, b: { size: number; root: Root }): number {
  if (a.size !== b.size) return a.size - b.size
  for (const [i, byte] of a.root.entries()) {
    const other = b.root[i] ?? 0
    if (byte !== other) return byte - other
  }
  return 0
}
