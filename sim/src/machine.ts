// One party's machine: a disk, databases, a clock that may be wrong, and a whole node that runs on it from one life to
// the next. A life ends when it is stopped, killed or loses its power; whatever it was doing is never heard of again,
// for nothing it asked for is answered any more. SQLite is trusted to keep what it committed, as its own tests show.

import { DirectoryDoor, type DoorRequest } from '@countersign/http'
import type { Disk } from '@countersign/ledger'
import { type Identity, Node, type Surroundings } from '@countersign/node'
import Database from 'better-sqlite3'
import type { Clock } from './clock.ts'
import { type DiskMeans, type FolderNode, imageOf, SimulatedDisk } from './disk.ts'
import { identityOf } from './identity.ts'
import type { Answer, Network } from './network.ts'
import type { Draw } from './random.ts'
import { sealingDeskOf } from './seal.ts'
import type { Stick } from './stick.ts'
import type { Trace } from './trace.ts'

/** What stands on a machine while nothing runs on it. */
export interface Image {
  disk: FolderNode
  databases: ReadonlyMap<string, Buffer>
}

export interface MachineMeans {
  clock: Clock
  network: Network
  trace: Trace
  drawOf(name: string): Draw
  /** Told of each structured line of the node. */
  reported(machine: Machine, level: 'info' | 'warn' | 'error', event: string, facts: Record<string, unknown>): void
  /** A new life is ready to be watched. */
  began(machine: Machine): void
  retried(machine: Machine, path: string, call: string): void
  /** A life could not begin, and no fault of its disk is to blame. */
  failedToBegin(machine: Machine, why: string): void
}

/** Time that a call of the disk takes: mostly little. */
const QUICK_MS = 1
const SLOW_MS = 40
const AGAIN_MS = 5_000
const NO_STICK = { ok: false, code: 'carry/no-folder', message: 'No stick is in.' } as const
/** The pages of a database that may grow without bound. */
const PAGES_MAX = 1_073_741_823

export class Machine {
  readonly party: string
  readonly neutral: boolean
  readonly dir: string
  identity: Identity
  readonly disk: SimulatedDisk
  node: Node | undefined
  /** Of which life is spoken; odd numbers of events come from dead ones and are dropped. */
  life = 0
  /** What its clock is ahead of the truth. */
  skewMs = 0
  host: string
  /** Faults of its disk: all writes fail for want of room, or the next calls of a kind fail once. */
  full = false
  failing: { call: string; path: string } | undefined
  /** Whether a fault of the disk struck in this life. */
  diskFaulted = false
  /** Whether it is meant to run. */
  wanted = true
  /** What lies in it. */
  stick: Stick | undefined
  /** What the life that goes on takes from outside. */
  around: Surroundings | undefined
  private readonly means: MachineMeans
  private readonly draw: Draw
  private readonly diskDraw: Draw
  private readonly open = new Map<string, Database.Database>()
  private readonly saved = new Map<string, Buffer>()
  private earlierViews: Buffer | undefined

  constructor(party: string, neutral: boolean, means: MachineMeans, image?: Image) {
    this.party = party
    this.neutral = neutral
    this.dir = `/${party}`
    this.identity = identityOf(party, this.dir, neutral)
    this.host = `${party} machine`
    this.means = means
    this.draw = means.drawOf(`random ${party}`)
    this.diskDraw = means.drawOf(`disk ${party}`)
    this.disk = new SimulatedDisk(image === undefined ? undefined : imageOf(image.disk))
    for (const [path, bytes] of image?.databases ?? []) this.saved.set(path, bytes)
    means.network.servers.set(party, (_from, request) => this.serve(request))
  }

  get now(): number {
    // Whole milliseconds, as a machine counts them.
    return Math.floor(this.means.clock.now + this.skewMs)
  }

  /** Begins a life; `node` is there once it is open. */
  start(): void {
    this.wanted = true
    const life = ++this.life
    this.diskFaulted = false
    const alive = () => this.life === life
    const { clock, trace } = this.means
    trace.add(`${clock.now} ${this.party} starts`)
    // Which card speaks is what its folder says.
    this.identity = identityOf(this.party, this.dir, this.neutral, this.disk.read(`${this.dir}/card`))
    const around = this.surroundings(alive)
    this.around = around
    Node.openAs(this.identity, around).then(
      (opened) => {
        if (!alive()) return
        if (!opened.ok) return this.notBegun(opened.message)
        this.node = opened.value
        this.door = new DirectoryDoor(opened.value, async (path) => this.disk.read(path)?.length)
        trace.add(`${clock.now} ${this.party} is open`)
        this.means.began(this)
      },
      (cause: unknown) => {
        if (alive()) this.notBegun(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
      },
    )
  }

  /** Ends the life as an operator does; what is under way is finished first. */
  async stop(): Promise<void> {
    this.wanted = false
    const { node, life } = this
    this.means.trace.add(`${this.means.clock.now} ${this.party} is stopped`)
    await node?.stop()
    if (this.life === life) this.end()
  }

  /** Ends the life in the middle of whatever it does: the process alone, or the power of the machine. */
  crash(how: 'kill' | 'power'): void {
    this.means.trace.add(`${this.means.clock.now} ${this.party} crashes (${how})`)
    this.end()
    if (how === 'kill') return
    this.disk.cutPower(this.diskDraw)
    // Views are synced lazily: what a power cut leaves of them is whole and may be older, or gone.
    const views = `${this.dir}/views.db`
    const chance = this.diskDraw()
    if (chance < 0.25) this.saved.delete(views)
    else if (chance < 0.5 && this.earlierViews !== undefined) this.saved.set(views, this.earlierViews)
  }

  /** A copy of the folder as it stands, running or not. */
  backup(): Image {
    const databases = new Map(this.saved)
    for (const [path, database] of this.open) databases.set(path, committed(database))
    return { disk: this.disk.image(), databases }
  }

  /** Puts an older copy in place of what is there, on another machine: as `restore` leaves it. */
  restore(image: Image, host: string): void {
    this.end()
    this.host = host
    this.disk.root = imageOf(image.disk)
    this.saved.clear()
    for (const [path, bytes] of image.databases) this.saved.set(path, bytes)
    this.earlierViews = undefined
  }

  setFull(full: boolean): void {
    this.full = full
    for (const database of this.open.values()) {
      const pages = Number(database.pragma('page_count', { simple: true }))
      database.pragma(`max_page_count = ${full ? pages : PAGES_MAX}`)
    }
  }

  private door: DirectoryDoor | undefined

  /** What its node answers to a request; undefined while none runs. */
  serve(request: DoorRequest): Promise<Answer> | undefined {
    const { door, life } = this
    if (door === undefined) return undefined
    return this.answer(door, request).then((answer) => {
      // A dead machine sends nothing.
      if (this.life !== life) throw new Error('The machine ended.')
      return answer
    })
  }

  private async answer(door: DirectoryDoor, request: DoorRequest): Promise<Answer> {
    const path = request.target
    if (request.method === 'POST' && path === '/hint') {
      const { status, headers } = await door.hint({ ...request, body: new Uint8Array() })
      return { status, headers, body: new Uint8Array() }
    }
    if (!/^\/(?:card$|cards\/|logs\/|mirrors\/|receipts\/|held\/)/.test(path)) {
      return { status: 404, headers: {}, body: new Uint8Array() }
    }
    const { status, headers, file } = await door.get(request)
    if (file === undefined) return { status, headers, body: new Uint8Array() }
    const bytes = this.disk.read(file.path)
    if (bytes === undefined) return { status: 500, headers: {}, body: new Uint8Array() }
    return { status, headers, body: bytes.slice(file.from, file.to) }
  }

  /** What a life of this machine takes from outside. */
  surroundings(alive: () => boolean): Surroundings {
    const { clock, network, trace } = this.means
    const disk = this.disk.begin(this.diskMeans(alive))
    return {
      now: () => this.now,
      after: (ms, act) =>
        clock.after(ms, `${this.party} timer`, () => {
          if (alive()) act()
        }),
      turn: () =>
        new Promise((resolve) => {
          clock.after(0, `${this.party} turn`, () => {
            if (alive()) resolve()
          })
        }),
      random: (bytes) => this.draw.bytes(bytes),
      host: () => this.host,
      disk,
      database: (path) => this.database(path),
      sealingDesk: sealingDeskOf,
      carriedFolder: async () => (this.stick === undefined ? NO_STICK : { ok: true, value: this.stick.in(disk) }),
      fetch: network.fetchOf(this.party, alive),
      report: (level, event, facts = {}) => {
        if (!alive()) return
        const message = String(facts.message ?? facts.code ?? '').split('\n')[0]
        trace.add(`${clock.now} ${this.party} ${level} ${event} ${facts.subject ?? ''} ${message}`)
        this.means.reported(this, level, event, facts)
      },
    }
  }

  /** A disk without faults and without time, for the checks. */
  stillDisk(): Disk {
    return new SimulatedDisk(this.disk.durableImage()).begin({
      draw: this.diskDraw,
      later: async (_what, act) => act(),
      fails: () => undefined,
      retried: () => {},
    })
  }

  private diskMeans(alive: () => boolean): DiskMeans {
    const { clock } = this.means
    return {
      draw: this.diskDraw,
      later: (what, act) =>
        new Promise((resolve, reject) => {
          const ms = this.diskDraw.chance(0.05) ? this.diskDraw() * SLOW_MS : this.diskDraw() * QUICK_MS
          clock.after(ms, `${this.party} ${what}`, () => {
            if (!alive()) return
            try {
              resolve(act())
            } catch (cause) {
              reject(cause instanceof Error ? cause : new Error(String(cause)))
            }
          })
        }),
      fails: (call, path) => {
        if (this.full && (call === 'write' || call === 'makeFolder')) {
          this.diskFaulted = true
          return 'ENOSPC'
        }
        if (this.failing === undefined || this.failing.call !== call || !path.includes(this.failing.path))
          return undefined
        this.failing = undefined
        this.diskFaulted = true
        return 'EIO'
      },
      retried: (path, call) => this.means.retried(this, path, call),
    }
  }

  private database(path: string): Database.Database {
    if (path === ':memory:') return new Database(path)
    const bytes = this.saved.get(path)
    const database = bytes === undefined ? new Database(':memory:') : new Database(bytes)
    if (path.endsWith('/views.db')) this.earlierViews = bytes
    this.open.set(path, database)
    const close = database.close.bind(database)
    database.close = () => {
      if (this.open.get(path) === database) {
        this.open.delete(path)
        this.saved.set(path, committed(database))
      }
      return close()
    }
    if (this.full) this.setFull(true)
    return database
  }

  private end(): void {
    this.life++
    this.node = undefined
    this.around = undefined
    this.door = undefined
    for (const database of [...this.open.values()]) database.close()
  }

  private notBegun(why: string): void {
    const { clock, trace } = this.means
    trace.add(`${clock.now} ${this.party} does not start: ${why.split('\n')[0]}`)
    const { diskFaulted } = this
    this.end()
    if (!diskFaulted && !this.full) this.means.failedToBegin(this, why)
    // As a supervisor does.
    const life = this.life
    clock.after(AGAIN_MS, `${this.party} again`, () => {
      if (this.wanted && this.life === life) this.start()
    })
  }
}

/** What is committed of it, and nothing else. */
function committed(database: Database.Database): Buffer {
  if (database.inTransaction) database.exec('ROLLBACK')
  return database.serialize()
}
