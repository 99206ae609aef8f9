// The weekly rounds over the API: what is gathered, what the gate says of it, and saying it.

import type { Result } from '@countersign/log'
import type { Node, ShareRequest } from '@countersign/node'
import { TLP_LABELS } from '@countersign/record'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answer, malformed, sendRefusal } from './errors.ts'
import { LIMITS } from './limits.ts'

const text = z.string().min(1).max(LIMITS.queryChars)
const place = {
  pact: text,
  channel: text.exactOptional(),
  to: z.array(text).min(1).max(LIMITS.readersMax).exactOptional(),
}
export const roundsQuery = z.strictObject({ pact: text.exactOptional() })
/** In a query the recipients are separated by commas. */
export const roundQuery = z.strictObject({ pact: text, channel: text.exactOptional(), to: text.exactOptional() })
export const roundBody = z.strictObject(place)
export const roundSayBody = z.strictObject({
  ...place,
  /** What was looked at, as `try` gave it. */
  looked: z.string().regex(/^[0-9a-f]{64}$/),
})
export const roundSkipBody = z.strictObject({
  ...place,
  /** Why; it stays on this node. */
  reason: z.string().min(1).max(LIMITS.triageReasonChars).exactOptional(),
})
export const roundTermsBody = z.strictObject({
  ...place,
  weekday: z.number().int().min(1).max(7).exactOptional(),
  hour: z.number().int().min(0).max(23).exactOptional(),
  marking: z.strictObject({ tlp: z.enum(TLP_LABELS), class: text.exactOptional() }).exactOptional(),
  feed: text.exactOptional(),
})
export const roundChoiceBody = z.strictObject({
  ...place,
  ids: z.array(text).min(1).max(LIMITS.triageIdsMax).exactOptional(),
  types: z.array(text).min(1).max(LIMITS.triageTypesMax).exactOptional(),
  refused: z.boolean().exactOptional(),
})

interface Means {
  node: Node
  /** In whose name it is said, and the officer, where one has signed in. */
  asker(request: FastifyRequest): Promise<Pick<ShareRequest, 'account' | 'author'>>
  /** With the reasons of the gate for each object. */
  refused(reply: FastifyReply, refusal: Extract<Awaited<ReturnType<Node['sayRound']>>, { ok: false }>): FastifyReply
}

export function roundRoutes(api: FastifyInstance, { node, asker, refused }: Means): void {
  const { rounds } = node
  const post = <T>(
    path: string,
    schema: z.ZodType<T>,
    act: (body: T, account: string) => Promise<Result<unknown>>,
    bodyLimit: number = LIMITS.jsonBodyBytes,
  ) =>
    api.post(path, { bodyLimit }, async (request, reply) => {
      const parsed = schema.safeParse(request.body)
      if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
      return answer(reply, await act(parsed.data, (await asker(request)).account))
    })

  api.get('/api/rounds', async (request, reply) => {
    const parsed = roundsQuery.safeParse(request.query)
    return answer(reply, parsed.success ? await rounds.list(parsed.data.pact) : malformed(parsed.error))
  })
  api.get('/api/round', async (request, reply) => {
    const parsed = roundQuery.safeParse(request.query)
    return answer(reply, parsed.success ? await rounds.look(placeOf(parsed.data)) : malformed(parsed.error))
  })
  post('/api/round/terms', roundTermsBody, ({ pact, channel, to, ...terms }) =>
    rounds.set({ pact, ...(channel === undefined ? {} : { channel }), ...(to === undefined ? {} : { to }) }, terms),
  )
  api.post('/api/round/add', { bodyLimit: LIMITS.roundBodyBytes }, async (request, reply) => {
    const parsed = roundQuery.safeParse(request.query)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    const input = request.body as AsyncIterable<Uint8Array>
    return answer(reply, await rounds.add(placeOf(parsed.data), input, (await asker(request)).account))
  })
  for (const [path, out] of [
    ['/api/round/leave-out', true],
    ['/api/round/take-in', false],
  ] as const) {
    post(
      path,
      roundChoiceBody,
      ({ ids, types, refused: isRefused, ...at }, account) => {
        const which = {
          ...(ids === undefined ? {} : { ids }),
          ...(types === undefined ? {} : { types }),
          ...(isRefused === undefined ? {} : { refused: isRefused }),
        }
        return rounds.choose(at, which, out, account)
      },
      LIMITS.apiBodyBytes,
    )
  }
  post('/api/round/try', roundBody, (at) => rounds.tryOut(at))
  post('/api/round/skip', roundSkipBody, ({ reason, ...at }, by) =>
    rounds.skip(at, { by, ...(reason === undefined ? {} : { reason }) }),
  )
  api.post('/api/round/say', async (request, reply) => {
    const parsed = roundSayBody.safeParse(request.body)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    const { looked, ...at } = parsed.data
    const said = await node.sayRound(at, { ...(await asker(request)), looked })
    return said.ok ? said.value : refused(reply, said)
  })
}

function placeOf({ pact, channel, to }: z.infer<typeof roundQuery>) {
  return {
    pact,
    ...(channel === undefined ? {} : { channel }),
    ...(to === undefined ? {} : { to: to.split(',') }),
  }
}
