// A foreign TAXII 2.1 server on loopback that plays what is seen of such servers in the field. Objects have times of
// joining; how it pages, what it says of that, and how it misbehaves is set by who starts it.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface Joined {
  id: string
  text: string
  /** When it joined: milliseconds since the epoch. */
  at: number
}

export interface Behaviour {
  /** `next`: an opaque token; `none`: only times; `same`: a token that leads back to the first page; `fresh`: likewise, but never the same. */
  next?: 'next' | 'none' | 'same' | 'fresh'
  /** `always`: there is more, it says, whatever is asked. */
  more?: 'always'
  /** `added_after` takes in what joined at that time. */
  inclusive?: boolean
  /** Leaves out X-TAXII-Date-Added-First and -Last. */
  withoutTimes?: boolean
  /** Objects on a page, whatever was asked for. */
  pageSize?: number
  /** Of what was asked for, it gives a part on each page. */
  divides?: number
  /** Each page begins with the last object of the one before. */
  overlaps?: boolean
  mediaType?: string
  /** Takes this spelling of the media type alone. */
  accepts?: string
  /** Answers by itself where it gives true. */
  answer?(request: IncomingMessage, response: ServerResponse, url: URL): boolean
}

export interface ForeignServer {
  /** Of its one collection. */
  url: string
  /** Paths with queries, in the order in which they were asked. */
  asked: string[]
  authorizations: (string | undefined)[]
  posted: string[]
  behaviour: Behaviour
  objects: Joined[]
  close(): Promise<void>
}

const EPOCH = Date.parse('2026-01-01T00:00:00Z')

export const idOf = (n: number) => `tool--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** The n-th object, which joined n seconds after the first. */
export function joined(n: number, seconds = n, more: Record<string, unknown> = {}): Joined {
  const time = '2026-02-01T00:00:00.000Z'
  const object = { type: 'tool', spec_version: '2.1', id: idOf(n), created: time, modified: time, name: `tool ${n}` }
  return { id: idOf(n), text: JSON.stringify({ ...object, ...more }), at: EPOCH + seconds * 1000 }
}

const timeOf = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z')

export async function startForeign(objects: Joined[], behaviour: Behaviour = {}): Promise<ForeignServer> {
  const sockets = new Set<Socket>()
  let tokens = 0
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://foreign.example')
    self.asked.push(`${url.pathname}${url.search}`)
    self.authorizations.push(request.headers.authorization)
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk)
    if (request.method === 'POST') self.posted.push(Buffer.concat(chunks).toString())
    const { behaviour: plays } = self
    if (plays.answer?.(request, response, url) === true) return
    if (plays.accepts !== undefined && request.headers.accept !== plays.accepts) {
      response.writeHead(406, { 'content-type': 'application/json' }).end('{"title":"Not acceptable"}')
      return
    }
    const found = page(self.objects, url, plays)
    const { more, next } = found
    const headers: Record<string, string> = {
      'content-type': plays.mediaType ?? 'application/taxii+json;version=2.1',
    }
    const [first, last] = [found.objects[0], found.objects.at(-1)]
    if (plays.withoutTimes !== true && first !== undefined && last !== undefined) {
      headers['x-taxii-date-added-first'] = timeOf(first.at)
      headers['x-taxii-date-added-last'] = timeOf(last.at)
    }
    const token = plays.next === 'fresh' ? `${next}x${tokens++}` : next
    const list = found.objects.length === 0 ? '' : `,"objects":[${found.objects.map(({ text }) => text).join(',')}]`
    const nextText = more && plays.next !== 'none' ? `,"next":${JSON.stringify(token)}` : ''
    response.writeHead(200, headers).end(`{"more":${more}${nextText}${list}}`)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No free port.')
  const self: ForeignServer = {
    url: `http://127.0.0.1:${address.port}/root/collections/c1/`,
    ...{ asked: [], authorizations: [], posted: [], behaviour, objects },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return self
}

function page(objects: readonly Joined[], url: URL, plays: Behaviour) {
  const after = url.searchParams.get('added_after')
  const from = after === null ? Number.NEGATIVE_INFINITY : Date.parse(after)
  // Its times are of milliseconds, as those of many.
  const found = objects.filter(({ at }) => (plays.inclusive === true ? at >= from : at > from))
  const limit = Number(url.searchParams.get('limit') ?? 100)
  const size = plays.pageSize ?? Math.ceil(limit / (plays.divides ?? 1))
  const token = url.searchParams.get('next')
  const start = plays.next === 'same' || plays.next === 'fresh' ? 0 : Number(token ?? 0)
  const begin = plays.overlaps === true && start > 0 ? start - 1 : start
  const more = plays.more === 'always' || found.length > start + size
  return { objects: found.slice(begin, start + size), more, next: String(start + size) }
}
