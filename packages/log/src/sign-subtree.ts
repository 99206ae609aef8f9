// C2SP tlog-witness, `sign-subtree`, both sides and pure: having a part of a tree cosigned of which the witness knows the
// whole. `readSubtreeRequest` and `decideSubtree` are the whole judgement; nothing is kept for it, and what a witness
// remembers may be stale.

import { equalBytes, fromBase64, fromUtf8, toBase64, utf8 } from './bytes.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { verifyCosignatureLine } from './cosignature.ts'
import type { VerifierKey } from './key.ts'
import {
  HASH_BYTES,
  MAX_ADD_CHECKPOINT_BYTES,
  MAX_SUBTREE_LINES,
  MAX_WITNESS_ANSWER_BYTES,
  MAX_WITNESS_PROOF_LINES,
} from './limits.ts'
import { openNote, parseNote, parseSignatureLine } from './note.ts'
import { ok, type Result, refuse } from './result.ts'
import { type Subtree, verifySubtreeLine } from './subtree.ts'
import { isSubtree, type LeafRange, verifySubtreeConsistency } from './subtree-proof.ts'
import { type Cosigned, plainRefusal, type WitnessAnswer, type WitnessRefusal } from './witness.ts'

/** What is asked: to have the subtree cosigned, which is a part of the tree of `checkpoint`. */
export interface SignSubtree extends LeafRange {
  hash: Uint8Array
  /** Lines of others over the subtree, each with its newline: at most 8. */
  lines: readonly string[]
  /** The consistency proof of the subtree. */
  proof: readonly Uint8Array[]
  /** A note with the line of the witness, or the text of a checkpoint that the witness cosigned lately. */
  checkpoint: Uint8Array
}

/** Throws for more lines or hashes than a request holds: the caller’s defect. */
export function formatSignSubtree({ start, end, hash, lines, proof, checkpoint }: SignSubtree): Uint8Array {
  if (!isSubtree({ start, end })) throw new Error(`The leaves ${start} to ${end} are no subtree.`)
  if (lines.length > MAX_SUBTREE_LINES) throw new Error(`${lines.length} lines over a subtree fit no request.`)
  if (proof.length > MAX_WITNESS_PROOF_LINES) throw new Error(`A proof of ${proof.length} hashes fits no request.`)
  const hashes = proof.map((one) => `${toBase64(one)}\n`).join('')
  const head = utf8(`subtree ${start} ${end}\n${toBase64(hash)}\n${lines.join('')}${hashes}\n`)
  const body = new Uint8Array(head.length + checkpoint.length)
  body.set(head)
  body.set(checkpoint, head.length)
  return body
}

/** The form alone. Refuses `sign-subtree/…`. */
export function parseSignSubtree(body: Uint8Array): Result<SignSubtree> {
  if (body.length > MAX_ADD_CHECKPOINT_BYTES)
    return refuse('sign-subtree/too-large', `A request has at most ${MAX_ADD_CHECKPOINT_BYTES} bytes.`)
  const whole = fromUtf8(body)
  if (whole === undefined) return refuse('sign-subtree/not-utf8', 'The request is not valid UTF-8.')
  const split = whole.indexOf('\n\n')
  if (split < 0) return refuse('sign-subtree/form', 'The request has no empty line before its checkpoint.')
  const [first = '', second = '', ...rest] = whole.slice(0, split).split('\n')
  const range = /^subtree (0|[1-9][0-9]*) (0|[1-9][0-9]*)$/.exec(first)
  if (range === null)
    return refuse('sign-subtree/range', 'The request begins with “subtree ” and two plain decimal numbers.')
  const [start, end] = [Number(range[1]), Number(range[2])]
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end))
    return refuse('sign-subtree/range', 'The leaves are beyond what is supported.')
  const hash = fromBase64(second)
  if (hash?.length !== HASH_BYTES)
    return refuse('sign-subtree/hash', 'The hash of the subtree is not the base64 of 32 bytes.')
  const at = rest.findIndex((line) => !line.startsWith('\u2014 '))
  const lines = rest.slice(0, at < 0 ? rest.length : at).map((line) => `${line}\n`)
  const proof: Uint8Array[] = []
  for (const line of rest.slice(lines.length)) {
    const one = fromBase64(line)
    if (one?.length !== HASH_BYTES) return refuse('sign-subtree/proof', 'A proof line is not the base64 of 32 bytes.')
    proof.push(one)
  }
  if (lines.length > MAX_SUBTREE_LINES)
    return refuse('sign-subtree/lines', `There are more than ${MAX_SUBTREE_LINES} lines over the subtree.`)
  if (proof.length > MAX_WITNESS_PROOF_LINES)
    return refuse('sign-subtree/proof', `The proof has more than ${MAX_WITNESS_PROOF_LINES} lines.`)
  for (const line of lines) {
    const read = parseSignatureLine(line)
    if (!read.ok) return read
  }
  return ok({ start, end, hash, lines, proof, checkpoint: utf8(whole.slice(split + 2)) })
}

/** A subtree that is proved to be a part of the tree of `checkpoint`. */
export interface SubtreeRequest {
  subtree: Subtree
  checkpoint: Checkpoint
  /** Whether the checkpoint carries a line of the witness itself; otherwise it must be one that the witness remembers. */
  isCosigned: boolean
}

type Read<T> = { ok: true; value: T } | { ok: false; refusal: WitnessRefusal }

/**
 * Reads a request and verifies it: 400 where it is malformed or names leaves that are no subtree of the tree, 404 where no
 * key is trusted for its origin, 403 where a line of the witness or of a trusted key fails, 422 where the proof does not
 * hold. Lines of unknown keys are passed over.
 */
export function readSubtreeRequest(
  body: Uint8Array,
  witness: {
    /** The witness’s own, of types 04 and 06. */
    keys: readonly VerifierKey[]
    keysOf(origin: string): readonly VerifierKey[] | undefined
  },
): Read<SubtreeRequest> {
  const refused = (status: WitnessRefusal['status'], of: { code: string; message: string }) => ({
    ok: false as const,
    refusal: plainRefusal(status, of.code, of.message),
  })
  const request = parseSignSubtree(body)
  if (!request.ok) return refused(400, request)
  const { start, end, hash, lines, proof } = request.value
  const shown = readShown(request.value.checkpoint)
  if (!shown.ok) return refused(400, shown)
  const checkpoint = parseCheckpoint(shown.value.text)
  if (!checkpoint.ok) return refused(400, checkpoint)
  const { origin, size, root } = checkpoint.value
  const trusted = witness.keysOf(origin)
  if (trusted === undefined || trusted.length === 0)
    return refused(404, { code: 'witness/unknown-log', message: 'This witness does not know a log of this origin.' })
  if (!isSubtree({ start, end }) || end > size) {
    const message = `The leaves ${start} to ${end} are no subtree of a tree of ${size}.`
    return refused(400, { code: 'subtree/form', message })
  }
  const subtree = { origin, start, end, hash }
  const known = [...witness.keys, ...trusted].filter(({ type }) => type === 6)
  for (const line of lines) {
    const valid = checkLine(line, known, subtree)
    if (!valid.ok) return refused(403, valid)
  }
  const opened = shown.value.isSigned
    ? openNote(request.value.checkpoint, witness.keys, verifyCosignatureLine)
    : refuse('note/unsigned', 'No line of this witness.')
  if (!opened.ok && opened.code !== 'note/unsigned') return refused(403, opened)
  const consistent = verifySubtreeConsistency({ start, end }, size, { proof, hash, root })
  if (!consistent.ok) return refused(422, consistent)
  return { ok: true, value: { subtree, checkpoint: checkpoint.value, isCosigned: opened.ok } }
}

/**
 * Whether the witness signs the subtree: the checkpoint carries its own line, or is one of those it remembers. Otherwise
 * 409, to be answered with a checkpoint that it knows, or 403 where it knows none.
 */
export function decideSubtree(
  { checkpoint, isCosigned }: SubtreeRequest,
  remembered: readonly Cosigned[],
): { status: 200 } | { status: 409 } | WitnessRefusal {
  if (isCosigned) return { status: 200 }
  if (remembered.some(({ size, root }) => size === checkpoint.size && equalBytes(root, checkpoint.root)))
    return { status: 200 }
  return remembered.length > 0
    ? { status: 409 }
    : plainRefusal(403, 'subtree/not-cosigned', 'This witness has not cosigned this checkpoint.')
}

/** What an answer says: cosigned; the checkpoint is not remembered, and another is; or a refusal. */
export type SubtreeAnswer =
  | { kind: 'cosigned'; lines: { key: VerifierKey; line: string }[] }
  | { kind: 'conflict'; checkpoint: Uint8Array }
  | { kind: 'refused'; code: string; message: string }

/**
 * Reads the answer of a witness. Lines of unknown keys are passed over; a trusted key’s line that fails, or names a time,
 * refuses the answer.
 */
export function readSubtreeAnswer(
  answer: WitnessAnswer,
  subtree: Subtree,
  keys: readonly VerifierKey[],
): SubtreeAnswer {
  const refused = (code: string, message: string): SubtreeAnswer => ({ kind: 'refused', code, message })
  if (answer.body.length > MAX_WITNESS_ANSWER_BYTES)
    return refused('witness/answer', 'The answer of the witness is too large.')
  if (answer.status === 409) return { kind: 'conflict', checkpoint: answer.body }
  if (answer.status !== 200)
    return refused('witness/status', `The witness answers with status ${answer.status} and signs no subtree.`)
  const text = fromUtf8(answer.body)
  if (text === undefined || !text.endsWith('\n'))
    return refused('witness/answer', 'The answer of the witness is no sequence of signature lines.')
  const lines: { key: VerifierKey; line: string }[] = []
  for (const line of text
    .slice(0, -1)
    .split('\n')
    .map((one) => `${one}\n`)) {
    const valid = checkLine(line, keys, subtree)
    if (!valid.ok) return refused(valid.code, valid.message)
    if (valid.value !== undefined) lines.push({ key: valid.value, line })
  }
  return lines.length > 0
    ? { kind: 'cosigned', lines }
    : refused('note/unsigned', 'No trusted key has signed this subtree.')
}

/** Whose it is; undefined for a line of no known key. */
function checkLine(line: string, keys: readonly VerifierKey[], subtree: Subtree): Result<VerifierKey | undefined> {
  const read = parseSignatureLine(line)
  if (!read.ok) return read
  const { name, keyId } = read.value
  const key = keys.find((one) => one.name === name && equalBytes(one.keyId, keyId))
  if (key === undefined) return ok(undefined)
  const verified = verifySubtreeLine(line, key, subtree)
  if (!verified.ok) return verified
  return verified.value.time === 0
    ? ok(key)
    : refuse('subtree/time', 'A line over a subtree names a time where there must be none.')
}

/** A signed note, or the text of a checkpoint alone, which ends with its own newline. */
function readShown(checkpoint: Uint8Array): Result<{ text: string; isSigned: boolean }> {
  const whole = fromUtf8(checkpoint) ?? ''
  if (!whole.includes('\n\n')) return ok({ text: whole, isSigned: false })
  const note = parseNote(checkpoint)
  if (!note.ok) return note
  return note.value.signatures.length > MAX_SUBTREE_LINES
    ? refuse('sign-subtree/signatures', `The checkpoint has more than ${MAX_SUBTREE_LINES} signatures.`)
    : ok({ text: note.value.text, isSigned: true })
}
