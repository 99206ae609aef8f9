// The HTTP side of a node: the directory for peers, TAXII for tools, the API and the pages of the console.
// Beyond loopback it serves TLS, or is told that it stands behind a proxy that does; otherwise it does not start.
// The shell of the machine's owner has a door of its own, whatever the public one asks for (local-door.ts).

import { existsSync } from 'node:fs'
import { closeGently, type ListenOptions, listenOn, readListening, trustProxy } from '@countersign/listen'
import { ok, type Refusal, type Result, refuse } from '@countersign/log'
import type { Node } from '@countersign/node'
import rateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { apiRoutes } from './api.ts'
import { directoryRoutes } from './directory-routes.ts'
import { LIMITS } from './limits.ts'
import { type LocalDoor, openLocalDoor } from './local-door.ts'
import { type Accounts, openAccounts } from './people/accounts.ts'
import { taxiiRoutes } from './taxii/routes.ts'

export interface ServeOptions extends ListenOptions {
  /** Folder of the built console; without it the node has no pages. */
  consoleDir?: string
  /** A demonstration’s node says so on its pages. */
  demo?: boolean
  log?: boolean
}

export interface Served {
  url: string
  /** The Unix socket of the local door. */
  socket: string
  app: FastifyInstance
  accounts: Accounts
  close(): Promise<void>
}

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

export async function serveNode(node: Node, options: ServeOptions): Promise<Result<Served>> {
  const listening = readListening(options)
  if (!listening.ok) return listening
  const { https, scheme } = listening.value
  // Requests are logged without bodies, cookies, credentials or query strings: none of them may end in a file.
  const logger =
    options.log === true
      ? {
          level: 'info',
          stream: process.stderr,
          serializers: {
            req: (request: { method: string; url: string }) => ({
              method: request.method,
              path: request.url.split('?')[0],
            }),
          },
        }
      : false
  const settings = {
    logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: LIMITS.jsonBodyBytes,
    trustProxy: trustProxy(options),
  }
  const app: FastifyInstance =
    https === undefined ? Fastify(settings) : Fastify({ ...settings, https } as typeof settings)
  const accounts = await openAccounts(node.dir, node.card.body.endpoints[0] ?? `${scheme}://${options.listen}`)

  await app.register(rateLimit, { global: false })
  commonRoutes(app, node)
  directoryRoutes(app, node)
  await taxiiRoutes(app, node, accounts)
  await apiRoutes(app, node, accounts, { demo: options.demo === true })
  if (options.consoleDir !== undefined && existsSync(options.consoleDir)) await consolePages(app, options.consoleDir)

  const failed = async (refusal: Refusal): Promise<Refusal> => {
    accounts.close()
    await app.close()
    return refusal
  }
  let local: LocalDoor
  try {
    local = await openLocalDoor(node, async (door) => {
      commonRoutes(door, node)
      await apiRoutes(door, node, accounts, { demo: options.demo === true })
    })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause
    return failed(refuse('serve/listen', `The door for the shell of this machine cannot be opened (${why}).`))
  }
  const url = await listenOn(app, listening.value)
  if (!url.ok) {
    await local.close()
    return failed(url)
  }
  return ok({
    url: url.value,
    socket: local.socket,
    app,
    accounts,
    async close() {
      await local.close()
      await closeGently(app, LIMITS.closeGraceMs)
      accounts.close()
    },
  })
}

/** What every answer has, whichever door it leaves by. */
function commonRoutes(app: FastifyInstance, node: Node): void {
  app.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) reply.header(name, value)
  })
  app.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ err: error }, 'request failed')
    const message = status >= 500 ? 'The node could not answer this; its log says why.' : error.message
    return reply.code(status).send({ code: status >= 500 ? 'node/failed' : 'request/refused', message })
  })
  app.get('/healthz', async () => ({ ok: true, party: node.party, ...node.health() }))
}

/** The console is one page; every path that is no file and no API is that page. */
async function consolePages(app: FastifyInstance, dir: string): Promise<void> {
  await app.register(fastifyStatic, { root: dir, wildcard: false, index: false, maxAge: 0 })
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
    if (!wantsPage || /^\/(?:api|taxii2|logs|mirrors|receipts|held|cards|notices|forks)\//.test(request.url)) {
      return reply.code(404).send({ code: 'not-found/path', message: 'There is nothing at this address.' })
    }
    return reply.header('cache-control', 'no-store').sendFile('index.html')
  })
}
