// A process that shares, approves what waits, or fills a round or says it, and ends itself with SIGKILL before its step number `killAt`: each call by
// which it writes, names or syncs a file, and each row that it writes into the private database, is one step. Run as:
// node waiting-process.ts DIR PACT share|approve|round-add|round-say|rules-confirm FILE|SHARE|CHANGE|- killAt

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const [dir = '', pact = '', what = '', of = '', killAt = ''] = process.argv.slice(2)
let armed = false
let steps = 0

function step(): void {
  if (!armed || steps++ !== Number(killAt)) return
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}

function countIn(holder: object, names: readonly string[]): void {
  const calls = holder as Record<string, (...args: unknown[]) => unknown>
  for (const name of names) {
    const call = calls[name]
    if (call === undefined) throw new Error(`There is no ${name}.`)
    calls[name] = function (this: unknown, ...args: unknown[]) {
      step()
      return call.apply(this, args)
    }
  }
}

countIn(fs.promises, ['rename', 'unlink', 'mkdir'])
const handle = await fs.promises.open(dir, 'r')
countIn(Object.getPrototypeOf(handle), ['write', 'datasync', 'sync'])
await handle.close()
syncBuiltinESMExports()

const { Node, realSurroundings } = await import('@countersign/node')
const real = realSurroundings()
const opened = await Node.open(dir, {
  ...real,
  database(path) {
    const database = real.database(path)
    if (!path.endsWith('private.db')) return database
    const prepare = database.prepare.bind(database)
    database.prepare = ((source: string) => {
      const statement = prepare(source)
      countIn(statement, ['run'])
      return statement
    }) as typeof database.prepare
    return database
  },
})
if (!opened.ok) throw new Error(opened.message)
const node = opened.value
while (!node.health().ready) await new Promise((resolve) => setTimeout(resolve, 20))
await node.settled()
const officer = (name: string) => ({ id: name, name: `${name}@alfa.example`, since: 0 })
armed = true
if (what === 'share') {
  const shared = await node.share({ pact, account: 'test', input: fs.createReadStream(of) })
  if (!shared.ok) throw new Error(shared.message)
} else if (what === 'round-add') {
  const added = await node.rounds.add({ pact }, fs.createReadStream(of), 'test')
  if (!added.ok) throw new Error(added.message)
} else if (what === 'round-say') {
  const said = await node.sayRound({ pact }, { account: 'test' })
  if (!said.ok) throw new Error(said.message)
} else if (what === 'rules-confirm') {
  const put = await node.rules.confirm(of, officer('two'))
  if (!put.ok) throw new Error(put.message)
} else {
  const looked = await node.waitingShares.look(of)
  if (!looked.ok) throw new Error(looked.message)
  for (const name of ['one', 'two']) {
    const approved = await node.approveShare(of, looked.value.judgement, officer(name))
    if (!approved.ok) throw new Error(approved.message)
  }
}
armed = false
process.stdout.write(String(steps))
process.exit(0)
