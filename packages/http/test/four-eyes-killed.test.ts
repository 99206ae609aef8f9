// A share, and the approval of one that waits, ended with -9 at their steps: nothing partial left, nothing is lost, and
// what leaves leaves once.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node } from '@countersign/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { killedAtSteps, opened } from './killed-at-steps.ts'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'

const OBJECTS = 24
const RECORDS = 3

const root = mkdtempSync(join(tmpdir(), 'countersign-waiting-killed-'))
const file = join(root, 'objects.json')
const base = join(root, 'base')
let killed: Awaited<ReturnType<typeof killedAtSteps>>
let parties: Parties

/** Two records of a share have two parts of a kilobyte each, and the last what is left. */
beforeAll(async () => {
  parties = await startParties({
    yaml: (text) => text.replace('partBytes: 8388608', 'partBytes: 1024').replace('parts: 8', 'parts: 2'),
  })
  const objects = Array.from({ length: OBJECTS }, (_, i) => ({
    ...{ type: 'ipv4-addr', spec_version: '2.1', value: `192.0.2.${i}`, x_note: 'x'.repeat(40) },
    id: `ipv4-addr--00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
  }))
  writeFileSync(file, JSON.stringify({ objects }))
  killed = await killedAtSteps(root, parties.pact)
  await parties.alfa.stop()
  cpSync(parties.alfa.dir, base, { recursive: true })
}, 120_000)
afterAll(async () => {
  await parties.close()
  rmSync(root, { recursive: true, force: true })
})

/** All of it once, or nothing. */
async function saidOf(node: Node): Promise<{ records: number; objects: number }> {
  await node.settled()
  const { pact } = parties
  const { total, records } = value(await node.views.records({ pact, party: 'alfa.example', type: 'intel/share' }))
  const objects = value(await node.views.objects({ pact, collection: 'outbox' })).total
  const shares = new Set(records.map(({ body }) => (body as { share: string }).share))
  expect([0, 1]).toContain(shares.size)
  return { records: total, objects }
}
const WHOLE = { records: RECORDS, objects: OBJECTS }
const NOTHING = { records: 0, objects: 0 }
const held = (dir: string) => readdirSync(join(dir, 'private', 'held'))

async function approveAll(node: Node, id: string): Promise<void> {
  for (const name of ['three', 'four']) {
    const { state, judgement, needed } = value(await node.waitingShares.look(id))
    expect(state).toBe('open')
    const by = { id: name, name: `${name}@alfa.example`, since: 0 }
    value(await node.approveShare(id, judgement, by))
    if (needed === 1) return
  }
}

const WAITS = '{"approval":{"objects":10}}'
function withRules(dir: string): string {
  mkdirSync(join(dir, 'rules'), { recursive: true })
  writeFileSync(join(dir, 'rules', 'house.json'), WAITS)
  return dir
}

test('a share that is killed half-way is in the log whole or not at all', { timeout: 3_600_000 }, async () => {
  const found = new Set<number>()
  await killed(base, 'share', file, (dir, at) =>
    opened(dir, async (node) => {
      const said = await saidOf(node)
      found.add(said.records)
      expect([WHOLE, NOTHING], at).toContainEqual(said)
      expect(held(dir), at).toEqual([])
    }),
  )
  expect(found).toContain(0)
})

test('a share that is killed on its way to wait waits whole, or is not there; nothing of it left', {
  timeout: 3_600_000,
}, async () => {
  const from = withRules(join(root, 'from-wait'))
  cpSync(base, from, { recursive: true })
  withRules(from)
  await killed(from, 'share', file, (dir, at) =>
    opened(dir, async (node) => {
      const waiting = node.waitingShares.all()
      expect(held(dir), at).toEqual(waiting.map(({ id }) => id))
      expect(await saidOf(node), at).toEqual(NOTHING)
      const [one] = waiting
      if (one === undefined) return
      expect(one, at).toMatchObject({ state: 'open', objects: OBJECTS })
      await approveAll(node, one.id)
      await until('it to be shown', async () => (await saidOf(node)).objects === OBJECTS, 200)
      expect(await saidOf(node), at).toEqual(WHOLE)
    }),
  )
})

test('an approval that is killed half-way leaves a share that waits, or one that leaves whole and once', {
  timeout: 3_600_000,
}, async () => {
  const from = join(root, 'from-approve')
  cpSync(base, from, { recursive: true })
  withRules(from)
  const id = await opened(from, async (node) => {
    const { pact } = parties
    const input = bytesInput(readFileSync(file))
    const shared = value(await node.share({ pact, account: 'test', input }))
    expect(shared.state).toBe('waits')
    return shared.share
  })
  const states = new Set<string>()
  await killed(
    from,
    'approve',
    id,
    (dir, at) =>
      opened(dir, async (node) => {
        const state = () => node.waitingShares.find(id)?.state
        await until('what was approved to leave', () => state() !== 'approved', 200)
        states.add(state() ?? '')
        if (state() === 'open') {
          expect(await saidOf(node), at).toEqual(NOTHING)
          expect(held(dir), at).toEqual([id])
          await approveAll(node, id)
        }
        expect(state(), at).toBe('done')
        await until('it to be shown', async () => (await saidOf(node)).objects === OBJECTS, 200)
        expect(await saidOf(node), at).toEqual(WHOLE)
        const { records } = value(await node.views.records({ type: 'intel/share' }))
        for (const { id: statement } of records) expect(node.approversOf(statement), at).toHaveLength(2)
        await until('its file to go', () => held(dir).length === 0, 200)
      }),
    // With these it is said, is over, and is held here no more.
    { last: 8 },
  )
  expect(states).toEqual(new Set(['open', 'done']))
})
