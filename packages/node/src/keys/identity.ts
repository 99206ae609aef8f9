// What a node is: its folder, its party, its keys and its card. `initNode` makes one; `loadIdentity` reads it back, and
// `loadMember` what needs no key.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KeyStore } from '@countersign/ledger'
import { ok, type Result, refuse } from '@countersign/log'
import {
  assemble,
  type Card,
  type CardBody,
  fingerprintWords,
  formatSigningRequest,
  isPartyDomain,
  makeCard,
  makePossession,
  parseCard,
  parseSigningRequest,
  signingRequest,
} from '@countersign/record'
import type { Surroundings } from '../surroundings.ts'
import { checkCardTerms } from './card-terms.ts'
import { createKeys, KeyRing, type NodeKeys, ROTATED_ROLES } from './keys.ts'

const CARD_YEARS = 2

/** What is known of a node without its private keys. */
export interface Member {
  dir: string
  party: string
  /** Whether the node was made to serve as a neutral; what it is in an agreement, the agreement says. */
  neutral: boolean
  card: Card
}

export interface Identity extends Member {
  /** By which the card speaks: replaced together with it. */
  keys: NodeKeys
  ring: KeyRing
  store: KeyStore
}

export interface InitOptions {
  dir: string
  party: string
  name?: string
  neutral?: boolean
  endpoint: string
  /** The keys are put under it from the beginning. */
  passphrase?: string
}

/** Creates DIR with keys, card and settings. Refuses a folder that holds a node already, or anything else. */
export async function initNode(
  options: InitOptions,
  around: Pick<Surroundings, 'now' | 'random'>,
): Promise<Result<Identity>> {
  const begun = await begin(options, around, undefined)
  if (!begun.ok) return begun
  const { body, ring, store } = begun.value
  const { dir, party, neutral = false } = options
  const keys = ring.of({ party, body })
  const card = parseCard(makeCard(body, { ...keys, root: keys.roots }))
  if (!card.ok) return card
  keepCard(dir, card.value)
  keepSettings(options)
  return ok({ dir, party, neutral, keys, ring, store, card: card.value })
}

/**
 * The same for a party whose root lies elsewhere: its card is a request, which the root signs there, and which
 * `acceptFirstCard` then takes. Until then the node does not run.
 */
export async function initUnsigned(
  options: InitOptions & { root: CardBody['root'] },
  around: Pick<Surroundings, 'now' | 'random'>,
): Promise<Result<{ request: Uint8Array; words: string[] }>> {
  const begun = await begin(options, around, options.root)
  if (!begun.ok) return begun
  const { body, ring } = begun.value
  const possession = makePossession(body, ring.of({ party: options.party, body }))
  const request = formatSigningRequest(
    signingRequest({ current: undefined, card: { body, possession }, notice: undefined }),
  )
  writeFileSync(join(options.dir, 'private', 'key-request.json'), request, { mode: 0o600, flush: true })
  keepSettings(options)
  return ok({ request, words: fingerprintWords({ body }) })
}

/** Folder and keys of a node, and what its card is to say. */
async function begin(
  { dir, party, name = party, endpoint, passphrase }: InitOptions,
  around: Pick<Surroundings, 'now' | 'random'>,
  root: CardBody['root'] | undefined,
): Promise<Result<{ body: CardBody; ring: KeyRing; store: KeyStore }>> {
  if (!isPartyDomain(party)) {
    return refuse('init/party', `“${party}” is no party domain; use lower-case labels such as alfa.example.`)
  }
  const terms = checkCardTerms({ name, endpoints: [endpoint], ...(root === undefined ? {} : { root }) })
  if (!terms.ok) return terms
  if (existsSync(join(dir, 'private', 'node.json'))) {
    return refuse('init/exists', `${dir} holds a node already; choose another folder with --dir.`)
  }
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    return refuse('init/not-empty', `${dir} is not empty; choose a new folder with --dir.`)
  }
  try {
    mkdirSync(join(dir, 'private'), { recursive: true, mode: 0o700 })
  } catch (cause) {
    return refuse('init/unwritable', `${dir} cannot be created (${reason(cause)}); choose a folder you may write to.`)
  }
  const store = KeyStore.create(dir, passphrase)
  await createKeys(store, around.random, root === undefined ? ['root', ...ROTATED_ROLES] : ROTATED_ROLES)
  const ring = await KeyRing.load(store)
  mkdirSync(join(dir, 'cards'), { recursive: true })
  const body: CardBody = {
    ...{ v: 1, party, name, serial: 1 },
    root: root ?? { threshold: 1, keys: ring.rootKeys() },
    keys: ring.publicKeys() as CardBody['keys'],
    endpoints: [endpoint],
    validity: cardValidity(around.now()),
  }
  return ok({ body, ring, store })
}

function keepSettings({ dir, party, neutral = false }: InitOptions): void {
  const settings = `${JSON.stringify({ v: 1, party, neutral })}\n`
  writeFileSync(join(dir, 'private', 'node.json'), settings, { mode: 0o600, flush: true })
}

/** The first card of a node whose root lies elsewhere, signed there. Whoever calls holds the node's lock. */
export async function acceptFirstCard(dir: string, file: Uint8Array, passphrase?: string): Promise<Result<Card>> {
  const settings = readSettings(dir)
  if (!settings.ok) return settings
  if (existsSync(join(dir, 'card')))
    return refuse('keys/not-first', `This node has a card already; see: countersign key status --dir ${dir}`)
  const request = parseSigningRequest(file)
  if (!request.ok) return request
  const assembled = assemble(request.value)
  if (!assembled.ok) return assembled
  const { card } = assembled.value
  if (card === undefined || card.party !== settings.value.party) {
    return refuse(
      'keys/other-party',
      `This is no card of ${settings.value.party}; give the request that “countersign init” wrote, once its root has signed it.`,
    )
  }
  try {
    const store = await KeyStore.open(dir, passphrase)
    if (!store.ok) return store
    const ring = await KeyRing.load(store.value)
    ring.of(card)
  } catch (cause) {
    return refuse('keys/not-here', `${reason(cause)} Accept it where the keys were made.`)
  }
  keepCard(dir, card)
  rmSync(join(dir, 'private', 'key-request.json'), { force: true })
  return ok(card)
}

function keepCard(dir: string, card: Card): void {
  writeFileSync(join(dir, 'cards', card.digest), card.bytes, { flush: true })
  writeFileSync(join(dir, 'card.new'), card.bytes, { flush: true })
  renameSync(join(dir, 'card.new'), join(dir, 'card'))
}

/** Refuses too what `KeyStore.open` refuses: keys under another passphrase, or under one where none is given. */
export async function loadIdentity(dir: string, passphrase?: string): Promise<Result<Identity>> {
  const member = loadMember(dir)
  if (!member.ok) return member
  try {
    const store = await KeyStore.open(dir, passphrase)
    if (!store.ok) return store
    const ring = await KeyRing.load(store.value)
    return ok({ ...member.value, keys: ring.of(member.value.card), ring, store: store.value })
  } catch (cause) {
    return unreadable(dir, cause)
  }
}

export function loadMember(dir: string): Result<Member> {
  const settings = readSettings(dir)
  if (!settings.ok) return settings
  const { party, neutral } = settings.value
  if (!existsSync(join(dir, 'card')) && existsSync(join(dir, 'private', 'key-request.json'))) {
    return refuse(
      'node/no-card',
      `The card of ${party} is not signed by its root yet: sign ${join(dir, 'private', 'key-request.json')} with “countersign root sign”, then: countersign key accept --dir ${dir} REQUEST`,
    )
  }
  let file: Uint8Array
  try {
    file = readFileSync(join(dir, 'card'))
  } catch (cause) {
    return unreadable(dir, cause)
  }
  const card = parseCard(file)
  if (!card.ok) return card
  if (card.value.party !== party) {
    return refuse(
      'node/card',
      `The card in ${dir} is of ${card.value.party}, the settings say ${party}; restore the folder.`,
    )
  }
  return ok({ dir, party, neutral, card: card.value })
}

function readSettings(dir: string): Result<{ party: string; neutral: boolean }> {
  const file = join(dir, 'private', 'node.json')
  if (!existsSync(file)) {
    return refuse('node/none', `${dir} holds no node; make one with: countersign init --party DOMAIN --dir ${dir}`)
  }
  try {
    return ok(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    return unreadable(dir, cause)
  }
}

function unreadable(dir: string, cause: unknown) {
  return refuse(
    'node/unreadable',
    `The node in ${dir} cannot be read (${reason(cause)}); restore the folder’s private files.`,
  )
}

export function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** Of a card that is made now. */
export function cardValidity(nowMs: number): CardBody['validity'] {
  return { notBefore: iso(nowMs), notAfter: iso(yearsAfter(nowMs, CARD_YEARS)) }
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

function yearsAfter(epochMs: number, years: number): number {
  const date = new Date(epochMs)
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return date.getTime()
}
