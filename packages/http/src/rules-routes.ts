// The rules of the house over the API: how they stand, what a draft of them would change, what the gate says of objects by
// it, and how it is put in force. Whoever changes them has signed in with an account of their own.

import { readTableRule } from '@countersign/intel'
import { ok, type Result, refuse, utf8 } from '@countersign/log'
import type { Node, Officer, RulesDraft } from '@countersign/node'
import { TLP_LABELS } from '@countersign/record'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answer, malformed, sendRefusal } from './errors.ts'
import { LIMITS } from './limits.ts'
import type { Accounts } from './people/accounts.ts'

const text = z.string().min(1).max(LIMITS.queryChars)
const reason = z.string().min(1).max(LIMITS.decisionReasonChars)
const CASE_DEPTH = 60
const edit = z.union([
  z.strictObject({ put: z.record(z.string(), z.unknown()), was: text.exactOptional() }),
  z.strictObject({ remove: text }),
])
const cases = z
  .array(z.record(z.string(), z.unknown()))
  .max(LIMITS.ruleCasesMax)
  .refine((value) => isShallow(value, CASE_DEPTH))
const draft = z.strictObject({
  scope: text,
  base: z.string().length(64),
  edits: z.array(edit).max(LIMITS.ruleEditsMax),
  cases: cases.exactOptional(),
})
const change = z.string().length(16)
const officer = z.strictObject({ email: text, password: text }).exactOptional()

export const rulesQuery = z.strictObject({ scope: text.default('house') })
export const checkRulesBody = z.strictObject({ draft })
/** Either a draft or a change that waits; either STIX or objects that are held here. */
export const tryRulesBody = z.strictObject({
  draft: draft.exactOptional(),
  change: change.exactOptional(),
  pact: text,
  channel: text.exactOptional(),
  to: z.array(text).max(LIMITS.readersMax).exactOptional(),
  tlp: z.enum(TLP_LABELS).exactOptional(),
  stix: z.string().min(1).max(LIMITS.ruleTryChars).exactOptional(),
  ids: z.array(text).min(1).max(LIMITS.ruleTryIdsMax).exactOptional(),
})
export const askRulesBody = z.strictObject({ draft, reason, officer })
export const ruleChangeBody = z.strictObject({ id: change, officer })
export const ruleChangeReasonBody = z.strictObject({ id: change, reason, officer })

interface Means {
  node: Node
  accounts: Accounts
  officerOf(request: FastifyRequest, given?: { email: string; password: string }): Promise<Result<Officer>>
}

export function rulesRoutes(api: FastifyInstance, { node, accounts, officerOf }: Means): void {
  const { rules } = node
  const post = <T>(
    path: string,
    schema: z.ZodType<T>,
    act: (body: T, request: FastifyRequest) => Promise<Result<unknown>>,
  ) =>
    api.post(path, { bodyLimit: LIMITS.apiBodyBytes }, async (request, reply) => {
      const parsed = schema.safeParse(request.body)
      return answer(reply, parsed.success ? await act(parsed.data, request) : malformed(parsed.error))
    })
  const asOfficer =
    <T extends { officer?: { email: string; password: string } }>(
      act: (body: T, by: Officer) => Promise<Result<unknown>>,
    ) =>
    async (body: T, request: FastifyRequest): Promise<Result<unknown>> => {
      const by = await officerOf(request, body.officer)
      return by.ok ? act(body, by.value) : by
    }

  api.get('/api/rules', async (request, reply) => {
    const parsed = rulesQuery.safeParse(request.query)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    return answer(reply, await rules.look(parsed.data.scope, accounts.count()))
  })
  api.get('/api/rules/open', async () => rules.open())
  post('/api/rules/check', checkRulesBody, async (body) => {
    const read = draftOf(body.draft)
    return read.ok ? rules.check(read.value) : read
  })
  post('/api/rules/try', tryRulesBody, async ({ draft: given, change: id, pact, channel, to, tlp, stix, ids }) => {
    const read = given === undefined ? undefined : draftOf(given)
    if (read?.ok === false) return read
    const of = read === undefined ? (id === undefined ? undefined : { change: id }) : { draft: read.value }
    if (of === undefined) return refuse('request/form', 'Name a draft of the rules, or a change that waits.')
    const objects = stix === undefined ? await held(node, ids ?? []) : ok(utf8(stix))
    if (!objects.ok) return objects
    return rules.tryOut(of, objects.value, {
      pact,
      ...(channel === undefined ? {} : { channel }),
      ...(to === undefined ? {} : { to }),
      ...(tlp === undefined ? {} : { marking: { tlp } }),
    })
  })
  post(
    '/api/rules/ask',
    askRulesBody,
    asOfficer(async (body, by) => {
      const read = draftOf(body.draft)
      return read.ok ? rules.ask(read.value, body.reason, by, accounts.count()) : read
    }),
  )
  post(
    '/api/rules/put-back',
    ruleChangeReasonBody,
    asOfficer((body, by) => rules.putBack(body.id, body.reason, by, accounts.count())),
  )
  post(
    '/api/rules/confirm',
    ruleChangeBody,
    asOfficer(({ id }, by) => rules.confirm(id, by)),
  )
  post(
    '/api/rules/refuse',
    ruleChangeReasonBody,
    asOfficer((body, by) => rules.refuse(body.id, body.reason, by)),
  )
  post(
    '/api/rules/withdraw',
    ruleChangeBody,
    asOfficer(({ id }, by) => rules.withdraw(id, by)),
  )
}

function draftOf({ edits, ...given }: z.infer<typeof draft>): Result<RulesDraft> {
  const read: RulesDraft['edits'][number][] = []
  for (const one of edits) {
    if ('remove' in one) {
      read.push(one)
      continue
    }
    const rule = readTableRule(one.put)
    if (!rule.ok) return rule
    read.push(one.was === undefined ? { put: rule.value } : { put: rule.value, was: one.was })
  }
  return ok({ ...given, edits: read })
}

/** The newest text of each, as it came. */
async function held(node: Node, ids: readonly string[]): Promise<Result<Uint8Array>> {
  if (ids.length === 0) return refuse('request/form', 'Give STIX, or name objects that are held here.')
  const texts: string[] = []
  for (const id of ids) {
    const [newest] = (await node.views.object(id))?.versions ?? []
    if (newest === undefined) return refuse('not-found/object', `The object ${id} is not held here.`)
    texts.push(newest.source)
  }
  return ok(utf8(`{"objects":[${texts.join(',')}]}`))
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((one) => isShallow(one, depth - 1))
}
