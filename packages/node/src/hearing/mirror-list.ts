// `mirrors/<pact>/<channel>/<party>/index`: which logs of a party are held here on a channel, one generation a line. Made
// when it is asked for, mostly by the party itself, whose folder was restored and may lack whole logs (spec/succession.md).

import { dirname, join } from 'node:path'
import { type Disk, mirrorFolder, originHash } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { isMirrored } from './generations.ts'

export class MirrorLists {
  private readonly at: { disk: Disk; dir: string }
  /** What was written in this run, by file. */
  private readonly written = new Map<string, string>()

  constructor(at: { disk: Disk; dir: string }) {
    this.at = at
  }

  /** Brings the list up to what is held, and gives the file it stands in. */
  async list(party: string, pact: string, channel: string): Promise<string> {
    const { disk, dir } = this.at
    const any = `${party}/${pact}/${channel}/${'0'.repeat(16)}`
    const shelf = dirname(mirrorFolder(dir, any))
    const held: string[] = []
    for (const generation of await disk.list(shelf)) {
      if (!/^[0-9a-f]{16}$/.test(generation)) continue
      if (await isMirrored(this.at, `${party}/${pact}/${channel}/${generation}`)) held.push(`${generation}\n`)
    }
    const text = held.join('')
    // It belongs to this run, and to no backup.
    const file = join(dir, 'private', 'spool', `mirrored-${originHash(any)}`)
    if (this.written.get(file) !== text) await disk.replace(file, utf8(text), false)
    this.written.set(file, text)
    return file
  }
}
