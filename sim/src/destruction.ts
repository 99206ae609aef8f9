// Content that officers ask to be destroyed, or to be kept (spec/destruction.md). Everyone concerned must have agreed:
// where one has not, its content stands for everybody; where all have, and nobody holds it, it is gone everywhere.

import { logFolder, mirrorFolder, originHash } from '@countersign/ledger'
import { parseEntry } from '@countersign/record'
import { type Case, type Step, WORLDS } from './case.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

interface Wishes {
  record: string
  author: string
  /** Whose node took it that this be destroyed. */
  agreed: Set<string>
  /** Who asked at all. */
  asked: Set<string>
  /** Who said at any time that it be kept, and who does at the end. */
  held: Set<string>
  holding: Set<string>
}

type Wish = Extract<Step, { do: 'destroy' | 'hold' | 'lift' }>

/** What a node may answer where it cannot, or where somebody decided otherwise before. */
const MAY_REFUSE = /^(?:node|ledger|say|not-found)\/|^content\/(?:held|not-held|destroyed)$/

export class Destruction {
  private readonly world: World
  private readonly wishes = new Map<string, Wishes>()
  /** Records whose retention has run out, with the files of their content. */
  private readonly due = new Map<string, string[]>()
  private haveYearsPassed = false

  constructor(world: World) {
    this.world = world
  }

  take(step: Wish): void {
    void this.ask(step)
  }

  /** Whether a party may say a record of that type. */
  mayStand(party: string, type: string): boolean {
    const all = [...this.wishes.values()]
    if (type === 'content/consent') return all.some(({ asked }) => asked.has(party))
    if (type === 'content/destroyed' && this.haveYearsPassed) return true
    if (type === 'content/destroyed') return all.some(({ asked }) => this.concerned().every((one) => asked.has(one)))
    return all.some(({ held }) => held.has(party))
  }

  /** Whether it is no wonder that a part of a record is held no more. */
  mayBeGone(record: string): boolean {
    if (this.due.has(record)) return true
    const wishes = this.wishes.get(record)
    return wishes !== undefined && this.concerned().every((party) => wishes.asked.has(party))
  }

  /** Longer than content is retained: what others held before that is due. */
  yearsPass(): void {
    this.haveYearsPassed = true
    for (const { texts, records } of this.world.checks.asked.asks) {
      if (texts.length > 0) for (const record of records) void this.isDue(record)
    }
  }

  /** What is due and not gone yet, in words; empty where nothing is. */
  underWay(): string {
    for (const [record, sealed] of this.due) {
      const holds = this.world.honest().find((machine) => sealed.some((hash) => holdsFile(machine, record, hash)))
      if (holds !== undefined) return `${holds.party} holds content of ${record}, whose retention has run out`
    }
    return ''
  }

  private async isDue(record: string): Promise<void> {
    const [origin = '', index = ''] = record.split('#')
    const [author = ''] = origin.split('/')
    const { neutrals } = WORLDS[this.world.the.world]
    const others = this.world.honest().filter(({ party }) => party !== author)
    // Its age is counted from what a neutral cosigned, or without one another party.
    const counts = others.filter(({ party }) => neutrals.length === 0 || neutrals.includes(party))
    const covers = ({ disk, dir }: Machine) =>
      disk.names(`${dir}/receipts/${originHash(origin)}`).some((name) => Number(name.split('-')[0]) > Number(index))
    const log = this.world.machine(author).node?.logOf(origin)
    if (log === undefined || !counts.some(covers)) return
    const entry = parseEntry(await log.entry(Number(index)))
    if (entry.ok)
      this.due.set(
        record,
        entry.value.statement.content.map(({ sealed }) => sealed),
      )
  }

  /** What was agreed is done, or had run out, and nothing else (4, 9). */
  async atRest(): Promise<void> {
    for (const record of this.due.keys()) await this.isGone(record)
    if (this.haveYearsPassed) {
      const kept = this.world.checks.asked.asks.filter(({ texts, outcome }) => texts.length > 0 && outcome === 'said')
      for (const record of kept.flatMap(({ records }) => records)) await this.isKept(record)
    }
    for (const wishes of this.wishes.values()) await this.cameOf(wishes)
  }

  private async isGone(record: string): Promise<void> {
    for (const { node, party } of this.world.honest()) {
      if ((await node?.readContent(record, 0))?.ok !== true) continue
      return this.world.violated(6, `The retention of ${record} has run out, and ${party} still reads it.`)
    }
    this.world.did('content destroyed whose retention had run out')
  }

  /** What is not due is read by its author as before. */
  private async isKept(record: string): Promise<void> {
    if (this.due.has(record)) return
    const author = record.slice(0, record.indexOf('/'))
    const read = await this.world.machine(author).node?.readContent(record, 0)
    if (read?.ok !== true) this.world.violated(9, `${author} cannot read ${record} any more, and it is not due.`)
  }

  private async cameOf({ record, agreed, asked, held, holding }: Wishes): Promise<void> {
    const { world } = this
    const sound = world.honest().filter(({ node, party, neutral }) => {
      return node?.health().ready === true && !neutral && !world.checks.lostMuch(party)
    })
    for (const { node, party } of sound) {
      const read = await node?.readContent(record, 0)
      const isThere = read?.ok === true
      if (!isThere && (!this.mayBeGone(record) || holding.has(party))) {
        return world.violated(9, `${party} cannot read ${record} any more (${read?.code}), and not all had agreed.`)
      }
      if (holding.has(party)) world.did('a hold kept content')
    }
    const missing = this.concerned().filter((party) => !asked.has(party))
    if (missing.length > 0 && asked.size > 0) world.did('a destruction to which not all agree')
    const allAgreed = this.concerned().every((party) => agreed.has(party))
    if (!allAgreed || held.size > 0 || world.the.hostile !== undefined) return
    for (const { node, party } of sound) {
      if ((await node?.readContent(record, 0))?.ok === true) {
        return world.violated(6, `All agreed that the content of ${record} be destroyed, and ${party} has it.`)
      }
    }
    for (const machine of world.honest()) if (await this.holdsSealed(machine, record)) return
    world.did('content destroyed by consent')
  }

  private async holdsSealed(machine: Machine, record: string): Promise<boolean> {
    const [origin = '', index] = record.split('#')
    const log = machine.node?.logOf(origin)
    const entry = log === undefined ? undefined : parseEntry(await log.entry(Number(index)))
    for (const { sealed } of entry?.ok === true ? entry.value.statement.content : []) {
      if (log === undefined || !(await log.hasAddendum(sealed))) continue
      this.world.violated(6, `All agreed that ${record} be destroyed, and ${machine.party} holds its sealed file.`)
      return true
    }
    return false
  }

  private async ask({ do: what, by, n }: Wish): Promise<void> {
    const { world } = this
    const machine = world.machine(by)
    const { node, life } = machine
    const record = world.checks.asked.withContent(n)
    if (node === undefined || record === undefined) return
    const wishes = this.wishesFor(record)
    const request = { record, reason: 'It was agreed on the telephone.', account: 'officer' }
    if (what === 'destroy') wishes.asked.add(by)
    if (what === 'hold') wishes.held.add(by)
    const answered =
      what === 'destroy'
        ? await node.content.destroy(request)
        : what === 'hold'
          ? await node.content.hold(request)
          : await node.content.lift(record, request.account)
    world.trace.add(`${world.clock.now} ${by} ${what} ${record}: ${answered.ok ? 'taken' : answered.code}`)
    if (!answered.ok) {
      if (MAY_REFUSE.test(answered.code) || machine.diskFaulted || machine.full || machine.life !== life) return
      return world.violated(0, `${by} may ${what} ${record} and is refused: ${answered.code} ${answered.message}`)
    }
    if (what === 'destroy') wishes.agreed.add(by)
    if (what === 'hold') wishes.holding.add(by)
    if (what === 'lift') wishes.holding.delete(by)
  }

  private wishesFor(record: string): Wishes {
    const known = this.wishes.get(record)
    if (known !== undefined) return known
    const author = record.slice(0, record.indexOf('/'))
    const none = () => new Set<string>()
    const wishes = { record, author, agreed: none(), asked: none(), held: none(), holding: none() }
    this.wishes.set(record, wishes)
    return wishes
  }

  /** Everything in the simulation is said to all. */
  private concerned(): string[] {
    return partiesOf(this.world.the)
  }
}

function holdsFile({ party, dir, disk }: Machine, record: string, sealed: string): boolean {
  const origin = record.slice(0, record.indexOf('#'))
  const folder = origin.startsWith(`${party}/`) ? logFolder(dir, origin) : mirrorFolder(dir, origin)
  return disk.read(`${folder}/addenda/${sealed}`) !== undefined
}

function partiesOf({ world }: Case): string[] {
  return WORLDS[world].parties
}
