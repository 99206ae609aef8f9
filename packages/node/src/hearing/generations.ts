// Which logs of a peer are heard. A peer's index is only its word, so a log gets a mirror here once its author showed a
// checkpoint of it that verifies, and only so many for each party and channel, over all the years of this folder: what
// is on disk counts. A peer that names ever new generations costs a few requests, and no disk. They are counted for each
// log key: whoever stole one uses up what that key may open, and not what its party opens with the next, for which it
// takes a card that the root signed.

import { dirname, join } from 'node:path'
import { type Disk, durableHead, mirrorFolder } from '@countersign/ledger'
import { equalBytes, logKeys, parseNote, verifyCheckpoint } from '@countersign/log'
import type { Card } from '@countersign/record'
import { LIMITS } from '../limits.ts'
import type { LogSource } from './log-source.ts'

interface Place {
  disk: Disk
  dir: string
}

/** Whether a mirror of that log is held already, so that nobody needs to be asked. */
export async function isMirrored({ disk, dir }: Place, origin: string): Promise<boolean> {
  if (await disk.exists(join(mirrorFolder(dir, origin), 'checkpoint'))) return true
  return (await durableHead(disk, dir, origin)) !== undefined
}

/**
 * By which of the author’s cards that log is kept: the first whose log keys signed the head that is held, or shown.
 * Throws PeerUnreachable where the author must be asked and gives no answer.
 */
export async function mayHear(
  at: Place,
  origin: string,
  cards: readonly Card[],
  source: LogSource,
): Promise<{ card: Card } | 'not-shown' | 'other-keys' | 'too-many'> {
  const folder = mirrorFolder(at.dir, origin)
  const held = await at.disk.read(join(folder, 'checkpoint'))
  const known = held === undefined ? undefined : signedBy(cards, origin, held)
  if (known !== undefined) return known
  // What stands there was not synced, and a power cut may have left it torn. Its author cannot always say: it may be
  // waiting for what we hold of its log.
  const durable = await durableHead(at.disk, at.dir, origin)
  const kept = durable === undefined ? undefined : signedBy(cards, origin, durable)
  if (kept !== undefined) return kept
  const fetched = await source.requests.get(`${source.prefix}/checkpoint`, LIMITS.noteBytes)
  if (fetched.kind !== 'bytes') return 'not-shown'
  const shown = signedBy(cards, origin, fetched.bytes)
  if (shown === undefined) return 'other-keys'
  return (await isRoom(at, origin, shown.card)) ? shown : 'too-many'
}

/** Whether another log may be kept beside those that are, by the log keys of this card. */
async function isRoom(at: Place, origin: string, card: Card): Promise<boolean> {
  const folder = mirrorFolder(at.dir, origin)
  const shelf = dirname(folder)
  const others = (await at.disk.list(shelf)).filter((name) => !folder.endsWith(`/${name}`))
  if (others.length >= LIMITS.generationsPerChannel) return false
  let ofKey = 0
  for (const generation of others) {
    const note = await at.disk.read(join(shelf, generation, 'checkpoint'))
    const other = `${origin.slice(0, origin.lastIndexOf('/'))}/${generation}`
    // What a power cut tore may be of any key.
    if (note === undefined || isNamedAs(note, other, card)) ofKey++
  }
  return ofKey < LIMITS.generationsPerKey
}

/** Whether the lines of a head that was verified when it was stored are those of that card's log keys. */
function isNamedAs(note: Uint8Array, origin: string, card: Card): boolean {
  const parsed = parseNote(note)
  if (!parsed.ok) return true
  return logKeys(origin, card.keys.log).every(({ keyId }) =>
    parsed.value.signatures.some((line) => line.name === origin && equalBytes(line.keyId, keyId)),
  )
}

function signedBy(cards: readonly Card[], origin: string, note: Uint8Array): { card: Card } | undefined {
  for (const card of cards) {
    const { ed25519, mldsa44 } = card.keys.log
    const head = verifyCheckpoint(note, { origin, ed25519PublicKey: ed25519, mldsa44PublicKey: mldsa44 })
    if (head.ok && head.value.size > 0) return { card }
  }
  return undefined
}
