// A request that is made again where that helps soon: after what the server asks for, or later each time.

import { type Refusal, refuse } from '@countersign/log'
import type { Surroundings } from '../surroundings.ts'
import type { FeedLimits } from './limits.ts'
import type { Answered } from './requests.ts'

interface Means {
  around: Pick<Surroundings, 'after'>
  limits: FeedLimits
  stopped: AbortSignal
}

export async function patiently(ask: () => Promise<Answered>, means: Means): Promise<Answered> {
  const { limits, stopped } = means
  for (let tries = 1; ; tries++) {
    const answered = await ask()
    if (answered.kind !== 'wait' && answered.kind !== 'broken') return answered
    const ms = (answered.kind === 'wait' ? answered.ms : undefined) ?? limits.retryMs * 4 ** (tries - 1)
    if (tries >= limits.tries || ms > limits.waitHereMs || stopped.aborted) return answered
    await waited(ms, means)
  }
}

/** Resolves at once where the node is being ended. */
export function waited(ms: number, { around, stopped }: Pick<Means, 'around' | 'stopped'>): Promise<void> {
  return new Promise((resolve) => {
    if (stopped.aborted) return resolve()
    const end = () => {
      cancel()
      stopped.removeEventListener('abort', end)
      resolve()
    }
    const cancel = around.after(ms, end)
    stopped.addEventListener('abort', end)
  })
}

export function whyNot(answered: Exclude<Answered, { kind: 'answer' }>): Refusal {
  switch (answered.kind) {
    case 'refused':
      return refuse(answered.code, answered.message)
    case 'broken':
      return refuse('feed/unreachable', answered.message)
    case 'wait':
      return refuse('feed/wait', answered.message)
  }
}
