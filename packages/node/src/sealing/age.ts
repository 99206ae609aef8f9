// The calls to age. Content is sealed to hybrid post-quantum recipients alone, so that kinds are never mixed in one file;
// a backup is sealed to a passphrase.

import { Readable } from 'node:stream'
import { passphraseIdentity, passphraseRecipient, passphraseRefusal } from '@countersign/ledger'
import { ok, type Result } from '@countersign/log'
import { bech32 } from '@scure/base'
import { Decrypter, Encrypter, type Identity, type Recipient } from 'age-encryption'
import { hybridIdentity, hybridRecipient } from './hybrid-age.ts'

export async function sealAge(plaintext: Uint8Array, recipients: readonly string[]): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) {
    encrypter.addRecipient(recipientOf(recipient))
  }
  return encrypter.encrypt(plaintext)
}

/**
 * The plaintext, or undefined where the file is no age file or none of our identities opens it. There is one on each line
 * of `identities`, as in a file of identities that age reads.
 */
export async function openAge(file: Uint8Array, identities: string): Promise<Uint8Array | undefined> {
  const decrypter = new Decrypter()
  for (const identity of identities.split('\n')) decrypter.addIdentity(identityOf(identity))
  try {
    return await decrypter.decrypt(file)
  } catch {
    // age tells a garbage file from a foreign one only by its message; to us both are “cannot open”.
    return undefined
  }
}

/** Seals as it reads; what comes out grows as fast as it is taken. */
export async function sealStream(plaintext: AsyncIterable<Uint8Array>, passphrase: string): Promise<Chunks> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(passphraseRecipient(passphrase))
  return encrypter.encrypt(webStream(plaintext))
}

/** What the file holds is read only as far as it was authenticated; where it ends early or was altered, reading throws. */
export async function openStream(file: AsyncIterable<Uint8Array>, passphrase: string): Promise<Result<Chunks>> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(passphraseIdentity(passphrase))
  try {
    return ok(await decrypter.decrypt(webStream(file)))
  } catch (cause) {
    return passphraseRefusal(cause)
  }
}

type Chunks = AsyncIterable<Uint8Array>

function webStream(chunks: Chunks): ReadableStream<Uint8Array> {
  return Readable.toWeb(Readable.from(chunks, { objectMode: false })) as ReadableStream<Uint8Array>
}

const recipients = new Map<string, Recipient>()
const identitiesKept = new Map<string, Identity>()
/** Keys whose imported form is kept: those of the parties one speaks with. */
const KEPT = 64

function recipientOf(text: string): Recipient {
  const known = recipients.get(text)
  if (known !== undefined) return known
  const { prefix, words } = bech32.decode(text as `${string}1${string}`, false)
  const publicKey = bech32.fromWords(words)
  if (prefix !== 'age1pq' || publicKey.length !== 1_216) {
    throw new Error('Content is sealed to hybrid post-quantum recipients only.')
  }
  return kept(recipients, text, hybridRecipient(publicKey))
}

function identityOf(text: string): Identity {
  const known = identitiesKept.get(text)
  if (known !== undefined) return known
  const { prefix, bytes } = bech32.decodeToBytes(text)
  if (prefix.toUpperCase() !== 'AGE-SECRET-KEY-PQ-' || bytes.length !== 32) {
    throw new Error('The sealing key is no hybrid post-quantum age identity.')
  }
  return kept(identitiesKept, text, hybridIdentity(bytes))
}

function kept<T>(map: Map<string, T>, key: string, value: T): T {
  const oldest = map.keys().next()
  if (map.size >= KEPT && oldest.done === false) map.delete(oldest.value)
  map.set(key, value)
  return value
}
