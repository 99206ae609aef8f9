// After every start, before the first signature in a log that was opened before: ask every peer and neutral of the
// channel for their copy, and recover a longer tail from it. So a restored backup, a copied disk or a second host can
// never sign what contradicts what was said before. A neutral's answer (without one, any peer's) suffices once the
// others have had ten seconds, so that nobody's silence can mute a restarted line; but a folder that may be a copy waits
// for all, and a head that we signed beyond our log is waited for until somebody serves its entries. What a peer serves
// that does not lead to a head we signed is that peer's fault and says nothing about our log.
//
// We sign no head before it is durable here. So one beyond our log shows that this folder was set back, whatever it
// recorded of itself, as by a snapshot of the file system: it waits for all from then on.
//
// A copy that was carried here by hand is compared likewise, and a longer tail recovered from it. It is its peer's answer
// where it is not older than what that peer is known to hold, and never for a folder that may be a copy of another: what
// was carried away after it was made may still be on its way.

import type { OwnLog } from '@countersign/ledger'
import { equalBytes, toHex, verifyCheckpoint } from '@countersign/log'
import type { Card, SignerPair } from '@countersign/record'
import { type LogSource, readAgain, type SignedHead } from '../hearing/log-source.ts'
import { type PeerFiles, PeerUnreachable } from '../hearing/peer-requests.ts'
import type { Cosigner } from '../hearing/signed-heads.ts'
import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'
import { Pieces } from './pieces.ts'
import { nextStep, type TailSource, type TailStep } from './tail-steps.ts'

export interface CheckPeer {
  party: string
  neutral: boolean
  requests: PeerFiles
}

export type CheckOutcome =
  | { kind: 'confirmed'; recovered: number }
  | { kind: 'contradicted'; by: string; message: string }

export interface StartupCheck {
  /** Resolves once the log may sign again, or must not any more. Waits as long as it takes. */
  outcome: Promise<CheckOutcome>
  /** Whose answer is still awaited. */
  awaited(): string[]
  /**
   * Compares a copy that was carried here: a peer's mirror of our log, or what left us for that place before. `atLeast`
   * is the size that `answers` is known to hold; undefined `answers` is nobody's answer. A sentence where it is none.
   */
  carried(source: LogSource, answers: string | undefined, atLeast: number): Promise<string | undefined>
}

const RETRY_MS = 500
const LOOK_MS = 200

export interface CheckOptions {
  log: OwnLog
  us: Card
  peers: readonly CheckPeer[]
  pact: string
  /** Whose receipts show heads that we signed on the way to a larger one. */
  cosigners: readonly Cosigner[]
  /** By whose keys the log is signed, where they are here. */
  signers?: SignerPair | undefined
  step?: { entriesPerStep: number; bytesPerStep: number }
  /** Where a peer serves back its mirror of this log, below its root. */
  mirrorPath: string
  around: Surroundings
  /** The largest head of this log that a receipt held here covers. */
  receipted?: number
  /** Whether every peer is waited for, however long it takes: the folder may be a copy of another. */
  waitForAll(): boolean
  /** Of these, whom officers gave up: they have the time of those who are late. */
  without?: ReadonlySet<string>
  graceMs?: number
  stopped(): boolean
  /** A head that we signed is beyond our log: this folder was set back. Told with who shows it, before anything is taken. */
  beyond?(what: string): Promise<void>
  /** What else a peer is asked before it has answered. Throws PeerUnreachable where it does not answer that. */
  askFurther?(peer: CheckPeer): Promise<void>
  /** A peer holds a head beyond our log that we signed, and does not serve the entries under it. */
  withheld(by: string, message: string): void
  /** A peer that was not waited for turns out to hold what contradicts us, after signing went on. */
  late(by: string, message: string): void
}

export function startCheck(options: CheckOptions): StartupCheck {
  const { log, peers, around, waitForAll, without = new Set(), graceMs = LIMITS.startupGraceMs, stopped } = options
  const { receipted = 0 } = options
  const pieces = new Pieces()
  const awaited = () => peers.map(({ party }) => party).filter((party) => !answered.has(party) && !without.has(party))
  const answered = new Set<string>()
  const hasNeutral = peers.some((peer) => peer.neutral)
  const before = log.size
  let contradiction: { by: string; message: string } | undefined
  let confirmed = false
  /** The largest head of ours that is known. */
  let signed = receipted
  // Two peers may serve back tails at once: they are taken one after the other.
  let turn: Promise<unknown> = Promise.resolve()

  /** The size of the copy; 0 where there is none. */
  async function comparedWith(source: LogSource, by: string, examined: Set<string>): Promise<number> {
    const head = await fetchHead(source, log, options.us)
    signed = Math.max(signed, head?.size ?? 0)
    if (!confirmed && head !== undefined && head.size > log.size) {
      await options.beyond?.(
        `${source.carried === 'author' ? 'what left us on this stick' : by} holds ${head.size} entries of it, and ${log.size} are here`,
      )
    }
    const compared = await comparedInSteps(source, head, examined)
    if (compared !== 'agrees') {
      contradiction = { by, message: `${by} ${compared.contradicts}` }
      if (confirmed) options.late(by, contradiction.message)
    }
    return head?.size ?? 0
  }

  /** Whoever is slow to give a step holds up nobody: only what was given is taken one after the other. */
  async function comparedInSteps(source: LogSource, head: SignedHead | undefined, examined: Set<string>) {
    for (;;) {
      const isBeyond = head !== undefined && head.size > log.size && !confirmed
      const step = isBeyond ? await nextStep(tailOf(source), log.size, head) : undefined
      const compared = turn.then(() => compare(source, log, head, step, { signing: confirmed, examined }))
      turn = compared.catch(() => {})
      const outcome = await compared
      if (outcome !== 'more') return outcome
    }
  }

  const tailOf = (source: LogSource): TailSource => ({
    ...{ origin: log.origin, author: options.us, pact: options.pact, source, cosigners: options.cosigners },
    ...{ signers: options.signers, pieces },
    ...(options.step === undefined ? {} : { step: options.step }),
  })

  async function carried(source: LogSource, answers: string | undefined, atLeast: number) {
    const { party } = source.requests
    try {
      const size = await comparedWith(source, party, new Set())
      if (size === 0) return `it holds no copy of this log`
      if (answers === undefined || answered.has(answers)) return undefined
      if (!peers.some((peer) => peer.party === answers)) return `${answers} is not asked about this log`
      if (waitForAll()) return `this folder may be a copy of another, for which nothing carried by hand can answer`
      if (size < atLeast) return `its copy is older than what ${answers} is known to hold`
      answered.add(answers)
      return undefined
    } catch (cause) {
      if (!(cause instanceof PeerUnreachable)) throw cause
      return cause.message
    }
  }

  async function ask(peer: CheckPeer): Promise<void> {
    const source = { requests: peer.requests, prefix: options.mirrorPath }
    const examined = new Set<string>()
    while (!stopped() && contradiction === undefined) {
      try {
        await comparedWith(source, peer.party, examined)
        if (!confirmed) await options.askFurther?.(peer)
        if (receipted > log.size) {
          throw new PeerUnreachable(
            `${peer.party} holds less of our log than a receipt in this folder covers, which is ${receipted} entries.`,
          )
        }
        answered.add(peer.party)
        return
      } catch (cause) {
        if (!(cause instanceof PeerUnreachable)) throw cause
        if (signed > log.size) options.withheld(peer.party, cause.message)
        await pause(around, RETRY_MS)
      }
    }
  }

  async function outcome(): Promise<CheckOutcome> {
    if (receipted > log.size) {
      await options.beyond?.(`a receipt in this folder covers ${receipted} entries of it, and ${log.size} are here`)
    }
    const asking = Promise.all(peers.map(ask))
    const enough = () =>
      waitForAll()
        ? awaited().length === 0
        : peers.some((peer) => answered.has(peer.party) && (peer.neutral || !hasNeutral))
    const from = around.now()
    while (!stopped() && contradiction === undefined && answered.size < peers.length) {
      if (enough() && log.size >= signed && around.now() - from >= graceMs) break
      await Promise.race([pause(around, LOOK_MS), asking])
    }
    // Whoever is being compared at this moment is heard to the end.
    for (let last: unknown; last !== turn; ) {
      last = turn
      await last
    }
    if (contradiction !== undefined) return { kind: 'contradicted', ...contradiction }
    confirmed = true
    return { kind: 'confirmed', recovered: log.size - before }
  }

  return {
    outcome: outcome(),
    carried,
    awaited,
  }
}

/** The head of a peer's copy, signed by us; undefined where it holds no copy. */
async function fetchHead({ requests, prefix }: LogSource, log: OwnLog, us: Card): Promise<SignedHead | undefined> {
  const fetched = await requests.get(`${prefix}/checkpoint`, LIMITS.noteBytes)
  if (fetched.kind === 'missing') return undefined
  if (fetched.kind === 'refused') throw new PeerUnreachable(`${requests.party} does not know us yet`)
  const head = verifyCheckpoint(fetched.bytes, {
    origin: log.origin,
    ed25519PublicKey: us.keys.log.ed25519,
    mldsa44PublicKey: us.keys.log.mldsa44,
  })
  // Not signed by us: the peer lies or is broken, and its copy says nothing about our log.
  if (!head.ok) throw new PeerUnreachable(`${requests.party} serves a copy of our log that we did not sign`)
  return { size: head.value.size, root: head.value.root, note: fetched.bytes }
}

/**
 * Takes over a step of what the copy has beyond our log; `more` where that is not all of it. `contradicts`, in a
 * sentence, where it proves that we signed another log.
 */
async function compare(
  source: LogSource,
  log: OwnLog,
  copy: SignedHead | undefined,
  step: TailStep | undefined,
  { signing, examined }: { signing: boolean; examined: Set<string> },
): Promise<'agrees' | 'more' | { contradicts: string }> {
  if (copy === undefined) return 'agrees'
  const contradicts = `holds a checkpoint of size ${copy.size} that we signed and that contradicts our log.`
  if (copy.size <= log.size) return equalBytes(await log.rootAt(copy.size), copy.root) ? 'agrees' : { contradicts }
  if (signing) {
    return { contradicts: `holds ${copy.size} entries that we signed; we hold ${log.size} and have gone on signing.` }
  }
  // Another peer may have brought as much meanwhile.
  if (step === undefined || step.head.size <= log.size) return 'more'
  const adopted = await log.adopt(step.entries.slice(log.size - step.first), step.head.note)
  if (adopted.ok) return log.size < copy.size ? 'more' : 'agrees'
  // Only its whole copy tells whether we signed another beginning than ours. One head is examined once.
  const root = toHex(copy.root)
  if (!examined.has(root)) {
    if ((await readAgain(source, copy, { size: log.size, root: log.root })) === 'forks') return { contradicts }
    examined.add(root)
  }
  throw new PeerUnreachable(
    `${source.requests.party} holds ${copy.size} entries that we signed and serves others in their place.`,
  )
}

function pause(around: Surroundings, ms: number): Promise<void> {
  return new Promise((resolve) => {
    around.after(ms, resolve)
  })
}
