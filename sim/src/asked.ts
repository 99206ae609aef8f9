// What officers asked to be said, and what became of it. Whatever stands in an honest party’s log beyond what a node says
// by itself must have been asked for in exactly these bytes (4); what was acknowledged must stand there, be delivered and
// be valid for everybody (1, 6, 7, 9).

import type { LogFiles } from '@countersign/ledger'
import type { Result } from '@countersign/log'
import { parseEntry } from '@countersign/record'
import { WORLDS } from './case.ts'
import { sealingIdentitiesOf } from './identity.ts'
import type { Machine } from './machine.ts'
import { textOf, unsealed } from './seal.ts'
import { shortDigest } from './trace.ts'
import type { World } from './world.ts'

/** What a node answers to whom it acknowledges something. */
export interface Acknowledged {
  state: 'said' | 'held-here' | 'waits'
  record?: string
  records?: string[]
}

export interface Ask {
  party: string
  type: string
  /** The content’s exact text, or the text of each object. */
  texts: string[]
  forbidden: boolean
  life: number
  outcome: 'pending' | 'said' | 'held' | 'refused'
  /** `origin#index`, once it is said. */
  records: string[]
}

/** Refusals that a node may give for what it should say: it cannot now, and says so. */
const FOR_NOW = /^(?:node\/|ledger\/|say\/re$|say\/channel$|pact\/not-in-force$)/

/** Content that is on its way is looked for again after so long. */
const CONTENT_MS = 5_000

/** Whose content are bundles of STIX. */
const BUNDLED: ReadonlySet<string> = new Set(['intel/share', 'intel/sighting'])

/** What a node says by itself. */
const BY_ITSELF = /^(?:log|pact|party)\/|^content\/rejected$/

/** What is said of content, where officers asked for it. */
const OF_CONTENT = /^content\/(?:consent|hold|lift|destroyed)$/

export class Asked {
  readonly asks: Ask[] = []
  private readonly world: World
  /** Texts that stand in a log. */
  private readonly present = new Set<string>()
  private readonly gone = new Set<Ask>()

  constructor(world: World) {
    this.world = world
  }

  add(machine: Machine, type: string, texts: string[], forbidden: boolean): Ask {
    const ask: Ask = {
      party: machine.party,
      type,
      texts,
      forbidden,
      life: machine.life,
      outcome: 'pending',
      records: [],
    }
    this.asks.push(ask)
    return ask
  }

  answered(ask: Ask, result: Result<Acknowledged>): void {
    const { trace, clock } = this.world
    trace.add(`${clock.now} ${ask.party} is answered ${result.ok ? result.value.state : result.code}`)
    if (!result.ok) {
      ask.outcome = 'refused'
      if (!ask.forbidden && !FOR_NOW.test(result.code)) {
        this.world.violated(0, `${ask.party} may say a ${ask.type} and is refused: ${result.code} ${result.message}`)
      }
      return
    }
    if (ask.forbidden) this.world.violated(4, `${ask.party} said a ${ask.type} that may not leave: ${ask.texts.join()}`)
    ask.outcome = result.value.state === 'said' ? 'said' : 'held'
    if (result.value.state !== 'said') return
    const { record, records = record === undefined ? [] : [record] } = result.value
    ask.records = records
    for (const record of ask.records) void this.stands(ask, record)
  }

  /** A record was acknowledged: it is in the log (1). */
  private async stands(ask: Ask, record: string): Promise<void> {
    const [origin = '', index = ''] = record.split('#')
    const log = this.world.machine(ask.party).node?.logOf(origin)
    if (log === undefined || log.size <= Number(index)) {
      this.world.violated(1, `${record} was acknowledged and is not in the log.`)
      return
    }
    const bytes = await log.entry(Number(index))
    const { entries } = this.world.checks.truthOf(origin)
    entries[Number(index)] = { digest: shortDigest(bytes), fixed: true }
    this.world.checks.fix(origin, Number(index) + 1)
  }

  /** An entry of an honest party: asked for, in these bytes, and passed (4). */
  async entered(machine: Machine, log: LogFiles, index: number, bytes: Uint8Array): Promise<void> {
    const entry = parseEntry(bytes)
    const where = `${log.origin}#${index}`
    if (!entry.ok) return this.world.violated(4, `${where} is no statement.`)
    const { statement } = entry.value
    if (BY_ITSELF.test(statement.type)) return
    if (OF_CONTENT.test(statement.type)) {
      if (this.world.destruction.mayStand(machine.party, statement.type)) return
      return this.world.violated(4, `${where}, a ${statement.type}, was asked for by nobody.`)
    }
    const { parties, neutrals } = WORLDS[this.world.the.world]
    const ours = this.asks.filter(({ party, type }) => party === machine.party && type === statement.type)
    const allowed = new Set(ours.filter(({ forbidden }) => !forbidden).flatMap(({ texts }) => texts))
    for (const { sealed } of statement.content) {
      const file = await log.readAddendum(sealed)
      // What a thief said came back with the tail, and its content is on its way.
      if (file === undefined && machine.party === this.world.theft.party) {
        this.world.clock.after(CONTENT_MS, `${machine.party} content`, () => {
          if (machine.node?.logOf(log.origin) === log) void this.entered(machine, log, index, bytes)
        })
        continue
      }
      const plaintext = file && (await unsealed(file, [...parties, ...neutrals].map(sealingIdentitiesOf)))
      if (plaintext === undefined) return this.world.violated(1, `The content of ${where} is not held or not sealed.`)
      const texts = BUNDLED.has(statement.type) ? objectsOf(plaintext) : [textOf(plaintext)]
      for (const text of texts) {
        this.present.add(`${machine.party} ${text}`)
        this.standsAt(where, ours, text)
        if (!allowed.has(text))
          this.world.violated(4, `${where} says what nobody asked for, or nobody may say: ${text}`)
      }
    }
    if (statement.content.length === 0 && ours.length === 0) {
      this.world.violated(4, `${where}, a ${statement.type}, was asked for by nobody.`)
    }
  }

  /** What was kept to be said later, and which record it became. */
  private standsAt(record: string, ours: readonly Ask[], text: string): void {
    const held = ours.find(({ outcome, texts }) => outcome === 'held' && texts.includes(text))
    if (held !== undefined && !held.records.includes(record)) held.records.push(record)
  }

  /** One of the records that carry content and were said so far. */
  withContent(n: number): string | undefined {
    const records = this.asks.flatMap(({ texts, records: said }) => (texts.length === 0 ? [] : said))
    return records[n % Math.max(1, records.length)]
  }

  /** The disk of a party went back in time: what it kept to be said may be gone with it. */
  lost(party: string): void {
    for (const ask of this.asks) if (ask.party === party) this.gone.add(ask)
  }

  isGone(ask: Ask): boolean {
    return this.gone.has(ask)
  }

  /** What is still to be said, in words; empty where nothing is. */
  underWay(): string {
    for (const ask of this.asks) {
      const machine = this.world.machine(ask.party)
      if (this.gone.has(ask) || this.world.checks.awaitsSilent(machine)) continue
      if (ask.outcome === 'pending' && machine.life === ask.life) return `${ask.party} is still saying a ${ask.type}`
      if (ask.outcome === 'held' && !ask.texts.every((text) => this.present.has(`${ask.party} ${text}`))) {
        return `${ask.party} holds a ${ask.type} that was acknowledged and is not said`
      }
    }
    return ''
  }

  async atRest(): Promise<void> {
    for (const ask of this.asks) {
      if (ask.outcome !== 'said' || this.gone.has(ask)) continue
      for (const record of ask.records) await this.isWell(ask.party, record)
    }
  }

  /** Valid for every honest reader, delivered to every honest recipient, and within honest bounds. */
  private async isWell(author: string, record: string): Promise<void> {
    const { world } = this
    const origin = record.slice(0, record.indexOf('#'))
    const frozenAt = world.theft.frozenAt(origin, world.machine(author))
    for (const { node, party } of world.honest()) {
      await node?.views.settle()
      const row = (await node?.views.record(record))?.row
      if (row === undefined) return world.violated(6, `${party} does not show ${record}.`)
      // What nobody had covered before its keys were given up is void, and its party says it again.
      const isFrozen = row.validity.kind !== 'valid' && row.validity.code === 'party/frozen'
      if (isFrozen && row.index >= (frozenAt ?? Infinity)) continue
      if (row.validity.kind !== 'valid') {
        const { code, message } = row.validity
        return world.violated(9, `${record} is ${row.validity.kind} for ${party}: ${code} ${message}`)
      }
      if (party !== author) continue
      for (const { recipient, state, lo, hi } of row.delivery) {
        const reader = world.machine(recipient)
        const isHonest = world.honest().includes(reader) && reader.node?.health().ready === true
        // A receipt dated before lo counts for nothing, and clocks that differ date some so: held it is all the same.
        const clocksDiffer = world.honest().some(({ skewMs }) => skewMs !== 0)
        // One neutral alone can date its cosignatures as it likes: whom that binds, the agreement’s quorum says.
        const neutralLies =
          world.the.hostile?.kind === 'misdates' && neutralsOf(world).includes(world.the.hostile.party)
        if (isHonest && state !== 'delivered' && !neutralLies && !(clocksDiffer && state === 'held')) {
          return world.violated(6, `${record} is “${state}” for ${recipient}, who holds it.`)
        }
        if (lo !== null && hi !== null && lo > hi) return world.violated(9, `${record} has lo ${lo} after hi ${hi}.`)
        const bounds = world.checks.neutralBounds(record)
        if (bounds === undefined) continue
        if (bounds.hi !== undefined && (hi === null || hi > bounds.hi)) {
          return world.violated(9, `${record} has hi ${hi}; its depositary held it at ${bounds.hi}.`)
        }
        if (lo !== null && (bounds.lo === undefined || lo > bounds.lo)) {
          return world.violated(9, `${record} has lo ${lo}; its neutral gave ${bounds.lo} at most.`)
        }
      }
    }
  }
}

function neutralsOf(world: World): readonly string[] {
  return WORLDS[world.the.world].neutrals
}

function objectsOf(bundle: Uint8Array): string[] {
  const { objects }: { objects: unknown[] } = JSON.parse(textOf(bundle))
  return objects.map((object) => JSON.stringify(object))
}
