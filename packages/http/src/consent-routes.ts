// Consents to passing on over the API: given, taken back, and listed.

import type { Node } from '@countersign/node'
import { CONSENTED_PARTIES_MAX } from '@countersign/record'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answer, malformed, sendRefusal } from './errors.ts'
import { LIMITS } from './limits.ts'

const text = z.string().min(1).max(LIMITS.queryChars)
const records = z.array(text).min(1).max(LIMITS.consentedRecordsMax)
export const consentBody = z.strictObject({
  pact: text,
  ids: z.array(text).min(1).max(LIMITS.consentedIdsMax).exactOptional(),
  versions: z.array(text).min(1).max(LIMITS.consentedVersionsMax).exactOptional(),
  records: records.exactOptional(),
  to: z.array(text).min(1).max(CONSENTED_PARTIES_MAX).exactOptional(),
  agreement: text.nullable(),
  parties: z.array(text).min(1).max(CONSENTED_PARTIES_MAX).nullable(),
})
export const retractBody = z.strictObject({ pact: text, records })
export const consentsQuery = z.strictObject({ pact: text })

interface Means {
  node: Node
  /** In whose name it is said. */
  accountOf(request: FastifyRequest): string
}

export function consentRoutes(api: FastifyInstance, { node, accountOf }: Means): void {
  api.get('/api/consents', async (request, reply) => {
    const parsed = consentsQuery.safeParse(request.query)
    return parsed.success ? node.views.consents(parsed.data.pact) : sendRefusal(reply, malformed(parsed.error))
  })
  api.post('/api/consent', async (request, reply) => {
    const parsed = consentBody.safeParse(request.body)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    return answer(reply, await node.consent({ ...parsed.data, account: accountOf(request) }))
  })
  api.post('/api/retract', async (request, reply) => {
    const parsed = retractBody.safeParse(request.body)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    return answer(reply, await node.retract({ ...parsed.data, account: accountOf(request) }))
  })
}
