// Feeds over the API: their state for every account; what changes one, or has it pulled, for the shell of this machine's
// owner alone, for a feed is reached from this machine and may say in our name whatever it brings.

import type { Result } from '@countersign/log'
import type { NewFeed, Node } from '@countersign/node'
import { TLP_LABELS } from '@countersign/record'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answer, malformed, sendRefusal } from './errors.ts'
import { LIMITS } from './limits.ts'

const text = z.string().min(1).max(LIMITS.queryChars)
const secret = z.string().max(LIMITS.feedSecretChars)
const credential = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('basic'), user: secret, password: secret }),
  z.strictObject({ kind: z.literal('bearer'), token: secret }),
  z.strictObject({ kind: z.literal('key'), key: secret }),
])
const destination = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('drafts') }),
  z.strictObject({
    ...{ kind: z.literal('round'), pact: text, channel: text.exactOptional() },
    to: z.array(text).min(1).max(LIMITS.readersMax).exactOptional(),
  }),
  z.strictObject({
    ...{ kind: z.literal('share'), pact: text },
    channel: text.exactOptional(),
    to: z.array(text).min(1).max(LIMITS.readersMax).exactOptional(),
    marking: z.strictObject({ tlp: z.enum(TLP_LABELS), class: text.exactOptional() }).exactOptional(),
    feed: text.exactOptional(),
  }),
])
export const newFeedBody = z.strictObject({
  ...{ name: text, kind: z.enum(['taxii', 'misp']).exactOptional(), url: text, destination, credential },
  everyMinutes: z.number().int().min(0).max(LIMITS.feedMinutesMax),
  since: text.exactOptional(),
  account: text,
})
export const discoverBody = z.strictObject({ url: text, credential })
export const feedBody = z.strictObject({ name: text })
export const pauseFeedBody = z.strictObject({ name: text, paused: z.boolean() })
export const feedCredentialBody = z.strictObject({ name: text, credential })
export const pullFeedBody = z.strictObject({ name: text, now: z.boolean().exactOptional() })

export const pushByItselfBody = z.strictObject({
  name: text,
  what: z
    .strictObject({
      ...{ pact: text, upTo: z.enum(TLP_LABELS), account: text },
      everyMinutes: z.number().int().min(1).max(LIMITS.feedMinutesMax),
    })
    .nullable(),
})

/** Either what we shared under an agreement, or the STIX in the body. */
export const pushFeedQuery = z.strictObject({ name: text, tlp: z.enum(TLP_LABELS), pact: text.exactOptional() })

export function feedRoutes(api: FastifyInstance, node: Node, isLocal: (request: FastifyRequest) => boolean): void {
  const localOnly = async (request: FastifyRequest, reply: FastifyReply) => {
    if (isLocal(request)) return undefined
    const message = 'Only the shell of this machine’s owner changes feeds or pulls from them; use: countersign feed'
    return reply.code(403).send({ code: 'auth/local', message })
  }
  const post = <T>(path: string, schema: z.ZodType<T>, act: (body: T) => Promise<Result<unknown>>) =>
    api.post(path, { preHandler: localOnly }, async (request, reply) => {
      const parsed = schema.safeParse(request.body)
      return answer(reply, parsed.success ? await act(parsed.data) : malformed(parsed.error))
    })

  api.get('/api/feeds', async () => node.feeds.list())
  post('/api/feeds/add', newFeedBody, (feed: NewFeed) => node.feeds.add(feed))
  post('/api/feeds/discover', discoverBody, (server) => node.feeds.discover(server))
  post('/api/feeds/remove', feedBody, ({ name }) => node.feeds.remove(name))
  post('/api/feeds/pause', pauseFeedBody, ({ name, paused }) => node.feeds.pause(name, paused))
  post('/api/feeds/credentials', feedCredentialBody, ({ name, credential: given }) =>
    node.feeds.setCredential(name, given),
  )
  post('/api/feeds/pull', pullFeedBody, ({ name, now = false }) => node.feeds.pull(name, { now }))
  post('/api/feeds/push-by-itself', pushByItselfBody, ({ name, what }) => node.feeds.pushByItself(name, what))
  api.post('/api/feeds/push', { bodyLimit: LIMITS.shareBodyBytes, preHandler: localOnly }, async (request, reply) => {
    const parsed = pushFeedQuery.safeParse(request.query)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    const { name, tlp: upTo, pact } = parsed.data
    const input = request.body as AsyncIterable<Uint8Array>
    return answer(reply, await node.feeds.push(name, pact === undefined ? { upTo, input } : { upTo, pact }))
  })
}
