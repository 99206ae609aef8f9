// C2SP tlog-checkpoint, signed twice by the log itself: an Ed25519 line of type 01 over the note, and an ML-DSA-44
// line of type 06 over the tree, with cosigner name and origin both the origin, start 0 and time 0. One alone counts
// as none, and such a checkpoint has no extension lines, so that one head has one text (spec/directory.md).

import { ed25519, mldsa44 } from '#crypto'
import { concat, equalBytes, fromBase64, toBase64, uint64be, utf8 } from './bytes.ts'
import { asRoot, type Root } from './hash.ts'
import { isKeyName, type KeyPair, makeVerifierKey, type SignerPair, type VerifierKey } from './key.ts'
import { MAX_NAME_BYTES } from './limits.ts'
import { formatNote, openNote, signatureLine, signNoteLine } from './note.ts'
import { ok, type Result, refuse } from './result.ts'

export interface Checkpoint {
  origin: string
  size: number
  root: Root
}

/** The text of a note. Extension lines are accepted as the specification asks, and never written. */
export function parseCheckpoint(text: string): Result<Checkpoint> {
  if (!text.endsWith('\n')) return refuse('checkpoint/form', 'A checkpoint’s text ends in a newline.')
  const [origin, size, root, ...extensions] = text.slice(0, -1).split('\n')
  if (origin === undefined || size === undefined || root === undefined || origin === '') {
    return refuse('checkpoint/form', 'A checkpoint has an origin, a size and a root, a line each.')
  }
  if (!/^(?:0|[1-9][0-9]*)$/.test(size))
    return refuse('checkpoint/size', 'The size of the checkpoint is not a plain decimal number.')
  if (!Number.isSafeInteger(Number(size)))
    return refuse('checkpoint/size', 'The size of the checkpoint is beyond what is supported.')
  const hash = fromBase64(root)
  const parsed = hash === undefined ? undefined : asRoot(hash)
  if (parsed === undefined)
    return refuse('checkpoint/root', 'The root of the checkpoint is not the base64 of 32 bytes.')
  if (extensions.includes('')) return refuse('checkpoint/extension', 'An extension line of the checkpoint is empty.')
  return ok({ origin, size: Number(size), root: parsed })
}

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`
}

export function signCheckpoint(checkpoint: Checkpoint, signers: SignerPair): Uint8Array {
  return signedNote(checkpoint, signers, signers.mldsa44.sign(messageOf(checkpoint)))
}

/** The same, with the slow signature made on another thread where the platform has one. */
export async function signCheckpointAsync(checkpoint: Checkpoint, signers: SignerPair): Promise<Uint8Array> {
  return signedNote(checkpoint, signers, await signers.mldsa44.signAsync(messageOf(checkpoint)))
}

function messageOf({ origin, size, root }: Checkpoint): Uint8Array {
  if (!isKeyName(origin)) throw new Error(`“${origin}” cannot be an origin.`)
  return cosignedMessage({ name: origin, time: 0, origin, size, root })
}

function signedNote(checkpoint: Checkpoint, signers: SignerPair, mldsa44Signature: Uint8Array): Uint8Array {
  const text = formatCheckpoint(checkpoint)
  const key = makeVerifierKey(checkpoint.origin, 6, signers.mldsa44.publicKey)
  return formatNote(text, [
    signNoteLine(text, checkpoint.origin, signers.ed25519),
    signatureLine(key, concat(uint64be(0), mldsa44Signature)),
  ])
}

/** The log’s own verifier keys: type 01 and type 06, named as the origin. */
export function logKeys(origin: string, keys: KeyPair): VerifierKey[] {
  return [makeVerifierKey(origin, 1, keys.ed25519), makeVerifierKey(origin, 6, keys.mldsa44)]
}

/** A checkpoint that its log signed: what it says, its text, and the log’s own two lines, type 01 then type 06. */
export interface VerifiedCheckpoint extends Checkpoint {
  text: string
  lines: [string, string]
}

/**
 * Opens a checkpoint of `origin`. Lines of others (cosignatures) are passed over. Needs both lines of the log, and a
 * text without extension lines.
 */
export function verifyCheckpoint(
  note: Uint8Array,
  log: { origin: string; ed25519PublicKey: Uint8Array; mldsa44PublicKey: Uint8Array },
): Result<VerifiedCheckpoint> {
  const keys = logKeys(log.origin, { ed25519: log.ed25519PublicKey, mldsa44: log.mldsa44PublicKey })
  const opened = openNote(note, keys, verifyLogLine)
  if (!opened.ok) return opened
  const checkpoint = parseCheckpoint(opened.value.text)
  if (!checkpoint.ok) return checkpoint
  if (checkpoint.value.origin !== log.origin)
    return refuse('checkpoint/origin', `The checkpoint is of ${checkpoint.value.origin}.`)
  const { text, verified, signatures } = opened.value
  if (text !== formatCheckpoint(checkpoint.value))
    return refuse('checkpoint/extension', 'The checkpoint has extension lines, which no log of ours writes.')
  const [classic, quantum] = keys.map((key) =>
    verified.some((one) => one.key.type === key.type)
      ? signatures.find(({ name, keyId }) => name === key.name && equalBytes(keyId, key.keyId))?.line
      : undefined,
  )
  if (classic === undefined || quantum === undefined) {
    return refuse(
      'checkpoint/one-signature',
      'The checkpoint lacks one of the log’s two signatures; one alone counts as none.',
    )
  }
  return ok({ ...checkpoint.value, text, lines: [classic, quantum] })
}

/**
 * The note of a checkpoint as its log alone signed it: the text and the log’s two lines in their order, whatever else
 * stood in the note it was read from. So it is bounded, and the same for whoever rebuilds it: what is countersigned.
 */
export function logNote({ text, lines }: VerifiedCheckpoint): Uint8Array {
  return formatNote(text, lines)
}

/** C2SP tlog-cosignature, `cosigned_message`: of a checkpoint, or with `start` of the subtree from there to `size`. */
export function cosignedMessage(of: {
  name: string
  time: number
  origin: string
  size: number
  root: Uint8Array
  start?: number
}): Uint8Array {
  const [name, origin] = [utf8(of.name), utf8(of.origin)]
  for (const text of [name, origin])
    if (text.length === 0 || text.length > MAX_NAME_BYTES) throw new Error('A name or origin has 1 to 255 bytes here.')
  return concat(
    utf8('subtree/v1\n\0'),
    Uint8Array.of(name.length),
    name,
    uint64be(of.time),
    Uint8Array.of(origin.length),
    origin,
    uint64be(of.start ?? 0),
    uint64be(of.size),
    of.root,
  )
}

function verifyLogLine(key: VerifierKey, text: string, signature: Uint8Array): boolean {
  if (key.type === 1) return ed25519.verify(key.publicKey, utf8(text), signature)
  const checkpoint = parseCheckpoint(text)
  if (
    !checkpoint.ok ||
    signature.length !== 8 + mldsa44.signatureBytes ||
    signature.subarray(0, 8).some((byte) => byte !== 0)
  )
    return false
  const { origin, size, root } = checkpoint.value
  return mldsa44.verify(
    key.publicKey,
    cosignedMessage({ name: key.name, time: 0, origin, size, root }),
    signature.subarray(8),
  )
}
