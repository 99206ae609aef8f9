import { ok } from '@countersign/log'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { type Act, Approvals } from '../src/officers/approvals.ts'
import { PrivateStore } from '../src/private-store.ts'

test('what two officers confirm at once is done once', async () => {
  const store = new PrivateStore(new Database(':memory:'))
  let done = 0
  const approvals = new Approvals({
    around: { now: () => 1_800_000_000_000, random: (bytes) => new Uint8Array(bytes), report: () => {} },
    store,
    may: async () => ok(undefined),
    async carryOut() {
      await new Promise((resolve) => setImmediate(resolve))
      done++
      return ok('Done.')
    },
  })
  const officer = (id: string) => ({ id, name: `${id}@alfa.example`, since: 0 })
  const act: Act = { kind: 'alarm/acknowledge', code: 'mirror/fork', subject: 'x' }
  const asked = await approvals.ask(act, 'Seen', officer('one'))
  if (!asked.ok) throw new Error(asked.message)
  const both = await Promise.all(['two', 'three'].map((id) => approvals.confirm(asked.value.id, officer(id))))
  expect(both.map((one) => (one.ok ? one.value.state : one.code))).toEqual(['done', 'approval/under-way'])
  expect(done).toBe(1)
  store.close()
})
