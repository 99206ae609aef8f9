// Putting rules in force, ended with -9 at its steps: the old set counts or the new one, whole, and never none; and a start
// finishes what was decided.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { killedAtSteps, opened } from './killed-at-steps.ts'
import { type Parties, startParties, value } from './parties.ts'

const root = mkdtempSync(join(tmpdir(), 'countersign-rules-killed-'))
const base = join(root, 'base')
const OLD = '// By hand.\n@id("old") forbid (principal, action, resource) when { resource.type == "url" };\n'
let killed: Awaited<ReturnType<typeof killedAtSteps>>
let parties: Parties
let change = ''
let after = ''

beforeAll(async () => {
  parties = await startParties()
  killed = await killedAtSteps(root, parties.pact)
  const { node, dir } = parties.alfa
  mkdirSync(join(dir, 'rules'))
  writeFileSync(join(dir, 'rules', 'house.cedar'), OLD)
  const { base: begun } = value(await node.rules.look('house', 2))
  const rule = { name: 'new', reason: 'New.', enabled: true, effect: { kind: 'hold-back' as const }, when: [] }
  const draft = { scope: 'house', base: begun, edits: [{ put: rule }], cases: [] }
  const by = { id: 'one', name: 'one@alfa.example', since: 0 }
  change = value(await node.rules.ask(draft, 'Because.', by, 2)).id
  after = `${OLD}\n@id("new")\n@reason("New.")\nforbid (principal, action == Action::"release", resource);\n`
  await parties.alfa.stop()
  cpSync(dir, base, { recursive: true })
}, 120_000)
afterAll(async () => {
  await parties.close()
  rmSync(root, { recursive: true, force: true })
})

test('rules that are put in force when the process is killed are the old ones or the new ones, whole', {
  timeout: 3_600_000,
}, async () => {
  const found = new Set<string>()
  await killed(base, 'rules-confirm', change, async (dir, at) => {
    const file = () => readFileSync(join(dir, 'rules', 'house.cedar'), 'utf8')
    const killedAs = file()
    expect([OLD, after], at).toContain(killedAs)
    await opened(dir, async (node) => {
      const look = value(await node.rules.look('house', 2))
      const isDone = look.history[0]?.state === 'done'
      found.add(`${killedAs === after} ${isDone}`)
      expect(look.open === null, at).toBe(isDone)
      // What was decided is in force after the start, and what was not is asked for as before.
      expect(file(), at).toBe(isDone ? after : OLD)
      expect(look.fault, at).toBe('')
    })
  })
  expect(found.size).toBeGreaterThan(1)
})
