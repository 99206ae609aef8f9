// The process that is ended: `node lost-logs-process.ts FILES DIR N` takes a log of ours back into DIR from what bravo
// published under FILES, in small steps, and ends itself with -9 half way through the Nth write of a journal; never where N
// is 0. Where it lives on, it prints how many entries are held.

import { writeSync } from 'node:fs'
import { type DiskCalls, diskOf, nodeCalls, openCarriedFolder, openEndedLog } from '@countersign/ledger'
import { alfa, bravo, PACT } from '../../../spec/vectors/samples.ts'
import { CarriedFiles } from '../src/carrying/carried-files.ts'
import { LostLogs, type TakenLog } from '../src/own-logs/lost-logs.ts'
import { realSurroundings } from '../src/surroundings.ts'

const [files = '', dir = '', strikeAt = ''] = process.argv.slice(2)
let writes = 0

function struck(real: DiskCalls): DiskCalls {
  return {
    ...real,
    async open(path, fresh) {
      const file = await real.open(path, fresh)
      if (!path.endsWith('.journal')) return file
      return {
        ...file,
        async write(bytes, position) {
          if (++writes !== Number(strikeAt)) return file.write(bytes, position)
          await file.write(bytes.subarray(0, bytes.length >> 1), position)
          process.kill(process.pid, 'SIGKILL')
          await new Promise(() => {})
        },
      }
    },
  }
}

const folder = await openCarriedFolder(files)
if (!folder.ok) throw new Error(folder.message)
const requests = new CarriedFiles(folder.value, bravo.party)
const taken = new Map<string, TakenLog & { close(): Promise<void> }>()
const lost = new LostLogs({
  ...{ us: alfa.party, pact: PACT, channel: 'main', around: realSurroundings() },
  readers: [{ party: bravo.party, requests }],
  cosigners: [{ party: bravo.party, requests, keys: () => [bravo.card.keys.receipt] }],
  without: () => new Set(),
  seenTo: () => new Set(),
  silent: async () => [...taken.values()].map((log) => ({ log, card: alfa.card })),
  cards: () => [alfa.card],
  findCard: async () => false,
  async begin(origin) {
    const log = await openEndedLog({ disk: diskOf(struck(nodeCalls())), dir, origin, begin: true })
    if (!log.ok) throw new Error(log.message)
    taken.set(origin, log.value)
    return log.value
  },
  begun: async () => {},
  grown: () => {},
  contradicted: (_origin, _by, message) => {
    throw new Error(message)
  },
  stopped: () => false,
  step: { entriesPerStep: 200, bytesPerStep: 1_000_000 },
})
await lost.ended
for (const log of taken.values()) {
  writeSync(1, String(log.size))
  await log.close()
}
