// Adding objects (TAXII 2.1 section 5.5). The body is taken whole before the answer; what it takes to judge, seal and sign
// it may go on after it, and the status tells how it ends. What is no envelope at all, or could not be looked at, is
// answered with an error and has no status. The share has the id of its status, in its records too.

import type { Node, ShareResult } from '@countersign/node'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { statusOf } from '../errors.ts'
import { LIMITS } from '../limits.ts'
import { asFeedback } from './feedback.ts'
import { fail, send } from './media.ts'
import { Adding, pendingStatus, refused, shared, waiting } from './status.ts'
import type { Statuses } from './statuses.ts'

interface Means {
  node: Node
  statuses: Statuses
  pact: string
  tool: string
  /** The feed that what is added is shared in. */
  feed?: string | undefined
}

export async function addObjects(request: FastifyRequest, reply: FastifyReply, means: Means): Promise<FastifyReply> {
  const { node, statuses, pact, tool, feed } = means
  if (Number(request.headers['content-length'] ?? 0) > LIMITS.shareBodyBytes) return tooLarge(reply)
  let status = pendingStatus(crypto.randomUUID(), node.now())
  if (!statuses.begin(status, pact, tool)) {
    return fail(reply, 503, 'Too much that tools added is under way; ask for those statuses and try again later.')
  }
  const adding = new Adding()
  const body = new Counted(request.body as AsyncIterable<Uint8Array>)
  const taken = Promise.withResolvers<void>()
  const end = (next: typeof status) => {
    status = next
    statuses.update(next)
  }
  /** Once all of it can be read from the outbox, so that a tool that waited finds what it added. */
  const succeed = async () => {
    await untilShown(means, adding)
    end(shared(status, adding))
  }
  const account = `tool ${tool}`
  const share = asked(node, { pact, account, input: body, feed })
    .then((as) =>
      node.share({
        ...as,
        share: status.id,
        met: (object) => adding.met(object),
        progress: (stage) => {
          // From here on a crash leaves a status that tells which objects it was about.
          if (stage === 'said' && status.total_count === 0) end(waiting(status, adding, 'It is being signed.'))
          taken.resolve()
        },
        later: (outcome) => {
          if (!outcome.ok) return end(refused(status, adding, outcome))
          if (outcome.value !== undefined) adding.decided(outcome.value)
          succeed().catch((cause: unknown) => request.log.error({ err: cause }, 'status failed'))
        },
      }),
    )
    .catch((cause: unknown): ShareResult => {
      request.log.error({ err: cause }, 'share failed')
      return { ok: false, code: 'node/failed', message: 'The node could not share this; its log says why.' }
    })
  let answered = false
  const done = share.then(async (result): Promise<{ http: number; why: string; code: string } | undefined> => {
    if (result.ok) {
      adding.decided(result.value)
      if (result.value.state === 'said') await succeed()
      else end(waiting(status, adding, waitsFor(result.value)))
      return undefined
    }
    const http = body.bytes > LIMITS.shareBodyBytes ? 413 : httpOf(result, adding)
    if (http !== undefined && !answered) {
      statuses.drop(status.id)
      return { http, why: result.message, code: result.code }
    }
    end(refused(status, adding, result))
    return undefined
  })
  const error = await Promise.race([done, taken.promise.then(() => patience())])
  if (error?.http === 413) return tooLarge(reply)
  if (error !== undefined) return fail(reply, error.http, error.why, error.code)
  answered = true
  return send(reply.code(202), status)
}

function waitsFor({ state, awaited, waits }: Extract<ShareResult, { ok: true }>['value']): string {
  if (state === 'held-here') return `It is said once ${awaited.join(', ') || 'the start-up check'} answered.`
  const why = [...new Set(waits.map(({ message }) => message))].slice(0, REASONS_TOLD).join(' ')
  return `It waits until persons of this house have approved it. ${why}`
}

const REASONS_TOLD = 5

/** What is added to a feed is shared in it; what is added to the outbox may be feedback on what another party shared. */
async function asked(
  node: Node,
  { feed, ...as }: { pact: string; account: string; input: AsyncIterable<Uint8Array>; feed?: string | undefined },
) {
  return feed === undefined ? asFeedback(node, as) : { ...as, feed }
}

/** The HTTP status of a refusal that is about the request itself; undefined where it is about its objects. */
function httpOf({ code, refusals }: Extract<ShareResult, { ok: false }>, adding: Adding): number | undefined {
  if (refusals !== undefined) return undefined
  if (/^(?:json|stix)\//.test(code)) return 422
  return adding.total === 0 || /^(?:ledger|node)\//.test(code) ? statusOf(code) : undefined
}

function tooLarge(reply: FastifyReply): FastifyReply {
  // What is left of the body is not waited for.
  reply.header('connection', 'close')
  return fail(reply, 413, `One request holds at most ${LIMITS.shareBodyBytes} bytes; send the objects in several.`)
}

/** A small share is over in this time, and its status says so at once. */
function patience(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), LIMITS.statusPatienceMs).unref())
}

async function untilShown({ node, pact }: Means, { last }: Adding): Promise<void> {
  const until = Date.now() + LIMITS.statusShownMs
  while (last !== undefined && Date.now() < until) {
    const [text] = await node.views.textsShown(pact, 'outbox', [last])
    if (text !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, LIMITS.statusLookMs).unref())
  }
}

class Counted implements AsyncIterable<Uint8Array> {
  bytes = 0
  private readonly input: AsyncIterable<Uint8Array>

  constructor(input: AsyncIterable<Uint8Array>) {
    this.input = input
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for await (const chunk of this.input) {
      this.bytes += chunk.length
      yield chunk
    }
  }
}
