// The parties of the simulation: keys that follow from their names, and their cards. Ed25519 is deterministic as it is;
// native ML-DSA draws randomness, so it is signed here without any (FIPS 204, the deterministic variant), and a signature
// once made is remembered, for it is the dearest thing a run does.

import { hash } from 'node:crypto'
import { KeyStore } from '@countersign/ledger'
import { ed25519, type Signer, type SignerPair, toBase64 } from '@countersign/log'
import { type Identity, KeyRing, type RotatedRole } from '@countersign/node'
import {
  addRootSignatures,
  type Card,
  type CardBody,
  cardDigestOf,
  formatSigningRequest,
  KEY_ROLES,
  makeCard,
  makePossession,
  parseCard,
  publicOf,
  signingRequest,
} from '@countersign/record'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { sealingKeysOf } from './seal.ts'

/** When every simulation begins: 1 January 2026. */
export const EPOCH_MS = Date.UTC(2026, 0, 1)

/** Signatures made since they were last forgotten, by key. */
const made: Map<string, Uint8Array>[] = []

type NodeKeys = Identity['keys']

/** Sets of keys that a party has made, the first card speaks with the first; each further card may take of the next. */
export const KEY_SETS = 3

/** The signers of one root key, and those of a set. */
interface Parts {
  root: SignerPair
  sets: NodeKeys[]
  first: Card
}

const parties = new Map<string, Parts>()

/** The same for equal names; `dir` is where its machine has it, `card` the file of the one that speaks. */
export function identityOf(party: string, dir: string, neutral: boolean, card?: Uint8Array): Identity {
  const { sets, first } = partsOf(party)
  const speaks = (card === undefined ? undefined : cardIn(card)) ?? first
  const ring = KeyRing.holding(...sets)
  return { dir, party, neutral, keys: ring.of(speaks), ring, store: KeyStore.nowhere(), card: speaks }
}

/** Files that were read before, for as long as a disk has them: the bytes of a file are replaced and never changed. */
const cards = new WeakMap<Uint8Array, Card>()

/** The card in a file of a simulated disk; undefined where there is none. */
export function cardIn(file: Uint8Array): Card | undefined {
  const known = cards.get(file)
  if (known !== undefined) return known
  const parsed = parseCard(file)
  if (parsed.ok) cards.set(file, parsed.value)
  return parsed.ok ? parsed.value : undefined
}

/** Every sealing identity of a party, for checks that may look at everything. */
export function sealingIdentitiesOf(party: string): string {
  return Array.from({ length: KEY_SETS }, (_, set) => sealingKeysOf(nameOf(party, set)).identity).join('\n')
}

/**
 * What a party’s root signs on its own machine, as a file: a further card with other keys in these roles, and, where they
 * were stolen, the notice that gives up those before. Undefined where its keys are used up.
 */
export function signedRequest(card: Card, roles: readonly RotatedRole[], stolen: boolean): Uint8Array | undefined {
  const { root, sets } = partsOf(card.party)
  const next = sets[card.body.serial]
  if (next === undefined) return undefined
  const fresh = publicKeysOf(next)
  const body: CardBody = {
    ...card.body,
    serial: card.body.serial + 1,
    keys: { ...card.body.keys, ...Object.fromEntries(roles.map((role) => [role, fresh[role]])) },
    succeeds: card.digest,
  }
  const possession = makePossession(body, KeyRing.holding(...sets).of({ party: card.party, body }))
  const request = signingRequest({ current: card, card: { body, possession }, notice: undefined })
  if (stolen) {
    const given = KEY_ROLES.filter((role) => (roles as readonly string[]).includes(role))
    request.notice = { v: 1, party: card.party, cards: [card.digest], roles: given, by: cardDigestOf(body) }
  }
  const signed = addRootSignatures(request, root)
  if (!signed.ok) throw new Error(signed.message)
  return formatSigningRequest(signed.value)
}

function partsOf(party: string): Parts {
  const known = parties.get(party)
  if (known !== undefined) return known
  const root = pairOf(`${party} root`)
  const sets = Array.from({ length: KEY_SETS }, (_, set): NodeKeys => {
    const name = nameOf(party, set)
    return {
      roots: set === 0 ? [{ key: 0, ...root }] : [],
      ...{ log: pairOf(`${name} log`), statement: pairOf(`${name} statement`), receipt: pairOf(`${name} receipt`) },
      request: plainSigner(seedOf(`${name} request`)),
      sealing: sealingKeysOf(name),
    }
  })
  const [keys] = sets
  if (keys === undefined) throw new Error('A party has keys.')
  const iso = (years: number) => new Date(EPOCH_MS + years * 365 * 86_400_000).toISOString()
  const file = makeCard(
    {
      v: 1,
      ...{ party, name: party, serial: 1 },
      root: { threshold: 1, keys: [publicOf(root)] },
      keys: publicKeysOf(keys),
      endpoints: [endpointOf(party)],
      validity: { notBefore: iso(-1), notAfter: iso(20) },
    },
    { log: keys.log, statement: keys.statement, receipt: keys.receipt, request: keys.request, root: [root] },
  )
  const card = parseCard(file)
  if (!card.ok) throw new Error(card.message)
  const parts = { root, sets, first: card.value }
  parties.set(party, parts)
  return parts
}

/** Two signers that follow from a name. */
export function pairOf(name: string): SignerPair {
  return { ed25519: plainSigner(seedOf(`${name} ed25519`)), mldsa44: latticeSigner(seedOf(`${name} mldsa44`)) }
}

function publicKeysOf({ log, statement, receipt, request, sealing }: NodeKeys): CardBody['keys'] {
  return {
    ...{ log: publicOf(log), statement: publicOf(statement), receipt: publicOf(receipt) },
    request: { ed25519: toBase64(request.publicKey) },
    sealing: { age: sealing.recipient },
  }
}

function nameOf(party: string, set: number): string {
  return set === 0 ? party : `${party} ${set + 1}`
}

export function endpointOf(party: string): string {
  return `https://${party}/`
}

function seedOf(name: string): Uint8Array {
  return hash('sha256', `countersign simulation ${name}`, 'buffer')
}

function plainSigner(seed: Uint8Array): Signer {
  const { publicKey, sign } = ed25519.signer(seed)
  return remembering(publicKey, sign)
}

function latticeSigner(seed: Uint8Array): Signer {
  const { publicKey, secretKey } = ml_dsa44.keygen(seed)
  return remembering(publicKey, (message) => ml_dsa44.sign(message, secretKey, { extraEntropy: false }))
}

/** The next case signs other messages. */
export function forgetSignatures(): void {
  for (const one of made) one.clear()
}

/** Signs each message once: the second run of a case signs what the first did. */
function remembering(publicKey: Uint8Array, make: (message: Uint8Array) => Uint8Array): Signer {
  const remembered = new Map<string, Uint8Array>()
  made.push(remembered)
  const sign = (message: Uint8Array) => {
    const key = hash('sha256', message, 'base64')
    const known = remembered.get(key)
    if (known !== undefined) return known
    const signature = make(message)
    remembered.set(key, signature)
    return signature
  }
  return { publicKey, sign, signAsync: async (message) => sign(message) }
}
