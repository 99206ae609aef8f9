// The private keys of a node: one file for each role in its key store (key-store.ts).
// Keys are 32-byte seeds (RFC 8032 section 5.1.5, FIPS 204 section 6.1); the sealing key is an age identity of the
// hybrid post-quantum kind. A key never leaves this module but as a signer.

import { ed25519, fromBase64, mldsa44, type Signer, toBase64 } from '@countersign/log'
import type { SignerPair } from '@countersign/record'
import { generateHybridIdentity, identityToRecipient } from 'age-encryption'
import type { KeyStore } from './key-store.ts'

const PAIRED_ROLES = ['root', 'log', 'statement', 'receipt'] as const
type PairedRole = (typeof PAIRED_ROLES)[number]

export interface NodeKeys {
  root: SignerPair
  log: SignerPair
  statement: SignerPair
  receipt: SignerPair
  request: Signer
  sealing: { identity: string; recipient: string }
}

/** Makes fresh keys and keeps them; throws where there are some already, so that no key is ever overwritten. */
export async function createKeys(store: KeyStore, random: (bytes: number) => Uint8Array): Promise<NodeKeys> {
  const files: Record<string, string> = {}
  const put = (role: string, seeds: Record<string, string>) => {
    files[`${role}.json`] = `${JSON.stringify(seeds)}\n`
  }
  for (const role of PAIRED_ROLES) put(role, { ed25519: toBase64(random(32)), mldsa44: toBase64(random(32)) })
  put('request', { ed25519: toBase64(random(32)) })
  put('sealing', { age: await generateHybridIdentity() })
  await store.add(files)
  return loadKeys(store)
}

export async function loadKeys(store: KeyStore): Promise<NodeKeys> {
  const pair = (role: PairedRole): SignerPair => {
    const seeds = read(store, role)
    return {
      ed25519: ed25519.signer(seed(seeds, 'ed25519', role)),
      mldsa44: mldsa44.signer(seed(seeds, 'mldsa44', role)),
    }
  }
  const identity = read(store, 'sealing').age
  if (identity === undefined) throw new Error('The key file sealing.json holds no age identity.')
  return {
    root: pair('root'),
    log: pair('log'),
    statement: pair('statement'),
    receipt: pair('receipt'),
    request: ed25519.signer(seed(read(store, 'request'), 'ed25519', 'request')),
    sealing: { identity, recipient: await identityToRecipient(identity) },
  }
}

function read(store: KeyStore, role: string): Record<string, string | undefined> {
  const text = store.read(`${role}.json`)
  if (text === undefined) throw new Error(`The key file ${role}.json is missing.`)
  return JSON.parse(text)
}

function seed(seeds: Record<string, string | undefined>, algorithm: string, role: string): Uint8Array {
  const bytes = fromBase64(seeds[algorithm] ?? '')
  if (bytes?.length !== 32) throw new Error(`The key file ${role}.json holds no ${algorithm} seed of 32 bytes.`)
  return bytes
}
