// The HTTP side of a node: the directory for peers, TAXII for tools, the API and the pages of the console.
// Beyond loopback it serves TLS, or is told that it stands behind a proxy that does; otherwise it does not start.
// The shell of the machine's owner has a door of its own, whatever the public one asks for (local-door.ts).

import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import { ok, type Result, refuse } from '@countersign/log'
import type { Node } from '@countersign/node'
import rateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { type Accounts, openAccounts } from './accounts.ts'
import { apiRoutes } from './api.ts'
import { directoryRoutes } from './directory-routes.ts'
import { LIMITS } from './limits.ts'
import { type LocalDoor, openLocalDoor } from './local-door.ts'
import { taxiiRoutes } from './taxii.ts'

export interface ServeOptions {
  /** `host:port`; IPv6 hosts in brackets. Port 0 takes a free one. */
  listen: string
  tls?: { certFile: string; keyFile: string }
  behindProxy?: boolean
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
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

export async function serveNode(node: Node, options: ServeOptions): Promise<Result<Served>> {
  const address = parseListen(options.listen)
  if (address === undefined) {
    return refuse('serve/listen', `“${options.listen}” is no address; give host:port, such as 127.0.0.1:7100.`)
  }
  if (!isLoopback(address.host) && options.tls === undefined && options.behindProxy !== true) {
    return refuse(
      'serve/tls',
      `${address.host} is not this machine alone: give --tls-cert and --tls-key, or --behind-proxy where a proxy speaks TLS.`,
    )
  }
  let https: { cert: Buffer; key: Buffer } | undefined
  if (options.tls !== undefined) {
    try {
      https = { cert: readFileSync(options.tls.certFile), key: readFileSync(options.tls.keyFile) }
      createSecureContext(https)
    } catch (cause) {
      return refuse(
        'serve/tls-files',
        `The certificate and key cannot be used (${cause instanceof Error ? cause.message : cause}); give a certificate chain and its private key, both PEM.`,
      )
    }
  }
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
    // The one proxy in front; what it passes on from its client is the client's word.
    trustProxy: options.behindProxy === true ? (_address: string, hop: number) => hop === 0 : false,
  }
  const app: FastifyInstance =
    https === undefined ? Fastify(settings) : Fastify({ ...settings, https } as typeof settings)
  const scheme = https === undefined ? 'http' : 'https'
  const accounts = await openAccounts(node.dir, node.card.body.endpoints[0] ?? `${scheme}://${options.listen}`)

  await app.register(rateLimit, { global: false })
  commonRoutes(app, node)
  directoryRoutes(app, node)
  await taxiiRoutes(app, node, accounts)
  await apiRoutes(app, node, accounts, { demo: options.demo === true })
  if (options.consoleDir !== undefined && existsSync(options.consoleDir)) await consolePages(app, options.consoleDir)

  let local: LocalDoor | undefined
  try {
    local = await openLocalDoor(node, async (door) => {
      commonRoutes(door, node)
      await apiRoutes(door, node, accounts, { demo: options.demo === true })
    })
    await app.listen({ host: address.host, port: address.port })
  } catch (cause) {
    accounts.close()
    await local?.close()
    await app.close()
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    return code === 'EADDRINUSE'
      ? refuse(
          'serve/port-in-use',
          `Port ${address.port} is in use; stop what listens there or choose another with --listen.`,
        )
      : refuse(
          'serve/listen',
          `The node cannot listen on ${options.listen} (${cause instanceof Error ? cause.message : cause}).`,
        )
  }
  const bound = app.addresses().find((one) => typeof one !== 'string')?.port
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return ok({
    url: `${scheme}://${host}:${bound ?? address.port}/`,
    socket: local.socket,
    app,
    accounts,
    async close() {
      await local.close()
      // A connection on which nothing was asked yet is not idle to the server, which would wait for it for ever.
      const cut = setTimeout(() => app.server.closeAllConnections(), LIMITS.closeGraceMs)
      await app.close()
      clearTimeout(cut)
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
    if (!wantsPage || /^\/(?:api|taxii2|logs|mirrors|receipts|held|cards)\//.test(request.url)) {
      return reply.code(404).send({ code: 'not-found/path', message: 'There is nothing at this address.' })
    }
    return reply.header('cache-control', 'no-store').sendFile('index.html')
  })
}

function parseListen(listen: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]+)):([0-9]{1,5})$/.exec(listen)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  return host === undefined || port > 65_535 ? undefined : { host, port }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
