// `logs/<pact>/index`: which logs of ours exist, "<channel>/<generation>" a line, append-only (spec/directory.md).

import { dirname } from 'node:path'
import type { Disk } from './disk.ts'
import { generationsFile } from './paths.ts'

/** Names a log in the index; named durably once it resolves, though it was named before. */
export async function recordGeneration(
  at: { disk: Disk; dir: string },
  pact: string,
  channel: string,
  generation: string,
): Promise<void> {
  const path = generationsFile(at.dir, pact)
  const line = `${channel}/${generation}`
  const text = new TextDecoder().decode((await at.disk.read(path)) ?? new Uint8Array())
  const lines = text.split('\n').slice(0, -1)
  // It may stand there, and not durably: the sync that should have made it so may have failed, or never begun.
  if (lines.includes(line)) return at.disk.syncFolder(dirname(path))
  await at.disk.makeFolder(dirname(path), true)
  // Replaced as a whole: a line that a crash tore would else swallow the next.
  await at.disk.replace(path, new TextEncoder().encode([...lines, line, ''].join('\n')), true)
}
