// Leaving a page of one thing.

/** Back to where the officer came from; to the list where they came from outside. */
export function leave(toList: () => void): void {
  if (history.length > 1 && history.state?.__TSR_index > 0) history.back()
  else toList()
}
