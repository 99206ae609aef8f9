// C2SP signed-note. `parseNote` is the only maker of a `SignedNote`; a note is opened, that is believed, only by
// `openNote` with the keys one trusts.

import { ed25519 } from '#crypto'
import { concat, equalBytes, fromBase64, fromUtf8, toBase64, toHex, utf8 } from './bytes.ts'
import type { Signer } from './crypto/contract.ts'
import { isNoteName, makeVerifierKey, type VerifierKey } from './key.ts'
import { MAX_NOTE_BYTES, MAX_SIGNATURE_LINES } from './limits.ts'
import { ok, type Result, refuse } from './result.ts'

export interface SignatureLine {
  name: string
  keyId: Uint8Array
  /** What follows the key id: for cosignatures a timestamp comes first. */
  signature: Uint8Array
  /** The line as it stands, with its newline. */
  line: string
}

export interface SignedNote {
  /** Everything that is signed, ending in a newline. */
  text: string
  signatures: SignatureLine[]
}

/** Checks one signature line against the text under its key. */
export type VerifyLine = (key: VerifierKey, text: string, signature: Uint8Array) => boolean

export interface OpenedNote extends SignedNote {
  /** `line` as it stands in the note, with its newline. */
  verified: { key: VerifierKey; signature: Uint8Array; line: string }[]
}

const DASH = '\u2014 '

/** The form alone; nothing is verified. Refuses what the specification forbids, and more than 64 lines. */
export function parseNote(bytes: Uint8Array): Result<SignedNote> {
  if (bytes.length > MAX_NOTE_BYTES) return refuse('note/too-large', 'The note is too large.')
  const whole = fromUtf8(bytes)
  if (whole === undefined) return refuse('note/not-utf8', 'The note is not valid UTF-8.')
  if (/[\0-\x09\x0b-\x1f]/.test(whole)) return refuse('note/control-character', 'The note holds a control character.')
  const split = whole.lastIndexOf('\n\n')
  if (split < 0 || !whole.endsWith('\n')) return refuse('note/form', 'The note has no signatures after an empty line.')
  const text = whole.slice(0, split + 1)
  const block = whole.slice(split + 2)
  if (block === '') return refuse('note/form', 'The note has no signature.')
  const lines = block.slice(0, -1).split('\n')
  if (lines.length > MAX_SIGNATURE_LINES)
    return refuse('note/too-many-signatures', `The note has over ${MAX_SIGNATURE_LINES} signatures.`)
  const signatures: SignatureLine[] = []
  const seen = new Set<string>()
  for (const line of lines) {
    const read = parseSignatureLine(`${line}\n`)
    if (!read.ok) return read
    const { name, keyId } = read.value
    const label = `${name} ${toHex(keyId)}`
    if (seen.has(label))
      return refuse('note/duplicate-signature', `The note has two signatures of ${name} with one key.`)
    seen.add(label)
    signatures.push(read.value)
  }
  return ok({ text, signatures })
}

/** `— name base64(keyID ‖ signature)`, with its newline. */
export function parseSignatureLine(line: string): Result<SignatureLine> {
  const [name = '', encoded = '', ...more] = line.slice(DASH.length, -1).split(' ')
  const raw = fromBase64(encoded)
  const wellFormed = line.startsWith(DASH) && line.endsWith('\n') && more.length === 0 && isNoteName(name)
  if (!wellFormed || raw === undefined || raw.length < 5)
    return refuse('note/signature-line', 'A signature line is malformed.')
  return ok({ name, keyId: raw.slice(0, 4), signature: raw.slice(4), line })
}

/**
 * Verifies a note under the keys one trusts: lines of unknown keys are passed over, a known key’s line that fails
 * refuses the note, and so does a note without any verified line.
 */
export function openNote(
  bytes: Uint8Array,
  keys: readonly VerifierKey[],
  verifyLine: VerifyLine = verifyPlain,
): Result<OpenedNote> {
  const note = parseNote(bytes)
  if (!note.ok) return note
  const verified: OpenedNote['verified'] = []
  for (const { name, keyId, signature, line } of note.value.signatures) {
    const key = keys.find((one) => one.name === name && equalBytes(one.keyId, keyId))
    if (key === undefined) continue
    if (!verifyLine(key, note.value.text, signature))
      return refuse('note/signature', `The signature of ${name} does not verify.`)
    verified.push({ key, signature, line })
  }
  if (verified.length === 0) return refuse('note/unsigned', 'No trusted key has signed this note.')
  return ok({ ...note.value, verified })
}

/** Type 01: Ed25519 over the text. */
function verifyPlain(key: VerifierKey, text: string, signature: Uint8Array): boolean {
  return key.type === 1 && ed25519.verify(key.publicKey, utf8(text), signature)
}

/** The text, an empty line and the given lines. Throws for a text that no note can have. */
export function formatNote(text: string, lines: readonly string[]): Uint8Array {
  if (!text.endsWith('\n')) throw new Error('A note’s text ends in a newline.')
  return utf8(`${text}\n${lines.join('')}`)
}

/** A line: `— name base64(keyID ‖ signature)`. */
export function signatureLine(key: VerifierKey, signature: Uint8Array): string {
  return `${DASH}${key.name} ${toBase64(concat(key.keyId, signature))}\n`
}

/** A type-01 line over `text`. */
export function signNoteLine(text: string, name: string, signer: Signer): string {
  return signatureLine(makeVerifierKey(name, 1, signer.publicKey), signer.sign(utf8(text)))
}
