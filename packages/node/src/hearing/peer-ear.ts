// Hearing one log of a peer for as long as the node runs, though the disk may fill up or fail meanwhile. A mirror that
// could not be written is closed, opened anew from what is durable, and verified again; until then no receipt is given
// for it and an alarm stands. Later and later tries, however often a peer hints.

import type { Mirror } from '@countersign/ledger'
import type { Result } from '@countersign/log'
import { type AlarmCode, alarmCode } from '../alarm-kinds.ts'
import type { Rounds } from '../backoff.ts'
import { DiskAlarm } from '../disk-failure.ts'
import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'
import type { LogSource } from './log-source.ts'
import type { CarriedHearing, PeerLog } from './peer-log.ts'
import type { Cosigner } from './signed-heads.ts'

export interface PeerEarOptions {
  origin: string
  around: Surroundings
  open(): Promise<Result<Mirror>>
  listen(mirror: Mirror): Promise<PeerLog>
  rounds(round: () => Promise<void>): Rounds
  onAlarm(code: AlarmCode, message: string): void
  onAlarmOver(code: AlarmCode): void
  /** The mirror is open, for the first time or again. */
  onOpen(again: boolean): void
}

const CONSEQUENCE =
  'What this peer says is not kept and gets no receipt until there is room; it is then fetched by itself.'

export class PeerEar {
  /** Undefined until the mirror was opened; the one before while a mirror is opened anew. */
  log: PeerLog | undefined
  private readonly options: PeerEarOptions
  private readonly rounds: Rounds
  private readonly alarm: DiskAlarm
  private isOpen = false
  private beginning: Promise<void> | undefined
  /** What was refused for good: the mirror is damaged, or another process has it. */
  private isRefused = false
  private failures = 0
  /** Why it is not open. */
  private failure: unknown
  private notBefore = 0

  constructor(options: PeerEarOptions) {
    this.options = options
    this.alarm = new DiskAlarm('ledger/mirror-failing', options)
    this.rounds = options.rounds(() => this.alarm.watch(CONSEQUENCE, this.round()))
  }

  get failing(): boolean {
    return this.rounds.failing
  }

  /** Whether a round is under way. */
  get isHearing(): boolean {
    return this.rounds.isRunning
  }

  /** Opens the mirror, then hears. Where the disk fails, the rounds try again. */
  async begin(): Promise<void> {
    const beginning = this.alarm.watch(CONSEQUENCE, this.open()).catch((cause: unknown) => this.failed(cause))
    this.beginning = beginning
    await beginning
    this.beginning = undefined
    this.rounds.wake()
  }

  wake(): void {
    // It hears by itself once it was opened, and is opened once.
    if (this.beginning === undefined) this.rounds.wake()
  }

  /** Takes what was carried here, between two rounds. Undefined where the mirror is not open. */
  async hearCarried(
    sources: readonly LogSource[],
    cosigners: readonly Cosigner[],
  ): Promise<CarriedHearing | undefined> {
    await this.beginning
    return this.rounds.alone(() => this.alarm.watch(CONSEQUENCE, this.takeCarried(sources, cosigners)))
  }

  private async takeCarried(sources: readonly LogSource[], cosigners: readonly Cosigner[]) {
    if (this.isRefused) return undefined
    if (!this.isOpen || this.log?.mirror.stopped !== undefined) await this.openAnew()
    return this.log?.hearCarried(sources, cosigners)
  }

  async stop(): Promise<void> {
    await this.rounds.stop()
    await this.beginning
    await this.close()
  }

  private async round(): Promise<void> {
    if (this.isRefused) return
    if (!this.isOpen || this.log?.mirror.stopped !== undefined) await this.openAnew()
    await this.log?.round()
  }

  private async openAnew(): Promise<void> {
    const { around } = this.options
    if (around.now() < this.notBefore) throw this.log?.mirror.stopped ?? this.failure
    try {
      await this.close()
      await this.open()
      this.failures = 0
    } catch (cause) {
      this.failed(cause)
      throw cause
    }
  }

  private async open(): Promise<void> {
    const mirror = await this.options.open()
    if (!mirror.ok) {
      this.isRefused = true
      this.options.onAlarm(alarmCode(mirror.code, 'ledger/unopened'), mirror.message)
      return
    }
    const again = this.log !== undefined
    try {
      this.log = await this.options.listen(mirror.value)
    } catch (cause) {
      await mirror.value.close()
      throw cause
    }
    this.isOpen = true
    this.options.onOpen(again)
  }

  private failed(cause: unknown): void {
    const { around, origin } = this.options
    const ms = Math.min(LIMITS.backoffMsMax, LIMITS.backoffMsMin * 2 ** Math.min(++this.failures, 16))
    this.notBefore = around.now() + ms
    this.failure = cause
    around.report('error', 'mirror-not-open', { origin, message: String(cause) })
  }

  private async close(): Promise<void> {
    if (!this.isOpen) return
    this.isOpen = false
    await this.log?.mirror.close()
  }
}
