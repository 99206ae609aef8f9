// A peer for the tests of hearing: files served to real PeerRequests over a network that is handed in. What the files
// are, honest or not, each test says; nothing of the node's own code is replaced.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeEntryBundle, entryBundlePath, type Result, tilesForSize } from '@countersign/log'
import type { Card } from '@countersign/record'
import { onTestFinished } from 'vitest'
import { alfa, checkpointOf } from '../../../spec/vectors/samples.ts'
import { PeerRequests } from '../src/hearing/peer-requests.ts'
import { realSurroundings, type Surroundings } from '../src/surroundings.ts'

/** Path below the peer's root → what it serves, or an HTTP status; `undefined` for what it has not. Throwing is a broken connection. */
export type Serve = (path: string) => Uint8Array | number | undefined

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}

/** An empty folder, removed once the test is over. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-hearing-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Requests to a peer that serves what `serve` says, with ranges; `asked` is told each path. */
export function requestsTo(card: Card, serve: Serve, asked: (path: string) => void = () => {}): PeerRequests {
  const around: Surroundings = {
    ...realSurroundings(),
    async fetch(url, init) {
      const path = new URL(String(url)).pathname.slice(1)
      asked(path)
      const bytes = serve(path)
      if (bytes === undefined || typeof bytes === 'number') return new Response(null, { status: bytes ?? 404 })
      const range = /^bytes=([0-9]+)-([0-9]*)$/.exec(new Headers(init?.headers).get('range') ?? '')
      if (range === null) return new Response(new Uint8Array(bytes))
      const from = Number(range[1])
      const end = range[2] === '' ? bytes.length : Math.min(bytes.length, Number(range[2]) + 1)
      const headers = { 'content-range': `bytes ${from >= bytes.length ? '*' : `${from}-${end - 1}`}/${bytes.length}` }
      if (from >= bytes.length) return new Response(null, { status: 416, headers })
      return new Response(new Uint8Array(bytes.subarray(from, end)), { status: 206, headers })
    },
  }
  const requests = new PeerRequests(
    card.party,
    card.body.endpoints[0] ?? '',
    { party: 'us.example', signer: alfa.request.ed25519 },
    around,
  )
  onTestFinished(() => requests.close())
  return requests
}

/** The published files of a log with these entries, signed by alfa, below `prefix`; `served` is what stands in its bundles. */
export function logFiles(
  prefix: string,
  entries: readonly Uint8Array[],
  served: readonly Uint8Array[] = entries,
): Map<string, Uint8Array> {
  const files = new Map([[`${prefix}/checkpoint`, checkpointOf(entries)]])
  for (const { level, index, width } of tilesForSize(served.length)) {
    if (level > 0) continue
    const bundle = encodeEntryBundle(served.slice(index * 256, index * 256 + width))
    files.set(`${prefix}/${entryBundlePath(index, width)}`, bundle)
  }
  return files
}

/** Whatever is unreachable. */
export const down: Serve = () => {
  throw new Error('The connection broke.')
}
