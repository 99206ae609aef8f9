// The console's API, and the shell's: parse, call the engine, render. Officers come with the cookie of a session, the
// shell of the machine's owner with the local token; nobody else is answered.

import { Readable } from 'node:stream'
import { ok, type Result, refuse, toBase64, utf8 } from '@countersign/log'
import type { Node, RoundRefusal, SayRequest } from '@countersign/node'
import { type Card, fingerprintWords } from '@countersign/record'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { approvalRoutes, officerAsking } from './approval-routes.ts'
import { consentRoutes } from './consent-routes.ts'
import { answer, sendRefusal } from './errors.ts'
import { exportRoutes } from './export-routes.ts'
import { feedRoutes } from './feed-routes.ts'
import { graphRoutes } from './graph-routes.ts'
import { keyRoutes } from './key-routes.ts'
import { LIMITS } from './limits.ts'
import { openApi } from './openapi.ts'
import {
  balanceQuery,
  carryInBody,
  conflictsQuery,
  contentBody,
  contentRefBody,
  evidenceQuery,
  feedbackBody,
  feedbackQuery,
  idQuery,
  isDescribed,
  objectsQuery,
  operationAt,
  partQuery,
  proposeBody,
  recordsQuery,
  refQuery,
  removeHereBody,
  revokeBody,
  sayBody,
  shareQuery,
  signBody,
  signInsQuery,
  successionQuery,
  trustBody,
} from './operations.ts'
import type { Account, Accounts } from './people/accounts.ts'
import { type Act, actsOf, type Role, refusedTo } from './people/roles.ts'
import { roundRoutes } from './round-routes.ts'
import { rulesRoutes } from './rules-routes.ts'
import { timelineRoutes } from './timeline-routes.ts'
import { triageRoutes } from './triage-routes.ts'

export async function apiRoutes(
  app: FastifyInstance,
  node: Node,
  accounts: Accounts,
  options: { demo: boolean },
): Promise<void> {
  const about = () => ({ party: node.party, name: node.card.body.name, neutral: node.neutral, demo: options.demo })

  await app.register(async (auth) => {
    auth.removeAllContentTypeParsers()
    auth.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    auth.all('/api/auth/*', async (request, reply) => {
      const response = await accounts.handle(fetchRequest(request))
      reply.code(response.status)
      for (const [name, value] of response.headers) if (name !== 'set-cookie') reply.header(name, value)
      for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie)
      return reply.send(Buffer.from(await response.arrayBuffer()))
    })
  })

  app.get('/api/openapi.json', async () => openApi)

  await app.register(async (api) => {
    api.addHook('onRoute', ({ method, url }) => {
      if (!isDescribed(method, url)) throw new Error(`${method} ${url} stands in no description of the API.`)
    })
    api.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
    api.decorateRequest('account', null)
    api.decorateRequest('does', null)
    api.addHook('onRequest', async (request, reply) => {
      const headers = headersOf(request)
      const account = await accounts.who(headers)
      if (account === undefined) {
        const message = 'Sign in first.'
        return reply.code(401).send({ code: 'auth/required', message, node: about() })
      }
      // A cookie is sent by the browser whoever asks; a change must come from a page of this node itself.
      if (request.method !== 'GET' && !accounts.isLocal(headers) && !fromOwnPage(request)) {
        return reply.code(403).send({ code: 'auth/origin', message: 'This did not come from a page of this node.' })
      }
      request.does = operationAt(request.method, request.routeOptions.url)?.does ?? null
      // What is no operation of the API is answered as nothing by the routes.
      const mayNot =
        accounts.isLocal(headers) || request.does === null ? undefined : refusedTo(account.roles, request.does)
      if (mayNot !== undefined) return sendRefusal(reply, mayNot)
      request.account = account
      return undefined
    })

    api.get('/api/me', async (request) => {
      return {
        account: request.account,
        may: actsOf(rolesOf(request)),
        node: { ...about(), words: fingerprintWords(node.card) },
      }
    })
    api.get('/api/sign-ins', async (request, reply) =>
      answer(reply, await withQuery(signInsQuery, request, async ({ limit }) => ok(accounts.signIns.newest(limit)))),
    )
    api.get('/api/status', async () => node.status())

    api.get('/api/records', async (request, reply) =>
      answer(reply, await withQuery(recordsQuery, request, (query) => node.views.records(query))),
    )
    api.get('/api/record', async (request, reply) =>
      answer(
        reply,
        await withQuery(refQuery, request, async ({ ref }) => {
          const detail = await node.views.record(ref)
          if (detail === undefined) return refuse('not-found/record', 'This record is not held here.')
          return ok({ ...detail, ...saidHere(node, detail.row.id) })
        }),
      ),
    )
    api.get('/api/record/content', async (request, reply) => {
      const opened = await withQuery(partQuery, request, ({ ref, part }) => node.readContent(ref, part))
      if (!opened.ok) return sendRefusal(reply, opened)
      // A peer wrote it: it is data for the console's code, and never a page or a script.
      return reply
        .header('content-type', 'application/octet-stream')
        .header('content-disposition', 'attachment; filename="content.bin"')
        .send(Buffer.from(opened.value.bytes))
    })
    api.get('/api/record/evidence', async (request, reply) => {
      const parsed = parse(evidenceQuery, request.query)
      if (!parsed.ok) return sendRefusal(reply, parsed)
      const { ref, ...asked } = parsed.value
      const exchange = asked.exchange === '1'
      const cut = await node.evidence(ref, { reveal: asked.reveal === '1', exchange })
      if (!cut.ok) return sendRefusal(reply, cut)
      return reply
        .header('content-type', 'application/octet-stream')
        .header('content-disposition', `attachment; filename="${exchange ? 'exchange' : 'record'}.evidence"`)
        .send(Buffer.from(cut.value))
    })

    api.get('/api/content', async (request, reply) =>
      answer(
        reply,
        await withQuery(refQuery, request, async ({ ref }) => {
          const state = await node.content.state(ref)
          return state === undefined ? refuse('not-found/record', 'This record is not held here.') : ok(state)
        }),
      ),
    )
    api.post('/api/content/destroy', async (request, reply) =>
      answer(
        reply,
        await withBody(contentBody, request, (asked) =>
          node.content.destroy({ ...asked, account: accountOf(request) }),
        ),
      ),
    )
    api.post('/api/content/take-back', async (request, reply) =>
      answer(reply, await withBody(contentRefBody, request, ({ record }) => node.content.takeBack(record))),
    )
    api.post('/api/content/hold', async (request, reply) =>
      answer(
        reply,
        await withBody(contentBody, request, (asked) => node.content.hold({ ...asked, account: accountOf(request) })),
      ),
    )
    api.post('/api/content/lift', async (request, reply) =>
      answer(
        reply,
        await withBody(contentRefBody, request, ({ record }) => node.content.lift(record, accountOf(request))),
      ),
    )

    api.get('/api/objects', async (request, reply) =>
      // Whoever types asks again with each letter, and waits for the last answer alone.
      answer(
        reply,
        await withQuery(objectsQuery, request, (query) =>
          node.views.objects(query, () => !request.raw.socket.destroyed),
        ),
      ),
    )
    api.get('/api/object', async (request, reply) =>
      answer(
        reply,
        await withQuery(idQuery, request, async ({ id }) => {
          const detail = await node.views.object(id)
          return detail === undefined ? refuse('not-found/object', 'This object is not held here.') : ok(detail)
        }),
      ),
    )
    graphRoutes(api, node)
    timelineRoutes(api, node)
    exportRoutes(api, node)
    api.get('/api/conflicts', async (request, reply) =>
      answer(reply, await withQuery(conflictsQuery, request, (query) => node.views.conflicts(query))),
    )
    api.get('/api/feedback', async (request, reply) =>
      answer(reply, await withQuery(feedbackQuery, request, (query) => node.views.feedback(query))),
    )
    api.get('/api/balance', async (request, reply) =>
      answer(reply, await withQuery(balanceQuery, request, (asked) => node.balance(asked))),
    )
    api.get('/api/conflict-sources', async () => node.views.conflictSources())
    api.get('/api/pacts', async () => node.views.pacts())
    api.get('/api/pact', async (request, reply) =>
      answer(
        reply,
        await withQuery(idQuery, request, async ({ id }) => {
          const [newest] = await node.views.pact(id)
          return newest === undefined ? refuse('not-found/pact', 'This agreement is not held here.') : ok(newest)
        }),
      ),
    )
    api.get('/api/cards', async () => [node.card, ...node.trustedCards()].map(cardRow))

    api.get('/api/succession', async (request, reply) =>
      answer(
        reply,
        await withQuery(successionQuery, request, async ({ pact, channel }) =>
          ok({
            pins: (await node.officers.offeredSuccession(pact, channel)) ?? null,
            without: node.officers.offeredWithout(pact, channel) ?? null,
          }),
        ),
      ),
    )
    approvalRoutes(api, { node, accounts, headersOf })
    rulesRoutes(api, { node, accounts, officerOf: officerAsking({ accounts, headersOf }) })

    api.post('/api/say', { bodyLimit: LIMITS.apiBodyBytes }, async (request, reply) => {
      const parsed = parse(sayBody, request.body)
      if (!parsed.ok) return sendRefusal(reply, parsed)
      const { content, ...rest } = parsed.value
      const local = accounts.isLocal(headersOf(request))
      // What else is said so is of the agreement itself, or of content.
      const mayNot = local || rest.type.startsWith('hotline/') ? undefined : refusedTo(rolesOf(request), 'agree')
      if (mayNot !== undefined) return sendRefusal(reply, mayNot)
      const asked: SayRequest = { ...rest, account: accountOf(request) }
      if (content !== undefined) {
        asked.content = content.map(({ base64, ...part }) => ({ ...part, bytes: Buffer.from(base64, 'base64') }))
      }
      return answer(reply, await node.say(asked))
    })
    api.post('/api/share', { bodyLimit: LIMITS.shareBodyBytes }, async (request, reply) => {
      const asked = shareAsked(request)
      if (!asked.ok) return sendRefusal(reply, asked)
      const author = await accounts.officer(headersOf(request))
      const shared = await node.share({ ...asked.value, ...(author === undefined ? {} : { author }) })
      return shared.ok ? shared.value : refusedShare(reply, shared)
    })
    api.post('/api/revoke', async (request, reply) =>
      answer(
        reply,
        await withBody(revokeBody, request, (asked) => node.revoke({ ...asked, account: accountOf(request) })),
      ),
    )
    api.post('/api/remove-here', async (request, reply) =>
      answer(
        reply,
        await withBody(removeHereBody, request, async (asked) => {
          const removed = node.removeHere({ ...asked, account: accountOf(request) })
          return removed.ok ? ok({ versions: removed.value }) : removed
        }),
      ),
    )
    api.post('/api/feedback', { bodyLimit: LIMITS.apiBodyBytes }, async (request, reply) => {
      const parsed = parse(feedbackBody, request.body)
      if (!parsed.ok) return sendRefusal(reply, parsed)
      const { stix, ...rest } = parsed.value
      const author = await accounts.officer(headersOf(request))
      const given = await node.giveFeedback({
        ...{ ...rest, account: accountOf(request) },
        ...(author === undefined ? {} : { author }),
        ...(stix === undefined ? {} : { stix: utf8(stix) }),
      })
      return given.ok ? given.value : refusedShare(reply, given)
    })
    const asker = async (request: FastifyRequest) => {
      const author = await accounts.officer(headersOf(request))
      return { account: accountOf(request), ...(author === undefined ? {} : { author }) }
    }
    consentRoutes(api, { node, accountOf })
    triageRoutes(api, { node, asker, refused: refusedShare })
    roundRoutes(api, { node, asker, refused: refusedShare })
    api.post('/api/gate/try', { bodyLimit: LIMITS.shareBodyBytes }, async (request, reply) => {
      const asked = shareAsked(request)
      return asked.ok ? answer(reply, await node.tryShare(asked.value)) : sendRefusal(reply, asked)
    })
    api.post('/api/trust', { bodyLimit: LIMITS.cardBodyBytes }, async (request, reply) => {
      const parsed = parse(trustBody, request.body)
      if (!parsed.ok) return sendRefusal(reply, parsed)
      const trusted = await node.trust(Buffer.from(parsed.value.card, 'base64'))
      return answer(reply, trusted.ok ? ok(cardRow(trusted.value)) : trusted)
    })
    api.post('/api/pact/propose', async (request, reply) => {
      const parsed = parse(proposeBody, request.body)
      if (!parsed.ok) return sendRefusal(reply, parsed)
      const proposed = await node.proposePact(parsed.value.yaml)
      if (!proposed.ok) return sendRefusal(reply, proposed)
      return { ...proposed.value, invitation: toBase64(proposed.value.invitation) }
    })
    api.post('/api/pact/sign', async (request, reply) => {
      const parsed = parse(signBody, request.body)
      if (!parsed.ok) return sendRefusal(reply, parsed)
      const what = parsed.value
      return answer(reply, await node.signPact('pact' in what ? what.pact : Buffer.from(what.invitation, 'base64')))
    })
    keyRoutes(api, node, (request) => accounts.isLocal(headersOf(request)))
    feedRoutes(api, node, (request) => accounts.isLocal(headersOf(request)))
    api.post('/api/carry/in', async (request, reply) => {
      if (!accounts.isLocal(headersOf(request))) {
        const message = 'Only the shell of this machine’s owner takes in a folder; use: countersign carry in'
        return reply.code(403).send({ code: 'auth/local', message })
      }
      const parsed = parse(carryInBody, request.body)
      if (!parsed.ok) return sendRefusal(reply, parsed)
      const { from, ...rest } = parsed.value
      return reply.type('application/x-ndjson').send(Readable.from(carriedLines(node, from, rest)))
    })
  })
}

/** How far it is, as often as that changes, and last what came of it. */
async function* carriedLines(node: Node, from: string, options: { pact?: string }): AsyncGenerator<string> {
  let at: { done: number; total: number } | undefined
  let wake = Promise.withResolvers<void>()
  const taking = node.carryIn(from, {
    ...options,
    progress(done, total) {
      at = { done, total }
      wake.resolve()
    },
  })
  const ended = taking.then(
    () => true,
    () => true,
  )
  while (!(await Promise.race([ended, wake.promise.then(() => false)]))) {
    wake = Promise.withResolvers<void>()
    yield `${JSON.stringify(at)}\n`
  }
  const taken = await taking
  const { code, message } = taken.ok ? { code: '', message: '' } : taken
  yield `${JSON.stringify(taken.ok ? { report: taken.value } : { code, message })}\n`
}

declare module 'fastify' {
  interface FastifyRequest {
    account: Account | null
    /** What kind of act it is. */
    does: Act | null
  }
}

/** Private to this node: in whose name it was said, who approved it, and by whose consents it went on. */
function saidHere(node: Node, statement: string) {
  return {
    saidBy: node.speakerOf(statement) ?? null,
    approvedBy: node.approversOf(statement),
    goneBy: node.goneByOf(statement),
  }
}

function accountOf(request: FastifyRequest): string {
  const { account } = request
  return account === null ? '' : account.email === '' ? account.name : account.email
}

function rolesOf({ account }: FastifyRequest): readonly Role[] {
  return account?.roles ?? []
}

function cardRow(card: Card) {
  const { party, digest, body, bytes } = card
  const { name, serial, validity } = body
  const words = fingerprintWords(card)
  return { party, name, words, digest, serial, notAfter: validity.notAfter, bytes: toBase64(bytes) }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): Result<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return ok(parsed.data)
  const issue = parsed.error.issues[0]
  return refuse(
    'request/form',
    `The request is not understood at “${issue?.path.join('.') ?? ''}”: ${issue?.message ?? ''}.`,
  )
}

async function withQuery<T, V>(
  schema: z.ZodType<T>,
  request: FastifyRequest,
  ask: (query: T) => Promise<Result<V>>,
): Promise<Result<V>> {
  const parsed = parse(schema, request.query)
  return parsed.ok ? ask(parsed.value) : parsed
}

async function withBody<T, V>(
  schema: z.ZodType<T>,
  request: FastifyRequest,
  act: (body: T) => Promise<Result<V>>,
): Promise<Result<V>> {
  const parsed = parse(schema, request.body)
  return parsed.ok ? act(parsed.value) : parsed
}

function headersOf(request: FastifyRequest): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return headers
}

function fromOwnPage(request: FastifyRequest): boolean {
  return request.headers.origin === `${request.protocol}://${request.host}`
}

function fetchRequest(request: FastifyRequest): Request {
  const url = `${request.protocol}://${request.host}${request.raw.url ?? '/'}`
  const body = typeof request.body === 'string' && request.body !== '' ? { body: request.body } : {}
  const headers = headersOf(request)
  // Attempts to sign in are counted by this address: never by what the client itself says it is.
  headers.set('x-forwarded-for', request.ip)
  return new Request(url, { method: request.method, headers, ...body })
}

/** A share as it is asked for: its place and marking in the query, the STIX as the body. */
function shareAsked(request: FastifyRequest): Result<Parameters<Node['share']>[0]> {
  const parsed = parse(shareQuery, request.query)
  if (!parsed.ok) return parsed
  const { tlp, class: ofClass, to, ...rest } = parsed.value
  return ok({
    ...rest,
    ...(to === undefined ? {} : { to: to.split(',') }),
    ...(tlp === undefined ? {} : { marking: { tlp, ...(ofClass === undefined ? {} : { class: ofClass }) } }),
    account: accountOf(request),
    input: request.body as AsyncIterable<Uint8Array>,
  })
}

/** Of what goes through the gate object by object: with its reasons for each. */
function refusedShare(reply: FastifyReply, refusal: Omit<RoundRefusal, 'looked'>): FastifyReply {
  const { code, message, refusals = [], refusalsTotal = 0, difference } = refusal
  return reply
    .code(422)
    .send({ code, message, refusals, refusalsTotal, ...(difference === undefined ? {} : { difference }) })
}
