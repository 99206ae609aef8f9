// TAXII 2.1 for the tools of our own house (OASIS TAXII 2.1): one API root for each agreement, with `inbox` to read what
// the others shared, `outbox` to write what we share, to read it back and to take it back, `withdrawn` to learn of what the
// others took back, and one collection for each feed. What is written goes through the same gate as
// everything else: all of it is said, or none of it. What a tool may not see is answered as if it were not there.

import { Readable } from 'node:stream'
import type { Result } from '@countersign/log'
import type { Node, StoredPact } from '@countersign/node'
import { isPactId } from '@countersign/record'
import type { CollectionPage, CollectionQuery } from '@countersign/views'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LIMITS } from '../limits.ts'
import type { Accounts } from '../people/accounts.ts'
import type { Tool } from '../tools.ts'
import { addObjects } from './add.ts'
import { accepts, fail, isTaxii, send, sendText, TAXII } from './media.ts'
import { type Field, filtersOf } from './query.ts'
import { type Collection, collectionOf, envelope, feedOf, idOf, manifest, nameOf, versions } from './resources.ts'
import { COLLECTION_NAMES, type Rights, rightsIn } from './rights.ts'
import { concluded } from './status.ts'
import { Statuses } from './statuses.ts'
import { takeBack } from './take-back.ts'

interface Place {
  pact: StoredPact
  collection: Collection
  name: string
  rights: Rights
}

/** In each API root; behind them stand the feeds. */
const ALWAYS: readonly Collection[] = ['inbox', 'outbox', 'withdrawn']
const ALL_FIELDS: readonly Field[] = ['id', 'type', 'version', 'spec_version']
const OBJECT_FIELDS: readonly Field[] = ['version', 'spec_version']
const NO_ROOT = 'There is no such API root; the discovery at /taxii2/ lists those that you may use.'
const NO_COLLECTION = 'There is no such collection; collections/ of its API root lists those that you may use.'

export async function taxiiRoutes(app: FastifyInstance, node: Node, accounts: Accounts): Promise<void> {
  const statuses = new Statuses(node.dir, () => node.now())
  app.addHook('onClose', async () => statuses.close())
  await app.register(
    async (taxii) => {
      const tools = new WeakMap<FastifyRequest, Tool>()

      taxii.removeAllContentTypeParsers()
      // The body is a stream: what it may hold is counted where it is kept.
      taxii.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
      taxii.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
        const status = error.statusCode ?? 500
        if (status >= 500) request.log.error({ err: error }, 'request failed')
        return fail(reply, status, status >= 500 ? 'The node could not answer this; its log says why.' : error.message)
      })
      taxii.setNotFoundHandler((request, reply) => {
        const [path = ''] = request.url.split('?')
        return fail(
          reply,
          404,
          path.endsWith('/')
            ? 'There is nothing at this address.'
            : 'There is nothing at this address; those of TAXII end in a slash.',
        )
      })
      taxii.addHook('onRequest', async (request, reply) => {
        const tool = accounts.tools.of(request.headers.authorization)
        if (tool === undefined) {
          reply.header('www-authenticate', ['Basic realm="countersign", charset="UTF-8"', 'Bearer realm="countersign"'])
          return fail(
            reply,
            401,
            'Give the name and password of a tool of this node, or its password as a bearer token.',
          )
        }
        tools.set(request, tool)
        if (!accepts(request.headers.accept)) return fail(reply, 406, `Ask for ${TAXII}.`)
        return undefined
      })

      const toolOf = (request: FastifyRequest): Tool => tools.get(request) ?? { name: '', rights: [] }

      /** The agreements of which the tool may see a collection. */
      function served(request: FastifyRequest): StoredPact[] {
        const { rights } = toolOf(request)
        return node
          .pacts()
          .filter(({ agreement }) => agreement.parties.some(({ party }) => party === node.party))
          .filter(({ id }) => COLLECTION_NAMES.some((name) => mayAny(rightsIn(rights, id, name))))
      }
      function pactOf(request: FastifyRequest): StoredPact | undefined {
        const { root } = request.params as { root?: string }
        return root !== undefined && isPactId(root) ? served(request).find(({ id }) => id === root) : undefined
      }
      function placesIn(request: FastifyRequest, pact: StoredPact): Place[] {
        const feeds = node.views.feeds(pact.id).map((name): Collection => `feed:${name}`)
        return [...ALWAYS, ...feeds]
          .map((collection) => ({
            ...{ pact, collection, name: nameOf(collection) },
            rights: rightsIn(toolOf(request).rights, pact.id, collection),
          }))
          .filter(({ rights }) => mayAny(rights))
      }
      function placeOf(request: FastifyRequest): Place | undefined {
        const pact = pactOf(request)
        const { collection } = request.params as { collection?: string }
        if (pact === undefined) return undefined
        return placesIn(request, pact).find(
          (one) => one.name === collection || idOf(pact.id, one.collection) === collection,
        )
      }

      taxii.get('/', async (request, reply) => {
        const roots = served(request).map(({ id }) => `${base(request)}/taxii2/${id}/`)
        const [first] = roots
        return send(reply, {
          title: `Countersign node of ${node.party}`,
          description: 'Threat data said and heard under agreements: one API root for each.',
          ...(first === undefined ? {} : { default: first, api_roots: roots }),
        })
      })

      taxii.get('/:root/', async (request, reply) => {
        const pact = pactOf(request)
        if (pact === undefined) return fail(reply, 404, NO_ROOT)
        return send(reply, {
          title: pact.agreement.title,
          versions: [TAXII],
          max_content_length: LIMITS.shareBodyBytes,
        })
      })

      taxii.get('/:root/status/:status/', async (request, reply) => {
        const { status: id = '' } = request.params as { status?: string }
        const pact = pactOf(request)
        const kept = pact === undefined ? undefined : statuses.get(id, pact.id, toolOf(request).name)
        if (pact === undefined || kept === undefined) {
          return fail(reply, 404, 'There is no such status of yours; one is kept for a day after it is complete.')
        }
        if (kept.underWay || kept.status.status === 'complete') return send(reply, kept.status)
        // An earlier run took it in.
        const state = await node.shareState(pact.id, id)
        if (state === 'held-here' || state === 'waits') return send(reply, kept.status)
        const objects = node.views.recordsOfShare(node.party, pact.id, id).reduce((sum, one) => sum + one.objects, 0)
        const reason = node.waitingShares.find(id)?.outcome ?? ''
        const status = concluded(kept.status, state, { reason, left: objects === 0 ? undefined : objects })
        statuses.update(status)
        return send(reply, status)
      })

      taxii.get('/:root/collections/', async (request, reply) => {
        const pact = pactOf(request)
        if (pact === undefined) return fail(reply, 404, NO_ROOT)
        return send(reply, {
          collections: placesIn(request, pact).map(({ collection, rights }) => collectionOf(pact, collection, rights)),
        })
      })

      taxii.get('/:root/collections/:collection/', async (request, reply) => {
        const place = placeOf(request)
        if (place === undefined) return fail(reply, 404, NO_COLLECTION)
        return send(reply, collectionOf(place.pact, place.collection, place.rights))
      })

      async function page(
        request: FastifyRequest,
        reply: FastifyReply,
        fields: readonly Field[],
        ask: (query: CollectionQuery, object: string) => Promise<Result<CollectionPage>>,
        render: (page: CollectionPage) => string | Readable,
      ) {
        const place = placeOf(request)
        if (place === undefined) return fail(reply, 404, NO_COLLECTION)
        if (!place.rights.read) return fail(reply, 403, `This tool may not read the ${place.name}.`)
        const { object } = request.params as { object?: string }
        const filters = filtersOf(request.query as Record<string, unknown>, fields)
        if (!filters.ok) return fail(reply, 400, filters.message, filters.code)
        if (object !== undefined && !node.views.inCollection(place.pact.id, place.collection, object)) {
          return fail(reply, 404, `There is no such object in the ${place.name}.`)
        }
        const answer = await ask({ ...filters.value, pact: place.pact.id, collection: place.collection }, object ?? '')
        if (!answer.ok) return fail(reply, 400, answer.message, answer.code)
        const { addedFirst, addedLast } = answer.value
        reply.header('x-taxii-date-added-first', addedFirst).header('x-taxii-date-added-last', addedLast)
        const rendered = render(answer.value)
        if (typeof rendered === 'string') return sendText(reply, rendered)
        return reply.header('content-type', TAXII).send(rendered)
      }

      const inEnvelope = (found: CollectionPage) =>
        Readable.from(
          envelope(found, (...some) => node.views.collectionTexts(...some)),
          { objectMode: false },
        )

      taxii.get('/:root/collections/:collection/objects/', (request, reply) =>
        page(request, reply, ALL_FIELDS, (query) => node.views.collectionObjects(query), inEnvelope),
      )
      taxii.get('/:root/collections/:collection/manifest/', (request, reply) =>
        page(request, reply, ALL_FIELDS, (query) => node.views.collectionManifest(query), manifest),
      )
      taxii.get('/:root/collections/:collection/objects/:object/', (request, reply) => {
        const one = (query: CollectionQuery, object: string) =>
          node.views.collectionObjects({ ...query, match: { ...query.match, id: [object] } })
        return page(request, reply, OBJECT_FIELDS, one, inEnvelope)
      })
      taxii.get('/:root/collections/:collection/objects/:object/versions/', (request, reply) => {
        const all = (query: CollectionQuery, object: string) => node.views.collectionVersions(object, query)
        return page(request, reply, ['spec_version'], all, versions)
      })

      taxii.delete('/:root/collections/:collection/objects/:object/', async (request, reply) => {
        const place = placeOf(request)
        if (place === undefined) return fail(reply, 404, NO_COLLECTION)
        const { collection, name, rights } = place
        if (!rights.read || !rights.write)
          return fail(reply, 403, `This tool may not remove anything from the ${name}.`)
        const filters = filtersOf(request.query as Record<string, unknown>, OBJECT_FIELDS)
        if (!filters.ok) return fail(reply, 400, filters.message, filters.code)
        const { object: id = '' } = request.params as { object?: string }
        if (feedOf(collection) !== undefined) {
          return fail(
            reply,
            403,
            'Delete it in the inbox, which removes it here only, or in the outbox, which takes it back.',
          )
        }
        if (!node.views.inCollection(place.pact.id, collection, id)) {
          return fail(reply, 404, `There is no such object in the ${name}.`)
        }
        const { version, specVersion } = filters.value.match ?? {}
        const asked = {
          ...{ pact: place.pact.id, account: accountOf(toolOf(request)) },
          ...(version === undefined ? {} : { versions: version }),
          ...(specVersion === undefined ? {} : { specVersions: specVersion }),
        }
        if (collection === 'outbox') return takeBack(reply, node, id, asked)
        const removed = node.removeHere({ ...asked, id })
        if (!removed.ok) return fail(reply, 404, removed.message, removed.code)
        return sendText(reply, '')
      })

      taxii.post('/:root/collections/:collection/objects/', async (request, reply) => {
        const place = placeOf(request)
        if (place === undefined) return fail(reply, 404, NO_COLLECTION)
        if (!place.rights.write) {
          return fail(reply, 403, `This tool may not add to the ${place.name}; what we share goes to the outbox.`)
        }
        if (!isTaxii(request.headers['content-type'])) return fail(reply, 415, `Send ${TAXII}.`)
        if (place.collection === 'inbox') {
          return fail(reply, 422, 'The inbox is what the others shared, and takes nothing; add to the outbox.')
        }
        return addObjects(request, reply, {
          ...{ node, statuses, pact: place.pact.id, tool: toolOf(request).name, feed: feedOf(place.collection) },
        })
      })
    },
    { prefix: '/taxii2' },
  )
}

function mayAny({ read, write }: Rights): boolean {
  return read || write
}

export function accountOf({ name }: Pick<Tool, 'name'>): string {
  return `tool ${name}`
}

/** API roots are URLs of HTTPS, or begin with the path (section 4.1.1). */
function base(request: FastifyRequest): string {
  return request.protocol === 'https' ? `https://${request.host}` : ''
}
