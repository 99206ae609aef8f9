// The objects that an officer has ticked, over all pages of the list, for as long as the page lives.

import { useSyncExternalStore } from 'react'

/** What one graph begins with at most, and what is ticked one by one. */
export const CHOSEN_MAX = 1_000

/** In the place of an object's id in an address: those. */
export const CHOSEN = 'chosen'

let chosen: ReadonlySet<string> = new Set()
const listeners = new Set<() => void>()

export function useChosen(): ReadonlySet<string> {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => chosen,
  )
}

/** Ticks or unticks; what is beyond CHOSEN_MAX is not ticked. */
export function choose(ids: readonly string[], on: boolean): void {
  const next = new Set(chosen)
  for (const id of ids) {
    if (!on) next.delete(id)
    else if (next.size < CHOSEN_MAX) next.add(id)
  }
  become(next)
}

export function chooseNone(): void {
  become(new Set())
}

function become(next: ReadonlySet<string>): void {
  chosen = next
  for (const tell of listeners) tell()
}
