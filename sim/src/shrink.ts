// A failing case made as small as it still fails: without steps, without its hostile party, in fair weather (delta
// debugging, after Zeller). Smaller cases fail alike if they violate the same invariant.

import type { Case, Step } from './case.ts'
import { FAIR } from './network.ts'

const TRIES_MAX = 300

/** `fails` runs a case and says whether it fails as the first one did. */
export async function shrink(the: Case, fails: (smaller: Case) => Promise<boolean>): Promise<Case> {
  let best = the
  let tries = 0
  const better = async (smaller: Case): Promise<boolean> => {
    if (tries++ >= TRIES_MAX || !(await fails(smaller))) return false
    best = smaller
    return true
  }
  for (let before: Case | undefined; before !== best && tries < TRIES_MAX; ) {
    before = best
    const { hostile: _, ...peaceful } = best
    if (best.hostile !== undefined) await better({ ...peaceful, steps: best.steps.filter((step) => step.do !== 'act') })
    await fewerSteps(() => best, better)
    const delayMs: [number, number] = [FAIR.delayMs[0], FAIR.delayMs[1]]
    for (const calmer of [{ lost: 0 }, { doubled: 0 }, { corrupted: 0 }, { delayMs }]) {
      if (JSON.stringify({ ...best.weather, ...calmer }) === JSON.stringify(best.weather)) continue
      await better({ ...best, weather: { ...best.weather, ...calmer } })
    }
    await sooner(() => best, better)
  }
  return best
}

async function fewerSteps(best: () => Case, better: (smaller: Case) => Promise<boolean>): Promise<void> {
  for (let size = Math.ceil(best().steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best().steps.length; ) {
      const { steps } = best()
      const fewer = [...steps.slice(0, from), ...steps.slice(from + size)]
      if (!(await better({ ...best(), steps: fewer }))) from += size
    }
  }
}

/** The same steps, closer together: a case is read from its times too. */
async function sooner(best: () => Case, better: (smaller: Case) => Promise<boolean>): Promise<void> {
  const { steps } = best()
  const [first] = steps
  if (first === undefined) return
  const whole: Step[] = steps.map((step) => ({
    ...step,
    at: Math.round((step.at - first.at) / 1_000) * 1_000 + 15_000,
  }))
  if (JSON.stringify(whole) !== JSON.stringify(steps)) await better({ ...best(), steps: whole })
}
