// The published directory over HTTP (spec/directory.md): files as they stand on disk, to whom they may be given.
// Ranges are honoured, so that a growing index or a partial bundle is not fetched twice.

import { open, stat } from 'node:fs/promises'
import type { Node } from '@countersign/node'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DirectoryDoor, type DoorAnswer, type DoorRequest } from './directory-door.ts'
import { LIMITS } from './limits.ts'

const PREFIXES = ['/card', '/cards/*', '/notices/*', '/logs/*', '/mirrors/*', '/receipts/*', '/held/*', '/forks/*']

export function directoryRoutes(app: FastifyInstance, node: Node): void {
  const door = new DirectoryDoor(node, fileSize)
  for (const path of PREFIXES) {
    app.get(path, { config: { rateLimit: false } }, async (request, reply) =>
      send(reply, await door.get(asked(request))),
    )
  }
  app.post('/hint', { bodyLimit: LIMITS.hintBodyBytes, config: { rateLimit: false } }, async (request, reply) =>
    send(reply, await door.hint({ ...asked(request), body: new Uint8Array() })),
  )
}

function asked({ method, raw, headers }: FastifyRequest): DoorRequest {
  return { method, target: raw.url ?? '/', headers }
}

async function fileSize(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch {
    return undefined
  }
}

async function send(reply: FastifyReply, answer: DoorAnswer): Promise<FastifyReply> {
  reply.code(answer.status).headers(answer.headers)
  if (answer.file === undefined) return reply.send()
  const { path, from, to } = answer.file
  reply.header('content-length', to - from)
  const file = await open(path, 'r')
  const highWaterMark = LIMITS.fileChunkBytes
  return reply.send(file.createReadStream({ start: from, highWaterMark, ...(to > from ? { end: to - 1 } : {}) }))
}
