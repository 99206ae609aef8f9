// What came from another party goes on under the agreement that it came under, to those who have it, and nowhere else.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { markingIdOf } from '@countersign/intel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startForeign } from './foreign-taxii.ts'
import { bytesInput, type Parties, type Party, startParties, until, value } from './parties.ts'

const withCarol = (text: string) =>
  text
    .replace('pollSeconds: 5', 'pollSeconds: 1')
    .replace('    name: Bravo CERT\n', '    name: Bravo CERT\n  - party: carol.example\n    name: Carol CERT\n')
    .replaceAll('[alfa.example, bravo.example]', '[alfa.example, bravo.example, carol.example]')

let parties: Parties
let carol: Party
/** The agreement it comes under, and another among the same parties. */
let [here, other] = ['', '']
beforeAll(async () => {
  parties = await startParties({ carol: true, yaml: withCarol })
  const { alfa, bravo, watch } = parties
  if (parties.carol === undefined) throw new Error('There are three.')
  carol = parties.carol
  here = parties.pact
  const demo = readFileSync(new URL('../../../agreements/demo.yaml', import.meta.url), 'utf8')
  const second = value(await alfa.node.proposePact(withCarol(demo)))
  other = second.pact
  for (const { node } of [watch, carol, bravo, alfa]) value(await node.signPact(second.invitation))
  for (const { node } of [alfa, bravo, carol]) {
    await until('both to be in force', async () =>
      (await node.views.pacts()).every(({ channels }) => channels.every(({ force }) => force !== null)),
    )
  }
}, 120_000)
afterAll(() => parties.close())

let last = 0
const at = '"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","spec_version":"2.1"'
const tool = (more = '') => `{"type":"tool","id":"tool--${idPart(++last)}",${at},"name":"x"${more}}`
const idPart = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const idOf = (text: string) => (JSON.parse(text) as { id: string }).id
const asked = (text: string, pact: string, to?: string[]) => ({
  ...{ pact, account: 'test', input: bytesInput(Buffer.from(`{"objects":[${text}]}`)) },
  ...(to === undefined ? {} : { to }),
})
const share = ({ node }: Party, text: string, pact: string, to?: string[]) => node.share(asked(text, pact, to))
async function heard({ node }: Party, text: string, pact: string): Promise<void> {
  const object = [{ id: idOf(text), version: '2026-01-01T00:00:00.000Z' }]
  await until('it to be heard', async () => (await node.views.textsShown(pact, 'inbox', object))[0] !== undefined)
}
/** Bravo shares it; alfa holds it. */
async function fromBravo(text: string, pact: string, to: string[] = ['alfa.example']): Promise<string> {
  value(await share(parties.bravo, text, pact, to))
  await heard(parties.alfa, text, pact)
  return text
}
/** Everyone concerned wants the content gone, and it is. */
async function destroyed(record: string, concerned: readonly Party[]): Promise<void> {
  for (const { node } of concerned)
    await until('it to be delivered', async () => (await node.views.record(record)) !== undefined)
  for (const { node } of concerned) value(await node.content.destroy({ record, reason: 'Agreed', account: 'test' }))
  for (const { node } of concerned) {
    await until(`the content to be gone at ${node.party}`, async () => {
      const life = await node.views.contentLife(record)
      return life?.destroyed.length === 1 && (await node.views.partsToRemove()).length === 0
    })
  }
}
const BRAVOS = {
  ok: false,
  code: 'release/originator',
  refusals: [{ code: 'release/originator', object: { index: 0 } }],
}

test('it goes into no other agreement, and the refusal names whose it is and under which it came', async () => {
  const { alfa } = parties
  const text = await fromBravo(tool(), here, ['alfa.example', 'carol.example'])
  const refused = await share(alfa, text, other)
  expect(refused).toMatchObject(BRAVOS)
  expect(refused.ok ? '' : refused.message).toContain(`It came from bravo.example under the agreement ${here} (`)
  expect(refused.ok ? '' : refused.message).toContain('and goes on to others only with its consent.')
  expect(await share(alfa, text, other, ['bravo.example'])).toMatchObject(BRAVOS)
  // Also as another version.
  const changed = text.replace('"modified":"2026-01', '"modified":"2026-02')
  expect(await share(alfa, changed, other)).toMatchObject(BRAVOS)
  const tried = value(await alfa.node.tryShare(asked(text, other)))
  expect(tried).toMatchObject({
    passes: false,
    verdict: 'refused',
    told: [{ reasons: [{ code: 'release/originator' }] }],
  })
})

test('under its own agreement it goes to those who have it, and to nobody else', async () => {
  const { alfa } = parties
  const text = await fromBravo(tool(), here)
  expect(await share(alfa, text, here, ['carol.example'])).toMatchObject(BRAVOS)
  expect(await share(alfa, text, here)).toMatchObject(BRAVOS)
  value(await share(alfa, text, here, ['bravo.example']))
  const toAll = await fromBravo(tool(), here, ['alfa.example', 'carol.example'])
  value(await share(alfa, toAll, here))
})

test('where it was shared under the other agreement too, by anybody, it goes to those who have it there', async () => {
  const { alfa } = parties
  const text = await fromBravo(tool(), here)
  expect(await share(alfa, text, other)).toMatchObject(BRAVOS)
  await fromBravo(text, other, ['alfa.example', 'carol.example'])
  value(await share(alfa, text, other))
})

test('what only bears its id or its version there lets nothing go: whoever knows the id of an object gets no content by it', async () => {
  const { alfa } = parties
  const text = await fromBravo(tool(), here)
  const id = `"id":"${idOf(text)}"`
  // Carol has heard of the id, and of the version too.
  const older = `{"type":"tool",${id},${at.replace('"modified":"2026', '"modified":"2025')},"name":"y"}`.replace(
    '"created":"2026',
    '"created":"2025',
  )
  for (const junk of [older, `{"type":"tool",${id},${at},"name":"y"}`]) value(await share(carol, junk, other))
  await heard(alfa, text, other)
  expect(await share(alfa, text, other)).toMatchObject(BRAVOS)
  // Of what Bravo itself shares there, nothing else goes there either.
  const changed = text.replace('"modified":"2026-01', '"modified":"2026-02')
  value(await share(parties.bravo, changed, other))
  await until('it to be heard', async () => {
    const object = [{ id: idOf(text), version: '2026-02-01T00:00:00.000Z' }]
    return (await alfa.node.views.textsShown(other, 'inbox', object))[0] !== undefined
  })
  expect(await share(alfa, text, other)).toMatchObject(BRAVOS)
  value(await share(alfa, changed, other))
})

test('what a rule of the house cuts of it goes to those who have all of it', async () => {
  const { alfa } = parties
  const text = await fromBravo(tool(',"aliases":["cut me"]'), here, ['alfa.example', 'carol.example'])
  const rules = join(alfa.dir, 'rules')
  mkdirSync(rules, { recursive: true })
  const rule =
    '@id("aliases")\n@reason("They are ours.")\n@redact("aliases")\nforbid (principal, action, resource) when { resource.type == "tool" };\n'
  writeFileSync(join(rules, 'house.cedar'), rule)
  value(await share(alfa, text, here))
  expect(await share(alfa, text, other)).toMatchObject(BRAVOS)
  rmSync(rules, { recursive: true })
})

test('what we shared first stays ours, also once it came back', async () => {
  const { alfa, bravo } = parties
  const text = tool()
  value(await share(alfa, text, here))
  await heard(bravo, text, here)
  await fromBravo(text, here)
  value(await share(alfa, text, other))
})

test('published markings are anybody’s, and what the terms of the house name as common; nothing else', async () => {
  const { alfa } = parties
  const rules = join(alfa.dir, 'rules')
  const green = markingIdOf('TLP:GREEN')
  const creator = `identity--${idPart(999)}`
  const marking = `{"type":"marking-definition","spec_version":"2.1","id":"${green}","created":"2022-10-01T00:00:00.000Z","name":"TLP:GREEN","extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":{"extension_type":"property-extension","tlp_2_0":"green"}}}`
  const [ours, theirs] = [tool(), tool(`,"created_by_ref":"${creator}"`)]
  value(await share(parties.bravo, `${marking},${theirs}`, here, ['alfa.example']))
  await heard(alfa, theirs, here)
  value(await share(alfa, `${marking},${ours}`, other))
  expect(await share(alfa, theirs, other)).toMatchObject(BRAVOS)
  mkdirSync(rules, { recursive: true })
  // For one recipient only it is common for none of several.
  writeFileSync(join(rules, 'bravo.example.json'), JSON.stringify({ common: { types: ['tool'] } }))
  expect(await share(alfa, theirs, other)).toMatchObject(BRAVOS)
  writeFileSync(join(rules, 'house.json'), JSON.stringify({ common: { creators: [creator] } }))
  value(await share(alfa, theirs, other))
  writeFileSync(join(rules, 'house.json'), JSON.stringify({ common: { creators: ['MITRE'] } }))
  expect(await share(alfa, ours, other)).toMatchObject({ code: 'release/terms' })
  rmSync(rules, { recursive: true })
})

test('nothing of it is pushed to a foreign collection', async () => {
  const { alfa } = parties
  const foreign = await startForeign([])
  try {
    const text = await fromBravo(tool(), here)
    value(
      await alfa.node.feeds.add({
        ...{ name: 'partner', url: foreign.url, everyMinutes: 0, account: 'test' },
        ...{ destination: { kind: 'drafts' }, credential: { kind: 'none' } },
      }),
    )
    const input = bytesInput(Buffer.from(`{"objects":[${text}]}`))
    const pushed = value(await alfa.node.feeds.push('partner', { upTo: 'TLP:AMBER', input }))
    expect(pushed).toMatchObject({
      ...{ taken: 0, heldBackTotal: 1, failure: { code: 'release/originator' } },
      heldBack: [{ object: idOf(text), message: expect.stringContaining('bravo.example') }],
    })
    expect(foreign.posted).toEqual([])
  } finally {
    await foreign.close()
  }
})

test('what somebody kept as a file is its originator’s once its content is destroyed, and after views that are made anew', async () => {
  const { alfa, bravo } = parties
  const text = await fromBravo(tool(), here)
  const [shared] = alfa.node.views.sharedWithUs(here, idOf(text))
  await destroyed(shared?.record ?? '', [bravo, alfa])
  expect(await share(alfa, text, other)).toMatchObject(BRAVOS)
  const views = join(alfa.dir, 'views.db')
  await alfa.stop()
  for (const file of [views, `${views}-wal`, `${views}-shm`]) rmSync(file, { force: true })
  await alfa.start()
  await until('both to be in force', async () =>
    (await alfa.node.views.pacts()).every(({ channels }) => channels.every(({ force }) => force !== null)),
  )
  await until(
    'bravo’s record to be folded',
    async () => (await alfa.node.views.record(shared?.record ?? '')) !== undefined,
  )
  expect(await share(alfa, text, other)).toMatchObject(BRAVOS)
  expect(readFileSync(join(alfa.dir, 'private', 'private.db')).includes(idOf(text))).toBe(false)
})

describe('with the consent of its originator', () => {
  const place = { channel: 'main', mode: 'Actual' } as const
  /** What alfa has heard of bravo is awaited, as a node on another machine would. */
  async function consented(text: string, more: Partial<Parameters<Party['node']['consent']>[0]> = {}): Promise<string> {
    const { alfa, bravo } = parties
    const given = value(
      await bravo.node.consent({
        ...{ pact: here, ids: [idOf(text)], agreement: other, parties: ['carol.example'], account: 'test' },
        ...more,
      }),
    )
    const [record] = given.records
    if (record === undefined) throw new Error('It was not said.')
    await until(
      'the consent to be valid',
      async () => (await alfa.node.views.record(record))?.row.validity.kind === 'valid',
    )
    return record
  }

  test('it goes on under the agreement and to the parties named, until it is taken back', async () => {
    const { alfa, bravo } = parties
    const text = await fromBravo(tool(), here)
    const consent = await consented(text)
    expect(await share(alfa, text, other)).toMatchObject(BRAVOS)
    expect(value(await share(alfa, text, other, ['carol.example'])).records).toHaveLength(1)
    expect(alfa.node.views.consents(here)[0]).toMatchObject({
      ...{ record: consent, from: 'bravo.example', to: ['alfa.example'], ...place },
      ...{ agreement: other, parties: ['carol.example'], objects: 1, retractedFor: [] },
    })

    const retracted = value(await bravo.node.retract({ pact: here, records: [consent], account: 'test' }))
    expect(retracted).toMatchObject({ state: 'said', to: ['alfa.example'] })
    await until(
      'it to be taken back',
      async () => alfa.node.views.consents(here)[0]?.retractedFor[0] === 'alfa.example',
    )
    expect(await share(alfa, `${text}${' '}`, other, ['carol.example'])).toMatchObject(BRAVOS)
  })

  test('by whose word it goes the gate tells beforehand, and the record’s own history, also once all content is destroyed', async () => {
    const { alfa, bravo } = parties
    const [text, ours] = [await fromBravo(tool(), here), tool()]
    const given = await consented(text)
    const by = { party: 'bravo.example', pact: here, record: given, agreement: other, parties: ['carol.example'] }
    const both = `${ours},${text}`
    const tried = value(await alfa.node.tryShare(asked(both, other, ['carol.example'])))
    expect(tried.by).toEqual([{ ...by, objects: 1, at: expect.any(Number) }])
    expect(tried.told[1]?.by).toEqual([{ party: 'bravo.example', record: given }])
    expect(tried.told[0]).not.toHaveProperty('by')

    const [passed] = value(await share(alfa, both, other, ['carol.example'])).records
    await until('ours to be folded', async () => (await alfa.node.views.record(passed ?? '')) !== undefined)
    const id = (await alfa.node.views.record(passed ?? ''))?.row.id ?? ''
    const kept = [{ ...by, objects: 1, places: [[1, 1]], at: expect.any(Number) }]
    expect(alfa.node.goneByOf(id)).toEqual(kept)
    const [shared] = alfa.node.views.sharedWithUs(here, idOf(text))
    await destroyed(shared?.record ?? '', [bravo, alfa])
    await destroyed(passed ?? '', [alfa, carol])
    expect(alfa.node.goneByOf(id)).toEqual(kept)
  })

  test('all of a record goes on, to anybody and into a foreign collection, where that is consented to', async () => {
    const { alfa } = parties
    const [one, two] = [tool(), tool()]
    const { records } = value(await share(parties.bravo, `${one},${two}`, here, ['alfa.example']))
    await heard(alfa, two, here)
    await consented(one, { ids: [], records, agreement: null, parties: null })
    value(await share(alfa, `${one},${two}`, other))
    const foreign = await startForeign([])
    try {
      value(
        await alfa.node.feeds.add({
          ...{ name: 'consented', url: foreign.url, everyMinutes: 0, account: 'test' },
          ...{ destination: { kind: 'drafts' }, credential: { kind: 'none' } },
        }),
      )
      const input = bytesInput(Buffer.from(`{"objects":[${one}]}`))
      value(await alfa.node.feeds.push('consented', { upTo: 'TLP:AMBER', input }))
      expect(foreign.posted).toHaveLength(1)
    } finally {
      await foreign.close()
    }
  })

  test('nobody consents further than was consented to it, in its own words or by hand', async () => {
    const { alfa } = parties
    const text = await fromBravo(tool(), here)
    await consented(text)
    value(await share(alfa, text, other, ['carol.example']))
    const onward = { pact: other, ids: [idOf(text)], account: 'test' }
    for (const [agreement, to] of [
      [null, ['carol.example']],
      [here, ['carol.example']],
      [other, null],
      [other, ['bravo.example']],
    ] as const) {
      expect(await alfa.node.consent({ ...onward, agreement, parties: to })).toMatchObject({
        code: 'release/originator',
      })
    }
    const place = alfa.node.views.sharedByUs(other, idOf(text))[0]
    const raw = { agreement: null, objects: null, parties: null }
    expect(
      await alfa.node.say({
        pact: other,
        type: 'intel/consent',
        body: raw,
        re: [place?.record ?? ''],
        to: ['carol.example'],
        account: 'test',
      }),
    ).toMatchObject({ code: 'release/originator' })
    // As far as bravo said it may.
    expect(await alfa.node.consent({ ...onward, agreement: other, parties: ['carol.example'] })).toMatchObject({
      ok: true,
    })
  })

  test('what we do not share, and who was not given it, is refused before anything is said', async () => {
    const { bravo } = parties
    const text = await fromBravo(tool(), here)
    const asked = { pact: here, agreement: other, parties: null, account: 'test' }
    const before = bravo.node.views.consents(here).length
    const never = [idOf(text), idOf(tool())]
    expect(await bravo.node.consent({ ...asked, ids: never })).toMatchObject({ code: 'not-found/object' })
    expect(await bravo.node.consent({ ...asked, records: [`${here}#0`] })).toMatchObject({ code: 'not-found/record' })
    expect(await bravo.node.consent({ ...asked, ids: [idOf(text)], to: ['carol.example'] })).toMatchObject({
      code: 'say/nobody',
    })
    expect(await bravo.node.consent(asked)).toMatchObject({ code: 'say/objects' })
    expect(await bravo.node.retract({ pact: here, records: [`${here}#0`], account: 'test' })).toMatchObject({
      code: 'not-found/record',
    })
    expect(bravo.node.views.consents(here)).toHaveLength(before)
  })
})
