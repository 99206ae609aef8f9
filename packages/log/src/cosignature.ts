// C2SP tlog-cosignature, types 04 and 06. Where both keys of a cosigner are known, both lines with one time are needed.

import { ed25519, mldsa44 } from '#crypto'
import { concat, uint64be, utf8 } from './bytes.ts'
import { type Checkpoint, cosignedMessage, parseCheckpoint } from './checkpoint.ts'
import { type KeyPair, makeVerifierKey, type SignerPair, type VerifierKey } from './key.ts'
import { MAX_NAME_BYTES, MAX_TIME_SECONDS } from './limits.ts'
import { formatNote, openNote, parseNote, signatureLine } from './note.ts'
import { ok, type Result, refuse } from './result.ts'

/** The verifier keys of a cosigner: type 04 and type 06. */
export function cosignerKeys(name: string, keys: KeyPair): VerifierKey[] {
  return [makeVerifierKey(name, 4, keys.ed25519), makeVerifierKey(name, 6, keys.mldsa44)]
}

/** Two lines over the text of a checkpoint, type 04 then type 06, of one time in POSIX seconds, up to the year 9999. */
export function cosignatureLines(checkpointText: string, name: string, signers: SignerPair, time: number): string[] {
  const checkpoint = parseCheckpoint(checkpointText)
  if (!checkpoint.ok) throw new Error(`Only checkpoints are cosigned: ${checkpoint.message}`)
  if (!isTime(time)) throw new Error(`${time} is no time of a cosignature.`)
  const { origin, size, root } = checkpoint.value
  const classic = signers.ed25519.sign(timedMessage(checkpointText, time))
  const quantum = signers.mldsa44.sign(cosignedMessage({ name, time, origin, size, root }))
  return [
    signatureLine(makeVerifierKey(name, 4, signers.ed25519.publicKey), concat(uint64be(time), classic)),
    signatureLine(makeVerifierKey(name, 6, signers.mldsa44.publicKey), concat(uint64be(time), quantum)),
  ]
}

/**
 * The author’s checkpoint note, all its lines kept as they are, followed by the cosigner’s two. Hand in what `logNote`
 * rebuilt: what else stands in a note is passed on too.
 */
export function cosign(note: Uint8Array, signer: { name: string } & SignerPair, time: number): Uint8Array {
  const parsed = parseNote(note)
  if (!parsed.ok) throw new Error(`Only a well-formed note is cosigned: ${parsed.message}`)
  const { text, signatures } = parsed.value
  return formatNote(text, [...signatures.map(({ line }) => line), ...cosignatureLines(text, signer.name, signer, time)])
}

/** Both lines of a cosigner, verified, of equal time. */
export function verifyCosignatures(
  note: Uint8Array,
  name: string,
  keys: KeyPair,
): Result<Checkpoint & { time: number }> {
  const opened = openNote(note, cosignerKeys(name, keys), verifyCosignatureLine)
  if (!opened.ok) return opened
  const checkpoint = parseCheckpoint(opened.value.text)
  if (!checkpoint.ok) return checkpoint
  const times = new Map(opened.value.verified.map(({ key, signature }) => [key.type, timeOfCosignature(signature)]))
  const time = times.get(4)
  if (time === undefined || !times.has(6))
    return refuse('cosignature/one-line', `${name} gave one of its two lines only; one alone counts as none.`)
  if (times.get(6) !== time) return refuse('cosignature/times', `The two lines of ${name} name different times.`)
  if (!isTime(time)) return refuse('cosignature/time', `The lines of ${name} name a time after the year 9999.`)
  return ok({ ...checkpoint.value, time })
}

/** One line of a foreign witness suffices to call a checkpoint witnessed; never for a receipt. */
export function verifyWitnessLine(note: Uint8Array, key: VerifierKey): Result<Checkpoint & { time: number }> {
  const opened = openNote(note, [key], verifyCosignatureLine)
  if (!opened.ok) return opened
  const checkpoint = parseCheckpoint(opened.value.text)
  if (!checkpoint.ok) return checkpoint
  const time = timeOfCosignature(opened.value.verified[0]?.signature ?? new Uint8Array())
  if (time === undefined) return refuse('cosignature/form', 'The cosignature names no time.')
  return isTime(time)
    ? ok({ ...checkpoint.value, time })
    : refuse('cosignature/time', 'The cosignature names a time after the year 9999.')
}

/** A line of any type that is known here, over a checkpoint: 01 over the note, 04 and 06 as tlog-cosignature says. */
export function verifyNoteLine(key: VerifierKey, text: string, signature: Uint8Array): boolean {
  if (key.type === 1) return ed25519.verify(key.publicKey, utf8(text), signature)
  return verifyCosignatureLine(key, text, signature)
}

export function verifyCosignatureLine(key: VerifierKey, text: string, signature: Uint8Array): boolean {
  const time = timeOfCosignature(signature)
  const checkpoint = parseCheckpoint(text)
  if (time === undefined || !checkpoint.ok) return false
  const rest = signature.subarray(8)
  if (key.type === 4) return ed25519.verify(key.publicKey, timedMessage(text, time), rest)
  const { origin, size, root } = checkpoint.value
  // One byte tells the length of an origin in the message: a longer one has none.
  if (key.type !== 6 || utf8(origin).length > MAX_NAME_BYTES) return false
  return mldsa44.verify(key.publicKey, cosignedMessage({ name: key.name, time, origin, size, root }), rest)
}

function timedMessage(text: string, time: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`)
}

function isTime(seconds: number): boolean {
  return Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= MAX_TIME_SECONDS
}

/** POSIX seconds; undefined where there are not eight bytes, or more than is a safe integer. */
export function timeOfCosignature(signature: Uint8Array): number | undefined {
  if (signature.length < 8) return undefined
  let time = 0
  for (let i = 0; i < 8; i++) time = time * 256 + (signature[i] ?? 0)
  return Number.isSafeInteger(time) ? time : undefined
}
