// A C2SP witness: for each log of its policy it cosigns one history. A request is judged, kept and only then signed, in one
// step for each log: concurrent requests wait for each other, and what was not durable was never signed. So a witness that
// is killed at any moment has signed no two trees of which one does not continue the other.

import { type Disk, originHash, wipeUnprotectedKeys } from '@countersign/ledger'
import {
  type Cosigned,
  cosignatureLines,
  decideSubmission,
  decideSubtree,
  MAX_TIME_SECONDS,
  ok,
  type Policy,
  parseNote,
  type Refusal,
  type Result,
  readSubmission,
  readSubtreeRequest,
  refuse,
  type Submission,
  subtreeLineAsync,
  toHex,
  type VerifierKey,
  type WitnessRefusal,
} from '@countersign/log'
import { busy, claimedOrigin, type HttpAnswer, stopped, TEXT, tooMany } from './answers.ts'
import { type CosignedState, keepState, takeUpState } from './cosigned-state.ts'
import { keepFork } from './forks.ts'
import { LIMITS } from './limits.ts'
import { Turns } from './turns.ts'
import { loadWitness, lockFile, policyFile, readPolicy, type WitnessIdentity } from './witness-folder.ts'

export interface WitnessSurroundings {
  disk: Disk
  /** POSIX seconds. */
  now(): number
  /** One event; no key and no content of a note is handed in. */
  report(level: 'info' | 'warn' | 'error', event: string, facts?: Record<string, unknown>): void
}

export class Witness {
  readonly name: string
  readonly keys: readonly VerifierKey[]
  private readonly identity: WitnessIdentity
  /** By the hash of the origin: what was read from disk; a refusal where that log is not cosigned any more. */
  private readonly states = new Map<string, Result<CosignedState | undefined>>()
  /** By the hash of the origin: what was cosigned before it in this run, the newest first. */
  private readonly earlier = new Map<string, Cosigned[]>()
  /** Of each log, by the hash of its origin. */
  private readonly turns = new Turns(LIMITS.waitingPerLog)
  /** Of its subtrees: whoever asks for many of them holds up no checkpoint. */
  private readonly subtreeTurns = new Turns(LIMITS.waitingPerLog)
  private policy: Policy
  private policyBytes: Uint8Array
  private policyReadAt = 0
  private readonly dir: string
  private readonly around: WitnessSurroundings
  private readonly unlock: () => void

  private constructor(
    dir: string,
    around: WitnessSurroundings,
    identity: WitnessIdentity,
    of: { policy: Policy; bytes: Uint8Array; unlock: () => void },
  ) {
    this.dir = dir
    this.around = around
    this.name = identity.name
    this.keys = identity.keys
    this.identity = identity
    this.policy = of.policy
    this.policyBytes = of.bytes
    this.unlock = of.unlock
  }

  /** Refuses what `loadWitness` refuses, `witness/policy` and `witness/in-use`. */
  static async open(dir: string, around: WitnessSurroundings, passphrase?: string): Promise<Result<Witness>> {
    const identity = await loadWitness(dir, passphrase)
    const witness = identity.ok ? await Witness.openAs(identity.value, dir, around) : identity
    if (witness.ok) wipeUnprotectedKeys(dir)
    return witness
  }

  /** The same with keys that are known already. */
  static async openAs(identity: WitnessIdentity, dir: string, around: WitnessSurroundings): Promise<Result<Witness>> {
    const bytes = await around.disk.read(policyFile(dir))
    if (bytes === undefined) {
      return refuse('witness/policy', `${policyFile(dir)} is missing; it lists the logs that are cosigned.`)
    }
    const policy = readPolicy(bytes)
    if (!policy.ok) return refuse(policy.code, `${policyFile(dir)}: ${policy.message}`)
    const unlock = around.disk.lock(lockFile(dir))
    if (unlock === undefined)
      return refuse(
        'witness/in-use',
        `Another process is the witness in ${dir}; stop it first, for two could contradict each other.`,
      )
    return ok(new Witness(dir, around, identity, { policy: policy.value, bytes, unlock }))
  }

  get logs(): number {
    return new Set(this.policy.logs.map(({ key }) => key.name)).size
  }

  /** C2SP tlog-witness, `add-checkpoint`. */
  async addCheckpoint(body: Uint8Array): Promise<HttpAnswer> {
    await this.lookAtPolicy()
    const read = readSubmission(body, (origin) => this.keysOf(origin))
    if (!read.ok) {
      const { status, code, contentType, body: said } = read.refusal
      this.around.report('info', 'add-checkpoint', { status, code, origin: claimedOrigin(body) })
      return { status, contentType, body: said }
    }
    const submission = read.value
    const hash = originHash(submission.origin)
    return (await this.turns.take(hash, () => this.judge(submission, hash))) ?? tooMany()
  }

  /**
   * C2SP tlog-witness, `sign-subtree`: one line of type 06, without a time. Nothing is kept for it, and a checkpoint that
   * was cosigned meanwhile makes no difference.
   */
  async signSubtree(body: Uint8Array): Promise<HttpAnswer> {
    await this.lookAtPolicy()
    const refused = (facts: object, refusal: WitnessRefusal): HttpAnswer => {
      const { status, code, contentType, body: said } = refusal
      this.around.report('info', 'sign-subtree', { status, code, ...facts })
      return { status, contentType, body: said }
    }
    const read = readSubtreeRequest(body, { keys: this.keys, keysOf: (origin) => this.keysOf(origin) })
    if (!read.ok) return refused({ origin: claimedOrigin(body) }, read.refusal)
    const { subtree } = read.value
    const { origin, start, end } = subtree
    const hash = originHash(origin)
    const state = this.states.get(hash) ?? (await this.turns.take(hash, () => this.stateOf(hash)))
    if (state === undefined) return tooMany()
    if (!state.ok) return stopped()
    const latest = state.value === undefined ? [] : [state.value, ...(this.earlier.get(hash) ?? [])]
    const decision = decideSubtree(read.value, latest)
    const facts = { origin, start, end }
    if (decision.status === 409) {
      this.around.report('info', 'sign-subtree', { status: 409, ...facts })
      return { status: 409, contentType: TEXT, body: state.value === undefined ? '' : this.shown(state.value) }
    }
    if (decision.status !== 200) return refused(facts, decision)
    const { name, signers } = this.identity
    const line = await this.subtreeTurns.take(hash, () => subtreeLineAsync(subtree, name, signers.mldsa44))
    if (line === undefined) return tooMany()
    this.around.report('info', 'sign-subtree', { status: 200, ...facts })
    return { status: 200, contentType: TEXT, body: line }
  }

  /** The monitoring side: the checkpoint cosigned last, with the witness’s lines. */
  async checkpoint(hash: string): Promise<HttpAnswer> {
    const state = this.states.get(hash) ?? (await this.turns.take(hash, () => this.stateOf(hash)))
    if (state === undefined) return tooMany()
    if (!state.ok) return stopped()
    if (state.value === undefined)
      return { status: 404, contentType: TEXT, body: 'This witness has cosigned no log with this hash.\n' }
    return { status: 200, contentType: TEXT, body: this.shown(state.value) }
  }

  /** With the lines of its log and ours. Signed anew: the same statement, of the time that was kept with it. */
  private shown({ note, text, time }: CosignedState): string {
    const parsed = parseNote(note)
    if (!parsed.ok) throw new Error(parsed.message)
    const lines = [...parsed.value.signatures.map(({ line }) => line), ...this.lines(text, time)]
    return `${text}\n${lines.join('')}`
  }

  private lines(text: string, time: number): string[] {
    return cosignatureLines(text, this.name, this.identity.signers, time)
  }

  /** What is trusted for an origin; undefined where the policy knows no such log. */
  private keysOf(origin: string): VerifierKey[] | undefined {
    const keys = this.policy.logs.flatMap(({ key }) => (key.name === origin ? key : []))
    return keys.length === 0 ? undefined : keys
  }

  /** Reads the policy at once. One that does not read changes nothing, and is named. */
  async reloadPolicy(): Promise<Result<undefined>> {
    const bytes = await this.around.disk.read(policyFile(this.dir))
    if (bytes !== undefined && Buffer.compare(bytes, this.policyBytes) === 0) return ok(undefined)
    const read = bytes === undefined ? refuse('witness/policy', 'The policy is missing.') : readPolicy(bytes)
    if (!read.ok || bytes === undefined) {
      this.around.report('error', 'policy-unreadable', { message: read.ok ? '' : read.message, kept: this.logs })
      // Named once, not each second: it is compared with the next that is read.
      if (bytes !== undefined) this.policyBytes = bytes
      return read.ok ? ok(undefined) : read
    }
    this.policy = read.value
    this.policyBytes = bytes
    this.around.report('info', 'policy-read', { logs: this.logs })
    return ok(undefined)
  }

  /** What nothing foresaw, for the log. */
  failed(cause: { message: string }): void {
    this.around.report('error', 'request-failed', { message: cause.message })
  }

  /** Waits for what is being judged, and lets another process take over. */
  async close(): Promise<void> {
    await Promise.all([this.turns.ended(), this.subtreeTurns.ended()])
    this.unlock()
  }

  /** Alone for its log from the first look at the state to the signature. */
  private async judge(submission: Submission, hash: string): Promise<HttpAnswer> {
    const { origin, size, root, oldSize } = submission
    const facts = { origin, old: oldSize, size }
    const state = await this.stateOf(hash)
    if (!state.ok) {
      this.around.report('error', 'add-checkpoint', { status: 500, code: state.code, message: state.message, ...facts })
      return stopped()
    }
    const held = state.value
    const decision = decideSubmission(submission, held)
    if (decision.status !== 200) {
      if ((decision.fork || decision.prefix !== undefined) && held !== undefined)
        await this.tellFork(submission, held, decision.prefix)
      this.around.report(decision.status === 422 ? 'warn' : 'info', 'add-checkpoint', {
        ...{ status: decision.status, code: decision.code, held: held?.size ?? 0 },
        ...facts,
      })
      return { status: decision.status, contentType: decision.contentType, body: decision.body }
    }
    const time = this.timeAfter(held?.time ?? 0)
    if (!time.ok) {
      this.around.report('error', 'add-checkpoint', { status: 503, code: time.code, message: time.message, ...facts })
      return busy('The clock of the witness is not right; come again.')
    }
    const next = { origin, size, root, time: time.value, text: submission.text, note: submission.note }
    try {
      await keepState(this.around.disk, this.dir, hash, next)
    } catch (cause) {
      const failure = this.diskFailed(cause)
      this.states.set(hash, failure)
      this.around.report('error', 'add-checkpoint', {
        status: 500,
        code: failure.code,
        message: failure.message,
        ...facts,
      })
      return { status: 500, contentType: TEXT, body: 'The witness could not keep the checkpoint; its log says why.\n' }
    }
    this.states.set(hash, ok(next))
    if (held !== undefined)
      this.earlier.set(hash, [held, ...(this.earlier.get(hash) ?? [])].slice(0, LIMITS.rememberedPerLog))
    this.around.report('info', 'add-checkpoint', { status: 200, time: time.value, ...facts })
    return { status: 200, contentType: TEXT, body: this.lines(submission.text, time.value).join('') }
  }

  /** Never before the time given last. A clock that fell far back is not followed, and neither is it overruled for long. */
  private timeAfter(last: number): Result<number> {
    const now = Math.floor(this.around.now())
    if (now < 1 || now > MAX_TIME_SECONDS) return refuse('witness/clock', 'The clock shows no time that can be signed.')
    if (now >= last) return ok(now)
    if (last - now <= LIMITS.clockBackSeconds) return ok(last)
    return refuse(
      'witness/clock',
      `The clock is ${last - now} seconds behind the last cosignature of this log; set it right.`,
    )
  }

  private async tellFork(served: Submission, held: CosignedState, prefix: WitnessRefusal['prefix']): Promise<void> {
    const { origin, size, root } = served
    const { disk, report } = this.around
    const facts = { origin, size, cosigned: held.size, heldRoot: toHex(held.root), otherRoot: toHex(root) }
    try {
      const keys = this.keysOf(origin) ?? []
      const evidence = await keepFork({ disk, dir: this.dir }, { origin, keys, held, served, prefix })
      report('error', 'log-forked', {
        ...{ ...facts, evidence },
        message: 'The log signed two histories. The proof is kept; tell those who rely on it.',
      })
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      report('error', 'log-forked', {
        ...facts,
        message: `The log signed two histories. It could not be kept as evidence yet (${why}); it is when it is shown again.`,
      })
    }
  }

  /** Called in turn alone: at the first look of a run the state is written anew. */
  private async stateOf(hash: string): Promise<Result<CosignedState | undefined>> {
    const known = this.states.get(hash)
    if (known !== undefined) return known
    let read: Result<CosignedState | undefined>
    try {
      read = await takeUpState(this.around.disk, this.dir, hash)
    } catch (cause) {
      read = this.diskFailed(cause)
    }
    // Whoever asks for what is not there fills no memory.
    if (!read.ok || read.value !== undefined) this.states.set(hash, read)
    return read
  }

  /** What the disk now holds is not known; the next start reads it again, and until then nothing more is signed. */
  private diskFailed(cause: unknown): Refusal {
    const why = cause instanceof Error ? cause.message : String(cause)
    return refuse('witness/disk', `The disk failed (${why}); mend it and start the witness again.`)
  }

  private async lookAtPolicy(): Promise<void> {
    const now = this.around.now()
    if (Math.abs(now - this.policyReadAt) < LIMITS.policySeconds) return
    this.policyReadAt = now
    await this.reloadPolicy()
  }
}
