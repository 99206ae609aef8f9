import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openViews, preparedWhenRun } from '../src/index.ts'

/** A database in memory, and the statements that it compiled. */
function counted() {
  const database = new Database(':memory:')
  const compiled: string[] = []
  const prepare = database.prepare.bind(database)
  Object.assign(database, {
    prepare: (source: string) => {
      compiled.push(source)
      return prepare(source)
    },
  })
  return { database, compiled }
}

test('a statement is compiled when it is first run, once, and what is wrong with it shows then', () => {
  const { database, compiled } = counted()
  const lazy = preparedWhenRun(database)
  const insert = lazy.prepare('insert into words values (?, ?)')
  const wrong = lazy.prepare('select word from nowhere')
  expect(compiled).toEqual([])
  lazy.exec('create table words (id integer primary key, word text)')
  expect(insert.run(1, 'one').changes).toBe(1)
  expect(insert.run(2, 'two').changes).toBe(1)
  expect(compiled).toEqual(['insert into words values (?, ?)'])
  expect(() => wrong.all()).toThrow('no such table: nowhere')
})

test('it answers as one that was compiled at once, in every form', () => {
  const lazy = preparedWhenRun(new Database(':memory:'))
  lazy.exec(`create table words (id integer primary key, word text); insert into words values (1, 'one'), (2, 'two')`)
  const all = () => lazy.prepare('select id, word from words order by id')
  expect(all().all()).toEqual([
    { id: 1, word: 'one' },
    { id: 2, word: 'two' },
  ])
  expect(all().get()).toEqual({ id: 1, word: 'one' })
  expect([...all().raw().iterate()]).toEqual([
    [1, 'one'],
    [2, 'two'],
  ])
  expect(all().pluck().all()).toEqual([1, 2])
  expect(all().safeIntegers().get()).toEqual({ id: 1n, word: 'one' })
  expect(all().expand().get()).toEqual({ words: { id: 1, word: 'one' } })
  expect(lazy.prepare('select word from words where id = ?').bind(2).get()).toEqual({ word: 'two' })
  expect(all().columns()).toMatchObject([{ name: 'id' }, { name: 'word' }])
  const { reader, readonly, busy, source } = lazy.prepare('delete from words')
  expect({ reader, readonly, busy, source }).toEqual({
    ...{ reader: false, readonly: false, busy: false },
    source: 'delete from words',
  })
})

test('what is undone with a transaction is undone, and the database is closed', () => {
  const database = new Database(':memory:')
  const lazy = preparedWhenRun(database)
  lazy.exec('create table words (word text)')
  const insert = lazy.prepare('insert into words values (?)')
  const both = lazy.transaction(() => {
    insert.run('one')
    expect(lazy.inTransaction).toBe(true)
    throw new Error('It fails half-way.')
  })
  expect(both).toThrow('It fails half-way.')
  expect(lazy.prepare('select count(*) as n from words').get()).toEqual({ n: 0 })
  lazy.close()
  expect(database.open).toBe(false)
})

test('views that are opened again compile what the start runs, and not all that may ever be asked', async () => {
  const [whole, some] = [counted(), counted()]
  const options = { path: ':memory:', party: 'alfa.example', now: () => 0 }
  await openViews({ ...options, open: () => whole.database })
  await openViews({ ...options, open: () => preparedWhenRun(some.database) })
  const once = some.compiled.length
  expect(whole.compiled.length - once).toBeGreaterThan(200)
  await openViews({ ...options, open: () => preparedWhenRun(some.database) })
  expect(some.compiled.length - once).toBeLessThan(30)
})
