// Heads that an author signed on the way to its newest one. The author keeps some beside its log, and each receipt of a
// cosigner carries the head it was given for, with the author's own lines (spec/directory.md). So a mirror that is far
// behind catches up step by step, each step under a head of the author, and none larger than memory bears.

import { originHash } from '@countersign/ledger'
import { formatNote, fromUtf8, parseNote } from '@countersign/log'
import { type Card, type KeyPair, parseReceipt } from '@countersign/record'
import { LIMITS } from '../limits.ts'
import { type LogSource, type SignedHead, signedHeadIn } from './log-source.ts'
import { type PeerFiles, PeerUnreachable } from './peer-requests.ts'

export interface Cosigner {
  party: string
  /** Every receipt key it is accepted with. */
  keys(): readonly KeyPair[]
  requests: PeerFiles
}

interface Looked {
  origin: string
  author: Card
  pact: string
  /** Where the log is read. */
  source: LogSource
  cosigners: readonly Cosigner[]
}

/** The largest head, of a size above `above` and up to `upTo`, that anybody shows; undefined where nobody does. */
export async function signedHead(
  of: Looked,
  { above, upTo }: { above: number; upTo: number },
): Promise<SignedHead | undefined> {
  let best: SignedHead | undefined
  for (const { requests, folder, head } of shelves(of)) {
    try {
      const name = await largestListed(requests, folder, { above: best?.size ?? above, upTo })
      if (name === undefined) continue
      const fetched = await requests.get(`${folder}/${name}`, LIMITS.noteBytes)
      const shown = fetched.kind === 'bytes' ? head(fetched.bytes) : undefined
      if (shown !== undefined && shown.size <= upTo && shown.size > (best?.size ?? above)) best = shown
    } catch (cause) {
      // One that is silent or lies stands in nobody's way: the next is asked.
      if (!(cause instanceof PeerUnreachable)) throw cause
    }
  }
  return best
}

/** A folder of files named by size, with an index, and how a head is read from one of them. */
interface Shelf {
  requests: PeerFiles
  folder: string
  head(file: Uint8Array): SignedHead | undefined
}

function shelves({ origin, author, pact, source, cosigners }: Looked): Shelf[] {
  const { log } = author.keys
  const receipts = `receipts/${originHash(origin)}`
  const kept: Shelf = {
    requests: source.requests,
    folder: `${source.prefix}/heads`,
    head: (note) => signedHeadIn(note, origin, [author]),
  }
  const given = cosigners.map(
    ({ party, keys, requests }): Shelf => ({
      requests,
      folder: receipts,
      head(receipt) {
        const by = { party, pact, keys: keys() }
        const parsed = parseReceipt(receipt, { author: log, origin, by })
        const note = parseNote(receipt)
        if (!parsed.ok || !note.ok) return undefined
        const lines = note.value.signatures.filter(({ name }) => name === origin).map(({ line }) => line)
        return { size: parsed.value.size, root: parsed.value.root, note: formatNote(note.value.text, lines) }
      },
    }),
  )
  return [kept, ...given]
}

async function largestListed(
  requests: PeerFiles,
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
      const size = Number(/^([1-9][0-9]{0,14})(?:-[1-9][0-9]{0,14})?$/.exec(line)?.[1] ?? 0)
      if (size > upTo) return found
      if (size > above) found = line
    }
    offset += end + 1
  }
  return found
}
