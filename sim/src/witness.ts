// A witness that the agreement names, run by somebody else (spec/witness.md): the witness of this project with a disk and
// a clock of its own, or one that lies. Its operator learns of a log that is new when it is first asked to cosign it. Its
// process is killed, or its machine loses its power, and begins again with what its disk has left.

import { join } from 'node:path'
import type { DoorRequest } from '@countersign/http'
import { type Disk, logFolder } from '@countersign/ledger'
import {
  type Checkpoint,
  cosignatureLines,
  cosignerKeys,
  formatCheckpoint,
  formatVerifierKey,
  logKeys,
  parseCheckpoint,
  parseNote,
  sha256,
  toHex,
  utf8,
} from '@countersign/log'
import { Witness } from '@countersign/witness'
import { SimulatedDisk } from './disk.ts'
import { cardsOf } from './durable.ts'
import { endpointOf, pairOf } from './identity.ts'
import type { Answer } from './network.ts'
import { type Draw, drawOf } from './random.ts'
import type { World } from './world.ts'

const HOST = 'witness.example'
const NAME = `${HOST}/w1`
const DIR = '/witness'
const LEARNS_AFTER_MS = 5_000
const NONE: Answer = { status: 500, headers: {}, body: new Uint8Array() }

/** As an agreement names it. */
export function witnessOfAgreement(): { name: string; operator: string; url: string; vkeys: string[] } {
  return { name: NAME, operator: HOST, url: endpointOf(HOST), vkeys: identity().keys.map(formatVerifierKey) }
}

function identity() {
  const signers = pairOf(NAME)
  const publics = { ed25519: signers.ed25519.publicKey, mldsa44: signers.mldsa44.publicKey }
  return { name: NAME, signers, keys: cosignerKeys(NAME, publics) }
}

export class SimulatedWitness {
  private readonly world: World
  private readonly lies: boolean
  private readonly draw: Draw
  private readonly machine = new SimulatedDisk()
  private disk: Disk
  /** What an earlier life asked for is never answered. */
  private life = 0
  private hasCrashed = false
  private keeping: Promise<void> = Promise.resolve()
  private readonly known = new Set<string>()
  /** Roots that it cosigned, by origin and size. */
  private readonly cosigned = new Map<string, string>()
  /** The largest size that it cosigned of each log. */
  private readonly largest = new Map<string, number>()
  private witness: Witness | undefined

  constructor(world: World, lies: boolean) {
    this.world = world
    this.lies = lies
    this.draw = drawOf(world.the.seed, 'witness')
    this.disk = this.begin()
    world.network.servers.set(HOST, (_from, request) => (this.lies ? this.lie(request) : this.answer(request)))
  }

  /** Begins a life, with what the disk has. */
  start(): void {
    const life = ++this.life
    this.disk = this.begin()
    this.keeping = Promise.resolve()
    this.open(life).catch((cause: unknown) => {
      if (this.life === life) this.world.violated(7, `The witness does not start: ${String(cause)}`)
    })
  }

  /** Ends the life in the middle of whatever it does; a new one begins after a while. */
  crash(how: 'kill' | 'power', forMs: number): void {
    const { world } = this
    const life = ++this.life
    this.witness = undefined
    this.hasCrashed = true
    if (how === 'power') this.machine.cutPower(this.draw)
    world.clock.after(forMs, 'the witness again', () => {
      if (this.life === life) this.start()
    })
  }

  private async open(life: number): Promise<void> {
    await this.disk.makeFolder(join(DIR, 'private'), true)
    await this.disk.makeFolder(join(DIR, 'logs'), true)
    await this.keepPolicy()
    const opened = await Witness.openAs(identity(), DIR, {
      disk: this.disk,
      now: () => Math.floor(this.world.now / 1000),
      report: (level, event) => {
        if (this.life !== life || level !== 'error' || event === 'log-forked') return
        this.world.violated(7, `The witness reports ${event}.`)
      },
    })
    if (!opened.ok) throw new Error(opened.message)
    this.witness = opened.value
  }

  /** The disk as this life sees it. */
  private begin(): Disk {
    const { life } = this
    return this.machine.begin({
      draw: this.draw,
      later: (what, act) =>
        new Promise((resolve, reject) => {
          this.world.clock.after(this.draw(), `witness ${what}`, () => {
            if (this.life !== life) return
            try {
              resolve(act())
            } catch (cause) {
              reject(cause instanceof Error ? cause : new Error(String(cause)))
            }
          })
        }),
      fails: () => undefined,
      retried: (path, call) =>
        this.world.violated(8, `The witness went on to ${call} ${path} after a sync had failed.`),
    })
  }

  /** Every log that an honest party speaks in is cosigned as it stands (6). */
  async atRest(): Promise<void> {
    for (const { party, size, origin, cosigned } of await this.logs()) {
      if (cosigned === size) this.world.did('a log cosigned by a witness')
      else this.world.violated(6, `${party} holds no cosignature of ${NAME} on all ${size} entries of ${origin}.`)
    }
  }

  /** Its operator may have been asked late to add a log, and it is asked again only after a while. */
  async isDone(): Promise<boolean> {
    return (await this.logs()).every(({ size, cosigned }) => size === cosigned)
  }

  /** What an honest party speaks in, and how much of it the witness cosigned; none where it lies. */
  private async logs(): Promise<{ party: string; origin: string; size: number; cosigned: number | undefined }[]> {
    const logs: { party: string; origin: string; size: number; cosigned: number | undefined }[] = []
    if (this.lies) return logs
    for (const { node, party, dir, disk } of this.world.honest()) {
      const status = await node?.status()
      for (const { origin, state, size } of status?.pacts.flatMap(({ channels }) => channels) ?? []) {
        if (origin === null || state !== 'ready') continue
        const note = disk.read(join(logFolder(dir, origin), 'witnessed', toHex(sha256(utf8(NAME)))))
        logs.push({ party, origin, size, cosigned: note === undefined ? undefined : headOf(note)?.size })
      }
    }
    return logs
  }

  private async answer({ method, target, body }: DoorRequest): Promise<Answer> {
    const { witness, life } = this
    if (witness === undefined || method !== 'POST' || target !== '/add-checkpoint' || body === undefined) return NONE
    const head = headOf(noteIn(body))
    if (head !== undefined) this.learn(head.origin)
    const answer = await witness.addCheckpoint(body)
    // A dead process sends nothing.
    if (this.life !== life) throw new Error('The witness ended.')
    if (answer.status === 200 && head !== undefined) {
      const key = `${head.origin} ${head.size}`
      const root = toHex(head.root)
      if ((this.cosigned.get(key) ?? root) !== root) {
        this.world.violated(2, `The witness cosigned two logs of ${head.size} entries as ${head.origin}.`)
      }
      this.cosigned.set(key, root)
      const largest = this.largest.get(head.origin) ?? 0
      if (head.size < largest) {
        this.world.violated(2, `The witness cosigned ${head.size} entries of ${head.origin} after ${largest}.`)
      }
      this.largest.set(head.origin, Math.max(largest, head.size))
      if (this.hasCrashed) this.world.did('a witness cosigned after it had crashed')
    }
    return { status: answer.status, headers: { 'content-type': answer.contentType }, body: utf8(answer.body) }
  }

  /** What no log may take for a cosignature, nor be stopped by. */
  private lie(request: DoorRequest): Promise<Answer> | undefined {
    const head = headOf(noteIn(request.body ?? new Uint8Array()))
    const answer = (status: number, text: string) => {
      this.world.did('a lying witness asked')
      return Promise.resolve({ status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: utf8(text) })
    }
    const lines = (text: string, time: number) => cosignatureLines(text, NAME, identity().signers, time).join('')
    const seconds = Math.floor(this.world.now / 1000)
    switch (this.draw.below(7)) {
      case 0:
        return this.answer(request)
      case 1:
        return answer(200, 'nonsense\n')
      case 2:
        // Of a tree that nobody has.
        return answer(200, head === undefined ? '' : lines(formatCheckpoint({ ...head, size: head.size + 1 }), seconds))
      case 3:
        return answer(409, '999999999\n')
      case 4:
        return answer(200, head === undefined ? '' : lines(formatCheckpoint(head), seconds + 900_000_000))
      case 5:
        return answer(404, 'There is no such log.\n')
      default:
        return undefined
    }
  }

  private learn(origin: string): void {
    if (this.known.has(origin)) return
    this.known.add(origin)
    this.world.clock.after(LEARNS_AFTER_MS, 'the operator of the witness', () => {
      void this.keepPolicy().then(() => this.witness?.reloadPolicy())
    })
  }

  /** One after the other: the operator learns of two logs at once. */
  private keepPolicy(): Promise<void> {
    this.keeping = this.keeping.then(() => this.writePolicy())
    return this.keeping
  }

  private async writePolicy(): Promise<void> {
    const lines = [...this.known].flatMap((origin) => {
      const author = this.world.machines.get(origin.slice(0, origin.indexOf('/')))
      const keys = author === undefined ? [] : cardsOf(author).flatMap(({ keys: of }) => logKeys(origin, of.log))
      return keys.map((key) => `log ${formatVerifierKey(key)}\n`)
    })
    await this.disk.replace(join(DIR, 'policy'), utf8(`${[...new Set(lines)].join('')}quorum none\n`), true)
  }
}

/** What follows the proof in a request to cosign. */
function noteIn(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body).toString('latin1')
  return body.subarray(text.indexOf('\n\n') + 2)
}

function headOf(note: Uint8Array): Checkpoint | undefined {
  const parsed = parseNote(note)
  const head = parsed.ok ? parseCheckpoint(parsed.value.text) : undefined
  return head?.ok === true ? head.value : undefined
}
