// One after the other for each name, such as a log: whoever comes while so many wait is asked to come again.

export class Turns {
  private readonly most: number
  /** By name: who is served last of those that wait, and how many they are. */
  private readonly queues = new Map<string, { last: Promise<unknown>; waiting: number }>()

  constructor(most: number) {
    this.most = most
  }

  /** Does the work alone for its name; undefined where too many wait. */
  async take<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    const queue = this.queues.get(name) ?? { last: Promise.resolve(), waiting: 0 }
    if (queue.waiting >= this.most) return undefined
    const mine = queue.last.then(work, work)
    queue.last = mine
    queue.waiting++
    this.queues.set(name, queue)
    try {
      return await mine
    } finally {
      queue.waiting--
      if (queue.waiting === 0) this.queues.delete(name)
    }
  }

  /** Resolves once all who wait now were served. */
  async ended(): Promise<void> {
    await Promise.allSettled([...this.queues.values()].map(({ last }) => last))
  }
}
