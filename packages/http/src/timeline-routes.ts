// Objects along time, over the API. It changes nothing; it is a POST because what it begins with may be long.

import type { Node } from '@countersign/node'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { answer, malformed, sendRefusal } from './errors.ts'
import { objectIds, objectSearch } from './graph-routes.ts'
import { LIMITS } from './limits.ts'

const shape = {
  pact: z.string().min(1).max(LIMITS.queryChars).exactOptional(),
  lanes: z.int().min(1).max(LIMITS.timelineLanesMax).default(LIMITS.timelineLanesMax),
}
export const timelineBody = z.union([
  z.strictObject({ ids: objectIds, ...shape }),
  z.strictObject({ search: objectSearch, ...shape }),
])

export function timelineRoutes(api: FastifyInstance, node: Node): void {
  api.post('/api/timeline', async (request, reply) => {
    const parsed = timelineBody.safeParse(request.body)
    return parsed.success
      ? answer(reply, await node.timeline(parsed.data))
      : sendRefusal(reply, malformed(parsed.error))
  })
}
