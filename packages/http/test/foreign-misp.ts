// A MISP on loopback that plays what is documented of its automation interface (MISP's `openapi.yaml`) and done by its
// code (`EventsController`, `Event::_add`, `Event::_edit`, `MispAttribute::editAttribute`, `SightingsController`), as far as a
// feed meets it. How it misbehaves is set by who starts it.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type Json = { [member: string]: unknown }

export interface Behaviour {
  /** Lists all events, whatever is asked for. */
  ignoresFilter?: boolean
  /** Names each event twice, the last one first. */
  repeats?: boolean
  /** Answers by itself where it gives true. */
  answer?(request: IncomingMessage, response: ServerResponse, url: URL, body: string): boolean
}

/** A user of it, and what the user's role permits. */
export interface MispUser {
  org: { uuid: string; name: string }
  sync?: boolean
}

export interface ForeignMisp {
  url: string
  /** Methods and paths, in the order in which they were asked. */
  asked: string[]
  bodies: string[]
  authorizations: (string | undefined)[]
  behaviour: Behaviour
  /** By UUID, each as the member `Event` of an answer. */
  events: Map<string, Json>
  user: MispUser
  close(): Promise<void>
}

export const KEY = 'k3yOfAUser0123456789abcdefghijklmnopqrst'
export const OUR_ORG = { uuid: '5c0b1f2a-0aaa-4000-8000-000000000001', name: 'Alfa team' }
const JSON_TYPE = { 'content-type': 'application/json; charset=UTF-8' }

export async function startMisp(events: readonly Json[], behaviour: Behaviour = {}): Promise<ForeignMisp> {
  const sockets = new Set<Socket>()
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://misp.example')
    self.asked.push(`${request.method} ${url.pathname}`)
    self.authorizations.push(request.headers.authorization)
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    self.bodies.push(body)
    if (self.behaviour.answer?.(request, response, url, body) === true) return
    const [status, answer] = answered(self, request, url, body)
    const location = status === 302 ? { location: String(answer['location']) } : {}
    response.writeHead(status, { ...JSON_TYPE, ...location }).end(JSON.stringify(answer))
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No free port.')
  const self: ForeignMisp = {
    url: `http://127.0.0.1:${address.port}/`,
    ...{ asked: [], bodies: [], authorizations: [], behaviour, user: { org: OUR_ORG } },
    events: new Map(events.map((event) => [String(event['uuid']), event])),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return self
}

export function failure(name: string, message = name, url = '/'): Json {
  return { name, message, url }
}

function answered(self: ForeignMisp, request: IncomingMessage, url: URL, body: string): [number, Json] {
  if (request.headers.authorization !== KEY) {
    return [403, failure('Authentication failed. Please make sure you pass the API key of an API enabled user along.')]
  }
  const given: Json = body === '' ? {} : JSON.parse(body)
  const [, controller, act, id = ''] = url.pathname.split('/')
  switch (`${controller}/${act}`) {
    case 'events/index':
      return [200, list(self, given) as unknown as Json]
    case 'events/view':
      return view(self, id, given)
    case 'events/add':
      return add(self, eventIn(given))
    case 'events/edit':
      return edit(self, id, eventIn(given))
    case 'sightings/add':
      return addSighting(self, id, given)
    case 'sightings/restSearch':
      return [200, { response: searchSightings(self, given) }]
    case 'users/view':
      return [200, { User: { id: '7' }, Organisation: self.user.org, Role: { perm_sync: self.user.sync === true } }]
    default:
      return [404, failure('Not found', 'Not found', url.pathname)]
  }
}

function list({ events, behaviour }: ForeignMisp, asked: Json): Json[] {
  const [from, to] = asked['publish_timestamp'] as [number, number]
  const found = [...events.values()].filter((event) => {
    if (behaviour.ignoresFilter === true) return true
    const at = Number(event['publish_timestamp'])
    return event['published'] === true && at >= from && at <= to
  })
  const rows = found.map((event, i) => ({
    ...{ id: String(i + 1), timestamp: event['timestamp'], sighting_timestamp: event['sighting_timestamp'] ?? '0' },
    ...{ published: event['published'], uuid: event['uuid'] },
    orgc_uuid: (event['Orgc'] as Json | undefined)?.['uuid'],
  }))
  return behaviour.repeats === true ? [...rows.toReversed(), ...rows] : rows
}

function view({ events }: ForeignMisp, uuid: string, asked: Json): [number, Json] {
  const event = events.get(uuid)
  if (event === undefined) return [404, failure('Invalid event')]
  if (Array.isArray(asked['deleted'])) return [200, { Event: event }]
  const living = (list: unknown) => ((list ?? []) as Json[]).filter(({ deleted }) => deleted !== true)
  const objects = living(event['Object']).map((object) => ({ ...object, Attribute: living(object['Attribute']) }))
  return [200, { Event: { ...event, Attribute: living(event['Attribute']), Object: objects } }]
}

function attributesIn(event: Json): Json[] {
  return [event, ...((event['Object'] ?? []) as Json[])].flatMap((one) => (one['Attribute'] ?? []) as Json[])
}

/** By the UUID of the attribute; the sighting gets a UUID of its own, and is the organisation's of the key. */
function addSighting(self: ForeignMisp, uuid: string, given: Json): [number, Json] {
  for (const event of self.events.values()) {
    const attribute = attributesIn(event).find((one) => one['uuid'] === uuid && one['deleted'] !== true)
    if (attribute === undefined) continue
    return [200, { Sighting: see(attribute, { ...given, Organisation: self.user.org }) }]
  }
  return [403, failure('Could not add Sighting', 'No valid attributes found that match the criteria.')]
}

/** Adds a sighting to an attribute, as a person there would. */
export function see(attribute: Json, { timestamp, ...said }: Json): Json {
  const date = String(timestamp ?? Math.floor(Date.now() / 1000))
  const sighting = { uuid: crypto.randomUUID(), type: '0', source: '', date_sighting: date, ...said }
  attribute['Sighting'] = [...((attribute['Sighting'] ?? []) as Json[]), sighting]
  return sighting
}

function searchSightings({ events }: ForeignMisp, { from, to }: Json): Json[] {
  return [...events.values()].flatMap((event) =>
    attributesIn(event).flatMap((attribute) =>
      ((attribute['Sighting'] ?? []) as Json[]).flatMap((one) => {
        const at = Number(one['date_sighting'])
        const named = { ...one, Event: { uuid: event['uuid'] } }
        return at >= Number(from) && at <= Number(to) ? [{ Sighting: named }] : []
      }),
    ),
  )
}

function eventIn(given: Json): Json {
  return (given['Event'] ?? given) as Json
}

function add(self: ForeignMisp, event: Json): [number, Json] {
  const uuid = String(event['uuid'])
  if (self.events.has(uuid)) return [302, { location: `/events/view/${uuid}` }]
  const orgc = (event['Orgc'] ?? self.user.org) as Json
  if (orgc['uuid'] !== self.user.org.uuid && self.user.sync !== true) {
    return [405, failure('Event cannot be created as you are not a member of the creator organisation.')]
  }
  self.events.set(uuid, { ...event, Orgc: orgc })
  return [200, { Event: self.events.get(uuid) }]
}

function edit(self: ForeignMisp, id: string, event: Json): [number, Json] {
  const uuid = String(event['uuid'] ?? id)
  const existing = self.events.get(uuid)
  if (existing === undefined) return [404, failure('Invalid event')]
  const cannot = (why: string): [number, Json] => [403, failure(`Could not edit Event: ${why}`)]
  if (Number(event['timestamp']) <= Number(existing['timestamp'])) {
    return cannot('Event in the request not newer than the local copy.')
  }
  if ((existing['Orgc'] as Json)['uuid'] !== self.user.org.uuid && self.user.sync !== true) {
    return cannot('The user used to edit the event is not authorised to do so.')
  }
  const { Attribute, Object: objects, EventReport, Tag, Orgc: _, ...own } = event
  self.events.set(uuid, {
    ...{ ...existing, ...own, published: event['published'] ?? false },
    Attribute: merged(existing['Attribute'], Attribute),
    Object: merged(existing['Object'], objects, (before, after) => ({
      Attribute: merged(before['Attribute'], after['Attribute']),
    })),
    EventReport: merged(existing['EventReport'], EventReport),
    Tag: [...new Map([...tags(existing['Tag']), ...tags(Tag)].map((tag) => [tag['name'], tag])).values()],
  })
  return [200, { Event: self.events.get(uuid) }]
}

const tags = (list: unknown) => (list ?? []) as Json[]

/** What is there stays; what is given replaces it where it is newer. */
function merged(before: unknown, given: unknown, parts: (before: Json, after: Json) => Json = () => ({})): Json[] {
  const all = new Map(((before ?? []) as Json[]).map((one) => [String(one['uuid']), one]))
  for (const one of (given ?? []) as Json[]) {
    const known = all.get(String(one['uuid']))
    const isNewer = known === undefined || Number(one['timestamp']) > Number(known['timestamp'])
    all.set(String(one['uuid']), {
      ...known,
      ...(isNewer ? one : {}),
      ...(known === undefined ? {} : parts(known, one)),
    })
  }
  return [...all.values()]
}
