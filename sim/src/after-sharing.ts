// What comes after a share (spec/records.md): those who have it say what became of it, its author lets them pass it on, ends
// that again, and takes back what it shared. In whatever order it all arrives, what is taken back stands in nobody's
// collection, and what others said of the rest is read by its author.

import type { Result } from '@countersign/log'
import type { Acknowledged, Ask } from './asked.ts'
import { type Step, WORLDS } from './case.ts'
import type { Machine } from './machine.ts'
import { drawOf } from './random.ts'
import { AMBER, uuid } from './say.ts'
import type { World } from './world.ts'

type After = Extract<Step, { do: 'tell' | 'consent' | 'retract' | 'take-back' }>

interface SharedObject {
  id: string
  version: string
}

/** Another word of its author, or of somebody else, came before it. */
const MAY_REFUSE = /^(?:not-found|say)\//

/** How often, and how many times, it is looked whether what somebody else shared has come. */
const LOOK_MS = 2_000
const LOOKS_MAX = 15

export class AfterSharing {
  private readonly world: World
  private readonly takenBack: { share: Ask; revocation: Ask; objects: SharedObject[] }[] = []
  private readonly told: { share: Ask; telling: Ask; object: string; sighting: string }[] = []
  private readonly consents: { consent: Ask; retraction?: Ask }[] = []

  constructor(world: World) {
    this.world = world
  }

  take(step: After): void {
    const machine = this.world.machine(step.by)
    if (machine.node === undefined) return
    if (step.do === 'tell') return void this.tell(machine, step.n)
    if (step.do === 'take-back') return this.takeBack(machine, step.n)
    return step.do === 'consent' ? this.consent(machine, step.n) : this.retract(machine, step.n)
  }

  /** Once everything rests: what was taken back is shown by nobody, what was told is read by whom it was told (6). */
  async atRest(): Promise<void> {
    for (const one of this.takenBack) if (this.stands(one.share, one.revocation)) await this.isTakenBack(one)
    for (const one of this.told) if (this.stands(one.share, one.telling)) await this.isRead(one)
    for (const { consent, retraction } of this.consents) {
      if (!this.stands(consent)) continue
      this.world.did('passing on consented to')
      if (retraction !== undefined && this.stands(retraction)) await this.isRetracted(consent)
    }
  }

  private takeBack(machine: Machine, n: number): void {
    const { checks, pact } = this.world
    const share = pick(this.sharesOf(machine), n)
    if (share === undefined) return
    // Now and then the first stays.
    const all = objectsOf(share)
    const objects = all.length > 1 ? all.slice(n % 2) : all
    const ids = objects.map(({ id }) => id)
    const revocation = checks.asked.add(machine, 'intel/revoke', [], false)
    this.takenBack.push({ share, revocation, objects })
    this.answered(revocation, machine.node?.revoke({ pact, ids, reason: 'mistake', account: 'officer' }))
  }

  /** Of what somebody else shared, as soon as it is shown here. */
  private async tell(machine: Machine, n: number, looks = LOOKS_MAX): Promise<void> {
    const { checks, clock, pact, the } = this.world
    const { life, node, party } = machine
    const share = pick(
      checks.asked.asks.filter(
        ({ type, party: by, outcome }) => by !== party && type === 'intel/share' && outcome === 'said',
      ),
      n,
    )
    const [object] = share === undefined ? [] : objectsOf(share)
    if (node === undefined || share === undefined || object === undefined) return
    const [shown] = await node.views.textsShown(pact, 'inbox', [object])
    if (shown === undefined && looks > 0) {
      clock.after(LOOK_MS, `${party} looks whether it has come`, () => void this.tell(machine, n, looks - 1))
      return
    }
    if (shown === undefined || machine.life !== life) return
    const sighting = `sighting--${uuid(drawOf(the.seed, `sighting ${party} ${n}`).bytes(16))}`
    const text = JSON.stringify({
      ...{ type: 'sighting', spec_version: '2.1', id: sighting },
      ...{ created: '2026-01-02T00:00:00.000Z', modified: '2026-01-02T00:00:00.000Z' },
      ...{ count: 1 + (n % 5), sighting_of_ref: object.id, object_marking_refs: [AMBER] },
    })
    const telling = checks.asked.add(machine, 'intel/sighting', [text], false)
    this.told.push({ share, telling, object: object.id, sighting })
    // To all, so that all are concerned by it.
    const to = WORLDS[the.world].parties.filter((one) => one !== party && one !== share.party)
    this.answered(telling, node.giveFeedback({ pact, stix: new TextEncoder().encode(text), to, account: 'officer' }))
  }

  private consent(machine: Machine, n: number): void {
    const { checks, pact } = this.world
    const [record] = pick(this.sharesOf(machine), n)?.records ?? []
    if (record === undefined) return
    const consent = checks.asked.add(machine, 'intel/consent', [], false)
    this.consents.push({ consent })
    const request = { pact, records: [record], agreement: n % 2 === 0 ? pact : null, parties: null, account: 'officer' }
    this.answered(consent, machine.node?.consent(request))
  }

  private retract(machine: Machine, n: number): void {
    const { checks, pact } = this.world
    const ours = this.consents.filter(({ consent }) => consent.party === machine.party && this.stands(consent))
    const one = pick(ours, n)
    if (one === undefined || one.retraction !== undefined) return
    one.retraction = checks.asked.add(machine, 'intel/retract', [], false)
    const request = { pact, records: one.consent.records, account: 'officer' }
    this.answered(one.retraction, machine.node?.retract(request))
  }

  private answered(ask: Ask, answer: Promise<Result<Acknowledged>> | undefined): void {
    void answer?.then((result) => {
      if (!result.ok && MAY_REFUSE.test(result.code)) {
        this.world.trace.add(`${this.world.clock.now} ${ask.party} may not: ${result.code}`)
        ask.outcome = 'refused'
        return
      }
      this.world.checks.asked.answered(ask, result)
    })
  }

  private async isTakenBack({ share, objects }: { share: Ask; objects: SharedObject[] }): Promise<void> {
    const { world } = this
    for (const { node, party, neutral } of world.honest()) {
      if (neutral || node?.health().ready !== true) continue
      const collection = party === share.party ? 'outbox' : 'inbox'
      const texts = await node.views.textsShown(world.pact, collection, objects)
      const still = objects.find((_, i) => texts[i] !== undefined)
      if (still === undefined) continue
      return world.violated(6, `${share.party} took ${still.id} back, and ${party} shows it in its ${collection}.`)
    }
    world.did('what was shared taken back')
  }

  private async isRead({ share, object, sighting, telling }: (typeof this.told)[number]): Promise<void> {
    const { world } = this
    const { node, party } = world.machine(share.party)
    const isHonest = world.honest().some((one) => one.party === party)
    // Of what its author shares no more, nobody reads what others said.
    if (!isHonest || node?.health().ready !== true || this.isGone(share.party, object)) return
    const read = await node.views.feedback({ pact: world.pact, party: telling.party })
    const found = read.ok && read.value.feedback.some((one) => one.id === sighting && one.object === object)
    if (!found)
      return world.violated(6, `${telling.party} told ${party} that it saw ${object}, and ${party} does not read it.`)
    world.did('feedback read by whom it was for')
  }

  private async isRetracted(consent: Ask): Promise<void> {
    const { world } = this
    for (const { node, party, neutral } of world.honest()) {
      if (neutral || node?.health().ready !== true) continue
      const standing = node.views.consents(world.pact).find(({ record }) => consent.records.includes(record))
      if (standing === undefined || standing.to.every((one) => standing.retractedFor.includes(one))) continue
      return world.violated(6, `${consent.party} retracted ${standing.record}, and for ${party} it stands.`)
    }
    world.did('a consent retracted')
  }

  private isGone(party: string, object: string): boolean {
    return this.takenBack.some(({ share, revocation, objects }) => {
      return share.party === party && revocation.outcome !== 'refused' && objects.some(({ id }) => id === object)
    })
  }

  private sharesOf({ party }: Machine): Ask[] {
    return this.world.checks.asked.asks.filter(
      ({ type, party: by, outcome }) => by === party && type === 'intel/share' && outcome === 'said',
    )
  }

  private stands(...asks: Ask[]): boolean {
    return asks.every((ask) => ask.outcome === 'said' && !this.world.checks.asked.isGone(ask))
  }
}

function pick<T>(of: readonly T[], n: number): T | undefined {
  return of[n % Math.max(1, of.length)]
}

function objectsOf({ texts }: Ask): SharedObject[] {
  return texts.map((text) => {
    const { id, modified }: { id: string; modified: string } = JSON.parse(text)
    return { id, version: modified }
  })
}
