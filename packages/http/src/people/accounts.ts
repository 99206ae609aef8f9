// Who may sign in to this node's console, and which tools may speak TAXII to it. Officers have accounts of better-auth
// in DIR/private/accounts.db, tools stand beside them (tools.ts); the shell of the machine's owner has the local token of
// DIR/private/api-token. There is no default password and no sign-up.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ok, type Result, refuse } from '@countersign/log'
import type { Officer } from '@countersign/node'
import { betterAuth } from 'better-auth'
import { APIError, createAuthMiddleware, isAPIError } from 'better-auth/api'
import { getMigrations } from 'better-auth/db/migration'
import Database from 'better-sqlite3'
import { LIMITS } from '../limits.ts'
import { Tools } from '../tools.ts'
import { RoleStore } from './role-store.ts'
import { EVERY_ACTING_ROLE, parseRoles, ROLES, type Role } from './roles.ts'
import { SignIns } from './sign-ins.ts'

export interface Account {
  id: string
  name: string
  email: string
  roles: readonly Role[]
}

/** Somebody who has signed in, and what they may. */
export interface Person extends Officer {
  roles: readonly Role[]
}

/** What the shell does is done in this name where no other is given. */
export const LOCAL_ACCOUNT: Account = { id: 'local', name: 'Shell of this machine', email: '', roles: ROLES }

export interface Accounts {
  /** better-auth's own routes, below /api/auth. */
  handle(request: Request): Promise<Response>
  /** The officer of a session cookie, or the shell’s token. */
  who(headers: Headers): Promise<Account | undefined>
  isLocal(headers: Headers): boolean
  /** The officer of a session, and when the account was made. The shell’s token is nobody in particular. */
  officer(headers: Headers): Promise<Person | undefined>
  /** The officer of an address and a password, given in the shell of the machine. */
  officerOf(email: string, password: string): Promise<Result<Person>>
  /** Who may speak TAXII. */
  tools: Tools
  /** Who signed in, or tried to. */
  signIns: SignIns
  /** How many officers there are. */
  count(): number
  /** With every role that acts where none is named. Refuses `account/password`, `account/exists`, `account/roles`. */
  addOfficer(email: string, name: string, password: string, roles?: readonly Role[]): Promise<Result<Account>>
  /** Instead of those an officer had; they count from the next request on. Refuses `account/unknown`, `account/roles`. */
  setRoles(email: string, roles: readonly Role[]): Result<Account>
  /** By address. */
  officers(): Account[]
  close(): void
}

/** Where the password is given, below better-auth's own path. */
const SIGN_IN = '/sign-in/email'

export async function openAccounts(dir: string, baseUrl: string, now: () => number = Date.now): Promise<Accounts> {
  const db = new Database(join(dir, 'private', 'accounts.db'))
  db.pragma('journal_mode = WAL')
  const signIns = new SignIns(db, now)
  const options = {
    database: db,
    secret: secretOf(dir, 'session-secret'),
    baseURL: baseUrl,
    basePath: '/api/auth',
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: LIMITS.passwordCharsMin },
    rateLimit: { enabled: true, window: 60, max: 100, customRules: { [SIGN_IN]: { window: 60, max: 10 } } },
    advanced: { cookiePrefix: `countersign-${createHash('sha256').update(dir).digest('hex').slice(0, 8)}` },
    telemetry: { enabled: false },
    logger: { disabled: true },
    hooks: signInHooks(signIns, now),
  }
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  const auth = betterAuth(options)
  const token = Buffer.from(secretOf(dir, 'api-token'))

  const roles = new RoleStore(db)
  const guesses = attempts(10, 60_000)
  const sql = {
    named: db.prepare<[string], User>('SELECT id, name, email FROM user WHERE email = ?'),
    all: db.prepare<[], User>('SELECT id, name, email FROM user ORDER BY email'),
  }

  function accountOf({ id, name, email }: User): Account {
    return { id, name, email, roles: roles.of(id) }
  }

  function personOf(user: User & { createdAt: Date }): Person {
    return { id: user.id, name: user.email, since: user.createdAt.getTime(), roles: roles.of(user.id) }
  }

  function isLocal(headers: Headers): boolean {
    const given = /^Bearer ([A-Za-z0-9_-]{16,128})$/.exec(headers.get('authorization') ?? '')?.[1]
    if (given === undefined) return false
    const bytes = Buffer.from(given)
    return bytes.length === token.length && timingSafeEqual(bytes, token)
  }

  return {
    async handle(request) {
      const asked = request.clone()
      const answer = await auth.handler(request)
      // Whoever asks too often is refused before any hook.
      if (answer.status === 429 && answer.headers.has('x-retry-after')) {
        signIns.note(emailIn(await asked.text()), addressOf(asked.headers), 'too-many')
      }
      return answer
    },
    isLocal,
    async who(headers) {
      if (isLocal(headers)) return LOCAL_ACCOUNT
      const session = await auth.api.getSession({ headers })
      return session === null ? undefined : accountOf(session.user)
    },
    async officer(headers) {
      const session = isLocal(headers) ? null : await auth.api.getSession({ headers })
      return session === null ? undefined : personOf(session.user)
    },
    async officerOf(email, password) {
      // Slowly, so that a shell that was left open is no place to guess at passwords.
      const wrong = refuse('account/officer', 'There is no such officer, or the password is another.')
      if (guesses.tooMany()) return refuse('account/too-many', 'Too many attempts; try again in a minute.')
      const { internalAdapter, password: passwords } = await auth.$context
      const found = await internalAdapter.findUserByEmail(email, { includeAccounts: true })
      const hash = found?.accounts.find(({ providerId }) => providerId === 'credential')?.password
      if (found === null || hash == null) return wrong
      return (await passwords.verify({ hash, password })) ? ok(personOf(found.user)) : wrong
    },
    tools: new Tools(db),
    signIns,
    count: () => db.prepare<[], { n: number }>('SELECT count(*) AS n FROM user').get()?.n ?? 0,
    async addOfficer(email, name, password, given = EVERY_ACTING_ROLE) {
      const fitting = parseRoles(given)
      if (!fitting.ok) return fitting
      if (password.length < LIMITS.passwordCharsMin) {
        return refuse('account/password', `A password has at least ${LIMITS.passwordCharsMin} characters.`)
      }
      const context = await auth.$context
      if ((await context.internalAdapter.findUserByEmail(email)) !== null) {
        return refuse('account/exists', `There is an account for ${email} already.`)
      }
      const user = await context.internalAdapter.createUser(
        { email, name, emailVerified: true },
        { method: 'email-password' },
      )
      await context.internalAdapter.linkAccount({
        userId: user.id,
        providerId: 'credential',
        accountId: user.id,
        password: await context.password.hash(password),
      })
      roles.set(user.id, fitting.value)
      return ok(accountOf(user))
    },
    setRoles(email, given) {
      const fitting = parseRoles(given)
      if (!fitting.ok) return fitting
      const user = sql.named.get(email)
      if (user === undefined) {
        const message = `There is no account for ${email.slice(0, 300)}; “countersign account officers” lists them.`
        return refuse('account/unknown', message)
      }
      roles.set(user.id, fitting.value)
      return ok(accountOf(user))
    },
    officers: () => sql.all.all().map(accountOf),
    close: () => db.close(),
  }
}

/** Every attempt with a password is kept, and one on an account that was tried too often is refused without a look at it. */
function signInHooks(signIns: SignIns, now: () => number) {
  return {
    before: createAuthMiddleware(async ({ path, body, headers }) => {
      if (path !== SIGN_IN) return
      const [email, address] = [emailOf(body), addressOf(headers)]
      const until = signIns.lockedUntil(email, address)
      if (until === undefined) return
      signIns.note(email, address, 'locked')
      const minutes = Math.ceil((until - now()) / 60_000)
      const message = `The password was wrong too often. Try again in ${minutes} min, or from where you signed in before.`
      throw new APIError('TOO_MANY_REQUESTS', { code: 'account/locked', message })
    }),
    after: createAuthMiddleware(async ({ path, body, headers, context: { returned } }) => {
      if (path !== SIGN_IN) return
      signIns.note(emailOf(body), addressOf(headers), isAPIError(returned) ? 'wrong' : 'in')
    }),
  }
}

/** Empty where there is none. */
function emailIn(body: string): string {
  try {
    return emailOf(JSON.parse(body))
  } catch {
    return ''
  }
}

function emailOf(body: unknown): string {
  const { email }: { email?: unknown } = Object(body)
  return typeof email === 'string' ? email : ''
}

/** Of the network; the server sets it (api.ts). */
function addressOf(headers: Headers | undefined): string {
  return headers?.get('x-forwarded-for') ?? ''
}

interface User {
  id: string
  name: string
  email: string
}

/** At most so many within so many milliseconds. */
function attempts(most: number, withinMs: number): { tooMany(): boolean } {
  const times: number[] = []
  return {
    tooMany() {
      const now = Date.now()
      while (times[0] !== undefined && times[0] < now - withinMs) times.shift()
      times.push(now)
      return times.length > most
    },
  }
}

/** A random secret of this node, made once and readable by its owner alone. */
export function secretOf(dir: string, name: 'session-secret' | 'api-token'): string {
  const path = join(dir, 'private', name)
  if (!existsSync(path))
    writeFileSync(path, randomBytes(36).toString('base64url'), { mode: 0o600, flag: 'wx', flush: true })
  return readFileSync(path, 'utf8').trim()
}
