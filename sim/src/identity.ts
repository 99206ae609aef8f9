// The parties of the simulation: keys that follow from their names, and their cards. Ed25519 is deterministic as it is;
// native ML-DSA draws randomness, so it is signed here without any (FIPS 204, the deterministic variant), and a signature
// once made is remembered, for it is the dearest thing a run does.

import { createHash } from 'node:crypto'
import { KeyStore } from '@countersign/ledger'
import { ed25519, type Signer, toBase64 } from '@countersign/log'
import { type Identity, KeyRing } from '@countersign/node'
import { makeCard, parseCard } from '@countersign/record'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { sealingKeysOf } from './seal.ts'

/** When every simulation begins: 1 January 2026. */
export const EPOCH_MS = Date.UTC(2026, 0, 1)

const REMEMBERED_MAX = 20_000

const identities = new Map<string, Identity>()

/** The same for equal names; `dir` is where its machine has it. */
export function identityOf(party: string, dir: string, neutral: boolean): Identity {
  const known = identities.get(party)
  if (known !== undefined) return { ...known, dir, neutral }
  const pair = (role: string) => ({
    ed25519: plainSigner(seedOf(`${party} ${role} ed25519`)),
    mldsa44: latticeSigner(seedOf(`${party} ${role} mldsa44`)),
  })
  const root = pair('root')
  const keys: Identity['keys'] = {
    roots: [{ key: 0, ...root }],
    ...{ log: pair('log'), statement: pair('statement'), receipt: pair('receipt') },
    request: plainSigner(seedOf(`${party} request`)),
    sealing: sealingKeysOf(party),
  }
  const both = ({ ed25519: plain, mldsa44 }: ReturnType<typeof pair>) => ({
    ed25519: toBase64(plain.publicKey),
    mldsa44: toBase64(mldsa44.publicKey),
  })
  const iso = (years: number) => new Date(EPOCH_MS + years * 365 * 86_400_000).toISOString()
  const file = makeCard(
    {
      v: 1,
      ...{ party, name: party, serial: 1 },
      root: { threshold: 1, keys: [both(root)] },
      keys: {
        ...{ log: both(keys.log), statement: both(keys.statement), receipt: both(keys.receipt) },
        request: { ed25519: toBase64(keys.request.publicKey) },
        sealing: { age: keys.sealing.recipient },
      },
      endpoints: [endpointOf(party)],
      validity: { notBefore: iso(-1), notAfter: iso(20) },
    },
    { log: keys.log, statement: keys.statement, receipt: keys.receipt, request: keys.request, root: [root] },
  )
  const card = parseCard(file)
  if (!card.ok) throw new Error(card.message)
  const ring = KeyRing.holding(keys)
  const identity = { dir, party, neutral, keys, ring, store: KeyStore.nowhere(), card: card.value }
  identities.set(party, identity)
  return identity
}

export function endpointOf(party: string): string {
  return `https://${party}/`
}

function seedOf(name: string): Uint8Array {
  return createHash('sha256').update(`countersign simulation ${name}`).digest()
}

function plainSigner(seed: Uint8Array): Signer {
  const signer = ed25519.signer(seed)
  return { ...signer, signAsync: async (message) => signer.sign(message) }
}

function latticeSigner(seed: Uint8Array): Signer {
  const { publicKey, secretKey } = ml_dsa44.keygen(seed)
  const remembered = new Map<string, Uint8Array>()
  const sign = (message: Uint8Array) => {
    const key = createHash('sha256').update(message).digest('base64')
    const known = remembered.get(key)
    if (known !== undefined) return known
    const signature = ml_dsa44.sign(message, secretKey, { extraEntropy: false })
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    remembered.set(key, signature)
    return signature
  }
  return { publicKey, sign, signAsync: async (message) => sign(message) }
}
