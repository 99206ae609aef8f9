// The alarms of this node: raised here, kept until they end (alarm-kinds.ts says when), reported, and shown.

import { type AlarmCode, codesEndedBy, isOutlived } from './alarm-kinds.ts'
import type { PrivateStore } from './private-store.ts'
import type { Surroundings } from './surroundings.ts'

export interface AlarmsMeans {
  store: PrivateStore
  around: Pick<Surroundings, 'now' | 'report'>
  /** What is shown is no more what it was. */
  changed(): void
  /** Whether the node ends: nothing is kept any more. */
  stopped(): boolean
}

export class Alarms {
  private readonly means: AlarmsMeans

  constructor(means: AlarmsMeans) {
    this.means = means
    const { store, around } = means
    // What these told of is done again now, or asked again.
    for (const code of codesEndedBy('start')) store.alarmOver(code)
    const outlived = store.alarms().filter((one) => isOutlived(one, around.now()))
    for (const { code, subject } of outlived) store.alarmOver(code, subject)
  }

  /** Kept once for each code and subject, with its newest message. */
  raise(code: AlarmCode, subject: string, message: string): void {
    const { store, around, changed, stopped } = this.means
    if (stopped()) return
    if (store.alarm(around.now(), code, subject, message)) around.report('error', 'alarm', { code, subject, message })
    changed()
  }

  /** What it warned of is over. */
  over(code: AlarmCode, subject: string): void {
    const { store, around, changed, stopped } = this.means
    if (stopped() || !store.alarmOver(code, subject)) return
    around.report('info', 'alarm-over', { code, subject })
    changed()
  }
}
