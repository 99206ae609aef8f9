// One table from refusal codes to HTTP statuses. A code that is not listed is a refusal of what was asked: 422.

import type { Refusal } from '@countersign/log'
import type { FastifyReply } from 'fastify'

const STATUS: [prefix: string, status: number][] = [
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
