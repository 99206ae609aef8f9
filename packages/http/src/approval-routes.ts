// What takes two persons, over the API: acts of two officers, and shares that wait for a second person. Whoever signed in
// is told apart by the account; the shell's token alone is nobody in particular, and an officer signs in beside it.

import { Readable } from 'node:stream'
import { ok, type Result, refuse } from '@countersign/log'
import type { Node, Officer } from '@countersign/node'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answer, malformed, sendRefusal } from './errors.ts'
import { LIMITS } from './limits.ts'
import type { Accounts } from './people/accounts.ts'
import { refusedTo } from './people/roles.ts'

const text = z.string().min(1).max(LIMITS.queryChars)

/** In the shell of the machine an officer gives address and password; the console knows its officer by the session. */
const officer = z.strictObject({ email: text, password: z.string().min(1).max(LIMITS.queryChars) }).exactOptional()
const pins = z.strictObject({ origin: text, size: z.number().int().min(1), root: text })
const act = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('log/succeed'), pact: text, channel: text, pins }),
  z.strictObject({
    ...{ kind: z.literal('log/go-on-without'), pact: text, channel: text },
    readers: z.array(text).min(1).max(LIMITS.readersMax),
  }),
  z.strictObject({ kind: z.literal('alarm/acknowledge'), code: text, subject: text }),
])
const reason = z.string().min(1).max(LIMITS.decisionReasonChars)
export const askBody = z.strictObject({ act, reason, officer })
export const approvalBody = z.strictObject({ id: text, officer })

const share = z.string().length(36)
/** What the gate decided, as whoever looked at it saw it. */
const judgement = z.string().length(64)
export const waitingQuery = z.strictObject({ id: share })
export const leavingQuery = z.strictObject({ id: share, judgement })
export const approveShareBody = z.strictObject({ id: share, judgement, officer })
export const refuseShareBody = z.strictObject({ id: share, reason, officer })
export const withdrawShareBody = z.strictObject({ id: share, officer })

interface Means {
  node: Node
  accounts: Accounts
  headersOf(request: FastifyRequest): Headers
}

/** The officer of a request: by the session, or in the shell of the machine by address and password. */
export function officerAsking({ accounts, headersOf }: Omit<Means, 'node'>) {
  return async (request: FastifyRequest, given?: { email: string; password: string }): Promise<Result<Officer>> => {
    const headers = headersOf(request)
    if (accounts.isLocal(headers) && given !== undefined) {
      const by = await accounts.officerOf(given.email, given.password)
      // The shell may do everything; the officer who signs in beside it what their roles let.
      const mayNot = !by.ok || request.does === null ? undefined : refusedTo(by.value.roles, request.does)
      return mayNot ?? by
    }
    const signedIn = await accounts.officer(headers)
    return signedIn === undefined
      ? refuse('account/officer', 'This takes an officer who has signed in with an account of their own.')
      : ok(signedIn)
  }
}

export function approvalRoutes(api: FastifyInstance, { node, accounts, headersOf }: Means): void {
  const officerOf = officerAsking({ accounts, headersOf })
  const post = <T extends { officer?: { email: string; password: string } }>(
    path: string,
    schema: z.ZodType<T>,
    decide: (body: T, by: Officer) => Promise<Result<unknown>> | Result<unknown>,
  ) =>
    api.post(path, async (request, reply) => {
      const parsed = schema.safeParse(request.body)
      if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
      const by = await officerOf(request, parsed.data.officer)
      return answer(reply, by.ok ? await decide(parsed.data, by.value) : by)
    })

  const { approvals } = node.officers
  api.get('/api/approvals', async () => approvals.all())
  post('/api/approvals/ask', askBody, (asked, by) => approvals.ask(asked.act, asked.reason, by))
  post('/api/approvals/confirm', approvalBody, ({ id }, by) => approvals.confirm(id, by))
  post('/api/approvals/withdraw', approvalBody, ({ id }, by) => approvals.withdraw(id, by))

  const { waitingShares } = node
  api.get('/api/waiting-shares', async () => waitingShares.all())
  api.get('/api/waiting-share', async (request, reply) => {
    const parsed = waitingQuery.safeParse(request.query)
    return answer(reply, parsed.success ? await waitingShares.look(parsed.data.id) : malformed(parsed.error))
  })
  api.get('/api/waiting-share/records', async (request, reply) => {
    const parsed = waitingQuery.safeParse(request.query)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    const { id } = parsed.data
    const waited = waitingShares.find(id)
    const none = refuse('not-found/approval', `No share ${id} waits or did.`)
    return answer(reply, waited === undefined ? none : ok({ records: node.recordsOfShare(waited.pact, id) }))
  })
  api.get('/api/waiting-share/leaving', async (request, reply) => {
    const parsed = leavingQuery.safeParse(request.query)
    const opened = parsed.success
      ? await waitingShares.leaving(parsed.data.id, parsed.data.judgement)
      : malformed(parsed.error)
    if (!opened.ok) return sendRefusal(reply, opened)
    const stream = Readable.from(opened.value.bytes, { objectMode: false })
    stream.once('close', () => {
      opened.value[Symbol.asyncDispose]().then(undefined, (cause: unknown) => request.log.error({ err: cause }))
    })
    // It is data for a program, and never a page or a script.
    return reply
      .header('content-type', 'application/octet-stream')
      .header('content-disposition', 'attachment; filename="leaving.json"')
      .send(stream)
  })
  post('/api/waiting-shares/approve', approveShareBody, ({ id, judgement: seen }, by) =>
    node.approveShare(id, seen, by),
  )
  post('/api/waiting-shares/refuse', refuseShareBody, ({ id, reason: why }, by) => waitingShares.refuse(id, why, by))
  api.post('/api/waiting-shares/withdraw', async (request, reply) => {
    const parsed = withdrawShareBody.safeParse(request.body)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    const { id, officer: given } = parsed.data
    const isShell = accounts.isLocal(headersOf(request)) && given === undefined
    const by = isShell ? ok('shell' as const) : await officerOf(request, given)
    return answer(reply, by.ok ? await waitingShares.withdraw(id, by.value) : by)
  })
}
