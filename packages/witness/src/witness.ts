// A C2SP witness: for each log of its policy it cosigns one history. A request is judged, kept and only then signed, in one
// step for each log: concurrent requests wait for each other, and what was not durable was never signed. So a witness that
// is killed at any moment has signed no two trees of which one does not continue the other.

import { join } from 'node:path'
import { type Disk, keepEvidence, originHash } from '@countersign/ledger'
import {
  cosignatureLines,
  decideSubmission,
  MAX_TIME_SECONDS,
  ok,
  type Policy,
  parseNote,
  type Refusal,
  type Result,
  readSubmission,
  refuse,
  type Submission,
  toHex,
  type VerifierKey,
} from '@countersign/log'
import { type CosignedState, keepState, takeUpState } from './cosigned-state.ts'
import { LIMITS } from './limits.ts'
import { loadWitness, lockFile, policyFile, readPolicy, type WitnessIdentity } from './witness-folder.ts'

export interface WitnessSurroundings {
  disk: Disk
  /** POSIX seconds. */
  now(): number
  /** One event; no key and no content of a note is handed in. */
  report(level: 'info' | 'warn' | 'error', event: string, facts?: Record<string, unknown>): void
}

export interface HttpAnswer {
  status: number
  contentType: string
  body: string
  retryAfter?: number
}

const TEXT = 'text/plain; charset=utf-8'

export class Witness {
  readonly name: string
  readonly keys: readonly VerifierKey[]
  private readonly lines: (text: string, time: number) => string[]
  /** By the hash of the origin: what was read from disk; a refusal where that log is not cosigned any more. */
  private readonly states = new Map<string, Result<CosignedState | undefined>>()
  /** By the hash of the origin: who is served last of those that wait, and how many they are. */
  private readonly queues = new Map<string, { last: Promise<unknown>; waiting: number }>()
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
    this.lines = (text, time) => cosignatureLines(text, identity.name, identity.signers, time)
    this.policy = of.policy
    this.policyBytes = of.bytes
    this.unlock = of.unlock
  }

  static async open(dir: string, around: WitnessSurroundings): Promise<Result<Witness>> {
    const identity = loadWitness(dir)
    if (!identity.ok) return identity
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
    return ok(new Witness(dir, around, identity.value, { policy: policy.value, bytes, unlock }))
  }

  get logs(): number {
    return new Set(this.policy.logs.map(({ key }) => key.name)).size
  }

  /** C2SP tlog-witness, `add-checkpoint`. */
  async addCheckpoint(body: Uint8Array): Promise<HttpAnswer> {
    await this.lookAtPolicy()
    const read = readSubmission(body, (origin) => {
      const keys = this.policy.logs.flatMap(({ key }) => (key.name === origin ? key : []))
      return keys.length === 0 ? undefined : keys
    })
    if (!read.ok) {
      const { status, code, contentType, body: said } = read.refusal
      this.around.report('info', 'add-checkpoint', { status, code, origin: claimedOrigin(body) })
      return { status, contentType, body: said }
    }
    const submission = read.value
    const hash = originHash(submission.origin)
    const answer = await this.inTurn(hash, () => this.judge(submission, hash))
    return answer ?? busy('The witness has too many requests for this log; come again.')
  }

  /** The monitoring side: the checkpoint cosigned last, with the witness’s lines. */
  async checkpoint(hash: string): Promise<HttpAnswer> {
    const state = this.states.get(hash) ?? (await this.inTurn(hash, () => this.stateOf(hash)))
    if (state === undefined) return busy('The witness has too many requests for this log; come again.')
    if (!state.ok) return stopped()
    if (state.value === undefined)
      return { status: 404, contentType: TEXT, body: 'This witness has cosigned no log with this hash.\n' }
    const { note, text, time } = state.value
    const parsed = parseNote(note)
    if (!parsed.ok) throw new Error(parsed.message)
    // Signed anew after each start: the same statement, of the time that was kept with it.
    const lines = [...parsed.value.signatures.map(({ line }) => line), ...this.lines(text, time)]
    return { status: 200, contentType: TEXT, body: `${text}\n${lines.join('')}` }
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
    await Promise.allSettled([...this.queues.values()].map(({ last }) => last))
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
      if (decision.fork && held !== undefined) await this.keepFork(submission, held)
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

  private async keepFork(submission: Submission, held: CosignedState): Promise<void> {
    const { origin, size, root, note } = submission
    const name = `${size}-${toHex(root).slice(0, 16)}`
    const { disk, report } = this.around
    const folder = join('evidence', originHash(origin))
    report('error', 'log-forked', {
      ...{ origin, size, cosigned: toHex(held.root), other: toHex(root), evidence: join(folder, name) },
      message: 'The log signed two trees of one size. Both notes are kept; tell those who rely on it.',
    })
    try {
      if ((await disk.list(join(this.dir, folder))).length >= 2 * LIMITS.evidencePerLog) return
      await keepEvidence({ disk, dir: this.dir }, origin, name, { held: held.note, served: note })
    } catch (cause) {
      report('error', 'evidence-not-kept', { origin, message: cause instanceof Error ? cause.message : String(cause) })
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

  /** One after the other for each log; undefined where too many wait. */
  private async inTurn<T>(hash: string, work: () => Promise<T>): Promise<T | undefined> {
    const queue = this.queues.get(hash) ?? { last: Promise.resolve(), waiting: 0 }
    if (queue.waiting >= LIMITS.waitingPerLog) return undefined
    const mine = queue.last.then(work, work)
    queue.last = mine
    queue.waiting++
    this.queues.set(hash, queue)
    try {
      return await mine
    } finally {
      queue.waiting--
      if (queue.waiting === 0) this.queues.delete(hash)
    }
  }

  private async lookAtPolicy(): Promise<void> {
    const now = this.around.now()
    if (Math.abs(now - this.policyReadAt) < LIMITS.policySeconds) return
    this.policyReadAt = now
    await this.reloadPolicy()
  }
}

function stopped(): HttpAnswer {
  return {
    status: 500,
    contentType: TEXT,
    body: 'This log is not cosigned any more; the log of the witness says why.\n',
  }
}

function busy(message: string): HttpAnswer {
  return { status: 503, contentType: TEXT, body: `${message}\n`, retryAfter: LIMITS.retryAfterSeconds }
}

/** What an unverified request says of itself, for the log: cut, and escaped by whoever writes it. */
function claimedOrigin(body: Uint8Array): string | undefined {
  const text = Buffer.from(body.subarray(0, 8_192)).toString('utf8')
  return text.split('\n\n')[1]?.split('\n')[0]?.slice(0, LIMITS.loggedChars)
}
