// A stick: files that are carried by hand from one machine to another, in place of the network. It may be pulled out
// while it is written, and may come back as it was weeks ago.

import { type CarriedFolder, CarriedFolderFailed, type Disk, type Kept } from '@countersign/ledger'
import { equalBytes } from '@countersign/log'

export class Stick {
  private files = new Map<string, Uint8Array>()
  /** Files that are still written before it is pulled out. */
  private left = Infinity

  /** The same files, on a stick of its own. */
  copy(): Stick {
    const copy = new Stick()
    copy.files = new Map(this.files)
    return copy
  }

  /** Whether it was pulled out while something was still to be written. */
  get isPulledOut(): boolean {
    return this.left < 0
  }

  get size(): number {
    return this.files.size
  }

  holds(text: string): boolean {
    return [...this.files.values()].some((bytes) => Buffer.from(bytes).includes(text))
  }

  /** It is pulled out after so many files more. */
  pullAfter(files: number): void {
    this.left = files
  }

  /** As it lies in a machine with that disk. */
  in(disk: Pick<Disk, 'read'>): CarriedFolder {
    const keep = (path: string, bytes: Uint8Array): Kept => {
      const before = this.files.get(path)
      if (before !== undefined && equalBytes(before, bytes)) return 'same'
      if (this.left-- <= 0) throw new CarriedFolderFailed(`${path} could not be written: the stick is out.`)
      this.files.set(path, bytes.slice())
      return before === undefined ? 'new' : 'replaced'
    }
    return {
      root: '/stick',
      part: async (path, maxBytes, offset) => {
        const bytes = this.files.get(path)
        if (bytes === undefined) return { kind: 'missing' }
        return { kind: 'part', bytes: bytes.slice(offset, offset + maxBytes), total: bytes.length }
      },
      list: async (path, max) => {
        const prefix = path === '.' ? '' : `${path}/`
        const names = [...this.files.keys()].flatMap((one) =>
          one.startsWith(prefix) ? (one.slice(prefix.length).split('/')[0] ?? []) : [],
        )
        return [...new Set(names)].slice(0, max)
      },
      copy: async (path, from) => {
        const bytes = await disk.read(from)
        return bytes === undefined ? undefined : keep(path, bytes)
      },
      keep: async (path, bytes) => keep(path, bytes),
      settle: async () => {},
    }
  }
}
