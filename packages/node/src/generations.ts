// Which logs of a peer are heard. A peer's index is only its word, so a log gets a mirror here once its author showed a
// checkpoint of it that verifies, and only so many for each party and channel, over all the years of this folder: what
// is on disk counts. A peer that names ever new generations costs a few requests, and no disk.

import { dirname, join } from 'node:path'
import { type Disk, mirrorFolder } from '@countersign/ledger'
import { verifyCheckpoint } from '@countersign/log'
import type { Card } from '@countersign/record'
import { LIMITS } from './limits.ts'
import type { LogSource } from './log-source.ts'

interface Place {
  disk: Disk
  dir: string
}

/** Whether a mirror of that log is held already, so that nobody needs to be asked. */
export function isMirrored(at: Place, origin: string): Promise<boolean> {
  return at.disk.exists(join(mirrorFolder(at.dir, origin), 'checkpoint'))
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
  // What stands there was not synced: a power cut may have left it torn, and then its author says.
  if (known !== undefined) return known
  const others = (await at.disk.list(dirname(folder))).filter((name) => !folder.endsWith(`/${name}`))
  if (others.length >= LIMITS.generationsPerChannel) return 'too-many'
  const fetched = await source.requests.get(`${source.prefix}/checkpoint`, LIMITS.noteBytes)
  if (fetched.kind !== 'bytes') return 'not-shown'
  return signedBy(cards, origin, fetched.bytes) ?? 'other-keys'
}

function signedBy(cards: readonly Card[], origin: string, note: Uint8Array): { card: Card } | undefined {
  for (const card of cards) {
    const { ed25519, mldsa44 } = card.keys.log
    const head = verifyCheckpoint(note, { origin, ed25519PublicKey: ed25519, mldsa44PublicKey: mldsa44 })
    if (head.ok && head.value.size > 0) return { card }
  }
  return undefined
}
