// Work that may take its time gives way to what is urgent: between two of its steps it lets everything that is ready run,
// and while something urgent is under way it waits, within bounds, so that it is never put off for ever.

import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'

const FIRST_LOOK_MS = 4

export type GiveWay = () => Promise<void>

/** `urgent` answers whether something urgent is under way. */
export function rightOfWay(around: Pick<Surroundings, 'after' | 'turn'>, urgent: () => boolean): GiveWay {
  return async () => {
    await around.turn()
    // What is urgent is over soon, or takes its time: it is looked at after twice as long each time.
    let ms = FIRST_LOOK_MS
    for (let left = LIMITS.giveWayMsMax; left > 0 && urgent(); left -= ms, ms = Math.min(left, 2 * ms)) {
      await new Promise<void>((resolve) => void around.after(ms, resolve))
    }
  }
}
