// The page's side of the worker that reads drafts: it lives as long as the room, and is fetched when something is given.

import type { Answers, Asked, DraftRow, PatternRemark, Said } from './protocol.ts'

interface Waiting {
  resolve(answer: never): void
  reject(cause: Error): void
  tell: ((done: number, total: number) => void) | undefined
}

export class Intake {
  private worker: Worker | undefined
  private readonly waiting = new Map<number, Waiting>()
  private n = 0

  /** Rejects only where the run could not be made; why it cannot be taken is in the answer. */
  read(source: number, blob: Blob, tell: (done: number, total: number) => void): Promise<Answers['read']> {
    return this.ask({ kind: 'read', source, blob }, tell)
  }

  rows(source: number, indexes: number[]): Promise<DraftRow[]> {
    return this.ask({ kind: 'rows', source, indexes })
  }

  pattern(text: string): Promise<PatternRemark[]> {
    return this.ask({ kind: 'pattern', text })
  }

  /** Ends what is under way, too. */
  end(): void {
    this.worker?.terminate()
    this.worker = undefined
    this.fail('It was broken off.')
  }

  private ask<T>(asked: Asked, tell?: (done: number, total: number) => void): Promise<T> {
    this.worker ??= this.start()
    const { worker } = this
    const n = this.n++
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(n, { resolve, reject, tell })
      worker.postMessage({ ...asked, n })
    })
  }

  private start(): Worker {
    const worker = new Worker(new URL('./intake-worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<Said>) => {
      const waiting = this.waiting.get(data.n)
      if ('done' in data) return waiting?.tell?.(data.done, data.total)
      this.waiting.delete(data.n)
      if ('broken' in data) waiting?.reject(new Error(data.broken))
      else waiting?.resolve(data.answer as never)
      return undefined
    }
    worker.onerror = (event) => this.fail(event.message)
    return worker
  }

  private fail(why: string): void {
    for (const { reject } of this.waiting.values()) reject(new Error(why))
    this.waiting.clear()
  }
}
