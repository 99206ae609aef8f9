// What a thief does with keys that were given up (spec/keys.md, What a notice does), once everybody knows: it stands at
// the address of the party again, lets through what it does not care about, and shows the old logs with more in them, a
// log that it opened with the stolen key, the card of before, and receipts that it dates back (late-receipts.ts). None of
// it counts, and nothing that anybody said earlier is worth less or more because of it.

import type { DoorRequest } from '@countersign/http'
import type { Identity } from '@countersign/node'
import { parseEntry, type Statement, signStatement } from '@countersign/record'
import type { RecordRow } from '@countersign/views'
import { Face, ranged } from './face.ts'
import { LateReceipts } from './late-receipts.ts'
import type { Machine } from './machine.ts'
import type { Answer } from './network.ts'
import { sayStep } from './say.ts'
import { sealingKeysOf, unsealed } from './seal.ts'
import { newestStatement } from './void-entries.ts'
import type { World } from './world.ts'

const PAGE = 200
/** Of a log that nobody opened but the thief. */
const GENERATION = 'badbadbadbadbad0'

export class LateWords {
  private readonly world: World
  /** The party’s own machine, which runs all the while. */
  private readonly machine: Machine
  private readonly stolen: Identity
  /** Logs of the party that are frozen. */
  private readonly origins: readonly string[]
  private readonly faces = new Map<string, Face>()
  /** Records that stand in what it shows, and in nothing that anybody showed before. */
  private readonly records: string[] = []
  /** How each honest party saw each record before. */
  private readonly before = new Map<Machine, Map<string, RecordRow>>()
  private readonly answers = new WeakSet<Answer>()
  private readonly receipts: LateReceipts
  private askedBefore = 0

  constructor(
    world: World,
    machine: Machine,
    { stolen, origins, givenUpMs }: { stolen: Identity; origins: readonly string[]; givenUpMs: number },
  ) {
    this.world = world
    this.machine = machine
    this.stolen = stolen
    this.origins = origins
    this.receipts = new LateReceipts(world, machine, stolen, Math.floor(givenUpMs / 1000))
  }

  /** What was said meanwhile is held by the party: it is countersigned as if it had been held before the notice. */
  dateBack(): void {
    this.receipts.forge()
  }

  /** Everybody is asked what counts before; then the party and another go on to speak, by their new keys. */
  async prepare(): Promise<void> {
    const { world } = this
    for (const one of world.honest()) this.before.set(one, await rowsAt(one, world.pact))
    for (const origin of this.origins) await this.goOn(origin)
    this.askedBefore = world.checks.asked.asks.length
    const speakers = world.honest().filter(({ neutral }) => !neutral)
    for (const [n, { party }] of speakers.entries()) sayStep(world, { at: 0, do: 'call', by: party, n: 900 + n })
  }

  /** What whoever asks at the address of the party is answered. */
  serve(request: DoorRequest): Promise<Answer> | undefined {
    return this.machine.serve(request)?.then((answer) => {
      if (answer.status === 401) return answer
      const file = this.file(request.target)
      const made = file === undefined ? this.receipts.answer(request) : ranged(request, file)
      if (made === undefined) return answer
      this.answers.add(made)
      return made
    })
  }

  /** Whether the thief made this answer. */
  made(answer: Answer): boolean {
    return this.answers.has(answer)
  }

  /** Whether it shows that place first: what the thief had said there while it was believed was heard by nobody. */
  isFirstAt(record: string): boolean {
    return this.records.includes(record) && [...this.before.values()].every((rows) => !rows.has(record))
  }

  /** Whether others may hold more of that log than its author. */
  goesOn(origin: string): boolean {
    return this.origins.includes(origin)
  }

  async atRest(): Promise<void> {
    for (const machine of this.world.honest()) {
      const rows = await rowsAt(machine, this.world.pact)
      for (const record of this.records) this.isVoid(machine, rows.get(record))
      for (const [record, row] of this.before.get(machine) ?? []) this.isUnchanged(machine, row, rows.get(record))
      for (const [record, row] of rows) this.receipts.check(machine, row, this.before.get(machine)?.get(record))
    }
    await this.isSealedAnew()
  }

  private isVoid({ party }: Machine, row: RecordRow | undefined): void {
    if (row === undefined) return
    const { validity, record } = row
    if (validity.kind !== 'void') {
      this.world.violated(9, `${record}, said by a thief after the notice, is ${validity.kind} for ${party}.`)
    }
    this.world.did('a thief was heard after the notice')
  }

  private isUnchanged({ party }: Machine, was: RecordRow, is: RecordRow | undefined): void {
    const { record, validity } = was
    if (validity.kind !== 'undecided' && validity.kind !== is?.validity.kind) {
      const now = is?.validity.kind ?? 'not shown'
      return this.world.violated(9, `${record} was ${validity.kind} for ${party}, and is ${now} after a thief spoke.`)
    }
    for (const one of was.delivery) {
      const now = is?.delivery.find(({ recipient }) => recipient === one.recipient)
      const isLess = one.state === 'delivered' && now?.state !== 'delivered'
      const isLater = one.hi !== null && (now === undefined || now.hi === null || now.hi > one.hi)
      if (!isLess && !isLater) continue
      const [a, b] = [one, now].map((of) => `${of?.state ?? 'gone'} by ${of?.hi ?? 'none'}`)
      this.world.violated(9, `${record} was ${a} for ${one.recipient} as ${party} saw it, and is ${b} now.`)
    }
  }

  /** What was said since the notice is not sealed to the key that was given up. */
  private async isSealedAnew(): Promise<void> {
    const { identity } = sealingKeysOf(this.stolen.party)
    for (const { records } of this.world.checks.asked.asks.slice(this.askedBefore)) {
      for (const record of records) {
        const origin = originOf(record)
        const log = this.world.machine(origin.slice(0, origin.indexOf('/'))).node?.logOf(origin)
        const entry = log && parseEntry(await log.entry(Number(record.slice(origin.length + 1))))
        for (const { sealed } of entry?.ok === true ? entry.value.statement.content : []) {
          const file = await log?.readAddendum(sealed)
          if (file === undefined || (await unsealed(file, [identity])) === undefined) continue
          this.world.violated(7, `${record} is sealed to a key that was given up before.`)
        }
      }
    }
  }

  /** The log as its author left it, and then what the thief says; on the line also a log of its own. */
  private async goOn(origin: string): Promise<void> {
    const log = this.machine.node?.logOf(origin)
    if (log === undefined) return
    const entries: Uint8Array[] = []
    for await (const entry of log.entries(0, log.size)) entries.push(entry)
    const [valid, opening] = [newestStatement(entries), parseEntry(entries[0] ?? new Uint8Array())]
    if (valid === undefined || !opening.ok) return
    this.show(origin, [...entries, this.signed(valid, 0, origin)], entries.length)
    if (!origin.includes('/line/')) return
    const other = `${origin.slice(0, origin.lastIndexOf('/'))}/${GENERATION}`
    const { body } = opening.value.statement
    const opened = this.signed({ ...opening.value.statement, body: { ...body, predecessor: null } }, 1, other)
    this.show(other, [opened, this.signed(valid, 2, other)], 0)
  }

  private signed(statement: Statement, n: number, origin: string): Uint8Array {
    const id = `${statement.id.slice(0, -4)}${(0xb000 + n).toString(16)}`
    return signStatement({ ...statement, id, origin }, this.stolen.keys.statement)
  }

  private show(origin: string, entries: readonly Uint8Array[], from: number): void {
    this.faces.set(`/logs/${origin.slice(origin.indexOf('/') + 1)}/`, new Face(this.stolen, origin, entries))
    for (let index = from; index < entries.length; index++) this.records.push(`${origin}#${index}`)
  }

  private file(target: string): Uint8Array | undefined {
    const { pact } = this.world
    const { disk, dir } = this.machine
    if (target === '/card') return this.stolen.card.bytes
    const more = (path: string, line: string) =>
      new Uint8Array(Buffer.concat([disk.read(`${dir}${path}`) ?? new Uint8Array(), Buffer.from(line)]))
    if (target === `/logs/${pact}/index`) return more(target, `line/${GENERATION}\n`)
    for (const [prefix, face] of this.faces) {
      if (target.startsWith(prefix)) return face.file(target.slice(prefix.length))
    }
    return undefined
  }
}

async function rowsAt({ node }: Machine, pact: string): Promise<Map<string, RecordRow>> {
  const rows = new Map<string, RecordRow>()
  await node?.views.settle()
  for (let cursor: string | undefined; ; ) {
    const page = await node?.views.records({ pact, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
    if (page?.ok !== true) return rows
    for (const row of page.value.records) rows.set(row.record, row)
    if (page.value.next === null) return rows
    cursor = page.value.next
  }
}

function originOf(record: string): string {
  return record.slice(0, record.indexOf('#'))
}
