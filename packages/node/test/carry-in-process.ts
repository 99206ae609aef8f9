// The process that is struck: `node carry-in-process.ts DIR STICK [SIGKILL|EIO|ENOSPC CALL]` opens the node in DIR and takes
// in the stick, on the machine's own disk. One of the calls by which it writes, syncs or names something is struck: the
// process ends there, or the call fails, a write half done. A call is named by what it does, its path and its number on
// that path. Where the process lives on, it prints what came of it.

import { writeSync } from 'node:fs'
import { type DiskCalls, diskOf, nodeCalls } from '@countersign/ledger'
import { Node } from '../src/node.ts'
import { realSurroundings, type Surroundings } from '../src/surroundings.ts'

const [dir = '', stick = '', by = '', ...call] = process.argv.slice(2)
const struckCall = call.join(' ')
const calls: string[] = []
const counts = new Map<string, number>()
let isCarrying = false
let struck = false

/** Without what is drawn anew in each run: agreements and generations, times of receipts, digests of content. */
function nameOf(what: string, path: string): string {
  const where = `${what} ${path
    .slice(dir.length)
    .replaceAll(/[0-9a-f]{64}/g, 'DIGEST')
    .replaceAll(/[0-9a-f]{32}/g, 'PACT')
    .replaceAll(/[0-9a-f]{16}/g, 'GENERATION')
    .replaceAll(/-[0-9]{9,}/g, '-TIME')}`
  const number = (counts.get(where) ?? 0) + 1
  counts.set(where, number)
  return `${where} ${number}`
}

/** Whether this call is the one; where it is a kill, half of what it does was done. */
async function maybe<T>(what: string, path: string, act: () => Promise<T>, half: () => Promise<unknown>): Promise<T> {
  if (!isCarrying) return act()
  const name = nameOf(what, path)
  calls.push(name)
  if (name !== struckCall) return act()
  struck = true
  await half()
  if (by === 'SIGKILL') {
    process.kill(process.pid, 'SIGKILL')
    await new Promise(() => {})
  }
  throw Object.assign(new Error(`${by}: ${what} ${path}`), { code: by })
}

const nothing = async () => {}

function struckCalls(real: DiskCalls): DiskCalls {
  return {
    ...real,
    makeOneFolder: (path) => maybe('mkdir', path, () => real.makeOneFolder(path), nothing),
    async open(path, fresh) {
      const file = await maybe('open', path, () => real.open(path, fresh), nothing)
      return {
        ...file,
        write: (bytes, position) =>
          maybe(
            'write',
            path,
            () => file.write(bytes, position),
            () => file.write(bytes.subarray(0, bytes.length >> 1), position),
          ),
        datasync: () => maybe('datasync', path, () => file.datasync(), nothing),
      }
    },
    // Killed, it may have been done already.
    rename: (from, to) => {
      const half = by === 'SIGKILL' && to.length % 2 === 0 ? () => real.rename(from, to) : nothing
      return maybe('rename', to, () => real.rename(from, to), half)
    },
    syncFolder: (path) => maybe('sync', path, () => real.syncFolder(path), nothing),
    remove: (path) => maybe('remove', path, () => real.remove(path), nothing),
  }
}

const around: Surroundings = {
  ...realSurroundings(),
  disk: diskOf(struckCalls(nodeCalls())),
  fetch: async () => {
    throw new Error('There is no network.')
  },
}
const opened = await Node.open(dir, around)
if (!opened.ok) throw new Error(opened.message)
const node = opened.value
await node.settled()
isCarrying = true
const taken = await node.carryIn(stick)
// It is still read, whatever failed.
const { alarms } = await node.status()
await node.views.statistics()
await node.stop()
const outcome = taken.ok ? 'taken' : `${taken.code}: ${taken.message}`
writeSync(1, `${JSON.stringify({ calls, struck, outcome, alarms: alarms.map(({ code }) => code) })}\n`)
