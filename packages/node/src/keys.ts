// The private keys of a node: one file for each role under DIR/private/keys, readable by their owner alone.
// Keys are 32-byte seeds (RFC 8032 section 5.1.5, FIPS 204 section 6.1); the sealing key is an age identity of the
// hybrid post-quantum kind. A key never leaves this module but as a signer.

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ed25519, fromBase64, mldsa44, type Signer, toBase64 } from '@countersign/log'
import type { SignerPair } from '@countersign/record'
import { generateHybridIdentity, identityToRecipient } from 'age-encryption'

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

/** Makes fresh keys and writes them; throws where a key file is there already, so that no key is ever overwritten. */
export async function createKeys(dir: string, random: (bytes: number) => Uint8Array): Promise<NodeKeys> {
  const folder = keyFolder(dir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  for (const role of PAIRED_ROLES) {
    write(folder, role, { ed25519: toBase64(random(32)), mldsa44: toBase64(random(32)) })
  }
  write(folder, 'request', { ed25519: toBase64(random(32)) })
  write(folder, 'sealing', { age: await generateHybridIdentity() })
  return loadKeys(dir)
}

export async function loadKeys(dir: string): Promise<NodeKeys> {
  const folder = keyFolder(dir)
  const pair = (role: PairedRole): SignerPair => {
    const seeds = read(folder, role)
    return {
      ed25519: ed25519.signer(seed(seeds, 'ed25519', role)),
      mldsa44: mldsa44.signer(seed(seeds, 'mldsa44', role)),
    }
  }
  const identity = read(folder, 'sealing').age
  if (identity === undefined) throw new Error('The key file sealing.json holds no age identity.')
  return {
    root: pair('root'),
    log: pair('log'),
    statement: pair('statement'),
    receipt: pair('receipt'),
    request: ed25519.signer(seed(read(folder, 'request'), 'ed25519', 'request')),
    sealing: { identity, recipient: await identityToRecipient(identity) },
  }
}

function keyFolder(dir: string): string {
  return join(dir, 'private', 'keys')
}

function write(folder: string, role: string, seeds: Record<string, string>): void {
  writeFileSync(join(folder, `${role}.json`), `${JSON.stringify(seeds)}\n`, { mode: 0o600, flag: 'wx', flush: true })
}

function read(folder: string, role: string): Record<string, string | undefined> {
  return JSON.parse(readFileSync(join(folder, `${role}.json`), 'utf8'))
}

function seed(seeds: Record<string, string | undefined>, algorithm: string, role: string): Uint8Array {
  const bytes = fromBase64(seeds[algorithm] ?? '')
  if (bytes?.length !== 32) throw new Error(`The key file ${role}.json holds no ${algorithm} seed of 32 bytes.`)
  return bytes
}
