// `logs/<pact>/index`: which logs of ours exist, "<channel>/<generation>" a line, append-only (spec/directory.md).

import { dirname } from 'node:path'
import type { Disk } from './disk.ts'
import { generationsFile } from './paths.ts'

/** What was last begun on each disk: the index is read and replaced, so two at once would lose the line of one. */
const last = new WeakMap<Disk, Promise<void>>()

/** Names a log in the index, one after the other; named durably once it resolves, though it was named before. */
export function recordGeneration(
  at: { disk: Disk; dir: string },
  pact: string,
  channel: string,
  generation: string,
): Promise<void> {
  const before = last.get(at.disk) ?? Promise.resolve()
  const named = before.then(() => name(at, pact, channel, generation))
  last.set(
    at.disk,
    named.catch(() => {}),
  )
  return named
}

async function name(at: { disk: Disk; dir: string }, pact: string, channel: string, generation: string): Promise<void> {
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
