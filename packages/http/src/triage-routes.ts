// Triage over the API: what others shared and what we say of it, and giving many objects their verdicts at once.

import type { Node, TriageListAsked, TriageRequest } from '@countersign/node'
import { FEEDBACK_VERDICTS, type FeedbackVerdict } from '@countersign/record'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answer, malformed, sendRefusal } from './errors.ts'
import { LIMITS } from './limits.ts'

const text = z.string().min(1).max(LIMITS.queryChars)
const scope = {
  pact: text,
  from: text.exactOptional(),
  share: text.exactOptional(),
  record: text.exactOptional(),
  since: text.exactOptional(),
  until: text.exactOptional(),
}
export const triageQuery = z.strictObject({
  ...scope,
  /** Separated by commas. */
  types: text.exactOptional(),
  text: text.exactOptional(),
  all: z.enum(['0', '1']).default('0'),
  limit: z.coerce.number().int().min(1).max(LIMITS.triageListedMax).default(LIMITS.pageDefault),
})
export const triageBody = z.strictObject({
  ...scope,
  answers: z
    .array(
      z.strictObject({
        verdict: z.enum(Object.keys(FEEDBACK_VERDICTS) as FeedbackVerdict[]),
        reason: z.string().min(1).max(LIMITS.triageReasonChars).exactOptional(),
        ids: z.array(text).min(1).max(LIMITS.triageIdsMax).exactOptional(),
        types: z.array(text).min(1).max(LIMITS.triageTypesMax).exactOptional(),
        text: text.exactOptional(),
      }),
    )
    .min(1)
    .max(LIMITS.triageAnswersMax),
  again: z.boolean().exactOptional(),
})

interface Means {
  node: Node
  /** In whose name it is said, and the officer, where one has signed in. */
  asker(request: FastifyRequest): Promise<Pick<TriageRequest, 'account' | 'author'>>
  /** With the reasons of the gate for each object. */
  refused(reply: FastifyReply, refusal: Extract<Awaited<ReturnType<Node['triage']>>, { ok: false }>): FastifyReply
}

export function triageRoutes(api: FastifyInstance, { node, asker, refused }: Means): void {
  api.get('/api/triage', async (request, reply) => {
    const parsed = triageQuery.safeParse(request.query)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    const { types, all, ...rest } = parsed.data
    const asked: TriageListAsked = { ...rest, all: all === '1' }
    return answer(reply, await node.triageList(types === undefined ? asked : { ...asked, types: types.split(',') }))
  })
  api.post('/api/triage', { bodyLimit: LIMITS.apiBodyBytes }, async (request, reply) => {
    const parsed = triageBody.safeParse(request.body)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    const triaged = await node.triage({ ...parsed.data, ...(await asker(request)) })
    return triaged.ok ? triaged.value : refused(reply, triaged)
  })
}
