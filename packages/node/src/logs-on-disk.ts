// Which logs stand in a node's folder, ours and our mirrors of others (spec/directory.md).

import { join } from 'node:path'
import { type Disk, logFolder, mirrorFolder } from '@countersign/ledger'

export interface LogOnDisk {
  origin: string
  /** A peer's log that we hold, not our own. */
  mirror: boolean
  folder: string
}

/** Our own logs first. */
export async function logsOf(disk: Disk, dir: string, party: string): Promise<LogOnDisk[]> {
  const found: LogOnDisk[] = []
  /** Names below a folder; of a file there are none. */
  const list = (...path: string[]): Promise<string[]> => disk.list(join(dir, ...path))
  for (const pact of await list('logs')) {
    for (const channel of await list('logs', pact)) {
      for (const generation of await list('logs', pact, channel)) {
        const origin = `${party}/${pact}/${channel}/${generation}`
        found.push({ origin, mirror: false, folder: logFolder(dir, origin) })
      }
    }
  }
  for (const pact of await list('mirrors')) {
    for (const channel of await list('mirrors', pact)) {
      for (const author of await list('mirrors', pact, channel)) {
        for (const generation of await list('mirrors', pact, channel, author)) {
          const origin = `${author}/${pact}/${channel}/${generation}`
          found.push({ origin, mirror: true, folder: mirrorFolder(dir, origin) })
        }
      }
    }
  }
  return found
}
