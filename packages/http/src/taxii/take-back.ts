// DELETE in the outbox (TAXII 2.1 section 5.7): what was shared is taken back from those it was shared with. It is answered
// once the object is gone from the outbox, so that a tool that asks again does not find it.

import type { Node, RevokeRequest } from '@countersign/node'
import type { FastifyReply } from 'fastify'
import { statusOf } from '../errors.ts'
import { LIMITS } from '../limits.ts'
import { fail, sendText } from './media.ts'

/** TAXII has no word for why. */
const REASON = 'other'

export async function takeBack(
  reply: FastifyReply,
  node: Node,
  id: string,
  asked: Omit<RevokeRequest, 'ids' | 'reason'>,
): Promise<FastifyReply> {
  const meant = { pact: asked.pact, collection: 'outbox', id } as const
  const left = () => node.views.versionsMeant(meant, asked.versions, asked.specVersions).map(({ order }) => order)
  const orders = new Set(left())
  const revoked = await node.revoke({ ...asked, ids: [id], reason: REASON })
  if (!revoked.ok) {
    const status = revoked.code.startsWith('not-found/') ? 404 : statusOf(revoked.code)
    return fail(reply, status, revoked.message, revoked.code)
  }
  if (revoked.value.state === 'held-here') return sendText(reply.code(202), '')
  // `last` means another one once the last is gone: what was meant at first is waited for.
  const isThere = () => node.views.versionsMeant(meant).some(({ order }) => orders.has(order))
  const until = Date.now() + LIMITS.statusShownMs
  while (isThere() && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LIMITS.statusLookMs).unref())
  }
  return sendText(reply, '')
}
