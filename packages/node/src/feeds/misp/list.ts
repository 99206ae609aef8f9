// The list of a MISP's events, by which its own synchronisation goes as well (`Server::getEventIndexFromServer`, with
// `minimal` and `published`): all that our key may see, in one answer, for the interface does not page a list that names no
// `limit` (`EventsController::__indexRestResponse`). So there is no order to trust and no page to miss. Where the answer
// would be too large, each half of the time is asked for by itself.

import { fromUtf8, ok, type Result, refuse } from '@countersign/log'
import { checkJson } from '@countersign/record'
import type { Surroundings } from '../../surroundings.ts'
import type { FeedLimits } from '../limits.ts'
import { patiently } from '../patience.ts'
import type { Answered, ForeignRequests } from '../requests.ts'
import type { ListedEvent } from './event-store.ts'

export interface ListMeans {
  around: Pick<Surroundings, 'after' | 'now'>
  limits: FeedLimits
  requests: ForeignRequests
  giveWay(): Promise<void>
  stopped: AbortSignal
}

export interface EventList {
  events: ListedEvent[]
  /** Elements that name no event. */
  unreadable: number
  /** When it was answered, by the clock of the server: milliseconds since the epoch. */
  askedMs: number
}

/** Seconds since the epoch, both taken in. */
interface Span {
  from: number
  to: number
}

/** The published events that were published at `from` or later (seconds since the epoch). */
export async function listEvents(
  base: string,
  from: number,
  means: ListMeans,
): Promise<Result<EventList> | { ok: false; answered: Exclude<Answered, { kind: 'answer' }> }> {
  const { limits, around, giveWay, stopped } = means
  // A clock of a server that goes ahead of ours hides nothing.
  const spans: Span[] = [{ from, to: Math.floor((around.now() + limits.aheadMs) / 1000) }]
  const events = new Map<string, ListedEvent>()
  let askedMs = around.now()
  let unreadable = 0
  for (let asked = 0; spans.length > 0; asked++) {
    await giveWay()
    if (stopped.aborted) return refuse('node/not-ready', 'The node is being ended; the next pull goes on here.')
    const span = spans.pop() as Span
    const answered = await ask(base, span, means)
    const read = answered.kind === 'answer' ? readList(answered.bytes, limits) : undefined
    const refused = read !== undefined && !read.ok ? read : answered.kind === 'refused' ? answered : undefined
    if (refused?.code === TOO_LARGE && span.from < span.to && asked < limits.lists) {
      const middle = Math.floor((span.from + span.to) / 2)
      spans.push({ from: span.from, to: middle }, { from: middle + 1, to: span.to })
      continue
    }
    if (refused?.code === TOO_LARGE || events.size > limits.events) return tooMany(base)
    if (answered.kind !== 'answer') return { ok: false, answered }
    if (read === undefined) continue
    if (!read.ok) return read
    if (asked === 0) askedMs = Math.min(askedMs, dateIn(answered.headers) ?? askedMs)
    unreadable += read.value.unreadable
    for (const event of read.value.events) events.set(event.uuid, event)
  }
  return ok({ events: [...events.values()], unreadable, askedMs })
}

/**
 * `publish_timestamp` with two times is a span, both taken in; `minimal` gives `uuid`, `timestamp`, `sighting_timestamp` and
 * `published` of each and leaves events without content out (`EventsController::index`). What is not published is not
 * passed on by MISP itself either.
 */
function ask(base: string, { from, to }: Span, means: ListMeans): Promise<Answered> {
  const body = JSON.stringify({ minimal: 1, published: 1, publish_timestamp: [from, to] })
  const url = new URL('events/index', base)
  return patiently(() => means.requests.post(url, Buffer.from(body), means.limits.listBytes), means)
}

function tooMany(base: string): Result<never> {
  const host = new URL(base).host
  return refuse(TOO_LARGE, `${host} lists more events than are taken here; give a key that sees fewer of them.`)
}

const TOO_LARGE = 'feed/too-large'
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function readList(bytes: Uint8Array, limits: FeedLimits): Result<{ events: ListedEvent[]; unreadable: number }> {
  const fault = checkJson(bytes, {
    ...{ maxBytes: limits.listBytes, maxDepth: 8, maxValues: limits.listEvents * 16, protoKey: 'refuse' },
  })
  if (fault?.code === 'json/too-many-values') return refuse(TOO_LARGE, fault.message)
  const wrong = (why: string) => refuse('feed/page', `The server’s answer is no list of events of MISP: ${why}.`)
  if (fault !== undefined) return wrong(fault.message)
  const value: unknown = JSON.parse(fromUtf8(bytes) ?? '')
  // A search answers with its list within `response`.
  const list: unknown = Array.isArray(value) ? value : Object(value)['response']
  if (!Array.isArray(list)) return wrong('it is no list')
  if (list.length > limits.listEvents) return refuse(TOO_LARGE, 'The list has more events than one may have.')
  const events = (list as unknown[]).flatMap((one) => listed(one) ?? [])
  return ok({ events: events.filter(({ published }) => published), unreadable: list.length - events.length })
}

/** Numbers are texts here and there; a list that is not minimal has the event in a member `Event`, or as it is. */
function listed(one: unknown): (ListedEvent & { published: boolean }) | undefined {
  const row = Object(one) as Record<string, unknown>
  const event = Object(row['Event'] ?? row) as Record<string, unknown>
  const uuid = String(event['uuid']).toLowerCase()
  const [timestamp, sighted] = [event['timestamp'], event['sighting_timestamp'] ?? 0].map(String)
  if (!UUID.test(uuid) || !/^\d{1,12}$/.test(timestamp ?? '') || !/^\d{1,12}$/.test(sighted ?? '')) return undefined
  const published = ![false, 0, '0'].some((no) => no === event['published'])
  return { uuid, version: `${timestamp}.${sighted}`, published }
}

/** `Date` (RFC 9110 section 6.6.1). */
function dateIn(headers: Headers): number | undefined {
  const ms = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(ms) ? undefined : ms
}
