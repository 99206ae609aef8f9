// C2SP tlog-witness, `add-checkpoint`, both sides and pure: the request and the answer are written and read here, and
// `decideSubmission` is the whole judgement of a witness. A witness calls it and makes the new state durable in one step,
// and only then signs; whoever keeps the state and speaks HTTP decides nothing more.

import { equalBytes, fromBase64, fromUtf8, toBase64, utf8 } from './bytes.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { timeOfCosignature, verifyCosignatureLine, verifyNoteLine } from './cosignature.ts'
import { emptyRoot, type Root } from './hash.ts'
import type { VerifierKey } from './key.ts'
import { HASH_BYTES, MAX_ADD_CHECKPOINT_BYTES, MAX_WITNESS_ANSWER_BYTES, MAX_WITNESS_PROOF_LINES } from './limits.ts'
import { formatNote, openNote, parseNote } from './note.ts'
import { prefixRootByProof, verifyConsistency } from './proof.ts'
import { ok, type Result, refuse } from './result.ts'

/** What a log asks: to have `checkpoint` cosigned, which continues the tree of `oldSize`. */
export interface AddCheckpoint {
  oldSize: number
  /** RFC 6962 consistency proof from `oldSize`; empty where that is 0. */
  proof: readonly Uint8Array[]
  /** The signed note. */
  checkpoint: Uint8Array
}

/** An answer as it goes over HTTP. */
export interface WitnessAnswer {
  status: number
  contentType: string | undefined
  body: Uint8Array
}

/** The media type of a 409: the size that the witness cosigned last. */
export const TLOG_SIZE_TYPE = 'text/x.tlog.size'

/** `old <n>`, the proof, an empty line, the note. Throws for more than 63 hashes: the caller’s defect. */
export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): Uint8Array {
  if (!Number.isSafeInteger(oldSize) || oldSize < 0) throw new Error(`${oldSize} is no size.`)
  if (proof.length > MAX_WITNESS_PROOF_LINES) throw new Error(`A proof of ${proof.length} hashes fits no request.`)
  const head = utf8(`${[`old ${oldSize}`, ...proof.map(toBase64)].join('\n')}\n\n`)
  const body = new Uint8Array(head.length + checkpoint.length)
  body.set(head)
  body.set(checkpoint, head.length)
  return body
}

export function parseAddCheckpoint(body: Uint8Array): Result<AddCheckpoint> {
  if (body.length > MAX_ADD_CHECKPOINT_BYTES)
    return refuse('add-checkpoint/too-large', `A request has at most ${MAX_ADD_CHECKPOINT_BYTES} bytes.`)
  const whole = fromUtf8(body)
  if (whole === undefined) return refuse('add-checkpoint/not-utf8', 'The request is not valid UTF-8.')
  const split = whole.indexOf('\n\n')
  if (split < 0) return refuse('add-checkpoint/form', 'The request has no empty line before its checkpoint.')
  const [first = '', ...hashes] = whole.slice(0, split).split('\n')
  const written = /^old (0|[1-9][0-9]*)$/.exec(first)?.[1]
  if (written === undefined)
    return refuse('add-checkpoint/old', 'The request begins with “old ” and a plain decimal size.')
  if (!Number.isSafeInteger(Number(written)))
    return refuse('add-checkpoint/old', 'The old size is beyond what is supported.')
  if (hashes.length > MAX_WITNESS_PROOF_LINES)
    return refuse('add-checkpoint/proof-too-long', `The proof has more than ${MAX_WITNESS_PROOF_LINES} lines.`)
  const proof: Uint8Array[] = []
  for (const line of hashes) {
    const hash = fromBase64(line)
    if (hash?.length !== HASH_BYTES) return refuse('add-checkpoint/hash', 'A proof line is not the base64 of 32 bytes.')
    proof.push(hash)
  }
  return ok({ oldSize: Number(written), proof, checkpoint: utf8(whole.slice(split + 2)) })
}

/** A request that a trusted log signed; whether it continues what was cosigned is not decided yet. */
export interface Submission extends Checkpoint {
  oldSize: number
  proof: readonly Uint8Array[]
  /** The text that is cosigned: extension lines belong to it. */
  text: string
  /** The note with the lines of trusted keys alone: bounded, whatever came with them. */
  note: Uint8Array
}

/** The latest checkpoint that a witness cosigned of an origin. */
export interface Cosigned {
  size: number
  root: Root
}

/** A request that is not granted, as it is answered. */
export interface WitnessRefusal {
  status: 400 | 403 | 404 | 409 | 422
  /** Stable, for the log of the witness. */
  code: string
  message: string
  contentType: string
  body: string
  /** The log signed two trees of one size: its note and the one held are the proof. */
  fork: boolean
  /**
   * The log signed a tree that does not begin with the one held, and its own proof shows it: the root of as many leaves as
   * are held, from which that proof leads to the checkpoint.
   */
  prefix?: { root: Root; consistency: readonly Uint8Array[] }
}

export type WitnessDecision =
  /** Make `next` durable, then cosign `submission.text`. */
  { status: 200; submission: Submission; next: Cosigned } | WitnessRefusal

/**
 * Reads a request and verifies its signatures: 400 where it is malformed, 404 where no key is trusted for its origin,
 * 403 where no trusted key signed it or a trusted key’s line fails, 400 where it shrinks.
 */
export function readSubmission(
  body: Uint8Array,
  keysOf: (origin: string) => readonly VerifierKey[] | undefined,
): { ok: true; value: Submission } | { ok: false; refusal: WitnessRefusal } {
  const refused = (status: 400 | 403 | 404, { code, message }: { code: string; message: string }) => ({
    ok: false as const,
    refusal: plainRefusal(status, code, message),
  })
  const request = parseAddCheckpoint(body)
  if (!request.ok) return refused(400, request)
  const parsed = parseNote(request.value.checkpoint)
  if (!parsed.ok) return refused(400, parsed)
  const head = parseCheckpoint(parsed.value.text)
  if (!head.ok) return refused(400, head)
  const keys = keysOf(head.value.origin)
  if (keys === undefined || keys.length === 0)
    return refused(404, { code: 'witness/unknown-log', message: 'This witness does not know a log of this origin.' })
  const opened = openNote(request.value.checkpoint, keys, verifyNoteLine)
  if (!opened.ok) return refused(403, opened)
  const { oldSize, proof } = request.value
  if (oldSize > head.value.size)
    return refused(400, { code: 'witness/shrinks', message: 'The old size is larger than the size of the checkpoint.' })
  const { text, verified } = opened.value
  const note = formatNote(
    text,
    verified.map(({ line }) => line),
  )
  return { ok: true, value: { ...head.value, oldSize, proof, text, note } }
}

/**
 * Decides on a submission, given what was cosigned last: 409 where it starts from another size, 422 where it does not
 * continue that tree. What is granted becomes the new state before it is signed.
 */
export function decideSubmission(submission: Submission, latest: Cosigned | undefined): WitnessDecision {
  const { size, root, oldSize, proof } = submission
  const fork = latest !== undefined && size === latest.size && !equalBytes(root, latest.root)
  const held = latest?.size ?? 0
  if (oldSize !== held) {
    return {
      ...plainRefusal(409, 'witness/old-size', `The size cosigned last is ${held}.`, fork),
      ...{ contentType: TLOG_SIZE_TYPE, body: `${held}\n` },
    }
  }
  if (fork) return plainRefusal(422, 'witness/fork', 'Another root of this size was cosigned.', true)
  if (size === 0 && !equalBytes(root, emptyRoot))
    return plainRefusal(422, 'witness/empty-root', 'A log without entries has the hash of nothing as its root.')
  // The empty tree is a prefix of every tree: there is nothing to prove, and nothing may be sent for it.
  const consistent =
    oldSize === 0 || latest === undefined
      ? proof.length === 0
        ? ok(undefined)
        : refuse('proof/too-long', 'From size 0 there is no consistency proof.')
      : verifyConsistency(oldSize, size, proof, latest.root, root)
  if (!consistent.ok) {
    const other = prefixRootByProof(oldSize, size, proof, root)
    const prefix = other === undefined ? {} : { prefix: { root: other, consistency: proof } }
    return { ...plainRefusal(422, consistent.code, consistent.message), ...prefix }
  }
  return { status: 200, submission, next: { size, root } }
}

/** Both steps at once. */
export function decideAddCheckpoint(
  body: Uint8Array,
  witness: {
    keysOf(origin: string): readonly VerifierKey[] | undefined
    latestOf(origin: string): Cosigned | undefined
  },
): WitnessDecision {
  const read = readSubmission(body, witness.keysOf)
  return read.ok ? decideSubmission(read.value, witness.latestOf(read.value.origin)) : read.refusal
}

/** One verified line of a witness, with its newline. */
export interface WitnessLine {
  key: VerifierKey
  line: string
  /** POSIX seconds; never 0. */
  time: number
}

/** What an answer says: cosigned; another size was cosigned last; or a refusal. */
export type AnswerRead =
  | { kind: 'cosigned'; lines: WitnessLine[] }
  | { kind: 'conflict'; size: number }
  | { kind: 'refused'; code: string; message: string }

/**
 * Reads the answer of a witness to the checkpoint of `text`. Lines of unknown keys are passed over, a trusted key’s line
 * that fails refuses the answer, and so does one without a time.
 */
export function readWitnessAnswer(answer: WitnessAnswer, text: string, keys: readonly VerifierKey[]): AnswerRead {
  if (answer.body.length > MAX_WITNESS_ANSWER_BYTES)
    return refused('witness/answer', 'The answer of the witness is too large.')
  switch (answer.status) {
    case 200:
      return readLines(answer.body, text, keys)
    case 409: {
      const size = /^(0|[1-9][0-9]*)\n$/.exec(fromUtf8(answer.body) ?? '')?.[1]
      const type = answer.contentType?.split(';')[0]?.trim().toLowerCase()
      if (type !== TLOG_SIZE_TYPE || size === undefined || !Number.isSafeInteger(Number(size)))
        return refused('witness/answer', 'The witness answers a conflict without the size that it cosigned last.')
      return { kind: 'conflict', size: Number(size) }
    }
    case 400:
      return refused('witness/bad-request', 'The witness calls the request malformed.')
    case 403:
      return refused('witness/untrusted', 'The witness trusts none of the keys that signed the checkpoint.')
    case 404:
      return refused('witness/unknown-log', 'The witness does not know this log; its operator must add it.')
    case 422:
      return refused('witness/inconsistent', 'The witness says that the log does not continue what it cosigned before.')
    default:
      return refused('witness/status', `The witness answers with status ${answer.status}.`)
  }
}

function readLines(body: Uint8Array, text: string, keys: readonly VerifierKey[]): AnswerRead {
  const lines = fromUtf8(body)
  if (lines === undefined || !lines.startsWith('\u2014 ') || !lines.endsWith('\n') || lines.includes('\n\n'))
    return refused('witness/answer', 'The answer of the witness is no sequence of signature lines.')
  const opened = openNote(formatNote(text, [lines]), keys, verifyCosignatureLine)
  if (!opened.ok) return refused(opened.code, opened.message)
  const verified: WitnessLine[] = []
  for (const { key, signature, line } of opened.value.verified) {
    const time = timeOfCosignature(signature)
    if (time === undefined || time === 0)
      return refused('witness/no-time', 'A cosignature of the witness names no time.')
    verified.push({ key, line, time })
  }
  return { kind: 'cosigned', lines: verified }
}

function refused(code: string, message: string): AnswerRead {
  return { kind: 'refused', code, message }
}

/** A refusal whose body is its message. */
export function plainRefusal(
  status: WitnessRefusal['status'],
  code: string,
  message: string,
  fork = false,
): WitnessRefusal {
  return { status, code, message, contentType: 'text/plain; charset=utf-8', body: `${message}\n`, fork }
}
