// Nothing leaves that the rules of the house hold back, and nothing where they cannot be read: with real nodes.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'
import { taxii } from './taxii-client.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
})
afterAll(() => parties.close())

const rules = () => join(parties.alfa.dir, 'rules')
function write(name: string, text: string): void {
  mkdirSync(join(rules(), 'lists'), { recursive: true })
  writeFileSync(join(rules(), name), text)
}
beforeEach(() => rmSync(rules(), { recursive: true, force: true }))

const address = (last: number) =>
  `{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--00000000-0000-4000-8000-${String(last).padStart(12, '0')}","value":"192.0.2.${last}"}`
const bundle = (...texts: string[]) => Buffer.from(`{"objects":[${texts.join(',')}]}`)
const asked = (bytes: Uint8Array) => ({ pact: parties.pact, account: 'test', input: bytesInput(bytes) })
async function sharesSaid(): Promise<number> {
  const { alfa, pact } = parties
  await alfa.node.settled()
  return value(await alfa.node.views.records({ pact, party: alfa.party, type: 'intel/share' })).total
}

const OWN = `@id("own-infrastructure")
@reason("It names our own infrastructure.")
forbid (principal, action == Action::"release", resource)
when { resource.lists.contains("own-infrastructure") };
`

test('an object that a rule holds back keeps the whole share here, from the node and from a tool alike; the rest leaves by itself', async () => {
  const { alfa, pact } = parties
  write('house.cedar', OWN)
  write('lists/own-infrastructure.txt', '192.0.2.10')
  const both = bundle(address(9), address(10))
  expect(await alfa.node.share(asked(both))).toMatchObject({
    ok: false,
    code: 'release/rule',
    refusals: [{ object: { index: 1 }, message: 'It names our own infrastructure. (rule own-infrastructure)' }],
  })
  const posted = await taxii(alfa, `${pact}/collections/outbox/objects/`, {
    method: 'POST',
    headers: { 'content-type': 'application/taxii+json;version=2.1' },
    body: both,
  })
  expect(await posted.json()).toMatchObject({ status: 'complete', success_count: 0, failure_count: 2 })
  expect(value(await alfa.node.share(asked(bundle(address(9)))))).toMatchObject({ objects: 1 })
  await until('it to be shown', async () => (await sharesSaid()) === 1)
})

test.each<[string, () => void]>([
  ['a rule that is no Cedar', () => write('house.cedar', 'forbid (')],
  ['a rule that names a list that is not there', () => write('house.cedar', OWN)],
  [
    'a list that cannot be read',
    () => {
      write('house.cedar', OWN)
      mkdirSync(join(rules(), 'lists', 'own-infrastructure.txt'), { recursive: true })
    },
  ],
  ['terms that are no JSON', () => write('house.json', '{')],
  ['a file of rules that is a folder', () => mkdirSync(join(rules(), 'house.cedar'), { recursive: true })],
])('nothing leaves past %s', async (_what, breaks) => {
  breaks()
  const before = await sharesSaid()
  const shared = await parties.alfa.node.share(asked(bundle(address(20)))).catch((cause: Error) => cause)
  expect(shared).not.toMatchObject({ ok: true })
  expect(await sharesSaid()).toBe(before)
})

test('a marking of the parties’ own and a PAP leave as the terms of the house for that party say', async () => {
  const { alfa, bravo } = parties
  const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  const own = `{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--${uuid(1)}","created":"2026-01-01T00:00:00.000Z","definition_type":"x-house","definition":{"level":3},"name":"RESTRICTED"}`
  const green = 'marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9'
  const refs = [`marking-definition--${uuid(1)}`, green]
  // Its definition stands behind it.
  const both = bundle(address(30).replace('}', `,"object_marking_refs":${JSON.stringify(refs)}}`), own)
  const tried = async () => value(await alfa.node.tryShare({ ...asked(both), marking: { tlp: 'TLP:GREEN' } }))
  expect(await tried()).toMatchObject({ passes: false, refusals: [{ code: 'release/marking-unclear' }] })
  write('house.json', '{"equivalents":[{"theirs":"RESTRICTED","tlp":"TLP:GREEN"}]}')
  expect(await tried()).toMatchObject({ passes: false, refusals: [{ code: 'release/pap-above-house' }] })
  write(`${bravo.party}.json`, '{"pap":"PAP:GREEN"}')
  expect(await tried()).toMatchObject({ passes: true })
})

test('what a rule leaves out reaches nobody, and nothing that does tells of it; whoever shares reads what was cut', async () => {
  const { alfa, bravo, pact } = parties
  write(
    'house.cedar',
    `@id("named-victims") @reason("Victims are not named.") @redact("object")
forbid (principal, action, resource) when { resource.type == "identity" && resource.labels.contains("victim") };
@id("internal-notes") @redact("x_case") forbid (principal, action, resource);`,
  )
  const at = '"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","spec_version":"2.1"'
  const id = (type: string, n: number) => `${type}--00000000-0000-4000-8000-0000000001${String(n).padStart(2, '0')}`
  const victim = `{"type":"identity","id":"${id('identity', 1)}",${at},"name":"Hospital of Bravo","labels":["victim"]}`
  const tool = `{"type":"tool", "id":"${id('tool', 2)}",${at},"name":"x","x_case":"Alfa-17","x_big":12345678901234567890}`
  const report = `{"type":"report","id":"${id('report', 3)}",${at},"name":"y","published":"2026-01-01T00:00:00.000Z","object_refs":["${id('identity', 1)}","${id('tool', 2)}"]}`
  const targets = `{"type":"relationship","id":"${id('relationship', 4)}",${at},"relationship_type":"targets","source_ref":"${id('tool', 2)}","target_ref":"${id('identity', 1)}"}`
  const shared = value(await alfa.node.share(asked(bundle(targets, report, victim, tool))))
  expect(shared).toMatchObject({ objects: 2, redactedTotal: 4 })
  expect(shared.redacted.map(({ leftOut, reasons }) => [leftOut, reasons[0]?.rule])).toEqual([
    [true, undefined],
    [false, undefined],
    [true, 'named-victims'],
    [false, 'internal-notes'],
  ])
  const ids = [1, 2, 3, 4].map((n) => ({
    id: id(['identity', 'tool', 'report', 'relationship'][n - 1] ?? '', n),
    version: '2026-01-01T00:00:00.000Z',
  }))
  const texts = async () => {
    await bravo.node.settled()
    return bravo.node.views.textsShown(pact, 'inbox', ids)
  }
  await until('bravo to have it', async () => (await texts()).some((text) => text !== undefined))
  expect(await texts()).toEqual([
    undefined,
    tool.replace(',"x_case":"Alfa-17"', ''),
    report.replace(`"${id('identity', 1)}",`, ''),
    undefined,
  ])
})

test('a share of which nothing is left is refused', async () => {
  write('house.cedar', '@id("all") @redact("object") forbid (principal, action, resource);')
  expect(await parties.alfa.node.share(asked(bundle(address(40))))).toMatchObject({ code: 'release/nothing-left' })
})

test('a share that is tried says what the gate would, and nothing is said', async () => {
  const { alfa } = parties
  write('house.cedar', OWN)
  write('lists/own-infrastructure.txt', '192.0.2.10')
  const before = await sharesSaid()
  expect(value(await alfa.node.tryShare(asked(bundle(address(10), address(11)))))).toMatchObject({
    ...{ passes: false, verdict: 'refused', objects: 2, records: 0, refusalsTotal: 1 },
    told: [{ verdict: 'refused', reasons: [{ rule: 'own-infrastructure' }] }, { verdict: 'passes' }],
    refusals: [{ code: 'release/rule', object: { index: 0 } }],
  })
  expect(value(await alfa.node.tryShare(asked(bundle(address(11)))))).toMatchObject({ passes: true, records: 1 })
  expect(await alfa.node.tryShare(asked(Buffer.from('no STIX')))).toMatchObject({ ok: false })
  expect(await sharesSaid()).toBe(before)
})
