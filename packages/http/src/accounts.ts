// Who may sign in to this node's console, and which tools may speak TAXII to it. Officers have accounts of better-auth
// in DIR/private/accounts.db, tools stand beside them (tools.ts); the shell of the machine's owner has the local token of
// DIR/private/api-token. There is no default password and no sign-up.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ok, type Result, refuse } from '@countersign/log'
import type { Officer } from '@countersign/node'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import Database from 'better-sqlite3'
import { LIMITS } from './limits.ts'
import { Tools } from './tools.ts'

export interface Account {
  id: string
  name: string
  email: string
}

/** What the shell does is done in this name where no other is given. */
export const LOCAL_ACCOUNT: Account = { id: 'local', name: 'Shell of this machine', email: '' }

export interface Accounts {
  /** better-auth's own routes, below /api/auth. */
  handle(request: Request): Promise<Response>
  /** The officer of a session cookie, or the shell’s token. */
  who(headers: Headers): Promise<Account | undefined>
  isLocal(headers: Headers): boolean
  /** The officer of a session, and when the account was made. The shell’s token is nobody in particular. */
  officer(headers: Headers): Promise<Officer | undefined>
  /** The officer of an address and a password, given in the shell of the machine. */
  officerOf(email: string, password: string): Promise<Result<Officer>>
  /** Who may speak TAXII. */
  tools: Tools
  /** How many officers there are. */
  count(): number
  addOfficer(email: string, name: string, password: string): Promise<Result<Account>>
  close(): void
}

export async function openAccounts(dir: string, baseUrl: string): Promise<Accounts> {
  const db = new Database(join(dir, 'private', 'accounts.db'))
  db.pragma('journal_mode = WAL')
  const options = {
    database: db,
    secret: secretOf(dir, 'session-secret'),
    baseURL: baseUrl,
    basePath: '/api/auth',
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: LIMITS.passwordCharsMin },
    rateLimit: { enabled: true, window: 60, max: 100, customRules: { '/sign-in/email': { window: 60, max: 10 } } },
    advanced: { cookiePrefix: `countersign-${createHash('sha256').update(dir).digest('hex').slice(0, 8)}` },
    telemetry: { enabled: false },
    logger: { disabled: true },
  }
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  const auth = betterAuth(options)
  const token = Buffer.from(secretOf(dir, 'api-token'))

  const guesses = attempts(10, 60_000)

  function isLocal(headers: Headers): boolean {
    const given = /^Bearer ([A-Za-z0-9_-]{16,128})$/.exec(headers.get('authorization') ?? '')?.[1]
    if (given === undefined) return false
    const bytes = Buffer.from(given)
    return bytes.length === token.length && timingSafeEqual(bytes, token)
  }

  return {
    handle: (request) => auth.handler(request),
    isLocal,
    async who(headers) {
      if (isLocal(headers)) return LOCAL_ACCOUNT
      const session = await auth.api.getSession({ headers })
      return session === null ? undefined : { id: session.user.id, name: session.user.name, email: session.user.email }
    },
    async officer(headers) {
      const session = isLocal(headers) ? null : await auth.api.getSession({ headers })
      return session === null ? undefined : officerOfUser(session.user)
    },
    async officerOf(email, password) {
      // Slowly, so that a shell that was left open is no place to guess at passwords.
      const wrong = refuse('account/officer', 'There is no such officer, or the password is another.')
      if (guesses.tooMany()) return refuse('account/too-many', 'Too many attempts; try again in a minute.')
      const { internalAdapter, password: passwords } = await auth.$context
      const found = await internalAdapter.findUserByEmail(email, { includeAccounts: true })
      const hash = found?.accounts.find(({ providerId }) => providerId === 'credential')?.password
      if (found === null || hash == null) return wrong
      return (await passwords.verify({ hash, password })) ? ok(officerOfUser(found.user)) : wrong
    },
    tools: new Tools(db),
    count: () => db.prepare<[], { n: number }>('SELECT count(*) AS n FROM user').get()?.n ?? 0,
    async addOfficer(email, name, password) {
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
      return ok({ id: user.id, name, email })
    },
    close: () => db.close(),
  }
}

function officerOfUser(user: { id: string; name: string; email: string; createdAt: Date }): Officer {
  return { id: user.id, name: user.email, since: user.createdAt.getTime() }
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
