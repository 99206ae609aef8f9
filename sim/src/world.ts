// Several whole nodes on their machines, an agreement among them, and one clock that moves all of it. A world begins from
// an image in which the agreement is in force, made once for each set of parties; a case then happens to it, step by
// step; at the end every fault heals and it runs on until nothing is left to be done.

import { TrustedCards } from '@countersign/node'
import type { Act } from './acts.ts'
import { AfterSharing } from './after-sharing.ts'
import { Carrying } from './carrying.ts'
import { type Case, type Step, WORLDS, type WorldName } from './case.ts'
import { Checks } from './checks.ts'
import { Clock, settled } from './clock.ts'
import { Destruction } from './destruction.ts'
import { type Hostile, hostileOf } from './hostile.ts'
import { EPOCH_MS, identityOf } from './identity.ts'
import { changeKeys } from './keys-change.ts'
import { type Image, Machine } from './machine.ts'
import { FAIR, Network } from './network.ts'
import { succeedLogs, succeedWhereSilent } from './officers.ts'
import { drawOf } from './random.ts'
import { sayStep } from './say.ts'
import { Theft } from './theft.ts'
import { Trace } from './trace.ts'
import { SimulatedWitness, witnessOfAgreement } from './witness.ts'

interface Beginning {
  now: number
  pact: string
  machines: ReadonlyMap<string, Image>
}

/** What is violated, and how it showed. The run ends there. */
export class Violation extends Error {
  /** The number of the invariant in the design; 0 for a defect of another kind. */
  readonly invariant: number

  constructor(invariant: number, message: string) {
    super(message)
    this.invariant = invariant
  }
}

const STEPS_MAX = 400_000
const QUIET_MS_MAX = 3_600_000
const OPENING_MS_MAX = 600_000
const WITNESS_MS_MAX = 600_000
const LOOK_MS = 15_000
const TURNS_MAX = 1_000
const YEAR_MS = 365 * 86_400_000
/** By then every log is cosigned anew by a neutral, and its author knows of it; without one each pins what it knows first. */
const RESTART_AFTER_MS = 100_000
const RESTART_ALONE_MS = 500_000

const beginnings = new Map<WorldName, Promise<Beginning>>()

/** The beginning of every case of that world: made once in a process, always the same. */
export function beginningOf(world: WorldName): Promise<Beginning> {
  let known = beginnings.get(world)
  if (known === undefined) beginnings.set(world, (known = begin(world)))
  return known
}

export class World {
  readonly clock: Clock
  readonly trace: Trace
  readonly network: Network
  readonly machines = new Map<string, Machine>()
  readonly checks: Checks
  readonly pact: string
  readonly the: Case
  hostile: Hostile | undefined
  /** Set once every fault was healed. */
  healed = false
  /** Years that went by at once, while nothing happened. */
  passedMs = 0
  /** Whether everybody is started again soon, after years have passed. */
  private isRestartDue = false
  /** What people did, and how often. */
  readonly acts = new Map<Act, number>()
  readonly destruction = new Destruction(this)
  readonly theft: Theft
  private readonly afterSharing = new AfterSharing(this)
  private readonly witness: SimulatedWitness | undefined
  private readonly carrying = new Carrying(this)
  private readonly backups = new Map<string, Image>()
  private readonly keepRules: readonly Machine[]
  private violation: Violation | undefined

  constructor(the: Case, beginning: Beginning | undefined, trace: Trace) {
    this.the = the
    this.pact = beginning?.pact ?? ''
    this.trace = trace
    this.clock = new Clock(beginning?.now ?? EPOCH_MS)
    this.network = new Network(this.clock, trace, the.weather, (link) => drawOf(the.seed, `link ${link}`))
    this.checks = new Checks(this)
    this.theft = new Theft(this, this.means())
    this.witness = the.witness === undefined ? undefined : new SimulatedWitness(this, the.witness === 'lies')
    const { parties, neutrals } = WORLDS[the.world]
    for (const party of [...parties, ...neutrals]) {
      const machine = new Machine(party, neutrals.includes(party), this.means(), beginning?.machines.get(party))
      this.machines.set(party, machine)
    }
    this.keepRules = [...this.machines.values()].filter(({ party }) => party !== the.hostile?.party)
    this.network.watch((from, by, request, answer) => this.checks.left(from, by, request, answer))
  }

  machine(party: string): Machine {
    const machine = this.machines.get(party)
    if (machine === undefined) throw new Error(`There is no machine of ${party}.`)
    return machine
  }

  /** What every clock tells that is right. */
  get now(): number {
    return this.clock.now + this.passedMs
  }

  /** Those that keep the rules. */
  honest(): readonly Machine[] {
    return this.keepRules
  }

  /** Something was done that a case is there for. */
  did(act: Act): void {
    this.trace.add(`${this.clock.now} done: ${act}`)
    this.acts.set(act, (this.acts.get(act) ?? 0) + 1)
  }

  violated(invariant: number, message: string): void {
    this.violation ??= new Violation(invariant, message)
  }

  /** Runs the case to its end. Throws the first Violation. */
  async run(): Promise<void> {
    const { hostile, steps } = this.the
    if (hostile !== undefined) this.hostile = hostileOf(this, hostile)
    this.witness?.start()
    const from = this.clock.now
    for (const machine of this.machines.values()) machine.start()
    for (const step of steps) {
      this.clock.after(step.at, `step ${step.do}`, () => {
        this.trace.add(`${this.clock.now} step ${JSON.stringify(step)}`)
        this.take(step)
      })
    }
    await this.until(from + Math.max(0, ...steps.map(({ at }) => at)) + 1_000)
    this.heal()
    await this.settle()
    await this.checks.atRest()
    await this.afterSharing.atRest()
    await this.theft.atRest()
    await this.witness?.atRest()
    this.raise()
  }

  /** Ends every node as an operator does. */
  async stopAll(): Promise<void> {
    const stopping = [...this.machines.values()].map((machine) => machine.stop())
    let done = false
    void Promise.all(stopping).then(() => {
      done = true
    })
    await this.drive(() => done, 120_000, 'the nodes to end')
  }

  /** What a promise of a node gives, once enough has happened for it. Throws a refusal. */
  async result<T>(
    asked: Promise<{ ok: true; value: T } | { ok: false; code: string; message: string }> | undefined,
  ): Promise<T> {
    let settledAs: { ok: true; value: T } | { ok: false; code: string; message: string } | undefined
    let failure: unknown
    asked?.then(
      (one) => {
        settledAs = one
      },
      (cause: unknown) => {
        failure = cause
      },
    )
    await this.drive(() => settledAs !== undefined || failure !== undefined, OPENING_MS_MAX, 'an answer of a node')
    if (settledAs?.ok !== true) throw failure ?? new Error(settledAs === undefined ? 'nothing' : settledAs.message)
    return settledAs.value
  }

  /** Nothing of this world goes on. */
  end(): void {
    for (const machine of this.machines.values()) machine.crash('kill')
  }

  /** Runs everything up to that time. */
  async until(time: number): Promise<void> {
    while ((await this.one(time)) !== undefined);
  }

  /** Runs until `holds`; a violation where it does not within `msMax`. */
  async drive(holds: () => boolean, msMax: number, what: string): Promise<void> {
    const end = this.clock.now + msMax
    await settled()
    while (!holds()) {
      if ((await this.one(end)) !== undefined) continue
      // An audit turns the real event loop now and then; nothing that is watched does.
      for (let turns = 0; turns < TURNS_MAX && !holds(); turns++) await settled()
      if (!holds()) throw new Violation(6, `Waited ${msMax / 1000} s for ${what}.`)
    }
  }

  private async one(until: number): Promise<string | undefined> {
    const what = await this.clock.step(until)
    if (this.clock.steps > STEPS_MAX) throw new Violation(7, `More than ${STEPS_MAX} events: something never ends.`)
    if (what !== undefined) await this.checks.afterStep(what)
    this.raise()
    return what
  }

  private raise(): void {
    if (this.violation !== undefined) throw this.violation
  }

  private take(step: Step): void {
    switch (step.do) {
      case 'call':
      case 'ack':
      case 'share':
      case 'forbidden':
        return sayStep(this, step)
      case 'crash':
        return this.down(step.who, step.forMs, (machine) => machine.crash(step.how))
      case 'stop': {
        const machine = this.machine(step.who)
        if (machine.node === undefined) return
        this.checks.ends(machine)
        void machine.stop()
        this.later(step.forMs, () => {
          if (machine.node === undefined) machine.start()
        })
        return
      }
      case 'part':
        this.network.part(step.who, step.from)
        return this.later(step.forMs, () => this.network.join(step.who, step.from))
      case 'full':
        this.machine(step.who).setFull(true)
        return this.later(step.forMs, () => this.machine(step.who).setFull(false))
      case 'error':
        this.machine(step.who).failing = { call: step.call, path: step.path }
        return
      case 'backup':
        this.backups.set(step.who, this.machine(step.who).backup())
        return
      case 'restore': {
        const image = this.backups.get(step.who)
        if (image === undefined) return
        const host = `${step.who} machine ${this.clock.now}`
        this.checks.restores(this.machine(step.who))
        this.did('a node restored from an older backup')
        return this.down(step.who, step.forMs, (machine) => machine.restore(image, host))
      }
      case 'clock':
        this.machine(step.who).skewMs += step.byMs
        return
      case 'act':
        return this.hostile?.act(step.n)
      case 'witness':
        return this.witness?.crash(step.how, step.forMs)
      case 'succeed':
        return succeedLogs(this, step.who)
      case 'destroy':
      case 'hold':
      case 'lift':
        return this.destruction.take(step)
      case 'tell':
      case 'consent':
      case 'retract':
      case 'take-back':
        return this.afterSharing.take(step)
      case 'steal':
        return this.theft.take(step)
      case 'years':
        return this.letYearsPass(step.years)
      case 'rotate':
        return changeKeys(this, step)
      case 'carry':
        return this.carrying.take(step)
    }
  }

  private down(who: string, forMs: number, how: (machine: Machine) => void): void {
    const machine = this.machine(who)
    this.checks.ends(machine)
    how(machine)
    const { life } = machine
    // One that was ended again meanwhile, or runs already, is started by whoever did that.
    this.later(forMs, () => {
      if (machine.life === life) machine.start()
    })
  }

  private later(ms: number, act: () => void): void {
    this.clock.after(ms, 'later', () => {
      if (!this.healed) act()
    })
  }

  /** Years go by in which nothing happens: every clock goes on by them at once. */
  private letYearsPass(years: number): void {
    const ms = years * YEAR_MS
    this.destruction.yearsPass()
    this.passedMs += ms
    for (const machine of this.machines.values()) machine.skewMs += ms
  }

  /** A node looks soon after its start for what has run out, and then hourly: nobody waits for that here. */
  private restartAfterYears(): void {
    if (this.passedMs === 0) return
    const { neutrals } = WORLDS[this.the.world]
    this.isRestartDue = true
    this.clock.after(neutrals.length === 0 ? RESTART_ALONE_MS : RESTART_AFTER_MS, 'later', () => {
      this.isRestartDue = false
      for (const machine of this.honest()) {
        this.checks.ends(machine)
        machine.crash('kill')
        machine.start()
      }
    })
  }

  /** Every fault ends: the network is fair, disks are sound, whatever stopped because of them is started again. */
  private heal(): void {
    this.healed = true
    this.trace.add(`${this.clock.now} everything heals`)
    this.network.heal()
    for (const machine of this.machines.values()) {
      machine.setFull(false)
      machine.failing = undefined
      // The party whose place a thief has is back once that is over.
      if (this.theft.isAt(machine.party)) continue
      // One that is being stopped is not started again by whoever stopped it.
      if (machine.diskFaulted || machine.node === undefined || !machine.wanted) {
        this.checks.ends(machine)
        machine.crash('kill')
        machine.start()
      }
    }
  }

  /** Until every honest mirror equals what it mirrors, and nothing new has come for a while. */
  private async settle(): Promise<void> {
    succeedWhereSilent(this)
    this.restartAfterYears()
    const end = this.clock.now + QUIET_MS_MAX
    await this.drive(() => !this.isRestartDue && this.checks.isAtRest(), QUIET_MS_MAX, 'rest').catch((cause) => {
      // Another of the same invariant may have been found on the way.
      if (this.clock.now < end) throw cause
      throw new Violation(6, `No rest within ${QUIET_MS_MAX / 60_000} minutes of healing: ${this.checks.whatMoves()}`)
    })
    for (const end = this.clock.now + WITNESS_MS_MAX; this.clock.now < end; ) {
      if ((await this.witness?.isDone()) !== false) return
      await this.until(this.clock.now + LOOK_MS)
    }
  }

  private means() {
    return {
      clock: this.clock,
      network: this.network,
      trace: this.trace,
      drawOf: (name: string) => drawOf(this.the.seed, name),
      reported: (machine: Machine, level: 'info' | 'warn' | 'error', event: string, facts: Record<string, unknown>) =>
        this.checks.reported(machine, level, event, facts),
      began: (machine: Machine) => this.checks.began(machine),
      retried: (machine: Machine, path: string, call: string) =>
        this.violated(8, `${machine.party} went on to ${call} ${path} after a sync of it had failed.`),
      failedToBegin: (machine: Machine, why: string) => this.violated(7, `${machine.party} does not start: ${why}`),
    }
  }
}

const AGREEMENT = (world: WorldName) => {
  const { parties, neutrals } = WORLDS[world]
  return [
    'title: Agreement of the simulation',
    'language: en',
    'parties:',
    ...parties.flatMap((party) => [`  - party: ${party}`, `    name: ${party}`]),
    neutrals.length === 0 ? 'neutrals: []' : 'neutrals:',
    ...neutrals.flatMap((party) => [`  - party: ${party}`, `    name: ${party}`, '    roles: [depositary, observer]']),
    ...(world === 'witnessed' ? [`witnesses: ${JSON.stringify({ quorum: 1, of: [witnessOfAgreement()] })}`] : []),
    'channels:',
    ...['line', 'main'].flatMap((name) => [`  - name: ${name}`, `    parties: [${parties.join(', ')}]`]),
    'offer: { days: 30 }',
    'marking: { scheme: "TLP:2.0", max: "TLP:AMBER+STRICT" }',
    'share: { records: [intel/share, intel/sighting, hotline/message, hotline/ack, content/rejected], stix: { deny: [] } }',
    'limits: { entriesPerDay: 20000, bytesPerDay: 2147483648, partBytes: 1048576, parts: 8, openProposals: 8 }',
    'retention: { days: 3650 }',
    'intervals: { pollSeconds: 60, cosignSeconds: 300, pinSeconds: 300, rejectSeconds: 3600 }',
    'clauses:',
    '  - { id: "1", text: The line stays open., source: Invented for the simulation. }',
    '',
  ].join('\n')
}

/** The parties trust each other’s cards, propose, sign, and are in force; then all machines rest. */
async function begin(world: WorldName): Promise<Beginning> {
  const the: Case = { v: 1, seed: 0, world, weather: { ...FAIR, delayMs: [1, 8] }, steps: [] }
  const made = new World(the, undefined, new Trace())
  const all = [...made.machines.values()]
  const cards = all.map(({ identity }) => identity.card)
  for (const machine of all) {
    const own = identityOf(machine.party, machine.dir, machine.neutral)
    const { disk } = machine.surroundings(() => true)
    let done = false
    const trusting = async () => {
      const trusted = await TrustedCards.open(own, disk)
      for (const file of ['card', `cards/${own.card.digest}`]) {
        await disk.replace(`${machine.dir}/${file}`, own.card.bytes, true)
      }
      for (const card of cards) if (card.party !== machine.party) await trusted.add(card.bytes, machine.now)
      done = true
    }
    void trusting()
    await made.drive(() => done, OPENING_MS_MAX, 'cards to be trusted')
    machine.start()
  }
  await made.drive(() => all.every(({ node }) => node !== undefined), OPENING_MS_MAX, 'the nodes to open')
  const [first, ...others] = all
  const proposed = await made.result(first?.node?.proposePact(AGREEMENT(world)))
  for (const { node } of [...others, ...(first === undefined ? [] : [first])]) {
    await made.result(node?.signPact(proposed.invitation))
  }
  let inForce = false
  const look = async () => {
    const rows = await Promise.all(all.map(async ({ node }) => (await node?.views.pacts()) ?? []))
    inForce = rows.every(
      (of) => of.length > 0 && of.every(({ channels }) => channels.every(({ force }) => force !== null)),
    )
  }
  while (!inForce) {
    await made.until(made.clock.now + 500)
    await look()
    if (made.clock.now > EPOCH_MS + OPENING_MS_MAX) throw new Error('The agreement does not come into force.')
  }
  await made.stopAll()
  return {
    now: made.clock.now,
    pact: proposed.pact,
    machines: new Map(all.map((machine) => [machine.party, machine.backup()])),
  }
}
