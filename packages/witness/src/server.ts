// The witness over HTTP (C2SP tlog-witness): `POST <prefix>/add-checkpoint` for logs, `GET <prefix>/<hash>/checkpoint` for
// monitors, and `POST <prefix>/sign-subtree` for parts of trees. Anyone may ask; only logs of the policy are judged.
// Connections are kept alive.

import { closeGently, type ListenOptions, listenOn, readListening, trustProxy } from '@countersign/listen'
import { MAX_ADD_CHECKPOINT_BYTES, ok, type Result, refuse } from '@countersign/log'
import Fastify, { type FastifyInstance, type FastifyReply, LogController } from 'fastify'
import type { HttpAnswer } from './answers.ts'
import { LIMITS } from './limits.ts'
import type { Witness } from './witness.ts'

export interface ServeWitnessOptions extends ListenOptions {
  /** The path of the submission and the monitoring prefix, such as `/w1`; the root where it is left out. */
  prefix?: string
}

export interface ServedWitness {
  /** Submission and monitoring prefix, ending in a slash. */
  url: string
  close(): Promise<void>
}

export async function serveWitness(witness: Witness, options: ServeWitnessOptions): Promise<Result<ServedWitness>> {
  const listening = readListening(options)
  if (!listening.ok) return listening
  const prefix = options.prefix?.replace(/\/+$/, '') ?? ''
  if (!/^(?:\/[A-Za-z0-9._~-]+)*$/.test(prefix))
    return refuse('serve/prefix', `“${prefix}” is no path; give one such as /w1.`)
  const { https } = listening.value
  const settings = {
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_ADD_CHECKPOINT_BYTES,
    requestTimeout: LIMITS.requestMs,
    keepAliveTimeout: LIMITS.idleMs,
    trustProxy: trustProxy(options),
  }
  const app: FastifyInstance =
    https === undefined ? Fastify(settings) : Fastify({ ...settings, https } as typeof settings)
  app.server.maxConnections = LIMITS.connections
  routes(app, witness, prefix)
  const url = await listenOn(app, listening.value)
  if (!url.ok) {
    await app.close()
    return url
  }
  return ok({
    url: `${url.value.replace(/\/$/, '')}${prefix}/`,
    close: () => closeGently(app, LIMITS.closeGraceMs),
  })
}

function routes(app: FastifyInstance, witness: Witness, prefix: string): void {
  // The specification names no media type of a request, so any is taken.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
  })
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    const status = error.statusCode ?? 500
    const said = status >= 500 ? 'The witness could not answer this; its log says why.' : error.message
    if (status >= 500) witness.failed(error)
    return reply.code(status).type('text/plain; charset=utf-8').send(`${said}\n`)
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain; charset=utf-8').send('There is nothing at this address.\n'),
  )

  app.post(`${prefix}/add-checkpoint`, async (request, reply) => {
    const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
    return send(reply, await witness.addCheckpoint(body))
  })

  app.post(`${prefix}/sign-subtree`, async (request, reply) => {
    const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
    return send(reply, await witness.signSubtree(body))
  })

  app.get<{ Params: { hash: string } }>(`${prefix}/:hash/checkpoint`, async ({ params: { hash } }, reply) => {
    if (!/^[0-9a-f]{64}$/.test(hash)) return reply.callNotFound()
    const answer = await witness.checkpoint(hash)
    if (answer.status === 200) reply.header('cache-control', `public, max-age=${LIMITS.checkpointCacheSeconds}`)
    return send(reply, answer)
  })

  app.get(`${prefix}/healthz`, async () => ({ ok: true, name: witness.name, logs: witness.logs }))
}

function send(reply: FastifyReply, { status, contentType, body, retryAfter }: HttpAnswer): FastifyReply {
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  // As bytes: a media type is answered as the specification names it, without a character set added.
  return reply.code(status).header('content-type', contentType).send(Buffer.from(body))
}
