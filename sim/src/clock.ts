// Simulated time. Everything that would take time on a machine (a timer, a message, a write) is an event here, and the
// events run one after the other in the order of their times. Between two events everything that is ready runs to its
// end; nothing else ever runs, so the order of all that happens is a function of the seed.

// Taken before anything may be forbidden: the one real turn of the event loop that the simulation itself needs.
const realTurn = setImmediate

interface Event {
  at: number
  number: number
  what: string
  act(): void
  cancelled: boolean
}

export class Clock {
  /** Milliseconds since the epoch. */
  now: number
  /** Events that ran. */
  steps = 0
  private readonly queue: Event[] = []
  private next = 0

  constructor(now: number) {
    this.now = now
  }

  /** Runs `act` after `ms`; the returned function cancels it. Of equal times the earlier asked goes first. */
  after(ms: number, what: string, act: () => void): () => void {
    const event = { at: this.now + Math.max(0, ms), number: this.next++, what, act, cancelled: false }
    this.push(event)
    return () => {
      event.cancelled = true
    }
  }

  /** Runs the next event and all that follows from it at once. What it was; undefined where none is left by `until`. */
  async step(until: number): Promise<string | undefined> {
    for (;;) {
      const event = this.queue[0]
      if (event === undefined || event.at > until) {
        this.now = Math.max(this.now, until)
        return undefined
      }
      this.pop()
      if (event.cancelled) continue
      this.now = Math.max(this.now, event.at)
      this.steps++
      event.act()
      await settled()
      return event.what
    }
  }

  private push(event: Event): void {
    const { queue } = this
    let at = queue.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(queue[at], queue[parent])) break
      this.swap(at, parent)
      at = parent
    }
  }

  private pop(): void {
    const { queue } = this
    const last = queue.pop()
    if (last === undefined || queue.length === 0) return
    queue[0] = last
    for (let at = 0; ; ) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) if (isBefore(queue[child], queue[least])) least = child
      if (least === at) return
      this.swap(at, least)
      at = least
    }
  }

  private swap(a: number, b: number): void {
    const [x, y] = [this.queue[a], this.queue[b]]
    if (x === undefined || y === undefined) return
    this.queue[a] = y
    this.queue[b] = x
  }
}

/** Resolves once nothing is ready any more: only an event can go on from there. */
export function settled(): Promise<void> {
  return new Promise((resolve) => realTurn(resolve))
}

function isBefore(a: Event | undefined, b: Event | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return a.at < b.at || (a.at === b.at && a.number < b.number)
}
