// The private keys of a node: one file for each role in its key store (key-store.ts), and for each further set of keys a
// folder of such files. Keys are 32-byte seeds (RFC 8032 section 5.1.5, FIPS 204 section 6.1); a sealing key is an age
// identity of the hybrid post-quantum kind. A card says which of them speak; the others stay, to open what was sealed to
// them and to go on signing in a log where a newer card is not in force yet. A key never leaves this module but as a
// signer.

import type { KeyStore } from '@countersign/ledger'
import { ed25519, fromBase64, mldsa44, type Signer, toBase64 } from '@countersign/log'
import { type Card, type CardBody, publicOf, type SignerPair, samePair } from '@countersign/record'
import { generateHybridIdentity, identityToRecipient } from 'age-encryption'

export const PAIRED_ROLES = ['log', 'statement', 'receipt'] as const
export const ROTATED_ROLES = ['log', 'statement', 'receipt', 'request', 'sealing'] as const
export type RotatedRole = (typeof ROTATED_ROLES)[number]

/** The keys by which one card speaks. */
export interface NodeKeys {
  /** Those keys of the card’s root that lie on this machine. */
  roots: (SignerPair & { key: number })[]
  log: SignerPair
  statement: SignerPair
  receipt: SignerPair
  request: Signer
  /** `identity`: of every sealing key there is, a line each, this card’s first. */
  sealing: { identity: string; recipient: string }
}

/** Public keys as a card body has them. */
type PublicKeys = CardBody['keys']

/** Makes keys for these roles as a set of that name, and keeps them; throws where there is such a set already. */
export async function createKeys(
  store: KeyStore,
  random: (bytes: number) => Uint8Array,
  roles: readonly (RotatedRole | 'root')[] = ['root', ...ROTATED_ROLES],
  set = '',
): Promise<void> {
  const files: Record<string, string> = {}
  for (const role of roles) {
    const seeds =
      role === 'sealing'
        ? { age: await generateHybridIdentity() }
        : role === 'request'
          ? { ed25519: toBase64(random(32)) }
          : { ed25519: toBase64(random(32)), mldsa44: toBase64(random(32)) }
    files[`${set === '' ? '' : `${set}/`}${role}.json`] = `${JSON.stringify(seeds)}\n`
  }
  await store.add(files)
}

/** Every key of a node, found by its public key. */
export class KeyRing {
  private readonly pairs = new Map<string, SignerPair>()
  private readonly signers = new Map<string, Signer>()
  private readonly identities = new Map<string, string>()
  private readonly publics = new Map<string, Partial<PublicKeys>>()
  private readonly roots: SignerPair[] = []

  static async load(store: KeyStore): Promise<KeyRing> {
    const ring = new KeyRing()
    for (const name of store.names()) await ring.take(name, JSON.parse(store.read(name) ?? '{}'))
    return ring
  }

  /** Of keys that were handed in and stand in no store. */
  static holding(...sets: NodeKeys[]): KeyRing {
    const ring = new KeyRing()
    for (const keys of sets) {
      for (const root of keys.roots) ring.roots.push(root)
      for (const role of ['log', 'statement', 'receipt'] as const) {
        ring.pairs.set(publicOf(keys[role]).ed25519, keys[role])
      }
      ring.signers.set(toBase64(keys.request.publicKey), keys.request)
      ring.identities.set(keys.sealing.recipient, keys.sealing.identity)
    }
    return ring
  }

  /** The public keys of a set. */
  publicKeys(set = ''): Partial<PublicKeys> {
    return this.publics.get(set) ?? {}
  }

  /** Root keys that lie on this machine, as a card body has them. */
  rootKeys(): { ed25519: string; mldsa44: string }[] {
    return this.roots.map(publicOf)
  }

  /** The signers of a root, by their index in it, as far as they lie on this machine. */
  rootsOf(root: CardBody['root']): (SignerPair & { key: number })[] {
    return root.keys.flatMap((wanted, key) => {
      const signer = this.roots.find((one) => samePair(publicOf(one), wanted))
      return signer === undefined ? [] : [{ key, ...signer }]
    })
  }

  /** The keys by which a card speaks; throws where one of them is not here. */
  of(card: Pick<Card, 'body' | 'party'>): NodeKeys {
    const { keys, root, serial } = card.body
    const missing = (role: string) =>
      new Error(`The ${role} key of the card of ${card.party} with serial ${serial} is not among the keys here.`)
    const pair = (role: (typeof PAIRED_ROLES)[number]) => {
      const found = this.pairs.get(keys[role].ed25519)
      if (found === undefined || !samePair(publicOf(found), keys[role])) throw missing(role)
      return found
    }
    const request = this.signers.get(keys.request.ed25519)
    const identity = this.identities.get(keys.sealing.age)
    if (request === undefined) throw missing('request')
    if (identity === undefined) throw missing('sealing')
    const others = [...this.identities.values()].filter((one) => one !== identity)
    return {
      roots: this.rootsOf(root),
      ...{ log: pair('log'), statement: pair('statement'), receipt: pair('receipt'), request },
      sealing: { identity: [identity, ...others].join('\n'), recipient: keys.sealing.age },
    }
  }

  /** Whether every key by which a card speaks is here. */
  has(card: Pick<Card, 'body' | 'party'>): boolean {
    try {
      this.of(card)
      return true
    } catch {
      return false
    }
  }

  private async take(name: string, seeds: Record<string, string | undefined>): Promise<void> {
    const [, set = '', role = ''] = /^(?:([^/]+)\/)?([a-z]+)(?:-[0-9]+)?\.json$/.exec(name) ?? []
    const publics = this.publics.get(set) ?? {}
    this.publics.set(set, publics)
    if (role === 'sealing') {
      if (seeds.age === undefined) throw new Error(`The key file ${name} holds no age identity.`)
      const age = await identityToRecipient(seeds.age)
      this.identities.set(age, seeds.age)
      publics.sealing = { age }
    } else if (role === 'request') {
      const signer = ed25519.signer(seed(seeds, 'ed25519', name))
      publics.request = { ed25519: toBase64(signer.publicKey) }
      this.signers.set(publics.request.ed25519, signer)
    } else {
      const pair = {
        ed25519: ed25519.signer(seed(seeds, 'ed25519', name)),
        mldsa44: mldsa44.signer(seed(seeds, 'mldsa44', name)),
      }
      if (role === 'root') this.roots.push(pair)
      if (role !== 'log' && role !== 'statement' && role !== 'receipt') return
      publics[role] = publicOf(pair)
      this.pairs.set(publicOf(pair).ed25519, pair)
    }
  }
}

function seed(seeds: Record<string, string | undefined>, algorithm: string, name: string): Uint8Array {
  const bytes = fromBase64(seeds[algorithm] ?? '')
  if (bytes?.length !== 32) throw new Error(`The key file ${name} holds no ${algorithm} seed of 32 bytes.`)
  return bytes
}
