// A round that is filled, or said, ended with -9 at its steps: nothing is said twice, nothing is lost, and nothing is said
// that nobody said.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node } from '@countersign/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { killedAtSteps, opened } from './killed-at-steps.ts'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'

const OBJECTS = 24
const RECORDS = 3

const root = mkdtempSync(join(tmpdir(), 'countersign-rounds-killed-'))
const file = join(root, 'objects.json')
const base = join(root, 'base')
let killed: Awaited<ReturnType<typeof killedAtSteps>>
let parties: Parties

/** Two records of a share have two parts of a kilobyte each, and the last what is left. */
beforeAll(async () => {
  parties = await startParties({
    yaml: (text) => text.replace('partBytes: 8388608', 'partBytes: 1024').replace('parts: 8', 'parts: 2'),
  })
  killed = await killedAtSteps(root, parties.pact)
  const objects = Array.from({ length: OBJECTS }, (_, i) => ({
    ...{ type: 'ipv4-addr', spec_version: '2.1', value: `192.0.2.${i}`, x_note: 'x'.repeat(40) },
    id: `ipv4-addr--00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
  }))
  writeFileSync(file, JSON.stringify({ objects }))
  await parties.alfa.stop()
  cpSync(parties.alfa.dir, base, { recursive: true })
}, 120_000)
afterAll(async () => {
  await parties.close()
  rmSync(root, { recursive: true, force: true })
})

async function saidOf(node: Node): Promise<{ records: number; objects: number }> {
  await node.settled()
  const { pact } = parties
  const { total } = value(await node.views.records({ pact, party: 'alfa.example', type: 'intel/share' }))
  return { records: total, objects: value(await node.views.objects({ pact, collection: 'outbox' })).total }
}
const WHOLE = { records: RECORDS, objects: OBJECTS }
const NOTHING = { records: 0, objects: 0 }
const at = () => ({ pact: parties.pact })
async function sayAll(node: Node, step: string): Promise<void> {
  value(await node.sayRound(at(), { account: 'test' }))
  await until('it to be shown', async () => (await saidOf(node)).objects === OBJECTS, 200)
  expect(await saidOf(node), step).toEqual(WHOLE)
}
const add = async (node: Node) => value(await node.rounds.add(at(), bytesInput(readFileSync(file)), 'test'))

test('a round that is filled and killed has all of it or nothing, and filled again has it once', {
  timeout: 3_600_000,
}, async () => {
  await killed(base, 'round-add', file, (dir, step) =>
    opened(dir, async (node) => {
      const { objects } = value(await node.rounds.look(at()))
      expect([0, OBJECTS], step).toContain(objects)
      expect(await add(node), step).toEqual({ added: OBJECTS - objects, known: objects })
      expect(value(await node.rounds.look(at())).objects, step).toBe(OBJECTS)
      expect(await saidOf(node), step).toEqual(NOTHING)
    }),
  )
})

test('a round that is killed while it is said has left whole, or is there whole and leaves once', {
  timeout: 3_600_000,
}, async () => {
  const from = join(root, 'from-say')
  cpSync(base, from, { recursive: true })
  await opened(from, add)
  const left = new Set<boolean>()
  await killed(
    from,
    'round-say',
    '-',
    (dir, step) =>
      opened(dir, async (node) => {
        const round = value(await node.rounds.look(at()))
        expect(round.saying, step).toBeNull()
        const hasLeft = round.objects === 0
        left.add(hasLeft)
        expect(round, step).toMatchObject(hasLeft ? { last: { objects: OBJECTS } } : { objects: OBJECTS, last: null })
        expect(await saidOf(node), step).toEqual(hasLeft ? WHOLE : NOTHING)
        // What left is known: put in again, nothing of it is new.
        expect(await add(node), step).toEqual({ added: 0, known: OBJECTS })
        if (!hasLeft) await sayAll(node, step)
        expect(await node.sayRound(at(), { account: 'test' }), step).toMatchObject({ ok: false, code: 'round/empty' })
        expect(await saidOf(node), step).toEqual(WHOLE)
      }),
    { last: 3 },
  )
  expect(left).toEqual(new Set([true, false]))
})
