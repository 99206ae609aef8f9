// The tools of the house that speak TAXII: each has a name, a random secret of which only the hash is kept, and rights.
// The secret is the password of HTTP Basic and the token of Bearer alike. One that was ended is refused from the next
// request on, also by a node that runs.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { ok, type Result, refuse } from '@countersign/log'
import type Database from 'better-sqlite3'
import { LIMITS } from './limits.ts'
import { formatRight, parseRight, type Right, USUAL_RIGHTS } from './taxii/rights.ts'

export interface Tool {
  name: string
  rights: readonly Right[]
}

interface Row {
  name: string
  password_hash: Buffer
  rights: string
}

export class Tools {
  private readonly sql

  constructor(db: Database.Database) {
    db.exec('CREATE TABLE IF NOT EXISTS tool (name TEXT PRIMARY KEY, password_hash BLOB NOT NULL) STRICT')
    const columns = db.pragma('table_info(tool)') as { name: string }[]
    if (!columns.some(({ name }) => name === 'rights')) {
      db.exec(`ALTER TABLE tool ADD COLUMN rights TEXT NOT NULL DEFAULT '${textOf(USUAL_RIGHTS)}'`)
    }
    db.exec('CREATE INDEX IF NOT EXISTS tool_by_secret ON tool (password_hash)')
    this.sql = {
      named: db.prepare<[string], Row>('SELECT name, password_hash, rights FROM tool WHERE name = ?'),
      withSecret: db.prepare<[Buffer], Row>('SELECT name, password_hash, rights FROM tool WHERE password_hash = ?'),
      all: db.prepare<[], Row>('SELECT name, password_hash, rights FROM tool ORDER BY name'),
      count: db.prepare<[], { n: number }>('SELECT count(*) AS n FROM tool'),
      keep: db.prepare<[string, Buffer, string]>(
        'INSERT OR REPLACE INTO tool (name, password_hash, rights) VALUES (?, ?, ?)',
      ),
      end: db.prepare<[string]>('DELETE FROM tool WHERE name = ?'),
    }
  }

  /** The tool of an `Authorization` header: Basic (RFC 7617), Bearer (RFC 6750), or Token as TAXII clients of Python write it. */
  of(authorization: string | undefined): Tool | undefined {
    const [, scheme = '', given = ''] =
      /^(Basic|Bearer|Token) +([A-Za-z0-9+/=_-]{1,1024})$/i.exec(authorization ?? '') ?? []
    if (given === '') return undefined
    // A hash says nothing about the secret before it, so finding one by its index tells nobody anything by its time.
    if (scheme.toLowerCase() !== 'basic') return toolOf(this.sql.withSecret.get(hashOf(given)))
    const text = Buffer.from(given, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    const row = this.sql.named.get(text.slice(0, Math.max(colon, 0)))
    // The comparison runs for unknown names too, so that names cannot be told apart by time.
    const same = timingSafeEqual(hashOf(text.slice(colon + 1)), row?.password_hash ?? hashOf(''))
    return same ? toolOf(row) : undefined
  }

  /** A new tool, or a new secret and new rights for one; the secret is shown this once. */
  add(name: string, rights: readonly Right[] = USUAL_RIGHTS): Result<{ user: string; password: string }> {
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
      return refuse('tool/name', 'A tool’s name has lower-case letters, digits and hyphens, 32 at most.')
    }
    if (rights.length > LIMITS.toolRightsMax) {
      return refuse(
        'tool/rights',
        `A tool has at most ${LIMITS.toolRightsMax} rights; make a second tool for the others.`,
      )
    }
    if (this.sql.named.get(name) === undefined && (this.sql.count.get()?.n ?? 0) >= LIMITS.toolsMax) {
      return refuse('tool/too-many', `There are ${LIMITS.toolsMax} tools already; end one that is not used any more.`)
    }
    // 24 random bytes need no slow hash: they cannot be guessed.
    const password = randomBytes(24).toString('base64url')
    this.sql.keep.run(name, hashOf(password), textOf(rights))
    return ok({ user: name, password })
  }

  all(): Tool[] {
    return this.sql.all.all().map((row) => ({ name: row.name, rights: rightsOf(row) }))
  }

  end(name: string): Result<undefined> {
    if (this.sql.end.run(name).changes > 0) return ok(undefined)
    return refuse(
      'tool/unknown',
      `There is no tool named “${name.slice(0, 32)}”; “countersign account tools” lists them.`,
    )
  }
}

function toolOf(row: Row | undefined): Tool | undefined {
  return row === undefined ? undefined : { name: row.name, rights: rightsOf(row) }
}

/** A right that cannot be read is none. */
function rightsOf({ rights }: Row): Right[] {
  return rights.split(' ').flatMap((text) => {
    const right = parseRight(text)
    return right.ok ? [right.value] : []
  })
}

function textOf(rights: readonly Right[]): string {
  return rights.map(formatRight).join(' ')
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
