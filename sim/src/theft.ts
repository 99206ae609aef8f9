// A thief that has all of a party’s online keys, its folder and its place on the network, but not its root (spec/keys.md,
// A notice of compromise). It runs a node of its own on a copy of the disk while the party’s is down, and is believed.
// The party comes back, finds what was said in its name, and has its root sign other keys and a notice. Once that notice
// stands for everybody the thief speaks again.

import { type Identity, ROTATED_ROLES, signRequest } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { type Step, WORLDS } from './case.ts'
import { endpointOf, signedRequest } from './identity.ts'
import { LateWords } from './late-words.ts'
import { Machine, type MachineMeans } from './machine.ts'
import type { Answer } from './network.ts'
import type { World } from './world.ts'

/** Its node is compared with its peers first, as every node is. */
const READY_AFTER_MS = 14_000
const LOOK_MS = 5_000
const CALLS = 2
/** Everybody looks each 45 seconds: by then what is known of a notice is known to all, and what is shown was seen. */
const SETTLED_MS = 60_000
const LATE_MS = 55_000
/** Soon, and once what the others said meanwhile has come. */
const DATED_BACK_MS = [2_000, 20_000]

export class Theft {
  /** Whose keys were stolen. */
  party: string | undefined
  private readonly world: World
  private readonly means: MachineMeans
  /** Who stands at the address of the party now. */
  private thief: Machine | undefined
  private stolen: Identity | undefined
  /** Logs that the thief could write. */
  private origins: string[] = []
  /** Records that it said. */
  private readonly said: string[] = []
  private late: LateWords | undefined
  /** When the party gave up what was stolen. */
  private givenUpMs = 0
  private isOver = false

  constructor(world: World, means: MachineMeans) {
    this.world = world
    // Nobody watches what the thief’s own node reports: it keeps no rule.
    const drawn = (name: string) => means.drawOf(`thief ${name}`)
    this.means = {
      ...means,
      drawOf: drawn,
      reported: () => {},
      began: () => {},
      retried: () => {},
      failedToBegin: () => {},
    }
  }

  /** Whether what comes from the address of that party is the thief’s word. */
  isAt(party: string): boolean {
    return this.thief !== undefined && this.party === party
  }

  take({ who, forMs }: Extract<Step, { do: 'steal' }>): void {
    const { world } = this
    const machine = world.machine(who)
    if (machine.node === undefined || this.party !== undefined) return
    this.party = who
    this.stolen = machine.identity
    const image = machine.backup()
    world.checks.ends(machine)
    machine.crash('kill')
    const thief = new Machine(who, machine.neutral, this.means, image)
    this.thief = thief
    thief.start()
    world.clock.after(READY_AFTER_MS, 'later', () => this.speak(thief))
    world.clock.after(READY_AFTER_MS + forMs, 'later', () => {
      thief.crash('kill')
      this.thief = undefined
      world.network.servers.set(who, (_from, request) => machine.serve(request))
      machine.start()
      this.answer(machine)
    })
  }

  /** Whether the thief made this answer, by keys that were given up. */
  made(answer: Answer): boolean {
    return this.late?.made(answer) === true
  }

  /** Whether others may hold more of that log than its author, for the thief went on with it. */
  goesOn(origin: string): boolean {
    return this.late?.goesOn(origin) === true
  }

  /** What is still to come of it, in words; empty where nothing is. */
  underWay(): string {
    if (this.party === undefined || this.isOver) return ''
    return this.late === undefined
      ? `${this.party} has not given up its stolen keys yet, or not everybody knows`
      : 'a thief still speaks with keys that were given up'
  }

  /** From which entry on a log is void because of it, as one honest party sees it. */
  frozenAt(origin: string, at: Machine): number | undefined {
    return this.party === undefined ? undefined : at.node?.views.frozenAt(origin)
  }

  /** Everybody knows what was given up, from which entry on, and answers the stolen key no more (2, 7, 9). */
  async atRest(): Promise<void> {
    if (this.party === undefined) return
    const honest = this.world.honest()
    for (const origin of this.origins) await this.isFrozen(origin, honest)
    for (const record of this.said) if (this.late?.isFirstAt(record) !== true) await this.isSeenAlike(record, honest)
    for (const machine of honest) if (machine.party !== this.party) await this.refusesTheStolen(machine)
    await this.late?.atRest()
    if (this.origins.length === 0) return
    this.world.did('stolen keys given up')
    if (WORLDS[this.world.the.world].neutrals.length === 0) this.world.did('stolen keys given up without a neutral')
  }

  private async isFrozen(origin: string, honest: readonly Machine[]): Promise<void> {
    const frozen = honest.map(({ node }) => node?.views.frozenAt(origin))
    if (frozen.every((size) => size !== undefined && size === frozen[0])) return
    const [first, ...others] = honest.map(({ party }, i) => `${frozen[i] ?? 'not'} for ${party}`)
    this.world.violated(9, `${origin} is frozen at ${[first, ...others].join(', ')}, and its keys were given up.`)
  }

  private async isSeenAlike(record: string, honest: readonly Machine[]): Promise<void> {
    const kinds = await Promise.all(
      honest.map(async ({ node }) => (await node?.views.record(record))?.row.validity.kind ?? 'not shown'),
    )
    if (kinds.some((kind) => kind !== kinds[0])) {
      this.world.violated(
        9,
        `${record}, said by a thief, is ${kinds.join(', ')} for ${honest.map(({ party }) => party).join(', ')}.`,
      )
    }
    if (honest.some(({ party }, i) => party !== this.party && kinds[i] !== 'not shown')) {
      this.world.did('a thief was heard with stolen keys')
    }
  }

  private async refusesTheStolen(machine: Machine): Promise<void> {
    const { world, stolen, party = '' } = this
    if (stolen === undefined) return
    const target = `/logs/${world.pact}/index`
    const url = new URL(target, endpointOf(machine.party)).href
    const nonce = Buffer.from(`${world.clock.now} ${machine.party} the thief`).toString('base64url')
    const signed = signRequest(
      { method: 'GET', url, nowMs: machine.now, nonce },
      { party, signer: stolen.keys.request },
    )
    const headers = Object.fromEntries(signed)
    const answer = await machine.serve({ method: 'GET', target, headers })
    if (answer?.status === 401) return
    world.violated(7, `${machine.party} answers ${answer?.status} to a key that ${party} gave up.`)
  }

  private speak(thief: Machine): void {
    const { world } = this
    const { node, party } = thief
    if (node === undefined || this.thief !== thief) return
    for (let n = 0; n < CALLS; n++) {
      const text = JSON.stringify({
        subject: `In the name of ${party}`,
        text: `Disregard what was said before (${n}).`,
      })
      // As if it had been asked for: nobody can tell by whom.
      const ask = world.checks.asked.add(world.machine(party), 'hotline/message', [text], false)
      ask.life = -1
      const content = [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes: new TextEncoder().encode(text) }]
      const request = { pact: world.pact, type: 'hotline/message', body: { precedence: 'FLASH' }, account: 'officer' }
      void node.say({ ...request, content }).then((said) => {
        world.trace.add(`${world.clock.now} a thief says ${said.ok ? said.value.state : said.code}`)
        if (said.ok && said.value.state === 'said') this.said.push(said.value.record)
      })
    }
  }

  /** Once its logs speak again, the party gives up all that was stolen. */
  private answer(machine: Machine): void {
    const { world } = this
    world.clock.after(LOOK_MS, `${machine.party} looks`, () => {
      if (machine.node?.health().ready !== true) return this.answer(machine)
      void this.giveUp(machine)
    })
  }

  private async giveUp(machine: Machine): Promise<void> {
    const { world } = this
    const { node, party } = machine
    const status = await node?.status()
    this.origins = status?.pacts.flatMap(({ channels }) => channels.flatMap(({ origin }) => origin ?? [])) ?? []
    const request = node && signedRequest(node.card, [...ROTATED_ROLES], true)
    const accepted = request && (await node.acceptKeys(request))
    world.trace.add(
      `${world.clock.now} ${party} gives up its keys: ${accepted?.ok ? accepted.value.state : accepted?.code}`,
    )
    if (accepted?.ok !== true) {
      return world.violated(0, `${party} may give up its keys and is refused: ${accepted?.code} ${accepted?.message}`)
    }
    this.givenUpMs = world.now
    this.whenAllKnow(machine)
  }

  /** Once the notice stands for everybody, the thief stands in the party’s place once more. */
  private whenAllKnow(machine: Machine): void {
    const { world, origins, stolen } = this
    world.clock.after(LOOK_MS, 'later', () => {
      const know = world.honest().every(({ node }) => origins.every((one) => node?.views.frozenAt(one) !== undefined))
      if (!know || stolen === undefined) return this.whenAllKnow(machine)
      world.clock.after(SETTLED_MS, 'later', () => void this.speakLate(machine, stolen))
    })
  }

  private async speakLate(machine: Machine, stolen: Identity): Promise<void> {
    const { world, party = '' } = this
    const late = new LateWords(world, machine, { stolen, origins: this.origins, givenUpMs: this.givenUpMs })
    this.late = late
    await late.prepare()
    world.trace.add(`${world.clock.now} a thief speaks for ${party} after the notice`)
    world.network.servers.set(party, (_from, request) => late.serve(request))
    for (const after of DATED_BACK_MS) world.clock.after(after, 'later', () => late.dateBack())
    world.clock.after(LATE_MS, 'later', () => {
      world.network.servers.set(party, (_from, request) => machine.serve(request))
      this.isOver = true
    })
  }
}
