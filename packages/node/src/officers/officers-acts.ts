// What two officers may do together (approvals.ts): open a log that succeeds one of ours, go on without readers who may hold
// one that nobody else shows, and acknowledge the alarm of a log that contradicts itself.

import { ok, type Result, refuse, toHex } from '@countersign/log'
import { derivedSubject, takesTwoOfficers } from '../alarm-kinds.ts'
import type { Succeeded } from '../channel/own-side.ts'
import { overDisk } from '../disk-failure.ts'
import { type EngineParts, noSuchPact } from '../engine-parts.ts'
import type { StoredPact } from '../pacts.ts'
import { type Act, Approvals } from './approvals.ts'

export interface OfficersMeans {
  /** Opens a log that succeeds ours. */
  succeed(pact: StoredPact, channel: string): Promise<Result<Succeeded>>
  /** Whom a channel waits for in a folder that may be a copy; nobody in any other. */
  awaited(pact: string, channel: string): string[]
  /** These are waited for no more. */
  giveUp(pact: string, channel: string, readers: readonly string[]): Promise<void>
  changed(): void
}

export class OfficersActs {
  readonly approvals: Approvals
  private readonly parts: EngineParts
  private readonly means: OfficersMeans

  constructor(parts: EngineParts, means: OfficersMeans) {
    this.parts = parts
    this.means = means
    this.approvals = new Approvals({
      around: parts.around,
      store: parts.store,
      may: (act) => this.may(act),
      carryOut: (act, approval) => this.carryOut(act, approval),
    })
  }

  /** What a log that succeeds ours would pin now; undefined where none is needed. */
  async offeredSuccession(
    pact: string,
    name: string,
  ): Promise<{ origin: string; size: number; root: string } | undefined> {
    const own = this.parts.channels.get(`${pact}/${name}`)?.own
    const head = own?.maySucceed === true ? await own.standsBy() : undefined
    return head && { origin: head.origin, size: head.size, root: toHex(head.root) }
  }

  /** Whom a channel would wait for no more on which no log of ours is there to be succeeded; undefined elsewhere. */
  offeredWithout(pact: string, name: string): string[] | undefined {
    const own = this.parts.channels.get(`${pact}/${name}`)?.own
    const awaited = own?.mayGoOnWithout === true ? this.means.awaited(pact, name) : []
    return awaited.length > 0 ? awaited : undefined
  }

  /** Opens a log that succeeds ours on a channel, and waits for nobody any more who is silent; two officers must have agreed. */
  async succeedLog(id: string, channel: string): Promise<Result<Succeeded>> {
    const pact = this.parts.pacts.get(id)
    if (pact === undefined) return noSuchPact(id)
    const awaited = this.means.awaited(id, channel)
    const opened = await overDisk('Our log is stopped. Mend that, then do it again.', this.means.succeed(pact, channel))
    if (opened.ok && awaited.length > 0) await this.means.giveUp(id, channel, awaited)
    return opened
  }

  private async may(act: Act): Promise<Result<undefined>> {
    if (act.kind === 'alarm/acknowledge') {
      if (!takesTwoOfficers(act)) {
        const message = `The alarm ${act.code} is over by itself once its cause is; nobody acknowledges it.`
        return refuse('approval/not-needed', message)
      }
      return (await this.subjectsOf(act)).length > 0
        ? ok(undefined)
        : refuse('approval/no-alarm', 'No such alarm stands; see them with: countersign status')
    }
    if (act.kind === 'log/go-on-without') {
      return this.givenUpNow(act).length > 0
        ? ok(undefined)
        : refuse('log/not-open', `None of ${act.readers.join(', ')} is awaited on “${act.channel}” now.`)
    }
    const offered = await this.offeredSuccession(act.pact, act.channel)
    if (offered === undefined) {
      const message = `Our log on “${act.channel}” needs no successor: it neither waits for peers nor is it stopped.`
      return refuse('log/not-open', message)
    }
    const { origin, size, root } = act.pins
    if (offered.origin === origin && offered.size === size && offered.root === root) return ok(undefined)
    return refuse(
      'approval/changed',
      `What a successor would pin is another by now (${offered.size} entries of ${offered.origin}); ask anew.`,
    )
  }

  /** Of those whom both officers saw, who is still awaited: whoever answered meanwhile is not given up. */
  private givenUpNow({ pact, channel, readers }: Act & { kind: 'log/go-on-without' }): string[] {
    return (this.offeredWithout(pact, channel) ?? []).filter((party) => readers.includes(party))
  }

  /** What stands of an alarm, raised here or derived from the logs, as it is kept when it is acknowledged. */
  private async subjectsOf({ code, subject }: { code: string; subject: string }): Promise<string[]> {
    const { store, views } = this.parts
    const derived = (await views.alarms()).filter((one) => one.code === code && one.subject === subject)
    return [...(store.isAlarmed(code, subject) ? [subject] : []), ...derived.map(derivedSubject)]
  }

  private async carryOut(act: Act, approval: string): Promise<Result<string>> {
    if (act.kind === 'alarm/acknowledge') {
      for (const subject of await this.subjectsOf(act)) this.parts.store.acknowledge(act.code, subject, approval)
      this.means.changed()
      return ok('The alarm was acknowledged.')
    }
    if (act.kind === 'log/go-on-without') return this.goOnWithout(act)
    const opened = await this.succeedLog(act.pact, act.channel)
    if (!opened.ok) return opened
    const { origin, predecessor } = opened.value
    return ok(`${origin} succeeds ${predecessor.origin} after ${predecessor.size} entries.`)
  }

  private async goOnWithout(act: Act & { kind: 'log/go-on-without' }): Promise<Result<string>> {
    const { pact, channel } = act
    const readers = this.givenUpNow(act)
    const given = async () => {
      await this.means.giveUp(pact, channel, readers)
      return ok(undefined)
    }
    const kept = await overDisk('Nobody was given up. Mend that, then confirm it again.', given())
    if (!kept.ok) return kept
    this.means.changed()
    const [whom, they] = [readers.join(', '), readers.length === 1 ? 'it' : 'they']
    return ok(
      `On “${channel}” nobody waits for ${whom} any more. A log of ours that only ${they} held is lost to this folder, and what we said in it binds us still. Sign the agreement again, which opens a new log as soon as all others have answered: countersign pact sign --dir ${this.parts.identity.dir} ${pact}. Should ${they} come back, that log is taken back, and both stand beside each other.`,
    )
  }
}
