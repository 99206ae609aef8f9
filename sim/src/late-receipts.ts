// Receipts that a thief dates by a stolen receipt key, after the notice, to before it: over all of the others’ logs, also
// what they said since. They verify, and no statement pins them (spec/keys.md, What a notice does), so they count for
// nothing: what they are over was held no sooner than by what its owner and others gave.

import type { DoorRequest } from '@countersign/http'
import { originHash } from '@countersign/ledger'
import { cosign } from '@countersign/log'
import type { Identity } from '@countersign/node'
import { receiptKeyName } from '@countersign/record'
import type { RecordRow } from '@countersign/views'
import { ranged } from './face.ts'
import type { Machine } from './machine.ts'
import type { Answer } from './network.ts'
import type { World } from './world.ts'

export class LateReceipts {
  private readonly world: World
  /** The machine of the party whose key it is. */
  private readonly machine: Machine
  private readonly stolen: Identity
  /** POSIX seconds of all of them: no receipt by the stolen key is later, so none contradicts them. */
  private readonly time: number
  /** By the hash of the log, then by name. */
  private readonly forged = new Map<string, Map<string, Uint8Array>>()

  constructor(world: World, machine: Machine, stolen: Identity, time: number) {
    this.world = world
    this.machine = machine
    this.stolen = stolen
    this.time = time
  }

  /** Countersigns what the party holds of the logs of all others by now. */
  forge(): void {
    const { pact } = this.world
    for (const author of this.world.honest()) {
      if (author === this.machine) continue
      const index = new TextDecoder().decode(author.disk.read(`${author.dir}/logs/${pact}/index`) ?? new Uint8Array())
      for (const line of index.split('\n').filter((one) => one !== ''))
        this.countersign(`${author.party}/${pact}/${line}`)
    }
  }

  /** What is answered in place of what the party’s own node would; undefined where that is left. */
  answer(request: DoorRequest): Answer | undefined {
    const [, kind, hash = '', name = ''] = request.target.split('/')
    const forged = kind === 'receipts' ? this.forged.get(hash) : undefined
    if (forged === undefined) return undefined
    if (name === 'index') {
      const whole = this.machine.disk.read(`${this.machine.dir}/receipts/${hash}/index`) ?? new Uint8Array()
      const lines = [...forged.keys()].map((one) => `${one}\n`).join('')
      return ranged(request, new Uint8Array(Buffer.concat([whole, Buffer.from(lines)])))
    }
    const file = forged.get(name)
    if (file === undefined) return undefined
    this.world.did('a receipt of a thief was fetched after the notice')
    return ranged(request, file)
  }

  /** No interval of what others said rests on one of them; `was`: how that node saw the record before the thief spoke. */
  check(at: Machine, { record, from, delivery }: RecordRow, was: RecordRow | undefined): void {
    if (from === this.machine.party) return
    for (const { recipient, hi } of delivery) {
      if (recipient !== this.machine.party || hi === null) continue
      const before = was?.delivery.find((one) => one.recipient === recipient)?.hi
      // What was said since then cannot have been held by then; what was said before may have been, and is known to have.
      if (was === undefined ? hi > this.time : hi !== this.time || hi === before) continue
      this.world.violated(
        9,
        `${record} was held by ${recipient} by ${hi}, says ${at.party}, as a thief has dated it back.`,
      )
    }
  }

  private countersign(origin: string): void {
    const log = this.machine.node?.logOf(origin)
    if (log?.checkpoint === undefined || log.size === 0) return
    const name = receiptKeyName(this.machine.party, this.world.pact)
    const file = cosign(log.checkpoint, { name, ...this.stolen.keys.receipt }, this.time)
    const hash = originHash(origin)
    const known = this.forged.get(hash) ?? new Map<string, Uint8Array>()
    this.forged.set(hash, known.set(`${log.size}-${this.time}`, file))
  }
}
