// The roles of each account, beside the accounts of better-auth in the same database.

import type Database from 'better-sqlite3'
import { EVERY_ACTING_ROLE, ROLES, type Role } from './roles.ts'

export class RoleStore {
  private readonly sql
  private readonly replace: (user: string, roles: readonly Role[]) => void

  constructor(db: Database.Database) {
    // Accounts from before there were roles could do everything, and go on so.
    const isNew = db.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'person_role'`).get() === undefined
    db.transaction(() => {
      if (!isNew) return
      db.exec('CREATE TABLE person_role (user TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (user, role)) STRICT')
      const give = db.prepare('INSERT INTO person_role SELECT id, ? FROM user')
      for (const role of EVERY_ACTING_ROLE) give.run(role)
    }).immediate()
    this.sql = {
      of: db.prepare<[string], { role: string }>('SELECT role FROM person_role WHERE user = ?'),
      take: db.prepare<[string]>('DELETE FROM person_role WHERE user = ?'),
      give: db.prepare<[string, string]>('INSERT INTO person_role VALUES (?, ?)'),
    }
    this.replace = db.transaction((user: string, roles: readonly Role[]) => {
      this.sql.take.run(user)
      for (const role of roles) this.sql.give.run(user, role)
    })
  }

  /** A name that is no role any more lets nobody do anything. */
  of(user: string): Role[] {
    const held = this.sql.of.all(user)
    return ROLES.filter((role) => held.some((one) => one.role === role))
  }

  set(user: string, roles: readonly Role[]): void {
    this.replace(user, roles)
  }
}
