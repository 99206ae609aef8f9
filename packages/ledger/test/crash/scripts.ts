// What the process does that is struck while it does it: the smallest work that makes every kind of call to the machine.
// What it is given is a function of a number, so that whoever audits afterwards knows each byte that may be found.

import {
  type Checkpoint,
  ed25519,
  leafHash,
  mldsa44,
  parseCheckpoint,
  parseNote,
  type SignerPair,
  sha256,
  signCheckpoint,
  TreeFrontier,
  toHex,
  utf8,
} from '@countersign/log'

export const PACT = 'a'.repeat(32)
export const GENERATION = 'b'.repeat(16)
export const ORIGIN = `alfa.example/${PACT}/main/${GENERATION}`
export const COSIGNER = 'watch.example'

const seed = (n: number) => new Uint8Array(32).fill(n)
export const signers: SignerPair = { ed25519: ed25519.signer(seed(1)), mldsa44: mldsa44.signer(seed(2)) }
export const keys = { ed25519: signers.ed25519.publicKey, mldsa44: signers.mldsa44.publicKey }

/** A promise that the process made: a line of its standard output, after it was made. */
export type Told =
  | { entry: number; index: number }
  | { addendum: string }
  /** A checkpoint that a reader may have seen, hex. */
  | { seen: string }
  | { given: number }
  | { held: number }
  | { dropped: number }
  | { named: true }
  | { evidence: true }
  /** A file that stands on the stick. */
  | { carried: string }
  /** A failure the process met and lived with: what a person would be told. */
  | { failed: string }
  /** Whether the calls from here on are those that this script is about; so they are until the first of these. */
  | { struck: boolean }
  | { ended: true }

/** Sealed content number `n`; the second is so large that it is synced in two steps. */
export function addendumOf(n: number): Uint8Array {
  return utf8(`sealed content ${n} `.padEnd(n === 1 ? 2_200_000 : 700, '.'))
}

/** Entry number `n`: it names its content, as a statement does. */
export function entryOf(n: number, bytes = 120): Uint8Array {
  return utf8(`entry ${n} ${toHex(sha256(addendumOf(n)))} `.padEnd(bytes, '-'))
}

export function sealedOf(entry: Uint8Array): string {
  return new TextDecoder().decode(entry.subarray(0, 120)).split(' ')[2] ?? ''
}

/** The author's checkpoint over the first `size` entries. */
export function noteOf(size: number): Uint8Array {
  const tree = new TreeFrontier()
  for (let n = 0; n < size; n++) tree.append(leafHash(entryOf(n)))
  return signCheckpoint({ origin: ORIGIN, size, root: tree.root() }, signers)
}

export function headOf(note: Uint8Array): Checkpoint | undefined {
  const parsed = parseNote(note)
  const head = parsed.ok ? parseCheckpoint(parsed.value.text) : undefined
  return head?.ok === true ? head.value : undefined
}
