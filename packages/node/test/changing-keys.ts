// A process that changes the keys of a node and ends itself with SIGKILL before its step number `killAt`: each call by
// which it writes, names or syncs something is one step. Run as: node changing-keys.ts DIR roles|stolen killAt

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const [dir = '', what = '', killAt = ''] = process.argv.slice(2)
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

countIn(fs, ['writeFileSync', 'renameSync', 'unlinkSync', 'mkdirSync', 'fsyncSync'])
countIn(fs.promises, ['rename', 'unlink', 'mkdir'])
const handle = await fs.promises.open(dir, 'r')
countIn(Object.getPrototypeOf(handle), ['write', 'datasync', 'sync'])
await handle.close()
syncBuiltinESMExports()

const { Node, realSurroundings } = await import('../src/index.ts')
const opened = await Node.open(dir, { ...realSurroundings(), fetch: async () => new Response(null, { status: 404 }) })
if (!opened.ok) throw new Error(opened.message)
const node = opened.value
while (!node.health().ready) await new Promise((resolve) => setTimeout(resolve, 20))
await node.settled()
armed = true
const roles = ['log', 'receipt', 'statement'] as const
const changed = await node.rotateKeys(
  what === 'stolen' ? { compromised: { roles: [...roles] } } : { roles: ['receipt', 'statement'] },
)
armed = false
if (!changed.ok) throw new Error(changed.message)
process.stdout.write(String(steps))
process.exit(0)
