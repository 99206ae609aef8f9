// What exactly a person approves: a digest over the bytes that came, the bytes that would leave, to whom and how they
// would, the version of the agreement, the text of every rule that was asked, and what the gate decided. Where any of it is
// another, it is another judgement, and an approval of the one is none of the other.

import { createHash } from 'node:crypto'
import type { GiveWay } from '../folding/right-of-way.ts'
import type { Judged, JudgeMeans } from './judging.ts'
import type { Spooled } from './spooled.ts'

const READ_BYTES = 1_048_576

/** Where the share would go, as far as the gate does not ask about it. */
export interface JudgedPlace {
  /** The agreement, its version and the channel. */
  pact: string
  version: string
  channel: string
  mode: string
  feed: string | null
  class: string | null
  /** Of the texts of all rules and terms that were read. */
  rules: string
}

/** SHA-256 in hex. */
export async function judgementOf(
  came: Spooled,
  { decision, leaving }: Judged,
  place: JudgedPlace,
  { request, giveWay }: Pick<JudgeMeans, 'request' | 'giveWay'>,
): Promise<string> {
  const { verdict, counts, altered, told, waits, waitsTotal, by } = decision
  const bytes = await digestOf(came, giveWay)
  const { pact, version, channel, mode, feed, class: ofClass, rules } = place
  const bound = {
    ...{ bytes, leaving: leaving.file === came.file ? bytes : await digestOf(leaving, giveWay) },
    ...{ type: request.type, marking: request.marking, to: request.to },
    ...{ pact, version, channel, mode, feed, class: ofClass, rules },
    ...{ verdict, counts, altered, told, waits, waitsTotal },
    by: by.map(({ record, objects }) => [record, objects]),
  }
  return createHash('sha256').update(JSON.stringify(bound)).digest('hex')
}

async function digestOf({ file, size }: Spooled, giveWay: GiveWay): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of bytesOf({ file, size })) {
    hash.update(bytes)
    await giveWay()
  }
  return hash.digest('hex')
}

/** All of it, from its beginning. */
export async function* bytesOf({ file, size }: Spooled): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; ) {
    const bytes = await file.read(at, Math.min(READ_BYTES, size - at))
    if (bytes.length === 0) return
    at += bytes.length
    yield bytes
  }
}
