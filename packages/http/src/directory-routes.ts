// The published directory over HTTP (spec/directory.md): files as they stand on disk, to whom they may be given.
// Ranges are honoured, so that a growing index or a partial bundle is not fetched twice.

import { open, stat } from 'node:fs/promises'
import { type Node, NonceMemory, verifyRequest } from '@countersign/node'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LIMITS } from './limits.ts'

const PREFIXES = ['/card', '/cards/*', '/logs/*', '/mirrors/*', '/receipts/*', '/held/*']
const IMMUTABLE = 'private, max-age=31536000, immutable'

export function directoryRoutes(app: FastifyInstance, node: Node): void {
  const nonces = new NonceMemory()

  async function signerOf(request: FastifyRequest, body?: Uint8Array): Promise<string | undefined> {
    const header = (name: string) => {
      const value = request.headers[name]
      return typeof value === 'string' ? { [name]: value } : {}
    }
    return verifyRequest(
      {
        method: request.method,
        target: request.raw.url ?? '/',
        headers: { ...header('signature'), ...header('signature-input'), ...header('content-digest') },
        ...(body === undefined ? {} : { body }),
      },
      {
        endpoints: node.card.body.endpoints,
        requestKey: (party) => node.cardOf(party)?.keys.request.ed25519,
        nowMs: node.now(),
        nonces,
      },
    )
  }

  for (const path of PREFIXES) {
    app.get(path, { config: { rateLimit: false } }, async (request, reply) => {
      const asked = (request.raw.url ?? '/').slice(1)
      const party = await signerOf(request)
      const answer = await node.directory(party, asked)
      if (answer.kind === 'unauthorised') return reply.code(401).send()
      if (answer.kind === 'missing') return reply.code(404).send()
      reply.header('content-type', answer.mediaType)
      reply.header('cache-control', answer.immutable ? IMMUTABLE : 'no-store')
      return sendFile(request, reply, answer.path)
    })
  }

  app.post('/hint', { bodyLimit: LIMITS.hintBodyBytes, config: { rateLimit: false } }, async (request, reply) => {
    const party = await signerOf(request, new Uint8Array())
    if (party === undefined) return reply.code(401).send()
    node.hint(party)
    return reply.code(204).send()
  })
}

async function sendFile(request: FastifyRequest, reply: FastifyReply, path: string): Promise<FastifyReply> {
  let size: number
  try {
    size = (await stat(path)).size
  } catch {
    return reply.code(404).removeHeader('cache-control').send()
  }
  const range = /^bytes=([0-9]{1,15})-([0-9]{1,15})?$/.exec(request.headers.range ?? '')
  const from = range === null ? 0 : Number(range[1])
  const last = Math.min(range?.[2] === undefined ? size : Number(range[2]), size - 1)
  if (range !== null && (from >= size || from > last))
    return reply.code(416).header('content-range', `bytes */${size}`).send()
  if (range !== null) reply.code(206).header('content-range', `bytes ${from}-${last}/${size}`)
  reply.header('content-length', last + 1 - from)
  const file = await open(path, 'r')
  const highWaterMark = LIMITS.fileChunkBytes
  return reply.send(file.createReadStream({ start: from, highWaterMark, ...(size > 0 ? { end: last } : {}) }))
}
