// TAXII 2.1 for the tools of our own house (OASIS TAXII 2.1): one API root for each agreement, with `inbox` to read what
// the others shared, and `outbox` to write what we share and to read it back. Objects are given byte for byte as they
// came. What is written goes through the same gate as everything else: all of it is said, or none of it.

import { createHash } from 'node:crypto'
import { type Result, refuse } from '@countersign/log'
import type { Node, ShareResult, StoredPact } from '@countersign/node'
import { isPactId } from '@countersign/record'
import type { CollectionName, CollectionPage, CollectionQuery } from '@countersign/views'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts } from './accounts.ts'
import { LIMITS } from './limits.ts'

const MEDIA_TYPE = 'application/taxii+json;version=2.1'
const STIX = 'application/stix+json;version=2.1'
const NAMES = ['inbox', 'outbox'] as const

interface Status {
  id: string
  status: 'pending' | 'complete'
  request_timestamp: string
  total_count: number
  success_count: number
  failure_count: number
  pending_count: number
  failures?: { id: string; version: string; message: string }[]
}

type Query = Record<string, string | string[] | undefined>

export async function taxiiRoutes(app: FastifyInstance, node: Node, accounts: Accounts): Promise<void> {
  await app.register(
    async (taxii) => {
      const statuses = new Map<string, { pact: string; status: Status }>()

      taxii.removeAllContentTypeParsers()
      // The body is a stream: what it may hold is counted where it is kept.
      taxii.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
      taxii.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
        const status = error.statusCode ?? 500
        if (status >= 500) request.log.error({ err: error }, 'request failed')
        return fail(reply, status, status >= 500 ? 'The node could not answer this; its log says why.' : error.message)
      })
      taxii.setNotFoundHandler((_request, reply) => fail(reply, 404, 'There is nothing at this address.'))
      taxii.addHook('onRequest', async (request, reply) => {
        if (accounts.tool(request.headers.authorization) === undefined) {
          reply.header('www-authenticate', 'Basic realm="countersign", charset="UTF-8"')
          return fail(reply, 401, 'Give the name and password of a tool of this node.')
        }
        if (!accepts(request.headers.accept)) return fail(reply, 406, `Ask for ${MEDIA_TYPE}.`)
        return undefined
      })

      function pactOf(request: FastifyRequest): StoredPact | undefined {
        const { root } = request.params as { root?: string }
        return root !== undefined && isPactId(root) ? served().find(({ id }) => id === root) : undefined
      }
      function served(): StoredPact[] {
        return node.pacts().filter(({ agreement }) => agreement.parties.some(({ party }) => party === node.party))
      }
      function placeOf(request: FastifyRequest): { pact: StoredPact; name: CollectionName } | undefined {
        const pact = pactOf(request)
        const { collection } = request.params as { collection?: string }
        const name = NAMES.find(
          (one) => pact !== undefined && (one === collection || idOf(pact.id, one) === collection),
        )
        return pact === undefined || name === undefined ? undefined : { pact, name }
      }

      taxii.get('/', async (request, reply) => {
        const roots = served().map(({ id }) => `${base(request)}/taxii2/${id}/`)
        const [first] = roots
        return send(reply, {
          title: `Countersign node of ${node.party}`,
          description: 'Threat data said and heard under agreements: one API root for each.',
          ...(first === undefined ? {} : { default: first, api_roots: roots }),
        })
      })

      taxii.get('/:root/', async (request, reply) => {
        const pact = pactOf(request)
        if (pact === undefined) return fail(reply, 404, 'There is no such API root.')
        return send(reply, {
          title: pact.agreement.title,
          versions: [MEDIA_TYPE],
          max_content_length: LIMITS.shareBodyBytes,
        })
      })

      taxii.get('/:root/status/:status/', async (request, reply) => {
        const { status: id = '' } = request.params as { status?: string }
        const known = statuses.get(id)
        if (known === undefined || known.pact !== pactOf(request)?.id)
          return fail(reply, 404, 'There is no such status.')
        return send(reply, known.status)
      })

      taxii.get('/:root/collections/', async (request, reply) => {
        const pact = pactOf(request)
        if (pact === undefined) return fail(reply, 404, 'There is no such API root.')
        return send(reply, { collections: NAMES.map((name) => describe(pact, name)) })
      })

      taxii.get('/:root/collections/:collection/', async (request, reply) => {
        const place = placeOf(request)
        if (place === undefined) return fail(reply, 404, 'There is no such collection.')
        return send(reply, describe(place.pact, place.name))
      })

      async function page(
        request: FastifyRequest,
        reply: FastifyReply,
        ask: (query: CollectionQuery) => Promise<Result<CollectionPage>>,
        render: (page: CollectionPage) => string,
      ) {
        const place = placeOf(request)
        if (place === undefined) return fail(reply, 404, 'There is no such collection.')
        const query = queryOf(request.query as Query)
        if (typeof query === 'string') return fail(reply, 400, query)
        const answer = await ask({ ...query, pact: place.pact.id, collection: place.name })
        if (!answer.ok) return fail(reply, 400, answer.message)
        const { addedFirst, addedLast } = answer.value
        if (addedFirst !== null) reply.header('x-taxii-date-added-first', addedFirst)
        if (addedLast !== null) reply.header('x-taxii-date-added-last', addedLast)
        return reply.header('content-type', MEDIA_TYPE).send(render(answer.value))
      }

      taxii.get('/:root/collections/:collection/objects/', (request, reply) =>
        page(request, reply, (query) => node.views.collectionObjects(query), envelope),
      )
      taxii.get('/:root/collections/:collection/manifest/', (request, reply) =>
        page(request, reply, (query) => node.views.collectionManifest(query), manifest),
      )
      taxii.get('/:root/collections/:collection/objects/:object/', async (request, reply) => {
        const { object = '' } = request.params as { object?: string }
        const one = (query: CollectionQuery) =>
          node.views.collectionObjects({ ...query, match: { ...query.match, id: [object] } })
        return page(request, reply, one, envelope)
      })
      taxii.get('/:root/collections/:collection/objects/:object/versions/', async (request, reply) => {
        const { object = '' } = request.params as { object?: string }
        return page(request, reply, (query) => node.views.collectionVersions(object, query), versions)
      })
      taxii.delete('/:root/collections/:collection/objects/:object/', async (_request, reply) =>
        fail(reply, 403, 'What was said cannot be unsaid; revoke the object by a new version of it.'),
      )

      taxii.post('/:root/collections/:collection/objects/', async (request, reply) => {
        const place = placeOf(request)
        if (place === undefined) return fail(reply, 404, 'There is no such collection.')
        if (place.name === 'inbox') return fail(reply, 403, 'The inbox is what the others shared; write to the outbox.')
        if (!isTaxii(request.headers['content-type'])) return fail(reply, 415, `Send ${MEDIA_TYPE}.`)
        if (Number(request.headers['content-length'] ?? 0) > LIMITS.shareBodyBytes) {
          return fail(reply, 413, `One request holds at most ${LIMITS.shareBodyBytes} bytes.`)
        }
        const status: Status = {
          id: crypto.randomUUID(),
          status: 'pending',
          request_timestamp: new Date(node.now()).toISOString(),
          ...{ total_count: 0, success_count: 0, failure_count: 0, pending_count: 0 },
        }
        keep(place.pact.id, status)
        // The body is taken whole before the answer; the rest may go on after it.
        const taken = Promise.withResolvers<void>()
        const shared = node
          .share({
            pact: place.pact.id,
            account: `tool ${accounts.tool(request.headers.authorization) ?? ''}`,
            input: request.body as AsyncIterable<Uint8Array>,
            progress: () => taken.resolve(),
            later: (outcome) => concludeLater(status, outcome),
          })
          .then((result) => conclude(status, result))
          .catch((cause: unknown) => {
            request.log.error({ err: cause }, 'share failed')
            conclude(status, refuse('node/failed', 'The node could not share this; its log says why. Nothing left.'))
          })
        await Promise.race([shared, taken.promise.then(() => patience())])
        return reply.code(202).header('content-type', MEDIA_TYPE).send(JSON.stringify(status))
      })

      function keep(pact: string, status: Status): void {
        statuses.set(status.id, { pact, status })
        const oldest = statuses.keys().next()
        if (statuses.size > LIMITS.statusesMax && oldest.done === false) statuses.delete(oldest.value)
      }
    },
    { prefix: '/taxii2' },
  )
}

/** A small share is over in this time, and its status says so at once. */
function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LIMITS.statusPatienceMs).unref())
}

function conclude(status: Status, result: ShareResult): void {
  if (result.ok) {
    const { state, objects } = result.value
    status.total_count = objects
    if (state === 'held-here') status.pending_count = objects
    else {
      status.status = 'complete'
      status.success_count = objects
    }
    return
  }
  status.status = 'complete'
  status.pending_count = 0
  const refusals = result.refusals ?? [{ code: result.code, message: result.message }]
  status.failure_count = Math.max(1, result.refusalsTotal ?? 1)
  status.total_count = status.failure_count
  status.failures = refusals.map((refusal) => ({
    id: ('object' in refusal ? refusal.object?.id : undefined) ?? 'bundle--00000000-0000-4000-8000-000000000000',
    version: '1970-01-01T00:00:00Z',
    message: `${refusal.message} (${refusal.code})`,
  }))
}

/** What was kept until our log may sign was said, or refused in the end. */
function concludeLater(status: Status, outcome: Result<unknown>): void {
  if (!outcome.ok) return conclude(status, outcome)
  status.status = 'complete'
  status.success_count = status.total_count
  status.pending_count = 0
}

function describe(pact: StoredPact, name: CollectionName) {
  const inbox = name === 'inbox'
  return {
    id: idOf(pact.id, name),
    title: inbox ? 'Inbox' : 'Outbox',
    description: inbox ? 'What the other parties shared with us.' : 'What we share with the other parties.',
    alias: name,
    can_read: true,
    can_write: !inbox,
    media_types: [STIX],
  }
}

/** A collection's UUID (RFC 9562 version 8), the same on every start. */
function idOf(pact: string, name: CollectionName): string {
  const hex = createHash('sha256').update(`${pact}/${name}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function envelope({ objects, next }: CollectionPage): string {
  // Put together from texts: parsing and writing again would lose what the texts alone hold.
  const body = objects.map(({ source }) => source).join(',')
  const more = next === null ? '"more":false' : `"more":true,"next":${JSON.stringify(next)}`
  return objects.length === 0 ? `{${more}}` : `{${more},"objects":[${body}]}`
}

function manifest({ objects, next }: CollectionPage): string {
  return JSON.stringify({
    more: next !== null,
    ...(next === null ? {} : { next }),
    objects: objects.map(({ id, addedAt, version }) => ({ id, date_added: addedAt, version, media_type: STIX })),
  })
}

function versions({ objects, next }: CollectionPage): string {
  return JSON.stringify({
    more: next !== null,
    ...(next === null ? {} : { next }),
    versions: objects.map(({ version }) => version),
  })
}

/** A sentence where the query cannot be understood (TAXII 2.1 section 3.4). */
function queryOf(query: Query): Omit<CollectionQuery, 'pact' | 'collection'> | string {
  for (const value of Object.values(query)) {
    if (typeof value !== 'string') return 'A parameter stands twice; give its values in one, with commas between them.'
    if (value.length > LIMITS.queryChars) return 'A parameter is too long.'
  }
  const { limit, next, added_after: addedAfter } = query as Record<string, string | undefined>
  if (limit !== undefined && !/^[1-9][0-9]{0,9}$/.test(limit)) return 'The limit is a whole number above zero.'
  const match: NonNullable<CollectionQuery['match']> = {}
  const listed = (name: string) => (query[`match[${name}]`] as string | undefined)?.split(',')
  const [id, type, version, specVersion] = ['id', 'type', 'version', 'spec_version'].map(listed)
  if (id !== undefined) match.id = id
  if (type !== undefined) match.type = type
  if (version !== undefined) match.version = version
  if (specVersion !== undefined) match.specVersion = specVersion
  return {
    limit: Math.min(Number(limit ?? LIMITS.taxiiPageDefault), LIMITS.taxiiPageMax),
    match,
    ...(next === undefined ? {} : { next }),
    ...(addedAfter === undefined ? {} : { addedAfter }),
  }
}

function base(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`
}

function send(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.header('content-type', MEDIA_TYPE).send(JSON.stringify(value))
}

function fail(reply: FastifyReply, status: number, title: string): FastifyReply {
  reply.code(status).header('content-type', MEDIA_TYPE)
  return reply.send(JSON.stringify({ title, http_status: String(status) }))
}

function accepts(accept: string | undefined): boolean {
  return (accept ?? '*/*').split(',').some((one) => {
    const type = one.split(';').map((part) => part.trim().toLowerCase())
    if (type[0] === '*/*' || type[0] === 'application/*') return true
    return (
      type[0] === 'application/taxii+json' &&
      (type.find((part) => part.startsWith('version=')) ?? 'version=2.1') === 'version=2.1'
    )
  })
}

function isTaxii(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/taxii\+json\s*(?:;|$)/i.test(contentType) && accepts(contentType)
}
