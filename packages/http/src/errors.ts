// What the API answers with. One table leads from refusal codes to HTTP statuses; a code that is not listed is a refusal of
// what was asked: 422.

import { type Refusal, type Result, refuse } from '@countersign/log'
import type { FastifyReply } from 'fastify'
import type { z } from 'zod'

const STATUS: [prefix: string, status: number][] = [
  ['auth/role', 403],
  ['auth/', 401],
  ['not-found/', 404],
  ['json/', 400],
  ['request/', 400],
  ['stix/', 422],
  ['release/', 422],
  ['ledger/disk-full', 507],
  ['ledger/', 503],
  ['node/not-ready', 503],
]

export function statusOf(code: string): number {
  return STATUS.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 422
}

export function sendRefusal(reply: FastifyReply, refusal: Pick<Refusal, 'code' | 'message'>): FastifyReply {
  return reply.code(statusOf(refusal.code)).send({ code: refusal.code, message: refusal.message })
}

export function answer(reply: FastifyReply, result: Result<unknown>): FastifyReply {
  return result.ok ? reply.send(result.value) : sendRefusal(reply, result)
}

/** A request of another form. Nothing of what was given is repeated: it may hold a password. */
export function malformed(error: z.ZodError): Refusal {
  return refuse('request/form', `The request is not understood at “${error.issues[0]?.path.join('.') || 'its top'}”.`)
}
