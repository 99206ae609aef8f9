// Sealing and opening with age (spec/content.md). Small content is done here; large content in a worker thread, so
// that a share of a hundred megabytes never keeps a call on the line waiting.

import { Worker } from 'node:worker_threads'
import type { Opener, Sealer } from '@countersign/record'
import { LIMITS } from '../limits.ts'
import { openAge, sealAge } from './age.ts'

export interface SealingDesk extends Sealer, Opener {
  close(): Promise<void>
}

interface Job {
  resolve(bytes: Uint8Array | undefined): void
  reject(cause: Error): void
}

/** A desk whose large jobs run one after another in one worker, started when first needed. */
export function openSealingDesk(identity: string): SealingDesk {
  let worker: Worker | undefined
  let next = 0
  const jobs = new Map<number, Job>()

  function start(): Worker {
    const started = new Worker(new URL('./sealing-worker.ts', import.meta.url), { workerData: { identity } })
    started.unref()
    started.on('message', (answer: { id: number; bytes?: Uint8Array; failure?: string }) => {
      const job = jobs.get(answer.id)
      jobs.delete(answer.id)
      if (jobs.size === 0) started.unref()
      if (answer.failure === undefined) job?.resolve(answer.bytes)
      else job?.reject(new Error(answer.failure))
    })
    const fail = (cause: Error) => {
      worker = undefined
      for (const job of jobs.values()) job.reject(cause)
      jobs.clear()
    }
    started.on('error', fail)
    started.on('exit', () => fail(new Error('The sealing worker ended.')))
    return started
  }

  function inWorker(message: { seal: Uint8Array; recipients: readonly string[] } | { open: Uint8Array }) {
    return new Promise<Uint8Array | undefined>((resolve, reject) => {
      worker ??= start()
      worker.ref()
      const id = next++
      jobs.set(id, { resolve, reject })
      worker.postMessage({ id, ...message })
    })
  }

  return {
    async seal(plaintext, recipients) {
      if (plaintext.length <= LIMITS.inlineSealBytes) return sealAge(plaintext, recipients)
      const sealed = await inWorker({ seal: plaintext, recipients })
      if (sealed === undefined) throw new Error('The sealing worker returned nothing.')
      return sealed
    },
    open(file) {
      return file.length <= LIMITS.inlineSealBytes ? openAge(file, identity) : inWorker({ open: file })
    },
    async close() {
      await worker?.terminate()
    },
  }
}
