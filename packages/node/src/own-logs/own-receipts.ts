// A folder that may be a copy may lack receipts that we gave after it was made. Whoever fetched one holds it, so before
// such a folder gives another on a log, everybody who reads that log is asked for those of ours that it holds
// (spec/directory.md, `held/…/index`): what comes back and bears our signature is given again, so that times never fall
// as sizes grow (spec/receipt.md), whatever was lost here.

import { originHash, parseReceiptName, type Receipts } from '@countersign/ledger'
import { fromUtf8, type KeyPair } from '@countersign/log'
import { type Card, parseReceipt } from '@countersign/record'
import { type PeerFiles, PeerUnreachable } from '../hearing/peer-requests.ts'
import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'

export interface OwnReceiptsOptions {
  origin: string
  author: Card
  us: string
  /** Our receipt keys, those of the past among them. */
  keys(): Iterable<KeyPair>
  /** Whether these are all: our own logs, as far as the others hold them, name no further card of ours. */
  knowsKeys(): boolean
  pact: string
  /** Everybody else who reads the log, its author among them. */
  readers: readonly PeerFiles[]
  receipts: Receipts
  around: Surroundings
  /** Readers whom two officers gave up. */
  without(): ReadonlySet<string>
  stopped(): boolean
  /** All have answered, or all but those who were given up, and what they held stands here again. */
  onDone(): void
}

interface Found {
  size: number
  time: number
  bytes: Uint8Array
}

const RETRY_MS = 500

export class OwnReceipts {
  done = false
  /** Whether all have answered but those whom officers gave up. */
  isKnown = false
  private isGoingOn = false
  /** Resolves once it is done, or stopped. Rejects where the disk fails. */
  readonly ended: Promise<void>
  private readonly options: OwnReceiptsOptions
  private readonly hash: string
  private readonly answered = new Set<string>()
  private readonly found = new Map<string, Found>()
  /** How often a reader was asked that named what it did not show. */
  private readonly tries = new Map<string, number>()

  constructor(options: OwnReceiptsOptions) {
    this.options = options
    this.hash = originHash(options.origin)
    this.ended = this.run()
  }

  awaited(): string[] {
    const without = this.options.without()
    return this.unanswered().filter((party) => !without.has(party))
  }

  private unanswered(): string[] {
    return this.options.readers.map(({ party }) => party).filter((party) => !this.answered.has(party))
  }

  private async run(): Promise<void> {
    const { readers, stopped, onDone } = this.options
    await Promise.all(readers.map((reader) => this.ask(reader)))
    if (stopped()) return
    await this.giveAgain()
    this.isKnown = true
    this.done = true
    onDone()
  }

  /** Goes on without those who were given up, where all others have answered. */
  goOnWithout(): void {
    if (this.isGoingOn || this.done || this.awaited().length > 0) return
    this.isGoingOn = true
    const { onDone, around } = this.options
    this.giveAgain().then(
      () => {
        this.isKnown = true
        onDone()
      },
      (cause: unknown) => {
        this.isGoingOn = false
        around.report('error', 'receipts-not-given-again', { message: String(cause) })
      },
    )
  }

  private async giveAgain(): Promise<void> {
    const { receipts, origin } = this.options
    for (const receipt of [...this.found.values()].sort((a, b) => a.size - b.size || a.time - b.time)) {
      // What stands before the newest was given in its order, and is not put behind it now.
      const newest = receipts.newest(origin)
      if (newest !== undefined && (receipt.size < newest.size || receipt.time < newest.time)) continue
      await receipts.give(origin, receipt)
    }
  }

  private async ask(reader: PeerFiles): Promise<void> {
    const { around, stopped } = this.options
    while (!stopped()) {
      try {
        await this.fetchFrom(reader)
        this.answered.add(reader.party)
        return
      } catch (cause) {
        if (!(cause instanceof PeerUnreachable)) throw cause
        await pause(around)
      }
    }
  }

  private async fetchFrom(reader: PeerFiles): Promise<void> {
    const { us, origin, receipts } = this.options
    const folder = `held/${this.hash}/${us}`
    const fetched = await reader.get(`${folder}/index`, LIMITS.heldIndexBytes)
    if (fetched.kind === 'refused') throw new PeerUnreachable(`${reader.party} does not know us yet`)
    if (fetched.kind === 'missing') return
    const known = new Set(receipts.given(origin).map(({ size, time }) => `${size}-${time}`))
    let lacking = false
    for (const name of (fromUtf8(fetched.bytes) ?? '?').split('\n')) {
      if (name === '' || known.has(name) || this.found.has(name)) continue
      const file =
        parseReceiptName(name) !== undefined ? await reader.get(`${folder}/${name}`, LIMITS.noteBytes) : undefined
      if (file?.kind === 'refused') throw new PeerUnreachable(`${reader.party} answered ${file.status}`)
      if (file?.kind === 'bytes') this.take(name, file.bytes)
      if (!this.found.has(name)) lacking = true
    }
    // What none of our keys signed may be by one that our own logs still tell of.
    if (lacking && !this.options.knowsKeys()) {
      throw new PeerUnreachable(`${reader.party} holds receipts that no key of ours known here yet has signed`)
    }
    // The index is signed by nobody, and may have been harmed on its way: a receipt of ours may hide behind what it names.
    const tries = (this.tries.get(reader.party) ?? 0) + 1
    this.tries.set(reader.party, tries)
    if (lacking && tries < LIMITS.receiptTries) throw new PeerUnreachable(`${reader.party} named what it did not show`)
  }

  /** Ours, or nothing: a peer cannot make up what we signed. */
  private take(name: string, bytes: Uint8Array): void {
    const { us, keys, author, origin, pact } = this.options
    for (const ours of keys()) {
      const parsed = parseReceipt(bytes, { author: author.keys.log, origin, by: { party: us, pact, keys: ours } })
      if (!parsed.ok || `${parsed.value.size}-${parsed.value.time}` !== name) continue
      this.found.set(name, { size: parsed.value.size, time: parsed.value.time, bytes })
      return
    }
  }
}

function pause(around: Surroundings): Promise<void> {
  return new Promise((resolve) => {
    around.after(RETRY_MS, resolve)
  })
}
