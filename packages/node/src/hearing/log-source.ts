// One place that serves a log: its author's folder, or a mirror of it at another node, reached over the network or on
// what was carried here. What comes back is hostile until it leads to a root that the author signed; whatever does not is
// the fault of the source, and no word about the author.

import {
  decodeEntryBundle,
  encodeEntryBundle,
  entryBundlePath,
  equalBytes,
  leafHash,
  ok,
  type Result,
  TreeFrontier,
  verifyCheckpoint,
} from '@countersign/log'
import { type Card, originParts } from '@countersign/record'
import { LIMITS } from '../limits.ts'
import { type PeerFiles, PeerUnreachable } from './peer-requests.ts'

export interface LogSource {
  requests: PeerFiles
  /** Where the log stands below the peer's root. */
  prefix: string
  /**
   * Carried here by hand: whose folder it is that holds the log, its author's or another's. Such a folder may be old, or
   * damaged on the way, and neither says anything about its author.
   */
  carried?: 'author' | 'mirror'
}

export interface Head {
  size: number
  root: Uint8Array
}

/** With the note in which the author signed it. */
export interface SignedHead extends Head {
  note: Uint8Array
}

/** Which entries of a bundle are wanted: `width` are in it, `skip` are held, and those take `offset` bytes. */
interface Wanted {
  width: number
  skip: number
  offset: number
}

/** The entries of one bundle beyond those held of it. Throws PeerUnreachable where the source gives none that parse. */
export async function freshEntries(source: LogSource, bundle: number, wanted: Wanted): Promise<Uint8Array[]> {
  const decoded = await decodeFresh(source, bundle, wanted)
  if (decoded.ok) return decoded.value
  throw new PeerUnreachable(`${source.requests.party} sent a bundle that does not parse (${decoded.message})`)
}

/**
 * Reads the whole log again. `forks`: its entries lead to the root `signed`, and those below `held.size` to another root
 * than `held`, so its author signed two logs. `follows`: they lead to both, and what came before was damaged on its way.
 * `elsewhere` proves nothing.
 */
export async function readAgain(
  source: LogSource,
  signed: Head,
  held: Head,
): Promise<'forks' | 'follows' | 'elsewhere'> {
  const tree = new TreeFrontier()
  let differs = false
  for (let bundle = 0; bundle * 256 < signed.size; bundle++) {
    const width = Math.min(256, signed.size - bundle * 256)
    for (const entry of await freshEntries(source, bundle, { width, skip: 0, offset: 0 })) {
      tree.append(leafHash(entry))
      if (tree.size === held.size) differs = !equalBytes(tree.root(), held.root)
    }
  }
  if (!equalBytes(tree.root(), signed.root)) return 'elsewhere'
  return differs ? 'forks' : 'follows'
}

/** The head that a source shows of a log; undefined where it shows none that its author signed, under any of these cards. */
export async function signedHeadOf(
  { requests, prefix }: LogSource,
  origin: string,
  author: Card | readonly Card[],
): Promise<SignedHead | undefined> {
  const fetched = await requests.get(`${prefix}/checkpoint`, LIMITS.noteBytes)
  return fetched.kind === 'bytes' ? signedHeadIn(fetched.bytes, origin, [author].flat()) : undefined
}

/** The head that a note is of; undefined where its author has not signed it, under any of these cards. */
export function signedHeadIn(note: Uint8Array, origin: string, author: readonly Card[]): SignedHead | undefined {
  for (const { keys } of author) {
    const { ed25519: ed25519PublicKey, mldsa44: mldsa44PublicKey } = keys.log
    const head = verifyCheckpoint(note, { origin, ed25519PublicKey, mldsa44PublicKey })
    if (head.ok) return { size: head.value.size, root: head.value.root, note }
  }
  return undefined
}

async function decodeFresh(source: LogSource, bundle: number, wanted: Wanted): Promise<Result<Uint8Array[]>> {
  const { width, skip, offset } = wanted
  const fetched = await fetchBundle(source, bundle, width, offset)
  const part = fetched.partial ? decodeEntryBundle(fetched.bytes, width - skip) : undefined
  if (part?.ok === true) return part
  // Read whole: where the range was not honoured, and where what follows our bytes makes no entries, as it does when
  // the bytes before it are not ours. What it comes to, the mirror says.
  const whole = fetched.partial ? await fetchBundle(source, bundle, width, 0) : fetched
  const all = decodeEntryBundle(whole.bytes, width)
  return all.ok ? ok(all.value.slice(skip)) : all
}

async function fetchBundle({ requests, prefix }: LogSource, bundle: number, width: number, offset: number) {
  const path = `${prefix}/${entryBundlePath(bundle, width === 256 ? undefined : width)}`
  const fetched = await requests.get(path, LIMITS.bundleBytes, offset)
  if (fetched.kind === 'bytes') return fetched
  // The log may have grown past this partial bundle meanwhile; the full one begins with the same bytes.
  const full =
    width === 256 ? undefined : await requests.get(`${prefix}/${entryBundlePath(bundle)}`, LIMITS.bundleBytes)
  const entries = full?.kind === 'bytes' ? decodeEntryBundle(full.bytes, 256) : undefined
  if (entries?.ok === true) return { bytes: encodeEntryBundle(entries.value.slice(0, width)), partial: false }
  throw new PeerUnreachable(`${requests.party} does not serve a part of its log`)
}

/** Where the author of a log serves it (spec/directory.md). */
export function pathAtAuthor(origin: string): string {
  const { pact, channel, generation } = originParts(origin)
  return `logs/${pact}/${channel}/${generation}`
}

/** Where anybody else serves its mirror of a log. */
export function pathOfMirror(origin: string): string {
  const { party, pact, channel, generation } = originParts(origin)
  return `mirrors/${pact}/${channel}/${party}/${generation}`
}
