// Checks one log as it stands in a backup, in one pass and in bounded memory: its entries lead to the root of its
// checkpoint, its journal goes on from them to the root of the last head signed, each tile follows from the entries,
// each sealed file has the hash it is named by. Partial tiles are passed over: they are derived again at every opening.

import { createHash } from 'node:crypto'
import { framesOf } from '@countersign/ledger'
import {
  decodeEntryBundle,
  equalBytes,
  foldTile,
  leafHash,
  parseCheckpoint,
  parseNote,
  parseTilePath,
  TILE_WIDTH,
  TreeFrontier,
  verifyCheckpoint,
} from '@countersign/log'
import type { Card } from '@countersign/record'

type Frames = ReturnType<typeof framesOf>['frames']

export class LogCheck {
  readonly origin: string
  readonly findings: string[] = []
  addenda = 0
  private readonly tree = new TreeFrontier()
  /** The tree at the sizes where the journal begins, and where the checkpoint's partial bundle does. */
  private readonly kept = new Map<number, TreeFrontier>()
  private readonly frames: Frames[number][] = []
  /** For each level the hashes of the tile that is not full yet. */
  private readonly open: Uint8Array[][] = []
  private readonly full: number[] = []
  private readonly tiles = new Map<string, string>()
  private checkpoint: { bytes: Uint8Array; size: number } | undefined
  private partial: Uint8Array[] = []

  constructor(origin: string) {
    this.origin = origin
    this.kept.set(0, this.tree.clone())
  }

  /** The entries that are there, journal included. */
  get size(): number {
    const last = this.frames.at(-1)
    return Math.max(this.checkpoint?.size ?? 0, last === undefined ? 0 : last.start + last.entries.length)
  }

  /** A segment of the journal; they come in order, and before the entries. */
  journal(bytes: Buffer): void {
    this.frames.push(...framesOf(bytes).frames)
    const first = this.frames[0]
    if (first !== undefined) this.wanted.add(first.start)
  }

  /** A file of the published log. */
  file(path: string, bytes: Buffer): void {
    const tile = parseTilePath(path)
    if (path === 'checkpoint') this.head(bytes)
    else if (tile?.level === 'entries') this.bundle(path, tile, bytes)
    else if (tile !== undefined && tile.width === TILE_WIDTH) this.tile(path, bytes)
  }

  addendum(name: string, sha256: string): void {
    this.addenda++
    if (name !== sha256) this.find(`The sealed file ${name} does not match its name`)
  }

  /** `cards` are those of its author that the backup holds. */
  end(cards: readonly Card[]): void {
    if (cards.length === 0) {
      this.find('There is no card of its author')
      return
    }
    for (const name of this.tiles.keys()) this.find(`The tile ${name} is missing`)
    const verified = (note: Uint8Array) => {
      for (const { keys } of cards) {
        const named = { ed25519PublicKey: keys.log.ed25519, mldsa44PublicKey: keys.log.mldsa44 }
        const head = verifyCheckpoint(note, { origin: this.origin, ...named })
        if (head.ok) return head.value
      }
      return undefined
    }
    if (this.checkpoint !== undefined) {
      const head = verified(this.checkpoint.bytes)
      const tree = this.treeAt(baseOf(this.checkpoint.size))
      for (const entry of this.partial) tree?.append(leafHash(entry))
      if (head === undefined) this.find('Its checkpoint is not signed by its author')
      else if (tree === undefined || !equalBytes(tree.root(), head.root))
        this.find('Its entries lead to another root than its checkpoint')
    }
    this.endJournal(verified)
  }

  private endJournal(verified: (note: Uint8Array) => { size: number; root: Uint8Array } | undefined): void {
    const [first, last] = [this.frames[0], this.frames.at(-1)]
    if (first === undefined || last === undefined) {
      if ((this.checkpoint?.size ?? 0) > 0) this.find('Its journal is missing')
      return
    }
    const tree = this.treeAt(first.start)
    for (const { start, entries } of this.frames) {
      for (const entry of entries.slice(Math.max(0, (tree?.size ?? 0) - start))) tree?.append(leafHash(entry))
    }
    const head = verified(last.note)
    if (head === undefined) this.find('The last head in its journal is not signed by its author')
    else if (tree?.size !== head.size || !equalBytes(tree.root(), head.root))
      this.find('Its journal leads to another root than the head signed')
  }

  private readonly wanted = new Set<number>()

  private treeAt(size: number): TreeFrontier | undefined {
    return this.kept.get(size)?.clone()
  }

  private head(bytes: Uint8Array): void {
    const note = parseNote(bytes)
    const head = note.ok ? parseCheckpoint(note.value.text) : undefined
    this.checkpoint = { bytes, size: head?.ok === true ? head.value.size : 0 }
    this.wanted.add(baseOf(this.checkpoint.size))
  }

  private bundle(path: string, { index, width }: { index: number; width: number }, bytes: Uint8Array): void {
    const decoded = decodeEntryBundle(bytes, width)
    if (!decoded.ok) return this.find(`The entries ${path} cannot be read`)
    if (width < TILE_WIDTH) {
      const { size } = this.checkpoint ?? { size: 0 }
      if (index * TILE_WIDTH + width === size) this.partial = decoded.value
      return undefined
    }
    if (index * TILE_WIDTH !== this.tree.size) return this.find(`The entries before ${path} are missing`)
    for (const entry of decoded.value) {
      const leaf = leafHash(entry)
      this.tree.append(leaf)
      this.push(0, leaf)
    }
    if (this.wanted.has(this.tree.size)) this.kept.set(this.tree.size, this.tree.clone())
    return undefined
  }

  private push(level: number, hash: Uint8Array): void {
    const hashes = (this.open[level] ??= [])
    hashes.push(hash)
    if (hashes.length < TILE_WIDTH) return
    const tile = Buffer.concat(hashes)
    this.tiles.set(`${level}/${this.full[level] ?? 0}`, sha256Hex(tile))
    this.full[level] = (this.full[level] ?? 0) + 1
    this.open[level] = []
    this.push(level + 1, foldTile(tile, 0, TILE_WIDTH))
  }

  private tile(path: string, bytes: Uint8Array): void {
    const parsed = parseTilePath(path)
    const name = `${parsed?.level}/${parsed?.index}`
    if (this.tiles.get(name) !== sha256Hex(bytes)) this.find(`The tile ${name} does not follow from the entries`)
    this.tiles.delete(name)
  }

  private find(what: string): undefined {
    this.findings.push(`${what}.`)
    return undefined
  }
}

function baseOf(size: number): number {
  return size - (size % TILE_WIDTH)
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
