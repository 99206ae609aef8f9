// The invariants, watched from outside: nothing here is told by a node what it should believe. Seen are the logs as they
// grow, every answer as it leaves a machine, what is acknowledged, what is reported, and the disks. sim/README.md says
// how each invariant is checked, and what cannot be checked yet.

import type { DoorRequest } from '@countersign/http'
import { type LogFiles, originHash } from '@countersign/ledger'
import { equalBytes, parseCheckpoint, parseNote, toHex } from '@countersign/log'
import { parseEntry } from '@countersign/record'
import { Asked } from './asked.ts'
import { WORLDS } from './case.ts'
import { durablyCovers } from './durable.ts'
import type { Machine } from './machine.ts'
import type { Answer } from './network.ts'
import { faultOfReport } from './reports.ts'
import { shortDigest } from './trace.ts'
import type { World } from './world.ts'

interface Truth {
  /** What stood at each index; `fixed` once anybody was told of it. */
  entries: { digest: string; fixed: boolean }[]
  /** Roots of checkpoints that left the author, by size. */
  heads: Map<number, string>
}

interface Given {
  size: number
  time: number
  root: string
}

/** Every log is looked at each 45 seconds, and each minute by whoever had failed: once by everybody, and some. */
const REST_MS = 65_000
/** What hostile parties may come to fill of an honest disk: the entries they say and the copies that are kept of them. */
const DISK_BYTES_MAX = 64 * 1_048_576
/** Stands in everything that an officer says. */
export const CANARY = 'CANARY'

export class Checks {
  readonly asked: Asked
  /** Alarms that were raised, by party. */
  readonly alarms: { party: string; code: string; subject: string; message: string }[] = []
  private readonly world: World
  private readonly truths = new Map<string, Truth>()
  /** How much of each log a party was seen to hold, by origin. */
  private readonly sizes = new Map<string, Map<string, number>>()
  private readonly given = new Map<string, Given[]>()
  private readonly origins = new Map<string, string>()
  /** Length of each party’s index of its logs. */
  private readonly indexes = new Map<string, number>()
  /**
   * Logs of a folder that was restored, each until it was compared with what its peers hold. Each is compared by itself: one
   * is whole and speaks again while the tail of another is still asked back.
   */
  private readonly restored = new Set<string>()
  private readonly wasRestored = new Set<string>()
  private queue: (() => Promise<void>)[] = []
  private restSince: number | undefined

  constructor(world: World) {
    this.world = world
    this.asked = new Asked(world)
  }

  // ── what is seen ────────────────────────────────────────────────────────────────────────────────────────────────

  /** A life is open: what was told to anybody before must be there (1, 2, 3). */
  began(machine: Machine): void {
    if (!this.watches(machine)) return
    this.learnOrigins(machine)
    this.sizes.delete(machine.party)
    this.queue.push(() => this.sameAsBefore(machine))
  }

  ends(_machine: Machine): void {
    this.restSince = undefined
  }

  /** An older copy takes the place of the folder: what nobody honest holds is lost with the disk, and that is no lie. */
  restores(machine: Machine): void {
    if (!this.watches(machine)) return
    this.wasRestored.add(machine.party)
    // What its mirrors hold is seen anew once it is open.
    this.sizes.delete(machine.party)
    for (const [origin, truth] of this.truths) {
      const author = origin.slice(0, origin.indexOf('/'))
      if (author === machine.party) this.restored.add(origin)
      // With it may go what only it held of others that were restored as well, and have not asked for it back yet.
      if (!this.restored.has(origin)) continue
      const holders = this.others(machine).filter(({ party }) => party !== author)
      const held = Math.max(0, ...holders.map((other) => this.mirrorSize(other, origin)))
      for (const entry of truth.entries.slice(held)) entry.fixed = false
      for (const size of [...truth.heads.keys()]) if (size > held) truth.heads.delete(size)
    }
    for (const key of [...this.given.keys()]) if (key.startsWith(`${machine.party} `)) this.given.delete(key)
    this.asked.lost(machine.party)
  }

  reported(machine: Machine, level: string, event: string, facts: Record<string, unknown>): void {
    if (!this.watches(machine)) return
    if (event === 'alarm') {
      const { code, subject, message } = facts
      this.alarms.push({ party: machine.party, code: String(code), subject: String(subject), message: String(message) })
    }
    const fault = faultOfReport(this.world, machine, level, event, facts, this.wasRestored.has(machine.party))
    if (fault !== undefined) this.world.violated(fault.invariant, fault.message)
  }

  /** An answer in the moment it leaves `by`. */
  left(from: string, by: string, request: DoorRequest, answer: Answer): void {
    const machine = this.world.machines.get(by)
    if (machine === undefined || !this.watches(machine) || answer.status >= 300) return
    if (this.world.theft.isAt(by) || this.world.theft.made(answer)) return
    const path = request.target.slice(1)
    const body = Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.length)
    if (body.includes(CANARY)) this.world.violated(4, `${by} sent content in the clear to ${from}: ${path}`)
    const readers = new Set(this.world.machines.keys())
    if (!readers.has(from) && answer.body.length > 0 && !/^cards?(?:\/|$)/.test(path)) {
      this.world.violated(7, `${by} gave ${path} to ${from}, who may read nothing.`)
    }
    const [kind, pact, channel, ...rest] = path.split('/')
    if (answer.status !== 200) return
    const author = kind === 'mirrors' ? rest.shift() : by
    const generation = rest.shift()
    const origin = `${author}/${pact}/${channel}/${generation}`
    if (kind === 'logs' && (rest[0] === 'checkpoint' || (rest[0] === 'heads' && rest[1] !== 'index'))) {
      this.headLeft(machine, origin, answer.body)
    } else if ((kind === 'logs' || kind === 'mirrors') && rest[0] === 'addenda') {
      this.queue.push(() => this.mayRead(by, from, origin, rest[1] ?? ''))
    } else if (kind === 'receipts' && channel !== 'index') {
      this.queue.push(() => this.receiptLeft(machine, channel ?? '', answer.body))
    }
  }

  /** After every step: at those whose names stand in it, for nobody else ran any of its code. */
  async afterStep(what: string): Promise<void> {
    if (this.world.pact === '') return
    for (const machine of this.world.honest()) {
      if (machine.node === undefined || !(what.includes(machine.party) || concernsAll(what))) continue
      this.learnOrigins(machine)
      const seen = this.sizesAt(machine.party)
      for (const origin of this.origins.values()) {
        const log = machine.node.logOf(origin)
        if (log === undefined || log.size === (seen.get(origin) ?? 0)) continue
        await this.look(machine, log)
      }
    }
    while (this.queue.length > 0) for (const check of this.queue.splice(0)) await check()
  }

  // ── rest ────────────────────────────────────────────────────────────────────────────────────────────────────────

  isAtRest(): boolean {
    const { clock } = this.world
    if (this.whatMoves() !== '') {
      this.restSince = undefined
      return false
    }
    this.restSince ??= clock.now
    return clock.now - this.restSince >= REST_MS
  }

  /** What keeps the honest parties from rest, in words; empty where nothing does (6). */
  whatMoves(): string {
    for (const machine of this.world.honest()) {
      const { node, party } = machine
      if (node === undefined) return `${party} does not run`
      if (this.awaitsSilent(machine)) continue
      if (!node.health().ready) return `${party} is not ready`
    }
    for (const [origin] of this.truths) {
      const author = this.world.machine(origin.slice(0, origin.indexOf('/')))
      const log = author.node?.logOf(origin)
      if (log === undefined) return `${author.party} does not hold ${origin}`
      for (const reader of this.others(author)) {
        const mirror = reader.node?.logOf(origin)
        if (mirror !== undefined && mirror.size > log.size && this.world.theft.goesOn(origin)) continue
        if (mirror?.size !== log.size) return `${reader.party} holds ${mirror?.size ?? 0} of ${log.size} of ${origin}`
        if (!equalBytes(mirror.root, log.root)) {
          this.world.violated(2, `${reader.party} holds another log than ${origin}.`)
          return 'a fork'
        }
      }
    }
    return this.asked.underWay() || this.world.destruction.underWay() || this.world.theft.underWay()
  }

  /** Once everything rests: what was acknowledged is there, delivered and valid for everybody (1, 6, 7, 9). */
  async atRest(): Promise<void> {
    await this.asked.atRest()
    await this.world.destruction.atRest()
    for (const { disk, party } of this.world.honest()) {
      const bytes = disk.size()
      if (bytes > DISK_BYTES_MAX) this.world.violated(7, `The disk of ${party} holds ${bytes} bytes.`)
    }
    this.world.hostile?.atRest()
  }

  /** It was restored and waits for everybody, and somebody never answers: by design it then waits for two officers. */
  awaitsSilent({ party, node }: Machine): boolean {
    const inDoubt = this.alarms.some((alarm) => alarm.party === party && alarm.code === 'node/may-be-copy')
    return inDoubt && this.world.hostile !== undefined && node?.health().ready === false
  }

  /** Its disk went back in time: what it asked for and held is not what it knows of. */
  lostMuch(party: string): boolean {
    return this.wasRestored.has(party)
  }

  /** What an honest neutral’s receipts say of a record: the tightest bounds that anybody may hold against its author. */
  neutralBounds(record: string): { lo?: number; hi?: number } | undefined {
    const [origin, index] = record.split('#')
    const neutral = this.world.honest().find((machine) => machine.neutral)
    if (neutral === undefined) return undefined
    // As they stand on its disk: some were given before this world began.
    const listed = neutral.disk.read(`${neutral.dir}/receipts/${originHash(origin ?? '')}/index`) ?? new Uint8Array()
    const given = new TextDecoder()
      .decode(listed)
      .split('\n')
      .flatMap((line) => {
        const [size, time] = line.split('-').map(Number)
        return size === undefined || time === undefined ? [] : [{ size, time }]
      })
    const covering = given.filter(({ size }) => size > Number(index)).map(({ time }) => time)
    const before = given.filter(({ size }) => size <= Number(index)).map(({ time }) => time)
    return {
      ...(covering.length === 0 ? {} : { hi: Math.min(...covering) }),
      ...(before.length === 0 ? {} : { lo: Math.max(...before) }),
    }
  }

  truthOf(origin: string): Truth {
    const known = this.truths.get(origin)
    if (known !== undefined) return known
    const truth: Truth = { entries: [], heads: new Map() }
    this.truths.set(origin, truth)
    return truth
  }

  /** Somebody was told that this record stands in the log. */
  fix(origin: string, below: number): void {
    for (const entry of this.truthOf(origin).entries.slice(0, below)) entry.fixed = true
  }

  // ── logs ────────────────────────────────────────────────────────────────────────────────────────────────────────

  private async look(machine: Machine, log: LogFiles): Promise<void> {
    const { origin, size } = log
    const sizes = this.sizesAt(machine.party)
    const before = sizes.get(origin) ?? 0
    const isOwn = origin.startsWith(`${machine.party}/`)
    // It may wait for one that is silent for good, and nothing moves meanwhile.
    if (isOwn && this.restored.has(origin) && !isConfirmed(log)) return
    this.restSince = undefined
    sizes.set(origin, size)
    if (isOwn) await this.grown(machine, log, before)
    else this.mirrored(machine, log)
  }

  /** New entries of an honest party’s own log: nothing takes the place of what anybody was told of (1, 2, 4). */
  private async grown(machine: Machine, log: LogFiles, from: number): Promise<void> {
    const truth = this.truthOf(log.origin)
    const fixed = truth.entries.filter((entry) => entry.fixed).length
    if (log.size < fixed) {
      this.world.violated(1, `${machine.party} holds ${log.size} entries of ${log.origin}; others know of ${fixed}.`)
      return
    }
    let index = from
    for await (const bytes of log.entries(from, log.size)) {
      const digest = shortDigest(bytes)
      const before = truth.entries[index]
      if (before?.fixed === true && before.digest !== digest) {
        this.world.violated(2, `Another entry stands at ${log.origin}#${index} than was told before.`)
      }
      if (before?.digest !== digest) {
        truth.entries[index] = { digest, fixed: false }
        await this.asked.entered(machine, log, index, bytes)
      }
      index++
    }
    truth.entries.length = Math.max(index, fixed)
    this.restored.delete(log.origin)
  }

  /** A mirror at an honest party: what it holds was once its author’s, and is so for ever (2, 6). */
  private mirrored(machine: Machine, log: LogFiles): void {
    const author = this.world.machines.get(log.origin.slice(0, log.origin.indexOf('/')))
    if (author === undefined || !this.watches(author)) return
    this.fix(log.origin, log.size)
    const own = author.node?.logOf(log.origin)
    if (own === undefined || own.size < log.size || this.restored.has(log.origin)) return
    const { size, root } = log
    this.queue.push(async () => {
      if (!equalBytes(await own.rootAt(size), root)) {
        this.world.violated(2, `${machine.party} holds another beginning of ${log.origin} than its author.`)
      }
    })
  }

  private headLeft(machine: Machine, origin: string, note: Uint8Array): void {
    const parsed = parseNote(note)
    const head = parsed.ok ? parseCheckpoint(parsed.value.text) : undefined
    if (head?.ok !== true || head.value.origin !== origin) {
      this.world.violated(2, `${machine.party} serves a checkpoint of ${origin} that is none.`)
      return
    }
    const { size, root } = head.value
    const { heads } = this.truthOf(origin)
    const before = heads.get(size)
    if (before !== undefined && before !== toHex(root)) {
      this.world.violated(2, `${machine.party} signed two logs of ${size} entries as ${origin}.`)
    }
    heads.set(size, toHex(root))
    this.fix(origin, size)
    const log = machine.node?.logOf(origin)
    if (before !== undefined || log === undefined) return
    this.queue.push(async () => {
      if (log.size < size || !equalBytes(await log.rootAt(size), root)) {
        this.world.violated(2, `${machine.party} signed a head of ${size} entries that is not of its log ${origin}.`)
      }
    })
  }

  /** After a crash: every head that left, and every receipt that was given, still stands on what is held (1, 2, 3). */
  private async sameAsBefore(machine: Machine): Promise<void> {
    for (const origin of this.ownOrigins(machine)) {
      const log = machine.node?.logOf(origin)
      if (log === undefined || this.restored.has(origin)) continue
      const truth = this.truthOf(origin)
      for (const [size, root] of truth.heads) {
        if (size > log.size || toHex(await log.rootAt(size)) !== root) {
          this.world.violated(
            size > log.size ? 1 : 2,
            `${machine.party} starts with ${log.size} entries of ${origin}, and signed a head of ${size} before.`,
          )
        }
      }
    }
    for (const [key, receipts] of this.given) {
      const [by, origin = ''] = key.split(' ')
      const last = receipts.at(-1)
      const log = by === machine.party ? machine.node?.logOf(origin) : undefined
      if (log === undefined || last === undefined) continue
      if (log.size < last.size) {
        this.world.violated(3, `${by} holds ${log.size} entries of ${origin} and gave a receipt for ${last.size}.`)
      } else if (toHex(await log.rootAt(last.size)) !== last.root) {
        this.world.violated(2, `${by} holds another log ${origin} than it gave a receipt for.`)
      }
    }
  }

  // ── receipts and content ────────────────────────────────────────────────────────────────────────────────────────

  private async receiptLeft(machine: Machine, name: string, note: Uint8Array): Promise<void> {
    const parsed = parseNote(note)
    const head = parsed.ok ? parseCheckpoint(parsed.value.text) : undefined
    const [size, time] = name.split('-').map(Number)
    if (head?.ok !== true || head.value.size !== size || time === undefined) {
      this.world.violated(3, `${machine.party} serves a receipt ${name} that is none.`)
      return
    }
    const { origin } = head.value
    const key = `${machine.party} ${origin}`
    const receipts = this.given.get(key) ?? []
    this.given.set(key, receipts)
    if (receipts.some((one) => one.size === size && one.time === time)) return
    const root = toHex(head.value.root)
    for (const other of receipts) {
      if (other.size === size && other.root !== root) {
        this.world.violated(2, `${machine.party} countersigned two logs of ${size} entries as ${origin}.`)
      }
      if ((other.size < size && other.time > time) || (other.size > size && other.time < time)) {
        this.world.violated(2, `The receipts of ${machine.party} on ${origin} go back in time as sizes grow.`)
      }
    }
    receipts.push({ size, time, root })
    receipts.sort((a, b) => a.size - b.size || a.time - b.time)
    const missing = await durablyCovers(this.world, machine, origin, head.value)
    if (missing !== undefined) {
      this.world.violated(3, `${machine.party} gave a receipt for ${size} entries of ${origin}: ${missing}`)
    }
  }

  /** Sealed content goes to its author, its addressees and the depositary (7). */
  private async mayRead(by: string, from: string, origin: string, sealed: string): Promise<void> {
    const { neutrals } = WORLDS[this.world.the.world]
    const author = origin.slice(0, origin.indexOf('/'))
    if (from === author || neutrals.includes(from)) return
    const log = this.world.machine(by).node?.logOf(origin)
    if (log === undefined) return
    for await (const bytes of log.entries(0, log.size)) {
      const entry = parseEntry(bytes)
      if (!entry.ok) continue
      const { content, to } = entry.value.statement
      if (content.some((part) => part.sealed === sealed) && to.includes(from)) return
    }
    this.world.violated(7, `${by} gave sealed content of ${origin} to ${from}, to whom it is not addressed.`)
  }

  // ── who ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  private watches({ party }: Machine): boolean {
    return this.world.pact !== '' && party !== this.world.the.hostile?.party
  }

  private others(machine: Machine): Machine[] {
    return this.world.honest().filter((one) => one !== machine)
  }

  private mirrorSize(machine: Machine, origin: string): number {
    return Math.max(machine.node?.logOf(origin)?.size ?? 0, this.sizesAt(machine.party).get(origin) ?? 0)
  }

  private sizesAt(party: string): Map<string, number> {
    const known = this.sizes.get(party)
    if (known !== undefined) return known
    const sizes = new Map<string, number>()
    this.sizes.set(party, sizes)
    return sizes
  }

  /** Logs of a party that its index names by now. */
  private learnOrigins(machine: Machine): void {
    const index = machine.disk.read(`${machine.dir}/logs/${this.world.pact}/index`)
    if (index === undefined || index.length === this.indexes.get(machine.party)) return
    this.indexes.set(machine.party, index.length)
    for (const origin of this.ownOrigins(machine)) this.origins.set(originHash(origin), origin)
  }

  private ownOrigins({ disk, dir, party }: Machine): string[] {
    const { pact } = this.world
    const index = new TextDecoder().decode(disk.read(`${dir}/logs/${pact}/index`) ?? new Uint8Array())
    return index.split('\n').flatMap((line) => (line === '' ? [] : [`${party}/${pact}/${line}`]))
  }
}

/** A step of the case, or what comes after one, is of nobody in particular. */
function concernsAll(what: string): boolean {
  return what === 'later' || what.startsWith('step ')
}

function isConfirmed(log: LogFiles): boolean {
  return 'confirmed' in log && log.confirmed === true
}
