// Heads that an author signed on the way to its newest one. The author serves only the newest, but each receipt of a
// cosigner carries the head it was given for, with the author's own lines (spec/receipt.md). So a mirror that is far
// behind catches up step by step, each step under a head of the author, and none larger than memory bears.

import { createHash } from 'node:crypto'
import { formatNote, fromUtf8, parseNote } from '@countersign/log'
import { type Card, parseReceipt } from '@countersign/record'
import { LIMITS } from './limits.ts'
import type { SignedHead } from './log-source.ts'
import { type PeerRequests, PeerUnreachable } from './peer-requests.ts'

export interface Cosigner {
  card: Card
  requests: PeerRequests
}

/** The largest head, of a size above `above` and up to `upTo`, that a cosigner shows; undefined where none does. */
export async function signedHead(
  of: { origin: string; author: Card; pact: string; cosigners: readonly Cosigner[] },
  { above, upTo }: { above: number; upTo: number },
): Promise<SignedHead | undefined> {
  const folder = `receipts/${createHash('sha256').update(of.origin).digest('hex')}`
  let best: SignedHead | undefined
  for (const cosigner of of.cosigners) {
    try {
      const name = await largestListed(cosigner.requests, folder, { above: best?.size ?? above, upTo })
      if (name === undefined) continue
      const fetched = await cosigner.requests.get(`${folder}/${name}`, LIMITS.noteBytes)
      if (fetched.kind === 'bytes') best = headOf(fetched.bytes, of, cosigner.card, upTo) ?? best
    } catch (cause) {
      // One that is silent or lies stands in nobody's way: the next is asked.
      if (!(cause instanceof PeerUnreachable)) throw cause
    }
  }
  return best
}

async function largestListed(
  requests: PeerRequests,
  folder: string,
  { above, upTo }: { above: number; upTo: number },
): Promise<string | undefined> {
  let found: string | undefined
  let offset = 0
  for (let parts = 0; parts < LIMITS.indexPartsPerLook; parts++) {
    const fetched = await requests.part(`${folder}/index`, LIMITS.indexBytes, offset)
    const end = fetched.kind === 'part' ? fetched.bytes.lastIndexOf(0x0a) : -1
    if (fetched.kind !== 'part' || end < 0) return found
    for (const line of (fromUtf8(fetched.bytes.subarray(0, end)) ?? '').split('\n')) {
      const size = Number(/^([1-9][0-9]{0,14})-[1-9][0-9]{0,14}$/.exec(line)?.[1] ?? 0)
      if (size > upTo) return found
      if (size > above) found = line
    }
    offset += end + 1
  }
  return found
}

/** The author's own note, cut from a receipt that verifies. */
function headOf(
  receipt: Uint8Array,
  { origin, author, pact }: { origin: string; author: Card; pact: string },
  by: Card,
  upTo: number,
): SignedHead | undefined {
  const parsed = parseReceipt(receipt, {
    author: author.keys.log,
    origin,
    by: { party: by.party, pact, keys: by.keys.receipt },
  })
  const note = parseNote(receipt)
  if (!parsed.ok || !note.ok || parsed.value.size > upTo) return undefined
  const lines = note.value.signatures.filter(({ name }) => name === origin).map(({ line }) => line)
  return { size: parsed.value.size, root: parsed.value.root, note: formatNote(note.value.text, lines) }
}
