// What a node is: its folder, its party, its keys and its card. `initNode` makes one; `loadIdentity` reads it back, and
// `loadMember` what needs no key.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ok, type Result, refuse } from '@countersign/log'
import { type Card, type CardBody, isPartyDomain, makeCard, parseCard } from '@countersign/record'
import { KeyStore } from './key-store.ts'
import { createKeys, KeyRing, type NodeKeys } from './keys.ts'
import type { Surroundings } from './surroundings.ts'

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
  const { dir, party } = options
  if (!isPartyDomain(party)) {
    return refuse('init/party', `“${party}” is no party domain; use lower-case labels such as alfa.example.`)
  }
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
  const store = KeyStore.create(dir, options.passphrase)
  await createKeys(store, around.random)
  const ring = await KeyRing.load(store)
  const body: CardBody = {
    ...{ v: 1, party, name: options.name ?? party, serial: 1 },
    root: { threshold: 1, keys: ring.rootKeys() },
    keys: ring.publicKeys() as CardBody['keys'],
    endpoints: [options.endpoint],
    validity: cardValidity(around.now()),
  }
  const keys = ring.of({ party, body })
  const file = makeCard(body, { ...keys, root: keys.roots })
  const card = parseCard(file)
  if (!card.ok) return card
  mkdirSync(join(dir, 'cards'), { recursive: true })
  writeFileSync(join(dir, 'cards', card.value.digest), file, { flush: true })
  writeFileSync(join(dir, 'card'), file, { flush: true })
  writeFileSync(
    join(dir, 'private', 'node.json'),
    `${JSON.stringify({ v: 1, party, neutral: options.neutral ?? false })}\n`,
    { mode: 0o600, flush: true },
  )
  return ok({ dir, party, neutral: options.neutral ?? false, keys, ring, store, card: card.value })
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
  const settingsFile = join(dir, 'private', 'node.json')
  if (!existsSync(settingsFile)) {
    return refuse('node/none', `${dir} holds no node; make one with: countersign init --party DOMAIN --dir ${dir}`)
  }
  let settings: { party: string; neutral: boolean }
  let file: Uint8Array
  try {
    settings = JSON.parse(readFileSync(settingsFile, 'utf8'))
    file = readFileSync(join(dir, 'card'))
  } catch (cause) {
    return unreadable(dir, cause)
  }
  const card = parseCard(file)
  if (!card.ok) return card
  if (card.value.party !== settings.party) {
    return refuse(
      'node/card',
      `The card in ${dir} is of ${card.value.party}, the settings say ${settings.party}; restore the folder.`,
    )
  }
  return ok({ dir, party: settings.party, neutral: settings.neutral, card: card.value })
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
