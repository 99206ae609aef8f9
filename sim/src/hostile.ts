// Those who do not keep the rules. Each has a whole node and its keys, and stands between that node and the network: it
// shows what it likes of what the node would, and what the node never would. What one of them does must harm nobody who
// keeps the rules; sim/README.md says what each tries.

import type { DoorRequest } from '@countersign/http'
import { originHash } from '@countersign/ledger'
import { cosign } from '@countersign/log'
import { receiptKeyName, signStatement } from '@countersign/record'
import type { Case, HostileKind } from './case.ts'
import { Face, ranged } from './face.ts'
import type { Machine } from './machine.ts'
import type { Answer } from './network.ts'
import { type Draw, drawOf } from './random.ts'
import { newestStatement, voidEntries } from './void-entries.ts'
import type { World } from './world.ts'

export interface Hostile {
  /** Does the next of its deeds. */
  act(n: number): void
  /** What must have come of its deeds by now. */
  atRest(): void
}

const MISSING: Answer = { status: 404, headers: {}, body: new Uint8Array() }
const ENTRIES_AT_ONCE = 6
const STRANGER = 'stranger.example'

abstract class Meddler implements Hostile {
  protected readonly world: World
  protected readonly machine: Machine
  protected readonly draw: Draw
  protected acted = 0

  constructor(world: World, party: string) {
    this.world = world
    this.machine = world.machine(party)
    this.draw = drawOf(world.the.seed, 'hostile')
    world.network.servers.set(party, (from, request) => this.serve(from, request))
  }

  act(_n: number): void {
    this.acted++
  }

  atRest(): void {}

  protected serve(from: string, request: DoorRequest): Promise<Answer> | undefined {
    return this.machine.serve(request)?.then((answer) => this.meddle(from, request, answer))
  }

  protected meddle(_from: string, _request: DoorRequest, answer: Answer): Answer {
    return answer
  }

  /** Our own log on a channel, with all its entries. */
  protected async own(channel: string): Promise<{ origin: string; entries: Uint8Array[] } | undefined> {
    const status = await this.machine.node?.status()
    const origin = status?.pacts[0]?.channels.find(({ name }) => name === channel)?.origin
    const log = origin === null || origin === undefined ? undefined : this.machine.node?.logOf(origin)
    if (origin === null || origin === undefined || log === undefined) return undefined
    const entries: Uint8Array[] = []
    for await (const entry of log.entries(0, log.size)) entries.push(entry)
    return { origin, entries }
  }

  protected honest(): readonly Machine[] {
    return this.world.honest()
  }
}

/** Answers nobody, from its first deed on. */
class Silent extends Meddler {
  protected override serve(from: string, request: DoorRequest): Promise<Answer> | undefined {
    return this.acted > 0 ? undefined : super.serve(from, request)
  }
}

/** Serves garbage: bits turned, ends cut off, far too much, ranges that were not asked for, answers out of the air. */
class Garbles extends Meddler {
  protected override meddle(_from: string, request: DoorRequest, answer: Answer): Answer {
    if (this.acted === 0 || this.draw.chance(0.4)) return answer
    const { body } = answer
    switch (this.draw.below(7)) {
      case 0: {
        const copy = body.slice()
        const at = this.draw.below(Math.max(1, copy.length))
        copy[at] = (copy[at] ?? 0) ^ (1 << this.draw.below(8))
        return { ...answer, body: copy }
      }
      case 1:
        return { ...answer, body: body.slice(0, this.draw.below(body.length + 1)) }
      case 2:
        return { ...answer, status: 200, body: this.draw.bytes(300) }
      case 3:
        return { ...answer, status: 200, body: new Uint8Array(3_000_000) }
      case 4:
        return { ...answer, status: 206, headers: { ...answer.headers, 'content-range': 'bytes 9-5/999999999999' } }
      case 5:
        return { ...answer, status: this.draw.pick([200, 400, 404, 416, 418, 500, 503]) }
      default:
        return request.target.endsWith('index')
          ? { ...answer, status: 200, body: new Uint8Array(2_000_000).fill(0x39) }
          : MISSING
    }
  }
}

/** Shows its heads and keeps back what stands under them: entries, or sealed content, or receipts. */
class Withholds extends Meddler {
  protected override meddle(_from: string, { target }: DoorRequest, answer: Answer): Answer {
    const kept = [/\/tile\/entries\//, /\/addenda\//, /^\/receipts\//, /^\/mirrors\//][this.acted % 4]
    return this.acted > 0 && kept?.test(target) === true ? MISSING : answer
  }
}

/** Shows older heads of its log, as if it had been shorter. */
class Rewinds extends Meddler {
  private readonly first = new Map<string, Answer>()

  protected override meddle(_from: string, { target }: DoorRequest, answer: Answer): Answer {
    if (!/^\/logs\/.*\/checkpoint$/.test(target) || answer.status !== 200) return answer
    const older = this.first.get(target)
    if (older === undefined) this.first.set(target, answer)
    return this.acted > 0 && older !== undefined ? older : answer
  }
}

/** Shows two faces: to its victim another log than to the others. */
class Forks extends Meddler {
  private face: Face | undefined
  private prefix = ''
  private origin = ''
  private victim = ''

  override act(n: number): void {
    void this.fork(n)
  }

  private async fork(n: number): Promise<void> {
    if (this.face !== undefined) return
    const own = await this.own(n % 2 === 0 ? 'line' : 'main')
    const statement = own && newestStatement(own.entries)
    if (own === undefined || statement === undefined) return
    const { identity, party } = this.machine
    const other = signStatement({ ...statement, id: `${statement.id.slice(0, -4)}beef` }, identity.keys.statement)
    // Either another end of what was seen, or another continuation that only the victim sees.
    const kept = n % 2 === 0 ? own.entries.slice(0, -1) : own.entries
    this.face = new Face(identity, own.origin, [...kept, other])
    this.origin = own.origin
    this.prefix = `/logs/${own.origin.slice(party.length + 1)}/`
    this.victim = this.draw.pick(this.honest()).party
    this.acted++
    if (n % 2 === 0) return
    // The others see the log go on otherwise.
    const { pact } = this.world
    const text = '{"subject":"The other face","text":"Seen by the others."}'
    const content = [
      {
        role: 'message',
        mediaType: 'application/vnd.countersign.message.v1+json',
        bytes: new TextEncoder().encode(text),
      },
    ]
    const request = { pact, type: 'hotline/message', body: { precedence: 'ROUTINE' }, content, account: 'officer' }
    await this.machine.node?.say(request)
  }

  protected override meddle(from: string, request: DoorRequest, answer: Answer): Answer {
    if (this.face === undefined || from !== this.victim || !request.target.startsWith(this.prefix)) return answer
    if (answer.status === 401) return answer
    const file = this.face.file(request.target.slice(this.prefix.length))
    return file === undefined ? answer : ranged(request, file)
  }

  /** Where two honest parties hold contradicting copies, somebody knows, and has the proof. */
  override atRest(): void {
    if (this.face === undefined) return
    const held = this.honest().flatMap((machine) => {
      const log = machine.node?.logOf(this.origin)
      return log === undefined ? [] : [{ machine, size: log.size, root: Buffer.from(log.root).toString('hex') }]
    })
    const differ = held.some((a) => held.some((b) => a.size === b.size && a.root !== b.root))
    if (!differ) return
    const told = this.world.checks.alarms.some(
      ({ code, subject }) => /fork|contradict/.test(code) && subject.includes(this.origin),
    )
    if (!told)
      this.world.violated(
        2,
        `${this.machine.party} showed two faces, two honest parties hold one each, and nobody raised an alarm.`,
      )
  }
}

/** Sends requests again that it made or was sent: to others, and in the name of somebody who may read nothing. */
class Replays extends Meddler {
  private readonly seen: DoorRequest[] = []

  protected override serve(from: string, request: DoorRequest): Promise<Answer> | undefined {
    if (this.seen.length < 40) this.seen.push(request)
    return super.serve(from, request)
  }

  override act(): void {
    super.act(0)
    const alive = () => true
    for (const { party } of this.honest()) {
      for (const request of this.seen) {
        this.world.network.exchange(STRANGER, party, request, alive).catch(() => {})
        const own = { ...request, target: request.target.replace(/^\/mirrors\//, '/logs/') }
        this.world.network.exchange(STRANGER, party, own, alive).catch(() => {})
      }
    }
  }
}

/** Countersigns with times out of the air, far behind and far ahead. */
class Misdates extends Meddler {
  private readonly forged = new Map<string, { name: string; file: Uint8Array }[]>()

  override act(n: number): void {
    void this.forge(n)
  }

  private async forge(n: number): Promise<void> {
    const { node, identity, party, now } = this.machine
    const { pact } = this.world
    this.acted++
    for (const author of this.honest()) {
      const index = new TextDecoder().decode(author.disk.read(`${author.dir}/logs/${pact}/index`) ?? new Uint8Array())
      for (const line of index.split('\n').filter((one) => one !== '')) {
        const origin = `${author.party}/${pact}/${line}`
        const log = node?.logOf(origin)
        if (log?.checkpoint === undefined) continue
        const seconds = Math.floor(now / 1000) + (n % 2 === 0 ? 900_000 : -900_000)
        const note = new TextDecoder().decode(log.checkpoint)
        const name = receiptKeyName(party, pact)
        const file = cosign(new TextEncoder().encode(note), { name, ...identity.keys.receipt }, seconds)
        const forged = this.forged.get(originHash(origin)) ?? []
        this.forged.set(originHash(origin), [...forged, { name: `${log.size}-${seconds}`, file }])
      }
    }
  }

  protected override meddle(_from: string, request: DoorRequest, answer: Answer): Answer {
    const [, kind, hash = '', name] = request.target.split('/')
    const forged = kind === 'receipts' && answer.status !== 401 ? this.forged.get(hash) : undefined
    if (forged === undefined) return answer
    if (name === 'index') {
      const lines = forged.map((one) => `${one.name}\n`).join('')
      const whole = this.machine.disk.read(`${this.machine.dir}/receipts/${hash}/index`) ?? new Uint8Array()
      return ranged(request, new Uint8Array(Buffer.concat([whole, Buffer.from(lines)])))
    }
    const one = forged.find((forgery) => forgery.name === name)
    return one === undefined ? answer : ranged(request, one.file)
  }
}

/** Too much of everything: entries, generations of its logs, receipts in its index. */
class Floods extends Meddler {
  /** Names in its index of receipts that are none: mostly few, now and then more than are asked for in one round. */
  private readonly named = this.draw.chance(0.2) ? 600 : 40

  override act(n: number): void {
    super.act(n)
    for (let i = 0; i < ENTRIES_AT_ONCE; i++) {
      const text = JSON.stringify({ subject: `Flood ${n} ${i}`, text: 'x'.repeat(2_000) })
      const content = [
        {
          role: 'message',
          mediaType: 'application/vnd.countersign.message.v1+json',
          bytes: new TextEncoder().encode(text),
        },
      ]
      const request = {
        pact: this.world.pact,
        type: 'hotline/message',
        body: { precedence: 'FLASH' },
        content,
        account: 'officer',
      }
      void this.machine.node?.say(request)
    }
  }

  protected override meddle(_from: string, request: DoorRequest, answer: Answer): Answer {
    if (this.acted === 0 || answer.status === 401) return answer
    if (/^\/logs\/[0-9a-f]+\/index$/.test(request.target)) {
      const lines = Array.from({ length: 3_000 }, (_, i) => `line/${i.toString(16).padStart(16, '0')}\n`).join('')
      return ranged(request, new Uint8Array(Buffer.concat([answer.body, Buffer.from(lines)])))
    }
    if (!/^\/receipts\/[0-9a-f]+\/index$/.test(request.target)) return answer
    const path = `${this.machine.dir}${request.target}`
    const whole = this.machine.disk.read(path) ?? new Uint8Array()
    const lines = Array.from({ length: this.named }, (_, i) => `${i + 1}-${1_767_225_600 + i}\n`).join('')
    return ranged(request, new Uint8Array(Buffer.concat([whole, Buffer.from(lines)])))
  }
}

/** Writes void entries of every kind into its log, and shows them to everybody. */
class Void extends Meddler {
  private readonly faces = new Map<string, Face>()

  override act(n: number): void {
    void this.write(n % 2 === 0 ? 'line' : 'main')
  }

  private async write(channel: string): Promise<void> {
    const own = await this.own(channel)
    const [other] = this.honest()
    const valid = own && newestStatement(own.entries)
    if (own === undefined || other === undefined || valid === undefined) return
    const prefix = `/logs/${own.origin.slice(this.machine.party.length + 1)}/`
    if (this.faces.has(prefix)) return
    const made = voidEntries(valid, this.machine.identity, other.identity)
    this.faces.set(prefix, new Face(this.machine.identity, own.origin, [...own.entries, ...made]))
    this.acted++
  }

  protected override meddle(_from: string, request: DoorRequest, answer: Answer): Answer {
    for (const [prefix, face] of this.faces) {
      if (!request.target.startsWith(prefix) || answer.status === 401) continue
      const file = face.file(request.target.slice(prefix.length))
      if (file !== undefined) return ranged(request, file)
    }
    return answer
  }
}

const KINDS: Record<HostileKind, new (world: World, party: string) => Hostile> = {
  forks: Forks,
  rewinds: Rewinds,
  withholds: Withholds,
  garbles: Garbles,
  replays: Replays,
  misdates: Misdates,
  floods: Floods,
  void: Void,
  silent: Silent,
}

export function hostileOf(world: World, { kind, party }: NonNullable<Case['hostile']>): Hostile {
  return new KINDS[kind](world, party)
}
