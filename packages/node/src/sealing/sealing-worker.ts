// The thread in which large content is sealed and opened. It knows the sealing identity and nothing else of the node.

import { readlinkSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { openAge, sealAge } from './age.ts'

type Job = { id: number } & ({ seal: Uint8Array; recipients: readonly string[] } | { open: Uint8Array })

const port = parentPort
if (port === null) throw new Error('sealing-worker.ts runs as a worker thread only.')
const identity: string = workerData.identity
giveWay()

// One job after another: two at once would only share the same core and double the memory.
let last = Promise.resolve()
port.on('message', (job: Job) => {
  last = last.then(() => answer(job))
})

async function answer(job: Job): Promise<void> {
  try {
    const bytes = 'seal' in job ? await sealAge(job.seal, job.recipients) : await openAge(job.open, identity)
    port?.postMessage({ id: job.id, bytes }, bytes?.buffer instanceof ArrayBuffer ? [bytes.buffer] : [])
  } catch (cause) {
    port?.postMessage({ id: job.id, failure: cause instanceof Error ? cause.message : String(cause) })
  }
}

/** A large share may take its time; a call on the line may not. Linux alone gives each thread a priority of its own. */
function giveWay(): void {
  if (process.platform !== 'linux') return
  const [, thread] = /\/task\/([0-9]+)$/.exec(readlinkSync('/proc/thread-self')) ?? []
  if (thread !== undefined) setPriority(Number(thread), constants.priority.PRIORITY_LOW)
}
