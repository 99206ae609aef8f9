// Which files of a log that was carried here are missing or damaged, by name, where its entries do not lead to its head:
// what the next trip must bring. The tiles of hashes beside the bundles tell one bad bundle from its good neighbours.
// Nothing is concluded from it but what is told: what is held is verified elsewhere.

import { decodeEntryBundle, entryBundlePath, equalBytes, leafHash, tilePath } from '@countersign/log'
import type { LogSource } from '../hearing/log-source.ts'
import { PeerUnreachable } from '../hearing/peer-requests.ts'
import { LIMITS } from '../limits.ts'

export interface Damage {
  /** Below the peer's root. */
  path: string
  /** Begins with a verb. */
  why: string
}

/** Looks at the bundles of entries `from` to `size`. Every entry below `soundTo` may be as its author wrote it. */
export async function damageOf(
  source: LogSource,
  { from, size }: { from: number; size: number },
): Promise<{ soundTo: number; damages: Damage[] }> {
  const damages: Damage[] = []
  let soundTo: number | undefined
  for (let bundle = Math.floor(from / 256); bundle * 256 < size; bundle++) {
    const width = Math.min(256, size - bundle * 256)
    const damage = await damageOfBundle(source, bundle, width)
    if (damage === undefined) continue
    soundTo ??= bundle * 256
    if (damages.length < LIMITS.carriedPathsNamed) damages.push(damage)
  }
  return { soundTo: soundTo ?? size, damages }
}

async function damageOfBundle(source: LogSource, bundle: number, width: number): Promise<Damage | undefined> {
  const narrow = width === 256 ? undefined : width
  const wanted = `${source.prefix}/${entryBundlePath(bundle, narrow)}`
  const path = (await read(source, wanted)) === undefined ? `${source.prefix}/${entryBundlePath(bundle)}` : wanted
  const bytes = await read(source, path)
  if (bytes === undefined) return { path: wanted, why: 'is missing or cannot be read' }
  const decoded = decodeEntryBundle(bytes, path === wanted ? width : 256)
  if (!decoded.ok) return { path, why: 'is damaged' }
  const tile = await read(source, `${source.prefix}/${tilePath(0, bundle, narrow)}`)
  if (tile?.length !== width * 32) return undefined
  const differs = decoded.value
    .slice(0, width)
    .some((entry, i) => !equalBytes(leafHash(entry), tile.subarray(i * 32, i * 32 + 32)))
  return differs ? { path, why: `is damaged, or ${tilePath(0, bundle, narrow)} beside it is` } : undefined
}

async function read({ requests }: LogSource, path: string): Promise<Uint8Array | undefined> {
  try {
    const fetched = await requests.get(path, LIMITS.bundleBytes)
    return fetched.kind === 'bytes' ? fetched.bytes : undefined
  } catch (cause) {
    if (cause instanceof PeerUnreachable) return undefined
    throw cause
  }
}
