// How objects are linked, over the API. It changes nothing; it is a POST because what it begins with may be long.

import type { Node } from '@countersign/node'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { answer, malformed, sendRefusal } from './errors.ts'
import { LIMITS } from './limits.ts'

const text = z.string().min(1).max(LIMITS.queryChars)

/** What a question about objects begins with. */
export const objectIds = z.array(text).min(1).max(LIMITS.graphIdsMax)
/** What one searches for among objects. */
export const objectSearch = z.strictObject({
  pact: text.exactOptional(),
  collection: z.enum(['inbox', 'outbox', 'withdrawn']).exactOptional(),
  type: text.exactOptional(),
  party: text.exactOptional(),
  q: z.string().max(LIMITS.queryChars).exactOptional(),
})
const shape = {
  pact: text.exactOptional(),
  depth: z.int().min(0).max(LIMITS.graphDepthMax).default(1),
  nodes: z.int().min(1).max(LIMITS.graphNodesMax).default(LIMITS.graphNodesMax),
}
export const graphBody = z.union([
  z.strictObject({ ids: objectIds, ...shape }),
  z.strictObject({ search: objectSearch, ...shape }),
])

export function graphRoutes(api: FastifyInstance, node: Node): void {
  api.post('/api/graph', async (request, reply) => {
    const parsed = graphBody.safeParse(request.body)
    return parsed.success ? answer(reply, await node.graph(parsed.data)) : sendRefusal(reply, malformed(parsed.error))
  })
}
