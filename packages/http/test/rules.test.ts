// The rules of a house as officers change them, with real nodes: tried before they count, put in force whole and by two,
// taken up by the running node, and put back.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeClient, type RuleCase } from '@countersign/client'
import type { TableRule } from '@countersign/intel'
import { type Officer, type RulesDraft, realSurroundings } from '@countersign/node'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'

const PASSWORD = 'a password of some length'
const DAYS_4 = 4 * 86_400_000
let ahead = 0
/** Whether there is no room for a file of rules. */
let isFull = false
let parties: Parties
let [first, second]: Officer[] = []
let client: NodeClient
beforeAll(async () => {
  parties = await startParties()
  const { accounts } = parties.alfa
  for (const name of ['first', 'second']) value(await accounts.addOfficer(`${name}@alfa.example`, name, PASSWORD))
  const real = realSurroundings()
  const replace: typeof real.disk.replace = async (path, ...more) => {
    if (isFull && path.endsWith('house.cedar')) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    return real.disk.replace(path, ...more)
  }
  await parties.alfa.restart({ ...real, now: () => real.now() + ahead, disk: { ...real.disk, replace } })
  ;[first, second] = await Promise.all(['first', 'second'].map(officer))
  client = clientOf()
})
afterAll(() => parties.close())

const officer = async (name: string) => value(await parties.alfa.accounts.officerOf(`${name}@alfa.example`, PASSWORD))
const clientOf = () =>
  new NodeClient(parties.alfa.url, readFileSync(join(parties.alfa.dir, 'private', 'api-token'), 'utf8').trim())
const signIn = (name: string) => ({ email: `${name}@alfa.example`, password: PASSWORD })
const rulesDir = () => join(parties.alfa.dir, 'rules')
const file = (name: string) => join(rulesDir(), name)
const textOf = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : null)
function write(name: string, text: string): void {
  mkdirSync(join(rulesDir(), 'lists'), { recursive: true })
  writeFileSync(file(name), text)
}
const node = () => parties.alfa.node
beforeEach(async () => {
  rmSync(rulesDir(), { recursive: true, force: true })
  for (const { id, askedBy } of node().rules.open()) {
    value(await node().rules.withdraw(id, await officer(askedBy.split('@')[0] ?? '')))
  }
})

const NO_TOOLS: TableRule = {
  ...{ name: 'no-tools', reason: 'Tools stay here.', enabled: true, effect: { kind: 'hold-back' } },
  when: [{ about: 'type', is: 'any', of: ['tool'] }],
}
const TOOL = {
  ...{ type: 'tool', spec_version: '2.1', id: 'tool--00000000-0000-4000-8000-000000000001', name: 'Ladder' },
  ...{ created: '2026-11-20T08:00:00.000Z', modified: '2026-11-20T08:00:00.000Z' },
}
const ADDRESS = {
  ...{ type: 'ipv4-addr', spec_version: '2.1', id: 'ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4' },
  value: '198.51.100.3',
}
const stix = (...objects: object[]) => JSON.stringify({ objects })
const PASSES: RuleCase = { case: 'Tools pass', objects: [TOOL], expect: 'passes' }
const REFUSED: RuleCase = { case: 'Tools stay', objects: [TOOL], expect: 'refused', by: 'no-tools' }

type Edits = RulesDraft['edits']
async function draft(edits: Edits, cases?: readonly RuleCase[], scope = 'house') {
  const { base } = value(await node().rules.look(scope, 2))
  return { scope, base, edits, ...(cases === undefined ? {} : { cases }) }
}
const ask = async (edits: Edits, cases?: readonly RuleCase[], officers = 2) =>
  node().rules.ask(await draft(edits, cases), 'Because.', first as Officer, officers)
const verdict = async (...objects: object[]) => {
  const input = bytesInput(Buffer.from(stix(...objects)))
  return value(await node().tryShare({ pact: parties.pact, account: 'test', input })).verdict
}

describe('a change', () => {
  test('is tried before it counts, counts once another officer puts it in force, and is put back by two', async () => {
    const made = await draft([{ put: NO_TOOLS }], [REFUSED])
    const tried = value(
      await node().rules.tryOut({ draft: made }, Buffer.from(stix(TOOL, ADDRESS)), { pact: parties.pact }),
    )
    expect(tried).toMatchObject({ now: { tried: { verdict: 'passes' } }, then: { tried: { verdict: 'refused' } } })
    expect(textOf('house.cedar')).toBeNull()
    const asked = value(await node().rules.ask(made, 'No tools.', first as Officer, 2))
    expect(asked).toMatchObject({
      state: 'open',
      askedBy: 'first@alfa.example',
      diff: { added: [{ name: 'no-tools' }] },
    })
    expect(await verdict(TOOL)).toBe('passes')
    expect(await node().rules.confirm(asked.id, first as Officer)).toMatchObject({ code: 'approval/same-officer' })
    expect(await ask([{ put: NO_TOOLS }])).toMatchObject({ code: 'rules/asked' })

    const done = value(await node().rules.confirm(asked.id, second as Officer))
    expect(done).toMatchObject({ state: 'done', endedBy: 'second@alfa.example' })
    expect(await verdict(TOOL)).toBe('refused')
    expect(await verdict(ADDRESS)).toBe('passes')
    const looked = value(await node().rules.look('house', 2))
    expect(looked).toMatchObject({ changedByHand: false, needsSecond: true, open: null })
    expect(looked.rules[0]?.table).toEqual(NO_TOOLS)
    expect(looked.cases).toEqual([REFUSED])
    expect(looked.history[0]).toMatchObject({ id: asked.id, reason: 'No tools.' })

    const back = value(await node().rules.putBack(asked.id, 'They are needed.', second as Officer, 2))
    expect(back).toMatchObject({ state: 'open', putsBack: asked.id, diff: { removed: [{ name: 'no-tools' }] } })
    expect(await verdict(TOOL)).toBe('refused')
    value(await node().rules.confirm(back.id, first as Officer))
    expect(await verdict(TOOL)).toBe('passes')
    expect([textOf('house.cedar'), textOf('house.cases.json')]).toEqual([null, null])
  })

  test('is put in force by one officer alone only where there is no other, and nothing of the house waits for two', async () => {
    expect(value(await ask([{ put: NO_TOOLS }], undefined, 1)).state).toBe('done')
    expect(await verdict(TOOL)).toBe('refused')
    for (const [name, text] of [
      ['house.json', '{"approval":{"types":["identity"]}}'],
      [
        'bravo.example.cedar',
        '@id("a") @approve("second-person") forbid (principal, action, resource) when { resource.type == "identity" };',
      ],
      ['house.json', 'no terms'],
    ] as const) {
      write(name, text)
      const asked = await ask([{ remove: 'no-tools' }], undefined, 1)
      // Terms that cannot be read let nothing leave, and no set beside them is put in force.
      expect(asked.ok ? asked.value.state : asked.code).toBe(text === 'no terms' ? 'rules/unreadable' : 'open')
      if (asked.ok) value(await node().rules.withdraw(asked.value.id, first as Officer))
      rmSync(file(name))
    }
    expect(await verdict(TOOL)).toBe('refused')
  })

  test.each([
    [
      'a case that fails with it',
      [{ put: NO_TOOLS }],
      [PASSES],
      'rules/case',
      /“Tools pass” of house.cases.json fails: Object 1 should be passes and is refused/,
    ],
    ['what is no case', [{ put: NO_TOOLS }], [{ case: 'x' }], 'release/case', /it needs a list of objects/],
    [
      'a list that is not there',
      [{ put: { ...NO_TOOLS, when: [{ about: 'list', is: 'any', of: ['nobody'] }] } }],
      undefined,
      'rules/unreadable',
      /names the list “nobody”/,
    ],
    ['nothing that is another', [], undefined, 'rules/same', /in force/],
  ] as const)('is not put in force with %s, and nothing is kept of it', async (_, edits, cases, code, message) => {
    const asked = await ask(edits as Edits, cases)
    expect(asked).toMatchObject({ ok: false, code, message: expect.stringMatching(message) })
    expect([textOf('house.cedar'), textOf('house.cases.json'), node().rules.open()]).toEqual([null, null, []])
  })

  test('that takes a name which the rules of the agreement have is not put in force', async () => {
    write(
      `${parties.pact}.cedar`,
      '@id("no-tools") forbid (principal, action, resource) when { resource.type == "url" };',
    )
    expect(await ask([{ put: NO_TOOLS }])).toMatchObject({ ok: false, code: 'rules/unreadable' })
  })

  test('is told from cases that failed before in a file that is not its own', async () => {
    write('bravo.example.cases.json', JSON.stringify([{ ...REFUSED, case: 'Never held' }]))
    const checked = value(await node().rules.check(await draft([{ put: { ...NO_TOOLS, name: 'other' } }])))
    expect(checked).toMatchObject({ mayBePut: true, cases: [{ case: 'Never held', holds: false, failedBefore: true }] })
    write('bravo.example.cases.json', JSON.stringify([PASSES]))
    const broken = value(await node().rules.check(await draft([{ put: NO_TOOLS }])))
    expect(broken).toMatchObject({ mayBePut: false, cases: [{ holds: false, failedBefore: false }] })
  })

  test('is refused where the files are others by then, before it is asked for and before it is put in force', async () => {
    const made = await draft([{ put: NO_TOOLS }])
    const asked = value(await node().rules.ask(made, 'Because.', first as Officer, 2))
    write('house.cedar', '@id("by-hand") forbid (principal, action, resource) when { resource.type == "url" };\n')
    expect(await node().rules.ask(made, 'Because.', first as Officer, 2)).toMatchObject({ code: 'rules/changed' })
    expect(await node().rules.confirm(asked.id, second as Officer)).toMatchObject({ code: 'rules/changed' })
    expect(textOf('house.cedar')).toContain('by-hand')
    value(await node().rules.refuse(asked.id, 'Somebody was faster.', second as Officer))
    expect(value(await node().rules.look('house', 2)).history[0]).toMatchObject({
      ...{ state: 'refused', endedBy: 'second@alfa.example', outcome: 'Somebody was faster.' },
    })
  })

  test('waits for three days, is refused by another only and withdrawn by its author only, with a reason', async () => {
    const { id } = value(await ask([{ put: NO_TOOLS }]))
    const { rules } = node()
    expect(await rules.refuse(id, 'No.', first as Officer)).toMatchObject({ code: 'approval/same-officer' })
    expect(await rules.refuse(id, ' ', second as Officer)).toMatchObject({ code: 'approval/reason' })
    expect(await rules.withdraw(id, second as Officer)).toMatchObject({ code: 'approval/not-author' })
    const young = { ...(second as Officer), id: 'young', since: Date.now() + DAYS_4 }
    expect(await rules.confirm(id, young)).toMatchObject({ code: 'approval/new-account' })
    ahead += DAYS_4
    expect(await rules.confirm(id, second as Officer)).toMatchObject({ code: 'not-found/rules' })
    ahead -= DAYS_4
    expect(value(await rules.look('house', 2)).history[0]?.state).toBe('expired')
  })
})

test('what was decided and finds no room is not in force, keeps the old rules, and is put in force once there is room', async () => {
  write('house.cedar', '@id("old") forbid (principal, action, resource) when { resource.type == "url" };\n')
  const { id } = value(await ask([{ put: NO_TOOLS }]))
  isFull = true
  expect(await node().rules.confirm(id, second as Officer)).toMatchObject({ ok: false, code: 'ledger/disk-full' })
  isFull = false
  expect(await verdict(TOOL)).toBe('passes')
  expect(value(await node().rules.look('house', 2)).open).toMatchObject({ id, state: 'putting' })
  expect(await ask([{ remove: 'old' }])).toMatchObject({ code: 'rules/asked' })
  expect(value(await node().rules.confirm(id, first as Officer))).toMatchObject({
    ...{ state: 'done', askedBy: 'first@alfa.example', endedBy: 'second@alfa.example' },
  })
  expect(await verdict(TOOL)).toBe('refused')
})

test('of one agreement or one party are changed in a file of their own; what is no scope names no file', async () => {
  for (const scope of [parties.pact, 'bravo.example']) {
    const made = await draft(
      [{ put: { ...NO_TOOLS, name: scope === parties.pact ? 'of-pact' : 'of-party' } }],
      undefined,
      scope,
    )
    expect(value(await node().rules.ask(made, 'Because.', first as Officer, 1)).state).toBe('done')
    expect(textOf(`${scope}.cedar`)).toContain('@id("of-pa')
  }
  for (const scope of ['../alfa', 'nobody.example', 'alfa.example', 'house.json']) {
    expect(await node().rules.look(scope, 2)).toMatchObject({ code: 'not-found/rules' })
    const made = { ...(await draft([{ put: NO_TOOLS }])), scope }
    expect(await node().rules.ask(made, 'Because.', first as Officer, 1)).toMatchObject({ code: 'not-found/rules' })
  }
})

test('a file that cannot be read is shown as it is, with its fault, and only its text is changed by hand', async () => {
  write('house.cedar', '@id("a") forbid (principal, action, resource')
  const looked = value(await node().rules.look('house', 2))
  expect(looked).toMatchObject({ rules: [], text: '@id("a") forbid (principal, action, resource' })
  expect(looked.fault).toMatch(/^house.cedar, line 1, column 45: /)
  expect(await ask([{ put: NO_TOOLS }])).toMatchObject({ code: 'release/rules' })
  expect(textOf('house.cedar')).toBe('@id("a") forbid (principal, action, resource')
})

describe('over the API', () => {
  test('rules are seen and tried by whoever is in, and changed by officers alone', async () => {
    const made = await draft([{ put: NO_TOOLS }])
    expect(value(await client.rules('house'))).toMatchObject({ scope: 'house', needsSecond: true, rules: [] })
    expect(await client.rules('nobody.example')).toMatchObject({ ok: false, status: 404 })
    const of = { of: { draft: made }, pact: parties.pact, objects: { stix: stix(TOOL) } }
    expect(value(await client.tryRules(of)).then).toMatchObject({ tried: { verdict: 'refused' } })
    expect(await client.askRules(made, 'Because.')).toMatchObject({ ok: false, code: 'account/officer' })
    const asked = value(await client.askRules(made, 'Because.', signIn('first')))
    expect(value(await client.openRuleChanges())).toMatchObject([{ id: asked.id }])
    expect(await client.confirmRules(asked.id)).toMatchObject({ code: 'account/officer' })
    expect(await client.confirmRules(asked.id, signIn('first'))).toMatchObject({ code: 'approval/same-officer' })
    expect(value(await client.confirmRules(asked.id, signIn('second'))).state).toBe('done')
    const waiting = value(await client.putRulesBack(asked.id, 'Back.', signIn('first')))
    const change = { of: { change: waiting.id }, pact: parties.pact, objects: { stix: stix(TOOL) } }
    expect(value(await client.tryRules(change))).toMatchObject({
      ...{ now: { tried: { verdict: 'refused' } }, then: { tried: { verdict: 'passes' } } },
    })
    expect(value(await client.withdrawRules(waiting.id, signIn('first'))).state).toBe('withdrawn')
    expect(await new NodeClient(parties.alfa.url).rules('house')).toMatchObject({ status: 401 })
  })

  test('objects that are held here are tried by their ids', async () => {
    const { alfa, pact } = parties
    const input = bytesInput(Buffer.from(stix(TOOL)))
    value(await alfa.node.share({ pact, account: 'test', input }))
    await until('the tool to be held', async () => (await alfa.node.views.object(TOOL.id)) !== undefined)
    const of = { of: { draft: await draft([{ put: NO_TOOLS }]) }, pact }
    expect(value(await client.tryRules({ ...of, objects: { ids: [TOOL.id] } })).then).toMatchObject({
      tried: { verdict: 'refused', told: [{ id: TOOL.id }] },
    })
    const none = { ids: ['tool--00000000-0000-4000-8000-00000000ffff'] }
    expect(await client.tryRules({ ...of, objects: none })).toMatchObject({ code: 'not-found/object' })
  })

  test.each([
    ['a rule that is none', { edits: [{ put: { ...NO_TOOLS, name: 'No Tools' } }] }, 'release/table-rule', 422],
    ['more changes than fit', { edits: Array.from({ length: 201 }, () => ({ remove: 'a' })) }, 'request/form', 400],
    ['a policy of its own', { edits: [{ put: 'permit (principal, action, resource);' }] }, 'request/form', 400],
  ])('%s is refused, and nothing is kept', async (_, more, code, status) => {
    const made = { ...(await draft([])), ...more } as never
    expect(await client.askRules(made, 'Because.', signIn('first'))).toMatchObject({ ok: false, code, status })
    expect([textOf('house.cedar'), node().rules.open()]).toEqual([null, []])
  })

  test.each([
    ['deeper than cases are', 100, 400],
    ['deeper than anybody reads', 500_000, 400],
  ])('cases %s are refused', async (_, depth, status) => {
    const { base } = await draft([])
    const token = readFileSync(join(parties.alfa.dir, 'private', 'api-token'), 'utf8').trim()
    const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    const answer = await fetch(new URL('api/rules/check', parties.alfa.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: `{"draft":{"scope":"house","base":"${base}","edits":[],"cases":[${deep}]}}`,
    })
    expect(answer.status).toBe(status)
  })

  test('more cases than a file may hold are refused', async () => {
    const large = [{ ...REFUSED, objects: [{ ...TOOL, description: 'x'.repeat(1_100_000) }] }]
    expect(await client.askRules((await draft([], large)) as never, 'Because.', signIn('first'))).toMatchObject({
      code: 'rules/too-large',
    })
  })
})
