// Sealed content of our own records that this folder lacks: which it is, and fetching it back from whoever holds a copy of
// our log, addressees and the depositary. It is sealed to us as well, so that our views and proofs are whole again.

import type { LogFiles } from '@countersign/ledger'
import { sha256, toHex } from '@countersign/log'
import { parseEntry } from '@countersign/record'
import type { LogSource } from '../hearing/log-source.ts'
import { PeerUnreachable } from '../hearing/peer-requests.ts'
import { LIMITS } from '../limits.ts'

/** One part of an entry of ours whose sealed file is not here, or is not what was sealed. */
export interface OwnPart {
  index: number
  part: number
  sealed: string
}

interface PartToFetch extends OwnPart {
  sizeMax: number
}

export interface OwnContentOptions {
  log: LogFiles
  /** Whether a valid record destroyed that part: then it is not missed. */
  isDestroyed(index: number, part: number): boolean
  stopped(): boolean
}

/**
 * Parts of the entries from `from` on that are lacking, in the order of the log. That a file is what was sealed is read
 * as far as `LIMITS.ownContentReadBytes` go, the oldest first: those are what keeps receipts away.
 */
export async function partsLacking(from: number, options: OwnContentOptions): Promise<PartToFetch[]> {
  const { log, isDestroyed, stopped } = options
  const lacking = new Map<string, PartToFetch>()
  let index = from
  let left = LIMITS.ownContentReadBytes
  for await (const bytes of log.entries(from, log.size)) {
    if (stopped()) break
    const entry = parseEntry(bytes)
    for (const [part, { sealed, size }] of (entry.ok ? entry.value.statement.content : []).entries()) {
      if (isDestroyed(index, part)) continue
      left -= size
      const isHere = left >= 0 ? isWhole(sealed, await log.readAddendum(sealed)) : await log.hasAddendum(sealed)
      if (!isHere) lacking.set(sealed, { index, part, sealed, sizeMax: size + LIMITS.sealOverheadBytes })
    }
    index++
  }
  return [...lacking.values()]
}

/** `found`: how many came back. `lost`: all who were asked answered, and nobody has them. `unanswered`: somebody did not answer. */
export interface StillLacking {
  found: number
  lost: PartToFetch[]
  unanswered: PartToFetch[]
}

/** Asks `sources` once for each of them. One may have been destroyed, or put back by hand, meanwhile. */
export async function fetchBack(
  parts: readonly PartToFetch[],
  sources: readonly LogSource[],
  { log, isDestroyed, stopped }: OwnContentOptions,
): Promise<StillLacking> {
  const still: StillLacking = { found: 0, lost: [], unanswered: [] }
  for (const one of parts) {
    const { index, part, sealed, sizeMax } = one
    if (stopped() || isDestroyed(index, part)) continue
    const isBack = isWhole(sealed, await log.readAddendum(sealed))
    const bytes = isBack ? undefined : await fetchFrom(sources, sealed, sizeMax)
    if (bytes === 'later') still.unanswered.push(one)
    else if (bytes === undefined && !isBack) still.lost.push(one)
    else {
      still.found++
      if (bytes !== undefined) await putBack(log, sealed, bytes)
      if (isDestroyed(index, part)) await log.removeAddendum(sealed)
    }
  }
  return still
}

async function putBack(log: LogFiles, sealed: string, bytes: Uint8Array): Promise<void> {
  // A damaged file bears the name already.
  if (await log.hasAddendum(sealed)) await log.removeAddendum(sealed)
  await log.putAddendum(bytes)
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
      if (fetched.kind === 'bytes' && isWhole(sealed, fetched.bytes)) return fetched.bytes
    } catch (cause) {
      if (!(cause instanceof PeerUnreachable)) throw cause
      isSilent = true
    }
  }
  return isSilent ? 'later' : undefined
}

const isWhole = (sealed: string, bytes: Uint8Array | undefined): boolean =>
  bytes !== undefined && toHex(sha256(bytes)) === sealed
