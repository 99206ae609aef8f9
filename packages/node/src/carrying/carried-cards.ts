// Cards and notices of compromised keys that were carried here by hand (spec/keys.md, spec/directory.md, “A carried
// directory”). They prove themselves by roots that are believed here already, so that it is no matter in whose folder they
// lie; what leads to no such root is left. A site without a network so learns what a log's author speaks with, before it
// reads the log. Each member's folder has its own share of what is read, so that none of them crowds out another.

import type { CarriedFolder } from '@countersign/ledger'
import { type Result, sha256, toHex } from '@countersign/log'
import { type Card, type KeyRole, type Notice, parseCard, parseNotice } from '@countersign/record'
import type { EngineParts } from '../engine-parts.ts'
import { PeerUnreachable } from '../hearing/peer-requests.ts'
import type { TrustedCards } from '../keys/trust.ts'
import { LIMITS } from '../limits.ts'
import { CarriedFiles } from './carried-files.ts'

export interface CarriedInKeys {
  /** Cards and notices of compromised keys that were not held before. */
  cards: { party: string; serial: number }[]
  notices: { party: string; roles: KeyRole[] }[]
  /** Cards that logs or notices held here wait for, by their digests. */
  awaited: { party: string; card: string }[]
  /** Files that are not what their name says: damaged on the way, or put there. Paths are below the stick's root. */
  missing: { path: string; why: string }[]
}

interface Stick {
  folder: CarriedFolder
  /** Members of whom something lies there. */
  carriers: readonly string[]
}

/** Takes what leads to a root that is believed, whoever carries it, and tells it in `keys`. */
export async function takeCards({ trusted, cards }: EngineParts, stick: Stick, keys: CarriedInKeys): Promise<void> {
  const found = await cardsOn(stick, trusted)
  keys.missing.push(...found.unsound)
  for (const { party, body } of await cards.take(found.cards)) keys.cards.push({ party, serial: body.serial })
}

/** Likewise notices, which `take` keeps and says on where they hold. */
export async function takeNotices(
  { trusted }: EngineParts,
  stick: Stick,
  keys: CarriedInKeys,
  take: (notice: Notice) => Promise<Result<unknown>>,
): Promise<void> {
  const found = await noticesOn(stick, trusted)
  keys.missing.push(...found.unsound)
  for (const notice of found.notices) {
    const { party, roles, by, cards } = notice.body
    const lacking = [...new Set([by, ...cards])].filter((digest) => trusted.set.of(digest) === undefined)
    if (lacking.length > 0) {
      if (trusted.of(party) === undefined || keys.awaited.length >= LIMITS.carriedPathsNamed) continue
      for (const card of lacking) keys.awaited.push({ party, card })
      continue
    }
    if ((await take(notice)).ok) keys.notices.push({ party, roles: [...roles] })
  }
}

/** Cards on the stick that are well formed, signed by the root they name, and not held yet. */
async function cardsOn(
  stick: Stick,
  trusted: TrustedCards,
): Promise<{ cards: Card[]; unsound: CarriedInKeys['missing'] }> {
  const cards: Card[] = []
  const unsound = await eachFile(stick, 'cards', LIMITS.carriedCards, {
    isHeld: (digest) => trusted.set.of(digest) !== undefined,
    take(bytes, name) {
      const card = parseCard(bytes)
      if (!card.ok || card.value.digest !== name) return false
      cards.push(card.value)
      return true
    },
  })
  // The newest of each carrier, should it not lie under its digest. It may be of another party after a mix-up.
  for (const carrier of stick.carriers) {
    const bytes = await read(new CarriedFiles(stick.folder, carrier), 'card', LIMITS.cardFileBytes)
    const card = bytes && parseCard(bytes)
    if (card?.ok === true && trusted.set.of(card.value.digest) === undefined) cards.push(card.value)
    else if (card?.ok === false) unsound.push({ path: `${carrier}/card`, why: 'is damaged' })
  }
  return { cards, unsound }
}

/** Notices on the stick that are well formed and not held yet; whether their root signed them is not looked at. */
async function noticesOn(
  stick: Stick,
  trusted: TrustedCards,
): Promise<{ notices: Notice[]; unsound: CarriedInKeys['missing'] }> {
  const notices = new Map<string, Notice>()
  const held = new Set(trusted.notices().map(({ bytes }) => toHex(sha256(bytes))))
  const digests = new Set(trusted.notices().map(({ digest }) => digest))
  const unsound = await eachFile(stick, 'notices', LIMITS.carriedNotices, {
    isHeld: (name) => held.has(name),
    take(bytes, name) {
      const notice = toHex(sha256(bytes)) === name ? parseNotice(bytes) : undefined
      if (notice?.ok !== true) return false
      // Two files of one notice may differ in their signatures: one that holds is enough.
      if (!digests.has(notice.value.digest)) notices.set(name, notice.value)
      return true
    },
  })
  return { notices: [...notices.values()], unsound }
}

/** Reads what is named by a digest in one folder of every carrier and is not held. */
async function eachFile(
  { folder, carriers }: Stick,
  of: 'cards' | 'notices',
  atMost: number,
  on: { isHeld(name: string): boolean; take(bytes: Uint8Array, name: string): boolean },
): Promise<CarriedInKeys['missing']> {
  const unsound: CarriedInKeys['missing'] = []
  const share = Math.ceil(atMost / Math.max(1, carriers.length))
  for (const carrier of carriers) {
    const files = new CarriedFiles(folder, carrier)
    const names = (await folder.list(`${carrier}/${of}`, LIMITS.carriedNamesListed))
      .filter((name) => /^[0-9a-f]{64}$/.test(name) && !on.isHeld(name))
      .sort()
      .slice(0, share)
    for (const name of names) {
      const path = `${of}/${name}`
      const bytes = await read(files, path, LIMITS.cardFileBytes)
      if (bytes !== undefined && on.take(bytes, name)) continue
      if (unsound.length < LIMITS.carriedPathsNamed)
        unsound.push({ path: files.pathOf(path), why: files.outcome(path) })
    }
  }
  return unsound
}

async function read(files: CarriedFiles, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    const fetched = await files.get(path, maxBytes)
    return fetched.kind === 'bytes' ? fetched.bytes : undefined
  } catch (cause) {
    if (cause instanceof PeerUnreachable) return undefined
    throw cause
  }
}
