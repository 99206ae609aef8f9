// Our keys over the API: their state for every account, and changing them for the shell of this machine's owner alone:
// parse, call the engine, render (spec/keys.md).

import { ok, toBase64 } from '@countersign/log'
import { type Node, ROTATED_ROLES, type Rotated } from '@countersign/node'
import { KEY_ROLES } from '@countersign/record'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answer, malformed, sendRefusal } from './errors.ts'
import { LIMITS } from './limits.ts'

const hex = z.string().regex(/^[0-9a-f]{64}$/)
export const rotateBody = z.strictObject({
  roles: z.array(z.enum(ROTATED_ROLES)).max(ROTATED_ROLES.length).exactOptional(),
  root: z
    .strictObject({
      threshold: z.number().int().min(1).max(8),
      keys: z
        .array(z.strictObject({ ed25519: z.base64(), mldsa44: z.base64() }))
        .min(1)
        .max(8),
    })
    .exactOptional(),
  endpoints: z.array(z.string().max(2_048)).min(1).max(4).exactOptional(),
  name: z.string().min(1).max(200).exactOptional(),
  compromised: z
    .strictObject({
      roles: z.array(z.enum(KEY_ROLES)).min(1).max(KEY_ROLES.length),
      cards: z.array(hex).min(1).max(16).exactOptional(),
    })
    .exactOptional(),
})
export const keyFileBody = z.strictObject({ file: z.base64() })

export function keyRoutes(api: FastifyInstance, node: Node, isLocal: (request: FastifyRequest) => boolean): void {
  const localOnly = async (request: FastifyRequest, reply: FastifyReply) => {
    if (isLocal(request)) return undefined
    const message = 'Only the shell of this machine’s owner changes keys; use: countersign key'
    return reply.code(403).send({ code: 'auth/local', message })
  }
  const options = { bodyLimit: LIMITS.keyBodyBytes, preHandler: localOnly }

  api.get('/api/key/status', async () => node.keyStatus())
  api.post('/api/key/rotate', options, async (request, reply) => {
    const parsed = rotateBody.safeParse(request.body)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    const rotated = await node.rotateKeys(parsed.data)
    return answer(reply, rotated.ok ? ok(rendered(rotated.value)) : rotated)
  })
  api.post('/api/key/accept', options, async (request, reply) => {
    const parsed = keyFileBody.safeParse(request.body)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    const accepted = await node.acceptKeys(Buffer.from(parsed.data.file, 'base64'))
    return answer(reply, accepted.ok ? ok(rendered(accepted.value)) : accepted)
  })
  api.post('/api/key/notice', options, async (request, reply) => {
    const parsed = keyFileBody.safeParse(request.body)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    return answer(reply, await node.takeNotice(Buffer.from(parsed.data.file, 'base64')))
  })
}

function rendered(rotated: Rotated) {
  return rotated.state === 'accepted' ? rotated : { state: rotated.state, request: toBase64(rotated.request) }
}
