// Under which ids something was shared whose content is destroyed here since, true in SQL alone: with the content nothing
// in the logs says it any more (adr/0022). Of an id its SHA-256 is kept, and in which record of which log it first stood;
// whose that is, its statement says. At most one row for each id and log.

import type { SharedOnce } from '@countersign/views'
import type Database from 'better-sqlite3'

export class SharedOnceStore {
  private readonly db: Database.Database

  constructor(db: Database.Database) {
    this.db = db
    db.exec(`
      CREATE TABLE IF NOT EXISTS shared_once (
        idDigest TEXT NOT NULL, origin TEXT NOT NULL, idx INTEGER NOT NULL, PRIMARY KEY (idDigest, origin)
      ) STRICT, WITHOUT ROWID;
    `)
  }

  /** All of these or none; durable once it returns. */
  keep(some: readonly SharedOnce[]): void {
    const insert = this.db.prepare(
      `INSERT INTO shared_once VALUES (?, ?, ?) ON CONFLICT (idDigest, origin) DO UPDATE SET idx = min(idx, excluded.idx)`,
    )
    this.db.transaction(() => {
      for (const { idDigest, origin, index } of some) insert.run(idDigest, origin, index)
    })()
  }

  all(): IterableIterator<SharedOnce> {
    return this.db.prepare<[], SharedOnce>('SELECT idDigest, origin, idx AS "index" FROM shared_once').iterate()
  }
}
