// Who may do what at a node, as rules in Cedar (www.cedarpolicy.com). A person may hold several roles and may do what any of
// them lets; who audits does nothing else. What no rule permits is refused, and so is everything where Cedar fails.

import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { ok, type Refusal, type Result, refuse } from '@countersign/log'

export const ROLES = [
  'duty-officer',
  'analyst',
  'releasing-officer',
  'agreement-officer',
  'administrator',
  'auditor',
] as const
export type Role = (typeof ROLES)[number]

/** In their own order, each once. Refuses `account/roles`. */
export function parseRoles(names: readonly string[]): Result<readonly Role[]> {
  const unknown = names.find((name) => !ROLES.some((role) => role === name))
  if (unknown !== undefined || names.length === 0) {
    const what = unknown === undefined ? 'Name a role at least' : `“${unknown.slice(0, 64)}” is no role`
    return refuse('account/roles', `${what}: ${ROLES.join(', ')}.`)
  }
  const roles = ROLES.filter((role) => names.includes(role))
  if (!roles.includes('auditor') || roles.length === 1) return ok(roles)
  return refuse('account/roles', 'Who audits does nothing else; give somebody else the other roles.')
}

/** What somebody has who is the only person of a house, as far as it can be one person’s. */
export const EVERY_ACTING_ROLE: readonly Role[] = ROLES.filter((role) => role !== 'auditor')

/** Kinds of what the API does (operations.ts says of each which it is). */
export const ACTS = {
  watch: 'see how the node, its agreements and its rules stand',
  read: 'read what was said and shared',
  call: 'speak on the line',
  try: 'ask what the gate would say',
  share: 'share, triage and give feedback',
  'take-back': 'take back what was shared',
  release: 'let others’ shares leave, consent to passing on, change the rules',
  oversee: 'acknowledge alarms and open a log that succeeds another, with a second person',
  agree: 'propose and sign agreements, trust cards, decide on content',
  audit: 'see who signed in',
  administer: 'administer this node',
} as const
export type Act = keyof typeof ACTS

const RULES = `
permit (principal, action == Action::"watch", resource);

permit (principal in Role::"duty-officer", action, resource)
when { [Action::"read", Action::"call", Action::"take-back", Action::"oversee"].contains(action) };

permit (principal in Role::"analyst", action, resource)
when { [Action::"read", Action::"try", Action::"share", Action::"take-back"].contains(action) };

permit (principal in Role::"releasing-officer", action, resource)
when { [Action::"read", Action::"try", Action::"take-back", Action::"release"].contains(action) };

permit (principal in Role::"agreement-officer", action, resource)
when { [Action::"read", Action::"oversee", Action::"agree"].contains(action) };

permit (principal in Role::"administrator", action, resource)
when { [Action::"audit", Action::"administer"].contains(action) };

permit (principal in Role::"auditor", action, resource)
when { [Action::"read", Action::"audit"].contains(action) };

forbid (principal in Role::"auditor", action, resource)
unless { [Action::"watch", Action::"read", Action::"audit"].contains(action) };
`

/** Whether somebody with these roles may do this. With none, nothing. */
export function mayDo(roles: readonly Role[], act: Act): boolean {
  if (roles.length === 0) return false
  const key = `${act} ${[...roles].sort().join(' ')}`
  const known = decided.get(key)
  if (known !== undefined) return known
  const allowed = ask(roles, act)
  // At most so many as there are sets of roles, times the acts.
  decided.set(key, allowed)
  return allowed
}
const decided = new Map<string, boolean>()

export function actsOf(roles: readonly Role[]): Act[] {
  return (Object.keys(ACTS) as Act[]).filter((act) => mayDo(roles, act))
}

/** Undefined where somebody with these roles may do this. Else `auth/role`, with the roles that may. */
export function refusedTo(roles: readonly Role[], act: Act): Refusal | undefined {
  if (mayDo(roles, act)) return undefined
  const able = ROLES.filter((role) => mayDo([role], act)).map((role) => NAMES[role])
  const are =
    roles.length === 0
      ? 'you have no role'
      : `you are ${listed(
          roles.map((role) => NAMES[role]),
          'and',
        )}`
  return refuse('auth/role', `To ${ACTS[act]} takes ${listed(able, 'or')}; ${are}. An administrator gives roles.`)
}

const NAMES: Record<Role, string> = {
  'duty-officer': 'a duty officer',
  analyst: 'an analyst',
  'releasing-officer': 'a releasing officer',
  'agreement-officer': 'an agreement officer',
  administrator: 'an administrator',
  auditor: 'an auditor',
}

function listed(words: readonly string[], last: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

function ask(roles: readonly Role[], act: Act): boolean {
  const person = { type: 'Person', id: 'asking' }
  const entity = (type: string, id: string) => ({ uid: { type, id }, attrs: {}, parents: [] })
  const answer = cedar.isAuthorized({
    ...{ principal: person, action: { type: 'Action', id: act }, resource: { type: 'Node', id: 'this' }, context: {} },
    policies: { staticPolicies: RULES },
    entities: [
      { uid: person, attrs: {}, parents: roles.map((id) => ({ type: 'Role', id })) },
      ...roles.map((id) => entity('Role', id)),
    ],
  })
  // A rule that fails while it is evaluated is passed over by Cedar, which could let through what a forbid holds back.
  return (
    answer.type === 'success' && answer.response.decision === 'allow' && answer.response.diagnostics.errors.length === 0
  )
}
