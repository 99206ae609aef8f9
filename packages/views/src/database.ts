// The file behind the views. It can always be folded again from the logs, so the last moments before a power cut may be
// lost (synchronous NORMAL); what is there is whole.

import type Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { BUSY_TIMEOUT_MS } from './limits.ts'
import { migrations } from './migrations/index.ts'
import type { Tables } from './schema.ts'
import { makeSearchIndex } from './search.ts'

export type Sqlite = Database.Database

export interface Store {
  /** For what is asked thousands of times: prepared statements, answered at once. */
  sqlite: Sqlite
  /** For everything else. */
  db: Kysely<Tables>
  /** The text of an object, verbatim. */
  textOf(digest: string): string
  /** The same; undefined where it is not held any more. */
  textIfHeld(digest: string): string | undefined
}

/** Brings the tables of a database up to date. Closes it where that fails. */
export async function openStore(sqlite: Sqlite): Promise<Store> {
  sqlite.pragma('journal_mode = WAL')
  sqlite.pragma('synchronous = NORMAL')
  // What is deleted is overwritten: content that was destroyed must be found in no file.
  sqlite.pragma('secure_delete = ON')
  sqlite.pragma('temp_store = MEMORY')
  sqlite.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) })
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) {
    await db.destroy()
    throw error
  }
  makeSearchIndex(sqlite)
  const text = sqlite.prepare<[string], { source: string }>('select source from object_texts where digest = ?')
  const textIfHeld = (digest: string) => text.get(digest)?.source
  const textOf = (digest: string) => {
    const source = textIfHeld(digest)
    if (source === undefined) throw new Error(`the text ${digest} of an object is missing`)
    return source
  }
  return { sqlite, db, textOf, textIfHeld }
}
