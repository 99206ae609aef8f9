/** Reads events of the MISP core format from the bytes of a file: a peer's, or a feed's, trusted in nothing. */

import { fromUtf8, ok, type Result, refuse } from '@countersign/log'
import { checkJson } from '@countersign/record'
import { LIMITS } from '../limits.ts'
import { isRecord, own } from '../properties.ts'
import { type MispEvent, mispEvent } from './schema.ts'

/**
 * The events of one file: `{"Event": …}`, a list of these, what MISP's search answers (`{"response": […]}`), or one event
 * alone. Refuses with the codes of the JSON scan (`json/…`) and with `misp/no-event`, `misp/too-many`, `misp/event`; the
 * message names the place, such as `Event.Attribute[3].uuid`. One event that cannot be read refuses the file, so that
 * nothing is taken in by halves.
 */
export function readMispEvents(bytes: Uint8Array): Result<readonly MispEvent[]> {
  const fault = checkJson(bytes, {
    maxBytes: LIMITS.mispBytes,
    maxDepth: LIMITS.mispDepth,
    maxValues: LIMITS.mispValues,
    protoKey: 'refuse',
  })
  if (fault !== undefined) return refuse(fault.code, `This is no proper JSON: ${fault.message}.`)
  const file: unknown = JSON.parse(fromUtf8(bytes) ?? '')
  const found = eventsIn(file)
  if (found.length === 0) {
    return refuse('misp/no-event', 'There is no MISP event in the file. An object with a member Event is expected.')
  }
  if (found.length > LIMITS.mispEvents) {
    const message = `There are ${found.length} events in the file; at most ${LIMITS.mispEvents} are taken. Split it.`
    return refuse('misp/too-many', message)
  }
  const events: MispEvent[] = []
  for (const { event, at } of found) {
    const read = readMispEvent(event, at)
    if (!read.ok) return read
    events.push(read.value)
  }
  return ok(events)
}

/** Reads one event that is parsed already; `at` is the place that messages begin with. */
export function readMispEvent(event: unknown, at = 'Event'): Result<MispEvent> {
  const read = mispEvent.safeParse(event)
  if (!read.success) {
    const [issue] = read.error.issues
    const more = read.error.issues.length - 1
    const place = [at, ...(issue?.path ?? [])].reduce<string>(addToPath, '')
    const others = more === 0 ? '' : ` (${more} more like this.)`
    return refuse('misp/event', `${place}: ${sentence(issue)}${others} Mend the file, or export it anew.`)
  }
  let attributes = read.data.Attribute?.length ?? 0
  for (const { Attribute = [] } of read.data.Object ?? []) attributes += Attribute.length
  if (attributes > LIMITS.mispAttributes) {
    const message = `${at} has ${attributes} attributes; at most ${LIMITS.mispAttributes} are taken. Split it.`
    return refuse('misp/too-many', message)
  }
  return ok(read.data)
}

function eventsIn(file: unknown): { event: unknown; at: string }[] {
  if (Array.isArray(file)) return file.flatMap((item, i) => eventsOf(item, `[${i}]`))
  if (!isRecord(file)) return []
  const response = own(file, 'response')
  if (Array.isArray(response)) return response.flatMap((item, i) => eventsOf(item, `response[${i}]`))
  return eventsOf(file, '')
}

function eventsOf(item: unknown, at: string): { event: unknown; at: string }[] {
  if (!isRecord(item)) return []
  const event = own(item, 'Event')
  if (event !== undefined) return [{ event, at: at === '' ? 'Event' : `${at}.Event` }]
  // An event alone has these; anything else is some other file.
  return own(item, 'uuid') !== undefined && own(item, 'info') !== undefined ? [{ event: item, at: at || 'Event' }] : []
}

function addToPath(path: string, part: PropertyKey): string {
  if (typeof part === 'number') return `${path}[${part}]`
  const name = String(part)
  return path === '' ? name : `${path}.${name}`
}

type Issue = { readonly code?: string; readonly message: string; readonly input?: unknown; readonly expected?: unknown }

function sentence(issue: Issue | undefined): string {
  if (issue === undefined) return 'This is not what MISP writes.'
  if (issue.code !== 'invalid_type') return issue.message
  const asked = WORDS.get(String(issue.expected)) ?? String(issue.expected)
  return `This must be ${asked}.`
}

const WORDS = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['array', 'a list'],
  ['object', 'an object'],
])
