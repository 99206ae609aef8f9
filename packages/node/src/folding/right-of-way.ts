// Work that may take its time gives way to what is urgent: between two of its steps it lets everything that is ready run,
// and while something urgent is under way it waits, within bounds, so that it is never put off for ever.

import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'

const LOOK_MS = 4

export type GiveWay = () => Promise<void>

/** `urgent` answers whether something urgent is under way. */
export function rightOfWay(around: Pick<Surroundings, 'after' | 'turn'>, urgent: () => boolean): GiveWay {
  return async () => {
    await around.turn()
    for (let waited = 0; waited < LIMITS.giveWayMsMax && urgent(); waited += LOOK_MS) {
      await new Promise<void>((resolve) => void around.after(LOOK_MS, resolve))
    }
  }
}
