// Logs of ours whose files are damaged. Nothing is mended by guessing, and of a log that cannot be opened nobody can say at
// which head another would succeed it. So it is taken back from those who hold it: once its files were moved away, the
// folder counts as one that was set back (spec/succession.md, A folder that was restored).

import { join } from 'node:path'
import { type Disk, journalFolder, logFolder } from '@countersign/ledger'

interface Place {
  disk: Disk
  dir: string
}

/** Of logs that this folder's index names, those of which nothing lies in it; what is damaged still lies there. */
export async function goneLogs({ disk, dir }: Place, origins: readonly string[]): Promise<Set<string>> {
  const gone = new Set<string>()
  for (const origin of origins) {
    const hasJournal = (await disk.list(journalFolder(dir, origin))).length > 0
    if (!hasJournal && !(await disk.exists(join(logFolder(dir, origin), 'checkpoint')))) gone.add(origin)
  }
  return gone
}

/** What to do about a log of ours that cannot be opened for what its files are. */
export function wayBack(dir: string, origin: string): string {
  return `Without a backup, end the node, move ${logFolder(dir, origin)} and ${journalFolder(dir, origin)} to another disk, and start it again: it takes back what the others hold of this log, and signs nothing before all of them have answered, or two officers have opened a log that succeeds it.`
}
