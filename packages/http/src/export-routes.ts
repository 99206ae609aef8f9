// Objects as a file, over the API (exporting.ts).

import { Readable } from 'node:stream'
import type { Node } from '@countersign/node'
import { TLP_LABELS } from '@countersign/record'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { answer, malformed, sendRefusal } from './errors.ts'
import { exported, exportLook } from './exporting.ts'
import { objectIds as ids, objectSearch } from './graph-routes.ts'

const form = {
  form: z.enum(['stix', 'misp']),
  marking: z.enum(TLP_LABELS),
  confirmed: z.boolean().exactOptional(),
}
export const exportLookBody = z.union([z.strictObject({ ids }), z.strictObject({ search: objectSearch })])
export const exportBody = z.union([z.strictObject({ ids, ...form }), z.strictObject({ search: objectSearch, ...form })])

export function exportRoutes(api: FastifyInstance, node: Node): void {
  api.post('/api/export/look', async (request, reply) => {
    const parsed = exportLookBody.safeParse(request.body)
    return parsed.success
      ? answer(reply, await exportLook(node, parsed.data))
      : sendRefusal(reply, malformed(parsed.error))
  })
  api.post('/api/export', async (request, reply) => {
    const parsed = exportBody.safeParse(request.body)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    const { form: as, marking, confirmed, ...which } = parsed.data
    const given = await exported(node, which, { form: as, marking, ...(confirmed === undefined ? {} : { confirmed }) })
    if (!given.ok) return sendRefusal(reply, given)
    reply
      .header('content-type', 'application/octet-stream')
      .header('content-disposition', `attachment; filename="objects-${marking.replace(':', '-')}.json"`)
    return reply.send(Readable.from(given.value, { objectMode: false }))
  })
}
