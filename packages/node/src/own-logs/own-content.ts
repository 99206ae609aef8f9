// Sealed content of our own records that is not held here any more, fetched back from whoever holds a copy of our log:
// addressees and the depositary. It is sealed to us as well, so that our views and proofs are whole again. What nobody
// holds is passed over: it may have been destroyed.

import type { LogFiles } from '@countersign/ledger'
import { sha256, toHex } from '@countersign/log'
import { parseEntry } from '@countersign/record'
import type { LogSource } from '../hearing/log-source.ts'
import { PeerUnreachable } from '../hearing/peer-requests.ts'
import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'

export interface OwnContentOptions {
  log: LogFiles
  /** The first entry that is looked at. */
  from: number
  /** Where copies of our log are. */
  sources: readonly LogSource[]
  around: Surroundings
  /** Whether a valid record destroyed that part: then it is not fetched back. */
  isDestroyed(index: number, part: number): boolean
  stopped(): boolean
  onContent(): void
}

const RETRY_MS = 1_000

/** Resolves once nothing is missing that anybody holds, or the node stops; asks again for as long as somebody is silent. */
export async function fetchOwnContent({ log, from, sources, around, ...means }: OwnContentOptions) {
  const { stopped, onContent, isDestroyed } = means
  let missing = new Map<string, number>()
  for (let index = from; index < log.size && !stopped(); index++) {
    const entry = parseEntry(await log.entry(index))
    for (const [part, { sealed, size }] of (entry.ok ? entry.value.statement.content : []).entries()) {
      if (!isDestroyed(index, part) && !(await log.hasAddendum(sealed)))
        missing.set(sealed, size + LIMITS.sealOverheadBytes)
    }
  }
  while (missing.size > 0 && !stopped()) {
    const left = new Map<string, number>()
    let found = 0
    for (const [sealed, sizeMax] of missing) {
      const bytes = await fetchFrom(sources, sealed, sizeMax)
      if (bytes === 'later') left.set(sealed, sizeMax)
      else if (bytes === undefined) around.report('warn', 'content-not-held', { origin: log.origin, sealed })
      else {
        await log.putAddendum(bytes)
        found++
      }
      if (stopped()) return
    }
    if (found > 0) onContent()
    missing = left
    if (missing.size > 0) {
      await new Promise<void>((resolve) => {
        around.after(RETRY_MS, resolve)
      })
    }
  }
}

/** `later` where nobody gave it and somebody did not answer. */
async function fetchFrom(
  sources: readonly LogSource[],
  sealed: string,
  sizeMax: number,
): Promise<Uint8Array | undefined | 'later'> {
  let isSilent = false
  for (const { requests, prefix } of sources) {
    try {
      const fetched = await requests.get(`${prefix}/addenda/${sealed}`, sizeMax)
      if (fetched.kind === 'refused') isSilent = true
      if (fetched.kind !== 'bytes') continue
      if (toHex(sha256(fetched.bytes)) === sealed) return fetched.bytes
    } catch (cause) {
      if (!(cause instanceof PeerUnreachable)) throw cause
      isSilent = true
    }
  }
  return isSilent ? 'later' : undefined
}
