// Where everything stands under DIR (spec/directory.md). What others may read is under logs, mirrors, receipts and
// held; the journals, which hold entries not yet published, are private.

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { parseOrigin } from '@countersign/record'

function parts(origin: string) {
  const parsed = parseOrigin(origin)
  if (!parsed.ok) throw new Error(`“${origin}” is no origin.`)
  return parsed.value
}

/** Of one of our own logs: `logs/<pact>/<channel>/<generation>`. */
export function logFolder(dir: string, origin: string): string {
  const { pact, channel, generation } = parts(origin)
  return join(dir, 'logs', pact, channel, generation)
}

/** Of our copy of a peer's log: `mirrors/<pact>/<channel>/<party>/<generation>`. */
export function mirrorFolder(dir: string, origin: string): string {
  const { pact, channel, party, generation } = parts(origin)
  return join(dir, 'mirrors', pact, channel, party, generation)
}

export function journalFolder(dir: string, origin: string): string {
  return join(dir, 'private', 'journals', ...origin.split('/'))
}

export function generationsFile(dir: string, pact: string): string {
  return join(dir, 'logs', pact, 'index')
}

/** Hex SHA-256 of the origin: the folder of its receipts. */
export function originHash(origin: string): string {
  return createHash('sha256').update(origin).digest('hex')
}

export function evidenceFolder(dir: string): string {
  return join(dir, 'evidence')
}
