// The network between simulated machines. A request goes to whoever answers at its address and comes back, each way
// with a delay of its own, so that requests overtake each other; it may be lost, arrive twice, or come back with other
// bytes than were sent; two machines may be parted for a time. Whoever watches sees every answer as it left.

import type { DoorRequest } from '@countersign/http'
import type { Clock } from './clock.ts'
import type { Draw } from './random.ts'
import { shortDigest, type Trace } from './trace.ts'

export interface Answer {
  status: number
  headers: Record<string, string>
  body: Uint8Array
}

/** Who answers at an address; undefined where nobody does at the moment. */
export type Server = (from: string, request: DoorRequest) => Promise<Answer> | undefined

export interface Weather {
  /** Of a request, each way. */
  delayMs: readonly [from: number, to: number]
  /** Probabilities, for each request. */
  lost: number
  doubled: number
  corrupted: number
}

export const FAIR: Weather = { delayMs: [1, 8], lost: 0, doubled: 0, corrupted: 0 }

export class Network {
  weather: Weather
  readonly servers = new Map<string, Server>()
  private readonly clock: Clock
  private readonly trace: Trace
  private readonly drawFor: (link: string) => Draw
  private readonly links = new Map<string, Draw>()
  private readonly parted = new Set<string>()
  private readonly watchers: ((from: string, by: string, request: DoorRequest, answer: Answer) => void)[] = []

  constructor(clock: Clock, trace: Trace, weather: Weather, drawFor: (link: string) => Draw) {
    this.clock = clock
    this.trace = trace
    this.weather = weather
    this.drawFor = drawFor
  }

  /** Sees every answer in the moment it leaves. */
  watch(watcher: (from: string, by: string, request: DoorRequest, answer: Answer) => void): void {
    this.watchers.push(watcher)
  }

  part(a: string, b: string): void {
    this.parted.add([a, b].sort().join(' '))
  }

  join(a: string, b: string): void {
    this.parted.delete([a, b].sort().join(' '))
  }

  heal(): void {
    this.parted.clear()
    this.weather = FAIR
  }

  /** What a machine calls `fetch`; `alive` says whether the life that asked still goes on. */
  fetchOf(from: string, alive: () => boolean): typeof globalThis.fetch {
    return async (input, init) => {
      const url = new URL(String(input))
      const headers: Record<string, string> = {}
      for (const [name, value] of new Headers(init?.headers)) headers[name] = value
      const request: DoorRequest = {
        ...{ method: init?.method ?? 'GET', target: `${url.pathname}${url.search}`, headers },
        ...(init?.body instanceof Uint8Array ? { body: init.body } : {}),
      }
      const answer = await this.exchange(from, url.hostname, request, alive, init?.signal ?? undefined)
      return responseOf(answer)
    }
  }

  /** One request and its answer. Rejects where none comes; never settles for a life that has ended. */
  exchange(
    from: string,
    to: string,
    request: DoorRequest,
    alive: () => boolean,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const draw = this.linkOf(from, to)
    const { weather } = this
    const line = `${from} → ${to} ${request.method} ${request.target}`
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        if (alive()) reject(new TypeError(`fetch failed: ${why}`))
      }
      signal?.addEventListener('abort', () => fail('aborted'))
      if (signal?.aborted === true) return fail('aborted')
      const lost = draw.chance(weather.lost)
      const hangs = draw.chance(0.5)
      const copies = draw.chance(weather.doubled) ? 2 : 1
      // Indexes are signed by nobody: what keeps them whole on their way is TLS, and nothing else would.
      const spared = request.target.endsWith('/index')
      const corrupt = draw.chance(weather.corrupted) && !spared ? draw() : undefined
      for (let copy = 0; copy < copies; copy++) {
        const [there, back] = [this.delay(draw), this.delay(draw)]
        this.clock.after(there, line, () => {
          if (lost || this.isParted(from, to)) {
            this.trace.add(`${this.clock.now} lost ${line}`)
            // Some networks say so, others say nothing.
            if (!hangs) fail('unreachable')
            return
          }
          const answering = this.servers.get(to)?.(from, request)
          if (answering === undefined) return fail('refused')
          answering.then(
            (answer) => {
              for (const watcher of this.watchers) watcher(from, to, request, answer)
              this.trace.add(
                `${this.clock.now} ${line} ${answer.status} ${answer.body.length} ${shortDigest(answer.body)}`,
              )
              this.clock.after(back, `back ${line}`, () => {
                if (!alive() || this.isParted(from, to)) return hangs ? undefined : fail('reset')
                resolve(corrupt === undefined ? answer : { ...answer, body: corrupted(answer.body, corrupt) })
              })
            },
            // The machine fell silent while it answered, or failed: the connection is reset.
            () => this.clock.after(back, `reset ${line}`, () => fail('reset')),
          )
        })
      }
    })
  }

  private isParted(a: string, b: string): boolean {
    return this.parted.has([a, b].sort().join(' '))
  }

  private delay(draw: Draw): number {
    const [from, to] = this.weather.delayMs
    return from + draw() * (to - from)
  }

  private linkOf(from: string, to: string): Draw {
    const name = `${from} ${to}`
    const known = this.links.get(name)
    if (known !== undefined) return known
    const draw = this.drawFor(name)
    this.links.set(name, draw)
    return draw
  }
}

/** What of a Response is looked at: to make a whole one with a stream takes longer than all else that a request costs. */
function responseOf({ status, headers, body }: Answer): Response {
  const stream = {
    async *[Symbol.asyncIterator]() {
      yield new Uint8Array(body)
    },
    cancel: async () => {},
  }
  const response: Pick<Response, 'status'> & { headers: Pick<Headers, 'get'>; body: typeof stream | null } = {
    status,
    headers: { get: (name) => headers[name] ?? null },
    body: body.length === 0 ? null : stream,
  }
  return response as unknown as Response
}

/** One bit turned, or the end cut off, or something added. */
function corrupted(bytes: Uint8Array, how: number): Uint8Array {
  const at = Math.floor(how * 997) % Math.max(1, bytes.length)
  if (how < 0.25) return bytes.slice(0, at)
  if (how < 0.4) return new Uint8Array(Buffer.concat([bytes, bytes.subarray(at)]))
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ (1 << (Math.floor(how * 7919) % 8))
  return copy
}
