// Under which ids something was shared whose content is destroyed here since: whose it was is not forgotten with it, or what
// somebody kept as a file could be passed on without anybody’s consent (originators.ts). Which they are cannot be found in
// the logs any more, so the node keeps it: this table is filled anew at each start, and is no part of what is folded.

import { sha256, toHex, utf8 } from '@countersign/log'
import type { Sqlite } from './database.ts'

/** The first record of a log that something of that id stood in; of an id only its SHA-256 in hex. */
export interface SharedOnce {
  idDigest: string
  origin: string
  index: number
}

export class SharedOnceList {
  private readonly sql

  constructor(sqlite: Sqlite) {
    this.sql = {
      insert: sqlite.prepare<[string, string, number]>(
        `insert into shared_once values (?, ?, ?)
         on conflict (id_digest, origin) do update set idx = min(idx, excluded.idx)`,
      ),
      clear: sqlite.prepare('delete from shared_once'),
      any: sqlite.prepare<[], { n: number }>('select 1 as n from shared_once limit 1'),
      has: sqlite.prepare<[string], { n: number }>('select 1 as n from shared_once where id_digest = ? limit 1'),
    }
  }

  recall(all: Iterable<SharedOnce>): void {
    this.sql.clear.run()
    for (const one of all) this.add(one)
  }

  add({ idDigest, origin, index }: SharedOnce): void {
    this.sql.insert.run(idDigest, origin, index)
  }

  /** The digest of an id under which something was; null where there was nothing. */
  digestIfShared(id: string): string | null {
    // Nothing was destroyed in most houses, and every object of a share is asked about.
    if (this.sql.any.get() === undefined) return null
    const digest = digestOfId(id)
    return this.sql.has.get(digest) === undefined ? null : digest
  }
}

export function digestOfId(id: string): string {
  return toHex(sha256(utf8(id)))
}
