// The sealed content that must be held here of one log of a peer, before a receipt covers its entries (spec/receipt.md):
// which parts those are, whether they are held, and fetching them by hash from whoever serves them. A part that a valid
// record destroyed is never fetched again.

import type { Mirror } from '@countersign/ledger'
import { sha256, toHex } from '@countersign/log'
import { mustBeHeld } from '@countersign/pact'
import { parseEntry, type Statement } from '@countersign/record'
import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'
import type { LogSource } from './log-source.ts'
import { PeerUnreachable } from './peer-requests.ts'

export interface PartsToHold {
  mirror: Mirror
  us: { party: string }
  /** `recipient`: holds what is addressed to us. `depositary`: holds everything. `observer`: holds statements only. */
  role: 'recipient' | 'depositary' | 'observer'
  limits: { partBytes: number; parts: number }
  /** How many parties the channel has: to more nothing is sealed. */
  parties: number
  around: Surroundings
  /** Whether a valid record destroyed that part: then nobody needs to hold it. */
  isDestroyed(index: number, part: number): boolean
  /** A statement that was not looked at before, void or not. */
  onStatement?(statement: Statement): void
  /** An entry that was not looked at before; `statement` undefined where it does not parse. */
  onEntry?(index: number, bytes: number, statement: Statement | undefined): void
}

interface MissingPart {
  part: number
  sealed: string
  sizeMax: number
}

/**
 * The most bytes of an age file sealed as spec/content.md says: its header with one stanza for each recipient, the nonce,
 * and the padded frame with a tag for each chunk. `size` is the padded size in bytes.
 */
export function sealedBytesMax(size: number, recipients: number): number {
  const chunks = Math.floor(size / LIMITS.sealChunkBytes) + 1
  return size + LIMITS.sealHeaderBytes + recipients * LIMITS.sealStanzaBytes + chunks * LIMITS.sealTagBytes
}

export class SealedParts {
  /** Index of the newest entry that is no pin; -1 where there is none. */
  lastSaid = -1
  private readonly options: PartsToHold
  /** Every part that a receipt must cover is held below this size. */
  private completeTo: number
  private scannedTo: number
  private missing: { index: number; parts: MissingPart[] }[] = []
  private isNewHeld = false

  /** Entries below `from` were looked at by an earlier run, and all that they ask for is held. */
  constructor(options: PartsToHold, from: number) {
    this.options = options
    this.scannedTo = from
    this.completeTo = from
  }

  /** Finds the newest entry that is no pin among those not looked at again. */
  async recall(): Promise<void> {
    for (let index = this.scannedTo - 1; index >= 0; index--) {
      const entry = parseEntry(await this.options.mirror.entry(index))
      if (entry.ok && entry.value.statement.type === 'log/pin') continue
      this.lastSaid = index
      return
    }
  }

  /** Whether all is held that a receipt of that size must cover. */
  isHeldTo(size: number): boolean {
    return this.completeTo >= size
  }

  /** Below which size all is held that a receipt must cover. */
  get heldTo(): number {
    return this.completeTo
  }

  /** Of how many entries something is missing. */
  get entriesMissing(): number {
    return this.missing.length
  }

  /** Whether content is held since it was last asked that was missed before. */
  takeNews(): boolean {
    const isNewHeld = this.isNewHeld
    this.isNewHeld = false
    return isNewHeld
  }

  /** Looks at entries not looked at yet: which parts must be held, and which entry is the newest that is no pin. */
  async scan(): Promise<void> {
    const { mirror } = this.options
    if (this.scannedTo === mirror.size) return
    let index = this.scannedTo
    for await (const bytes of mirror.entries(index, mirror.size)) {
      const entry = parseEntry(bytes)
      const statement = entry.ok ? entry.value.statement : undefined
      if (statement !== undefined) this.options.onStatement?.(statement)
      this.options.onEntry?.(index, bytes.length, statement)
      if (statement?.type !== 'log/pin') this.lastSaid = index
      const parts = statement === undefined ? [] : this.partsToHold(statement)
      const missing: MissingPart[] = []
      for (const part of parts) if (!(await mirror.hasAddendum(part.sealed))) missing.push(part)
      if (missing.length > 0) this.missing.push({ index, parts: missing })
      index++
    }
    this.scannedTo = index
  }

  /** Fetches what is missing, in the order of the log, up to the first part that no source has. */
  async fetch(sources: readonly LogSource[]): Promise<void> {
    const { mirror, isDestroyed } = this.options
    for (;;) {
      const next = this.missing[0]
      if (next === undefined) break
      for (const part of next.parts) {
        if (isDestroyed(next.index, part.part) || (await mirror.hasAddendum(part.sealed))) continue
        const bytes = await this.fetchPart(sources, part)
        if (bytes === undefined) {
          this.completeTo = next.index
          return
        }
        await mirror.putAddendum(bytes)
        // It may have been destroyed while it was on its way.
        if (isDestroyed(next.index, part.part)) await mirror.removeAddendum(part.sealed)
      }
      this.missing.shift()
      this.isNewHeld = true
    }
    this.completeTo = mirror.size
  }

  /** Likewise, leaving out what is not there: it is named, and what comes after it is taken all the same. */
  async fetchAll(sources: readonly LogSource[]): Promise<string[]> {
    const { mirror, isDestroyed } = this.options
    const lacking = new Set<string>()
    for (const { index, parts } of this.missing) {
      for (const part of parts) {
        if (isDestroyed(index, part.part) || (await mirror.hasAddendum(part.sealed))) continue
        const bytes = await this.fetchPart(sources, part)
        if (bytes === undefined) lacking.add(part.sealed)
        else await mirror.putAddendum(bytes)
        if (bytes !== undefined && isDestroyed(index, part.part)) await mirror.removeAddendum(part.sealed)
      }
    }
    const left = this.missing.filter(({ parts }) => parts.some(({ sealed }) => lacking.has(sealed)))
    if (left.length < this.missing.length) this.isNewHeld = true
    this.missing = left
    this.completeTo = left[0]?.index ?? mirror.size
    return [...lacking]
  }

  /** Takes for complete what nothing is missing of. False where something is. */
  settle(): boolean {
    if (this.missing.length > 0) return false
    this.completeTo = this.options.mirror.size
    return true
  }

  /** What a receipt by us must cover of one statement, void or not (spec/receipt.md). */
  private partsToHold(statement: { to: string[]; content: { sealed: string; size: number }[] }): MissingPart[] {
    const { role, us, limits, parties } = this.options
    if (role === 'observer' || (role === 'recipient' && !statement.to.includes(us.party))) return []
    // What a statement names weighs on its author's day, so what is taken may not be much more. A void one may name anybody.
    const recipients = Math.min(statement.to.length + 1, parties)
    return statement.content
      .map(({ sealed, size }, part) => ({ part, sealed, size, sizeMax: sealedBytesMax(size, recipients) }))
      .filter(({ part, size }) => mustBeHeld(limits, part, size))
  }

  private async fetchPart(sources: readonly LogSource[], part: MissingPart): Promise<Uint8Array | undefined> {
    const { around, mirror } = this.options
    for (const { requests, prefix } of sources) {
      try {
        const fetched = await requests.get(`${prefix}/addenda/${part.sealed}`, part.sizeMax)
        if (fetched.kind !== 'bytes') continue
        if (toHex(sha256(fetched.bytes)) === part.sealed) return fetched.bytes
        around.report('warn', 'content-hash', { origin: mirror.origin, from: requests.party })
      } catch (cause) {
        if (!(cause instanceof PeerUnreachable)) throw cause
      }
    }
    return undefined
  }
}
