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

/** Throws PeerUnreachable where the author must be asked and gives no answer. */
export async function mayHear(
  at: Place,
  origin: string,
  author: Card,
  source: LogSource,
): Promise<'yes' | 'not-shown' | 'too-many'> {
  if (await isMirrored(at, origin)) return 'yes'
  const folder = mirrorFolder(at.dir, origin)
  const others = (await at.disk.list(dirname(folder))).filter((name) => !folder.endsWith(`/${name}`))
  if (others.length >= LIMITS.generationsPerChannel) return 'too-many'
  const fetched = await source.requests.get(`${source.prefix}/checkpoint`, LIMITS.noteBytes)
  if (fetched.kind !== 'bytes') return 'not-shown'
  const { ed25519, mldsa44 } = author.keys.log
  const head = verifyCheckpoint(fetched.bytes, { origin, ed25519PublicKey: ed25519, mldsa44PublicKey: mldsa44 })
  return head.ok && head.value.size > 0 ? 'yes' : 'not-shown'
}
