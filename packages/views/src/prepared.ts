// Statements compiled when they are first run. The views have hundreds of them, of which a start runs a few dozens: to
// compile all took a sixth of the time of a start. Views that are opened without this compile all at once, as their tests
// do, so that a wrong statement shows there and not when somebody first asks.

import type Database from 'better-sqlite3'

type Statement = Database.Statement<unknown[]>

/** The same database, whose `prepare` only notes the statement. What is wrong with one shows when it is first run. */
export function preparedWhenRun(database: Database.Database): Database.Database {
  return Object.create(database, { prepare: { value: (source: string) => new Prepared(database, source) } })
}

class Prepared implements Statement {
  readonly database: Database.Database
  readonly source: string
  private compiled: Statement | undefined

  constructor(database: Database.Database, source: string) {
    this.database = database
    this.source = source
  }

  run(...values: unknown[]) {
    return this.statement.run(...values)
  }

  get(...values: unknown[]) {
    return this.statement.get(...values)
  }

  all(...values: unknown[]) {
    return this.statement.all(...values)
  }

  iterate(...values: unknown[]) {
    return this.statement.iterate(...values)
  }

  bind(...values: unknown[]) {
    this.statement.bind(...values)
    return this
  }

  pluck(toggle = true) {
    this.statement.pluck(toggle)
    return this
  }

  expand(toggle = true) {
    this.statement.expand(toggle)
    return this
  }

  raw(toggle = true) {
    this.statement.raw(toggle)
    return this
  }

  safeIntegers(toggle = true) {
    this.statement.safeIntegers(toggle)
    return this
  }

  columns() {
    return this.statement.columns()
  }

  get reader() {
    return this.statement.reader
  }

  get readonly() {
    return this.statement.readonly
  }

  get busy() {
    return this.statement.busy
  }

  private get statement(): Statement {
    this.compiled ??= this.database.prepare(this.source)
    return this.compiled
  }
}
