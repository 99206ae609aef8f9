// After every start, before the first signature in a log that was opened before: ask every peer and neutral of the
// channel for their copy, and recover a longer tail from it. So a restored backup, a copied disk or a second host can
// never sign what contradicts what was said before. A neutral's answer (without one, any peer's) suffices once the
// others have had ten seconds, so that nobody's silence can mute a restarted line.

import type { OwnLog } from '@countersign/ledger'
import { decodeEntryBundle, entryBundlePath, equalBytes, verifyCheckpoint } from '@countersign/log'
import type { Card } from '@countersign/record'
import { LIMITS } from './limits.ts'
import { type PeerRequests, PeerUnreachable } from './peer-requests.ts'
import type { Surroundings } from './surroundings.ts'

export interface CheckPeer {
  party: string
  neutral: boolean
  requests: PeerRequests
}

export type CheckOutcome =
  | { kind: 'confirmed'; recovered: number }
  | { kind: 'contradicted'; by: string; message: string }

export interface StartupCheck {
  /** Resolves once the log may sign again, or must not any more. Waits as long as it takes. */
  outcome: Promise<CheckOutcome>
  /** Whose answer is still awaited. */
  awaited(): string[]
}

const RETRY_MS = 500
const LOOK_MS = 50

/**
 * `mirrorPath` is where a peer serves back its mirror of this log, below its root. `late` is told where a peer that was
 * not waited for turns out to hold what contradicts us, after signing went on.
 */
export function startCheck(
  log: OwnLog,
  us: Card,
  peers: readonly CheckPeer[],
  mirrorPath: string,
  around: Surroundings,
  control: { stopped(): boolean; late(by: string, message: string): void },
): StartupCheck {
  const answered = new Set<string>()
  const hasNeutral = peers.some((peer) => peer.neutral)
  const before = log.size
  let contradiction: { by: string; message: string } | undefined
  let confirmed = false
  // Two peers may serve back tails at once: they are taken one after the other.
  let turn: Promise<unknown> = Promise.resolve()

  async function ask(peer: CheckPeer): Promise<void> {
    while (!control.stopped() && contradiction === undefined) {
      try {
        const copy = await fetchCopy(peer, log, us, mirrorPath)
        const compared = turn.then(() => compare(log, copy, confirmed))
        turn = compared.catch(() => {})
        const message = await compared
        if (message !== undefined) {
          contradiction = { by: peer.party, message: `${peer.party} ${message}` }
          if (confirmed) control.late(peer.party, contradiction.message)
        }
        answered.add(peer.party)
        return
      } catch (cause) {
        if (!(cause instanceof PeerUnreachable)) throw cause
        await pause(around, RETRY_MS)
      }
    }
  }

  async function outcome(): Promise<CheckOutcome> {
    const asking = Promise.all(peers.map(ask))
    const enough = () => peers.some((peer) => answered.has(peer.party) && (peer.neutral || !hasNeutral))
    const from = around.now()
    while (!control.stopped() && contradiction === undefined && answered.size < peers.length) {
      if (enough() && around.now() - from >= LIMITS.startupGraceMs) break
      await Promise.race([pause(around, LOOK_MS), asking])
    }
    if (contradiction !== undefined) return { kind: 'contradicted', ...contradiction }
    await turn
    confirmed = true
    return { kind: 'confirmed', recovered: log.size - before }
  }

  return {
    outcome: outcome(),
    awaited: () => peers.filter((peer) => !answered.has(peer.party)).map((peer) => peer.party),
  }
}

/** A peer's copy of our log: its head, signed by us, and every entry from bundle `firstBundle` on. */
interface Copy {
  size: number
  root: Uint8Array
  note: Uint8Array
  firstBundle: number
  entries: Uint8Array[]
}

/** Undefined where the peer holds no copy. */
async function fetchCopy(peer: CheckPeer, log: OwnLog, us: Card, mirrorPath: string): Promise<Copy | undefined> {
  const fetched = await peer.requests.get(`${mirrorPath}/checkpoint`, LIMITS.noteBytes)
  if (fetched.kind === 'missing') return undefined
  if (fetched.kind === 'refused') throw new PeerUnreachable(`${peer.party} does not know us yet`)
  const head = verifyCheckpoint(fetched.bytes, {
    origin: log.origin,
    ed25519PublicKey: us.keys.log.ed25519,
    mldsa44PublicKey: us.keys.log.mldsa44,
  })
  // Not signed by us: the peer lies or is broken, and its copy says nothing about our log.
  if (!head.ok) throw new PeerUnreachable(`${peer.party} serves a copy of our log that we did not sign`)
  const { size, root } = head.value
  const copy: Copy = { size, root, note: fetched.bytes, firstBundle: Math.floor(log.size / 256), entries: [] }
  if (size <= log.size) return copy
  for (let bundle = copy.firstBundle; bundle * 256 < size; bundle++) {
    const width = Math.min(256, size - bundle * 256)
    const path = `${mirrorPath}/${entryBundlePath(bundle, width === 256 ? undefined : width)}`
    const bytes = await peer.requests.get(path, LIMITS.bundleBytes)
    if (bytes.kind !== 'bytes') throw new PeerUnreachable(`${peer.party} does not serve its whole copy of our log`)
    const decoded = decodeEntryBundle(bytes.bytes, width)
    if (!decoded.ok) throw new PeerUnreachable(`${peer.party} serves a copy of our log that does not parse`)
    copy.entries.push(...decoded.value)
  }
  return copy
}

/** Takes over what the copy has beyond our log. A sentence where the copy contradicts us. */
async function compare(log: OwnLog, copy: Copy | undefined, signing: boolean): Promise<string | undefined> {
  if (copy === undefined) return undefined
  if (copy.size <= log.size) {
    if (equalBytes(await log.rootAt(copy.size), copy.root)) return undefined
    return `holds a checkpoint of size ${copy.size} that we signed and that contradicts our log.`
  }
  if (signing) return `holds ${copy.size} entries that we signed; we hold ${log.size} and have gone on signing.`
  const adopted = await log.adopt(copy.entries.slice(log.size - copy.firstBundle * 256), copy.note)
  return adopted.ok ? undefined : `serves a copy that does not continue our log: ${adopted.message}`
}

function pause(around: Surroundings, ms: number): Promise<void> {
  return new Promise((resolve) => {
    around.after(ms, resolve)
  })
}
