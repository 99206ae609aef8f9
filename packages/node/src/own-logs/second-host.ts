// Two hosts with one party's keys. Each node that may be a copy asks at its own party's address who answers there: where
// a node of this party does, and it is not this one, this one signs nothing while it does. And a node that is asked with
// its own keys by somebody else knows that a copy of it runs. Both raise an alarm that names the address.

import { toHex } from '@countersign/log'
import { parseCard } from '@countersign/record'
import type { AlarmCode } from '../alarm-kinds.ts'
import { PeerRequests, PeerUnreachable } from '../hearing/peer-requests.ts'
import type { Identity } from '../keys/identity.ts'
import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'

const RETRY_MS = 1_000
const PROBE = /^cards\/[0-9a-f]{64}$/
const PROBES_KEPT = 256
const CODE = 'node/second-host'

export interface SecondHostOptions {
  identity: Identity
  around: Surroundings
  onAlarm(code: AlarmCode, subject: string, message: string): void
  onAlarmOver(code: AlarmCode, subject: string): void
  stopped(): boolean
}

export class SecondHost {
  private readonly options: SecondHostOptions
  private readonly requests: PeerRequests
  private readonly endpoint: string
  /** What we asked of ourselves, and whether it came here. */
  private readonly probes = new Map<string, boolean>()
  private looking: Promise<boolean> | undefined
  private cancelQuiet: (() => void) | undefined

  constructor(options: SecondHostOptions) {
    const { identity, around } = options
    this.options = options
    this.endpoint = identity.card.body.endpoints[0] ?? ''
    const signer = { party: identity.party, signer: identity.keys.request }
    this.requests = new PeerRequests(identity.party, this.endpoint, signer, around)
  }

  /**
   * Resolves once no other node of this party answers at its address, or the node stops. True where one did at first:
   * what peers were asked before that may be true no more.
   */
  alone(): Promise<boolean> {
    this.looking ??= this.look().finally(() => {
      this.looking = undefined
    })
    return this.looking
  }

  /** Somebody asked for `path` with our own keys. */
  asked(path: string): void {
    if (this.probes.has(path)) this.probes.set(path, true)
    else if (PROBE.test(path)) {
      const { identity, around, onAlarm, onAlarmOver } = this.options
      const message = `Somebody asked this node with its own keys: a copy of its folder runs on another host. Find it and end it; what it signs would contradict what is signed here. This alarm ends once it has not asked for ten minutes.`
      onAlarm(CODE, identity.party, message)
      this.cancelQuiet?.()
      this.cancelQuiet = around.after(LIMITS.secondHostQuietMs, () => onAlarmOver(CODE, identity.party))
    }
  }

  close(): void {
    this.cancelQuiet?.()
    this.requests.close()
  }

  private async look(): Promise<boolean> {
    const { identity, around, stopped, onAlarm, onAlarmOver } = this.options
    let raised = false
    for (; !stopped(); raised = true) {
      if (!(await this.anotherAnswers())) {
        if (raised) onAlarmOver(CODE, identity.party)
        return raised
      }
      const message = `Another host answers at ${this.endpoint} with our keys; this one signs nothing while it does. Keep one of the two, and end the other for good.`
      if (!raised) onAlarm(CODE, identity.party, message)
      await new Promise<void>((resolve) => {
        around.after(RETRY_MS, resolve)
      })
    }
    return raised
  }

  private async anotherAnswers(): Promise<boolean> {
    const { identity, around } = this.options
    const probe = `cards/${toHex(around.random(32))}`
    this.probes.set(probe, false)
    try {
      const card = await this.requests.get('card', LIMITS.noteBytes * 2)
      const parsed = card.kind === 'bytes' ? parseCard(card.bytes) : undefined
      if (parsed?.ok !== true || parsed.value.rootDigest !== identity.card.rootDigest) return false
      await this.requests.get(probe, LIMITS.noteBytes)
      return this.probes.get(probe) === false
    } catch (cause) {
      if (cause instanceof PeerUnreachable) return false
      throw cause
    } finally {
      // One that comes late is still ours.
      const oldest = this.probes.keys().next()
      if (this.probes.size > PROBES_KEPT && oldest.done === false) this.probes.delete(oldest.value)
    }
  }
}
