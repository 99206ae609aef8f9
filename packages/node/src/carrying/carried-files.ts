// The published folder of one party as it stands on what was carried here (spec/directory.md, “A carried directory”),
// read as a hostile peer is: what is missing, too large, or no regular file is told as such, and remembered by its path,
// so that whoever carries can be told what to bring on the next trip.

import { type CarriedFolder, parseReceiptName } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { type Fetched, type FetchedPart, type PeerFiles, PeerUnreachable } from '../hearing/peer-requests.ts'
import { LIMITS } from '../limits.ts'

export class CarriedFiles implements PeerFiles {
  readonly party: string
  private readonly stick: CarriedFolder
  /** What was asked for and was not there or not readable, by path below the stick's root; undefined where it was given. */
  private readonly asked = new Map<string, string | undefined>()

  constructor(stick: CarriedFolder, party: string) {
    this.stick = stick
    this.party = party
  }

  async get(path: string, maxBytes: number, offset = 0): Promise<Fetched> {
    const part = await this.read(path, maxBytes + 1, offset)
    if (part.kind !== 'part') return { kind: 'missing' }
    if (part.bytes.length > maxBytes) {
      this.remember(path, `is larger than ${maxBytes} bytes`)
      throw new PeerUnreachable(`${this.pathOf(path)} is larger than ${maxBytes} bytes.`)
    }
    return { kind: 'bytes', bytes: part.bytes, partial: offset > 0 }
  }

  /** A file without an end, such as an index of nothing, ends where no honest one goes on. */
  async part(path: string, maxBytes: number, offset: number): Promise<FetchedPart> {
    const part = await this.read(path, offset < LIMITS.carriedIndexBytes ? maxBytes : 0, offset)
    return part.kind === 'part' ? part : { kind: 'missing' }
  }

  async has(path: string): Promise<boolean> {
    return (await this.stick.part(this.pathOf(path), 0, 0)).kind === 'part'
  }

  /** Below the stick's root. */
  pathOf(path: string): string {
    return `${this.party}/${path}`
  }

  /** What became of a file that was asked for: why it was not given, or that it was. */
  outcome(path: string): string {
    return this.asked.get(path) ?? (this.asked.has(path) ? 'is damaged' : 'was not read')
  }

  private async read(path: string, maxBytes: number, offset: number) {
    const part = await this.stick.part(this.pathOf(path), maxBytes, offset)
    this.remember(path, part.kind === 'part' ? undefined : part.kind === 'missing' ? 'is missing' : part.why)
    return part
  }

  private remember(path: string, trouble: string | undefined): void {
    if (this.asked.size < LIMITS.carriedPathsRemembered || this.asked.has(path)) this.asked.set(path, trouble)
  }
}

/**
 * What one cosigner countersigned of a log, as another party holds it and carries it: its `held` folder, read as if it
 * were the cosigner's own `receipts`. A receipt proves itself, whoever brings it.
 */
export class RelayedReceipts implements PeerFiles {
  readonly party: string
  private readonly stick: CarriedFolder
  private readonly folder: string
  private index: Promise<Uint8Array> | undefined

  constructor(stick: CarriedFolder, carrier: string, hash: string, cosigner: string) {
    this.stick = stick
    this.party = cosigner
    this.folder = `${carrier}/held/${hash}/${cosigner}`
  }

  async get(path: string, maxBytes: number, offset = 0): Promise<Fetched> {
    const part = await this.part(path, maxBytes, offset)
    return part.kind === 'part' ? { kind: 'bytes', bytes: part.bytes, partial: offset > 0 } : part
  }

  async part(path: string, maxBytes: number, offset: number): Promise<FetchedPart> {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (name === 'index') {
      this.index ??= this.names()
      const bytes = await this.index
      return { kind: 'part', bytes: bytes.subarray(offset, offset + maxBytes), total: bytes.length }
    }
    const part = await this.stick.part(`${this.folder}/${name}`, maxBytes, offset)
    return part.kind === 'part' ? part : { kind: 'missing' }
  }

  /** In the order in which an index would name them. */
  private async names(): Promise<Uint8Array> {
    const names = (await this.stick.list(this.folder, LIMITS.carriedNamesListed)).flatMap((file) => {
      const name = parseReceiptName(file)
      return name === undefined ? [] : [{ ...name, file }]
    })
    names.sort((a, b) => a.size - b.size || a.time - b.time)
    return utf8(names.map(({ file }) => `${file}\n`).join(''))
  }
}
