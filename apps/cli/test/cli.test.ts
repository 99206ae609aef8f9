// The shell as it is run: real processes, their exit codes and what they print.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseVerifierKey } from '@countersign/log'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { done, freePort, run, serve, until } from './shell.ts'

const DEMO = fileURLToPath(new URL('../../../agreements/demo.yaml', import.meta.url))
const CAMPAIGN = fileURLToPath(new URL('../../../examples/data/campaign-2015.json', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const at = (name: string) => join(dir, name)

test('a file of a fork is known for what it is, and believed only with a card of its author', async () => {
  const { trusted, pieces, cases } = JSON.parse(
    readFileSync(new URL('../../../spec/vectors/fork.json', import.meta.url), 'utf8'),
  )
  writeFileSync(
    at('fork.evidence'),
    cases[0].fork.replaceAll(/«([0-9]+)»/g, (_: string, n: string) => pieces[Number(n)]),
  )
  writeFileSync(at('forker.card'), trusted)
  const args = ['verify', at('fork.evidence'), '--card', at('forker.card')]
  const told = await done(args)
  expect(told).toContain('signed two checkpoints that contradict each other, of 3 and of 7 entries')
  expect(told).toContain('which of the two histories is the true one')
  expect(JSON.parse(await done([...args, '--json']))).toMatchObject({ kind: 'fork', holds: true })
  const written = await run([...args, '--report', at('fork.html'), '--language', 'ru'])
  expect(written).toMatchObject({ code: 0, err: expect.stringContaining('open it in a browser') })
  expect(readFileSync(at('fork.html'), 'utf8')).toContain('Доказано, что один журнал подписан в двух вариантах.')
  expect(await run([...args, '--report', at('fork.pdf')])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/print it to PDF/),
  })
  writeFileSync(
    at('stranger.card'),
    JSON.parse(readFileSync(new URL('../../../spec/vectors/evidence.json', import.meta.url), 'utf8')).trusted[1],
  )
  const stranger = await run(['verify', at('fork.evidence'), '--card', at('stranger.card')])
  expect(stranger).toMatchObject({ code: 1, out: expect.stringContaining('You trust no card of alfa.example') })
})

describe('two parties and a neutral, set up by hand', () => {
  const ports: number[] = []
  const servers: (() => Promise<void>)[] = []
  beforeAll(async () => {
    for (const [i, name] of ['alfa', 'bravo', 'watch'].entries()) {
      ports.push(await freePort())
      const neutral = name === 'watch' ? ['--neutral'] : []
      await done([
        'init',
        '--party',
        `${name}.example`,
        '--dir',
        at(name),
        '--endpoint',
        `http://127.0.0.1:${ports[i]}/`,
        ...neutral,
      ])
      writeFileSync(at(`${name}.card`), await done(['card', '--dir', at(name)]))
    }
    for (const name of ['alfa', 'bravo', 'watch']) {
      for (const other of ['alfa', 'bravo', 'watch']) {
        if (other !== name) await done(['trust', '--dir', at(name), '--yes', at(`${other}.card`)])
      }
    }
  })
  afterAll(async () => {
    for (const stop of servers) await stop()
  })

  test('keys are readable by their owner alone', () => {
    const keys = join(at('alfa'), 'private', 'keys')
    for (const file of readdirSync(keys)) expect(statSync(join(keys, file)).mode & 0o077).toBe(0)
    expect(statSync(keys).mode & 0o077).toBe(0)
  })

  test('a card is not trusted before its words were compared', async () => {
    const ran = await run(['trust', '--dir', at('alfa'), at('bravo.card')])
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/compare the words/) })
    const [, words] = /aloud:\s+((?:[a-z]+\s+){12})/.exec(ran.err) ?? []
    expect(words?.trim().split(/\s+/)).toHaveLength(12)
  })

  test('say is refused while nothing is in force, and the agreement shows who must still sign', {
    timeout: 90_000,
  }, async () => {
    const draft = readFileSync(DEMO, 'utf8').replace('pollSeconds: 5', 'pollSeconds: 1')
    writeFileSync(at('draft.yaml'), draft)
    const proposed = JSON.parse(
      await done(['pact', 'propose', '--dir', at('alfa'), at('draft.yaml'), '-o', at('invitation'), '--json']),
    )
    const refused = await run(['say', 'hotline/message', '--dir', at('alfa'), '-'], 'hello')
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/not in force/) })
    const shown = await done(['pact', 'show', '--dir', at('alfa')])
    expect(shown).toContain(proposed.pact)
    expect(shown).toContain('bravo.example has not signed')
  })

  test('once all have signed and the nodes run, a share is delivered, proved and verified by a stranger', {
    timeout: 90_000,
  }, async () => {
    for (const [i, name] of ['alfa', 'bravo', 'watch'].entries()) servers.push(await serve(at(name), ports[i] ?? 0))
    for (const name of ['watch', 'bravo', 'alfa']) await done(['pact', 'sign', '--dir', at(name), at('invitation')])
    await until(async () => (await done(['pact', 'show', '--dir', at('alfa')])).includes('in force since'))
    const ref = (await done(['say', 'intel/share', '--dir', at('alfa'), '--marking', 'TLP:AMBER', CAMPAIGN])).trim()
    expect(ref).toMatch(/^alfa\.example\/[0-9a-f]{32}\/main\/[0-9a-f]{16}#[0-9]+$/)
    await until(async () =>
      (await done(['records', '--dir', at('alfa'), '--type', 'intel/share'])).includes('delivered'),
    )
    await done(['prove', '--dir', at('alfa'), ref, '-o', at('evidence')])
    const cards = ['alfa', 'bravo', 'watch'].map((name) => at(`${name}.card`))
    expect(await done(['verify', at('evidence'), '--card', ...cards])).toContain(
      'Proved: alfa.example said intel/share to bravo.example.',
    )
    // With the author's card alone the receipts of the others are named and bound nothing; what no file shows is said.
    const authorOnly = await done(['verify', at('evidence'), '--card', at('alfa.card')])
    expect(authorOnly).toContain('That it was held for bravo.example is not proved')
    expect(authorOnly).toMatch(/Not counted, for you trust no card of theirs: (?:bravo|watch)\.example/)
    expect(authorOnly).toContain('or that it was in force')
    // Without the author's card nothing is proved.
    const stranger = await run(['verify', at('evidence'), '--card', at('bravo.card')])
    expect(stranger).toMatchObject({ code: 1, out: expect.stringContaining('Not proved:') })
    // One digit changed.
    writeFileSync(at('bad-evidence'), readFileSync(at('evidence'), 'utf8').replace('"index":3', '"index":2'))
    expect((await run(['verify', at('bad-evidence'), '--card', ...cards])).code).toBe(1)
  })

  test('revoke says what it did and what it does not, and takes the object back', { timeout: 60_000 }, async () => {
    const times = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
    const objects = [
      {
        type: 'ipv4-addr',
        spec_version: '2.1',
        id: 'ipv4-addr--00000000-0000-4000-8000-000000000001',
        value: '192.0.2.1',
      },
      { type: 'tool', spec_version: '2.1', id: 'tool--00000000-0000-4000-8000-000000000001', ...times, name: 'A tool' },
    ]
    const ids = objects.map(({ id }) => id)
    const at_ = ['--dir', at('alfa')]
    await done(['say', 'intel/share', ...at_, '--feed', 'taken', '-'], JSON.stringify({ objects }))
    await until(async () => (await run(['object', ids[1] ?? '', '--dir', at('bravo')])).out.includes('inbox'))
    const taken = await run(['revoke', ...at_, '--reason', 'mistake', ...ids])
    expect(taken.out).toMatch(/^alfa\.example\/[0-9a-f]{32}\/main\/[0-9a-f]{16}#[0-9]+\n$/)
    expect(taken.err).toContain('2 objects of 1 record taken back from bravo.example')
    expect(taken.err).toContain('That we shared them stays proved.')
    expect(taken.err).toContain('1 object of these has versions. Where we are the creator, --creator')
    await until(async () => (await done(['object', ids[1] ?? '', '--dir', at('bravo')])).includes('withdrawn'))
    expect(await done(['object', ids[0] ?? '', '--dir', at('bravo')])).toContain('taken back')
    expect(await done(['records', '--dir', at('bravo'), '--type', 'intel/revoke'])).toContain('alfa.example')
    const again = await run(['revoke', ...at_, '--reason', 'mistake', ids[0] ?? ''])
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('Nothing was taken back') })
    expect(await run(['revoke', ...at_, ids[0] ?? ''])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--reason'),
    })
    expect(await run(['say', 'hotline/message', ...at_, '--feed', 'x', '-'], 'x')).toMatchObject({ code: 2 })
  })

  test('consent to passing on is given, listed both ways and taken back', { timeout: 60_000 }, async () => {
    const times = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
    const id = 'tool--00000000-0000-4000-8000-000000000002'
    const [here, there] = [
      ['--dir', at('alfa')],
      ['--dir', at('bravo')],
    ]
    const object = { type: 'tool', spec_version: '2.1', id, ...times, name: 'A tool' }
    await done(['say', 'intel/share', ...here, '-'], JSON.stringify({ objects: [object] }))
    const other = '9e107d9d372bb6826bd81d3542a419d6'
    expect(await run(['consent', 'list', ...there])).toMatchObject({
      err: expect.stringContaining('Nobody consented to passing anything on yet. Ask for it on the line'),
    })
    const given = await run(['consent', 'give', ...here, '--agreement', other, '--party', 'carol.example', id])
    expect(given.out).toMatch(/^alfa\.example\/[0-9a-f]{32}\/main\/[0-9a-f]{16}#[0-9]+\n$/)
    expect(given.err).toContain(`bravo.example may pass it on under ${other}, to carol.example`)
    const record = given.out.trim()
    for (const of of [here, there]) {
      await until(async () => (await run(['consent', 'list', ...of])).out.includes(record))
      expect(await done(['consent', 'list', ...of])).toMatch(/given +\S+Z by alfa\.example to bravo\.example\n/)
    }
    const retracted = await run(['consent', 'retract', ...here, record])
    expect(retracted.err).toContain('bravo.example may pass it on no more')
    await until(async () => (await done(['consent', 'list', ...there])).includes('taken back'))
    const none = await run(['consent', 'retract', ...here, `${record}0`])
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('is no intel/consent that we said') })
    for (const wrong of [
      ['--party', 'carol.example'],
      ['--agreement', other],
      ['--agreement', other, '--any-agreement', '--anybody'],
      ['--any-agreement', '--party', 'carol.example', '--anybody'],
    ]) {
      expect(await run(['consent', 'give', ...here, ...wrong, id])).toMatchObject({ code: 2 })
    }
  })

  test('feedback is given on objects that another party shared, and it is read at both', {
    timeout: 60_000,
  }, async () => {
    const id = 'indicator--8e2e2d2b-17d4-4cbf-938f-00000000f00d'
    const times = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
    const pattern = { pattern: "[ipv4-addr:value = '198.51.100.7']", pattern_type: 'stix', valid_from: times.created }
    const indicator = { type: 'indicator', spec_version: '2.1', id, ...times, name: 'Beacon', ...pattern }
    const [here, there] = [
      ['--dir', at('alfa')],
      ['--dir', at('bravo')],
    ]
    await done(['say', 'intel/share', ...here, '-'], JSON.stringify({ objects: [indicator] }))
    await until(async () => (await run(['object', id, ...there])).out.includes('inbox'))
    const seen = await run(['feedback', ...there, '--seen', '2026-11-30T10:00:00Z', '--count', '3', id])
    expect(seen.out).toMatch(/^bravo\.example\/[0-9a-f]{32}\/main\/[0-9a-f]{16}#[0-9]+\n$/)
    expect(seen.err).toMatch(/alfa\.example told, sealed[\s\S]*feedback --dir \S+ --take-back sighting--/)
    await done(['feedback', ...there, '--verdict', 'false-positive', '--reason', 'A public resolver.', id])
    await until(async () => (await done(['feedback', ...here])).includes('false-positive'))
    const listed = await done(['feedback', ...here])
    expect(listed).toMatch(/^bravo\.example +seen 3×, 2026-11-30T10:00:00Z +indicator--\S+ +Beacon +– /m)
    expect(listed).toMatch(/^bravo\.example +false-positive +indicator--\S+ +Beacon +A public resolver\. /m)
    for (const of of [here, there]) {
      expect(await done(['object', id, ...of])).toMatch(
        /^bravo\.example +3× +2026-11-30T10:00:00Z +2026-11-30T10:00:00Z +false-positive +A public resolver\. *$/m,
      )
    }
    expect(JSON.parse(await done(['feedback', ...here, '--json', '--limit', '1']))).toHaveLength(1)
    expect(await done(['feedback', ...there])).toBe('Nothing came back yet on what we shared.\n')
    const ours = await run(['feedback', ...here, '--not-seen', id])
    expect(ours).toMatchObject({ code: 1, err: expect.stringContaining('nobody to give feedback to') })
    for (const wrong of [
      [id],
      [id, '--count', '2', '--verdict', 'stale'],
      [id, '--seen', '--not-seen'],
      [id, '--take-back', '--seen'],
      // What would be said otherwise than it was asked for.
      ['--verdict', 'stale'],
      ['--seen'],
      [id, '--seen', '--from', 'alfa.example'],
      [id, '--seen', '--limit', '3'],
      [id, '--seen', '--name-sighter'],
      [id, '--verdict', 'stale', '--sighter', 'Hospital'],
      [id, '--not-seen', '--count', '2'],
      [id, '--take-back', '--reason', 'A slip'],
      ['--file', '-', '--sighter', 'Hospital'],
      ['--file', '-', '--reason', 'It is so'],
    ]) {
      expect(await run(['feedback', ...there, ...wrong])).toMatchObject({ code: 2 })
    }
  })

  test('what the gate would say is shown for each object, by rule, and nothing is said', {
    timeout: 60_000,
  }, async () => {
    const shares = async () =>
      (await done(['records', '--dir', at('alfa'), '--type', 'intel/share'])).split('\n').length
    const before = await shares()
    expect(await done(['gate', 'try', '--dir', at('alfa'), '--marking', 'TLP:AMBER', CAMPAIGN])).toMatch(
      /^[0-9]+ objects: it would leave, in 1 record\.\n$/m,
    )
    mkdirSync(join(at('alfa'), 'rules'))
    const rule = '@id("no-malware") @reason("We keep malware.") forbid (principal, action, resource)'
    writeFileSync(join(at('alfa'), 'rules', 'house.cedar'), `${rule} when { resource.type == "malware" };`)
    const tried = await run(['gate', 'try', '--dir', at('alfa'), '--marking', 'TLP:AMBER', CAMPAIGN])
    expect(tried.code).toBe(1)
    expect(tried.out).toMatch(
      /^malware--[0-9a-f-]{36} +is refused +no-malware +We keep malware\. \(rule no-malware\)$/m,
    )
    expect(tried.err).toContain('nothing would leave')
    expect(tried.out).toMatch(/^indicator--[0-9a-f-]{36} +passes *$/m)
    writeFileSync(join(at('alfa'), 'rules', 'house.cedar'), `@redact("x_case") ${rule};`)
    const noted = `{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--${crypto.randomUUID()}","value":"192.0.2.7","x_case":"17"}`
    const redacted = await done(['gate', 'try', '--dir', at('alfa'), '-'], noted)
    expect(redacted).toMatch(
      /^ipv4-addr--[0-9a-f-]{36} +is redacted +no-malware +We keep malware\. \(rule no-malware\) x_case is cut, by the rule no-malware\.$/m,
    )
    expect(redacted).toMatch(/^1 object, 1 of them redacted or left out: it would leave, in 1 record\.$/m)
    rmSync(join(at('alfa'), 'rules'), { recursive: true })
    expect(await shares()).toBe(before)
  })

  test('the cases beside the rules are asked of the gate: what holds, what fails and why', {
    timeout: 60_000,
  }, async () => {
    const rules = join(at('alfa'), 'rules')
    const file = (name: string, text: string) => writeFileSync(join(rules, name), text)
    mkdirSync(rules)
    file(
      'house.cedar',
      `@id("no-cases") @redact("x_case") forbid (principal, action, resource);
       @id("no-notes") @redact("object") forbid (principal, action, resource) when { resource.properties.contains("x_note") };`,
    )
    file(
      'bravo.example.cedar',
      '@id("not-to-bravo") forbid (principal, action, resource) when { resource.type == "url" };',
    )
    const address = (more: object = {}) => ({
      ...{ type: 'ipv4-addr', spec_version: '2.1', id: `ipv4-addr--${crypto.randomUUID()}`, value: '192.0.2.8' },
      ...more,
    })
    const url = { ...address({ value: 'https://a.example/' }), type: 'url', id: `url--${crypto.randomUUID()}` }
    const holds = [
      { case: 'plain', objects: [address()], expect: 'passes' },
      {
        ...{ case: 'both', objects: [address({ x_case: '1' }), address({ x_note: '2' })] },
        ...{ expect: ['redacted', 'left out'], by: ['no-cases', 'no-notes'] },
      },
      { case: 'alone', objects: [address({ x_note: '2' })], expect: 'left out' },
    ]
    file('house.cases.json', JSON.stringify(holds))
    file(
      'bravo.example.cases.json',
      JSON.stringify([{ case: 'url', objects: [url], expect: 'refused', by: 'not-to-bravo' }]),
    )
    file(`${'0'.repeat(32)}.cases.json`, '[]')
    expect(await done(['gate', 'test', '--dir', at('alfa')])).toContain('4 cases, all hold.')
    expect(await done(['gate', 'rules', '--dir', at('alfa')])).toMatch(/no-cases +counts +cut +table.*\n.*no-notes/)
    expect(await run(['gate', 'rules', '--dir', at('alfa'), '--scope', 'nobody.example'])).toMatchObject({ code: 1 })

    file(
      'house.cases.json',
      JSON.stringify([{ ...holds[1], by: 'another' }, { ...holds[0], expect: 'refused' }, holds[2]]),
    )
    const failed = await run(['gate', 'test', '--dir', at('alfa'), '--json'])
    expect(failed.code).toBe(1)
    expect(JSON.parse(failed.out)).toMatchObject({
      ...{ cases: 4, failed: 2 },
      results: [
        { file: 'bravo.example.cases.json', holds: true },
        { holds: false, why: 'It is so by no rule or code “another”.' },
        { holds: false, why: 'Object 1 should be refused and is passes.' },
        { holds: true },
      ],
    })
    file('house.cases.json', '[{"case":"x","objects":[],"expect":"passes"}]')
    expect((await run(['gate', 'test', '--dir', at('alfa')])).err).toContain(
      'house.cases.json, case 1: it needs a list',
    )
    rmSync(rules, { recursive: true })
    expect(await run(['gate', 'test', '--dir', at('alfa')])).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no case'),
    })
  })

  test('several recipients and records are named one by one, and the file stays the file', async () => {
    const args = ['say', 'hotline/message', '--dir', at('alfa'), '--to', 'bravo.example', '-']
    const ref = (await done(args, 'To bravo')).trim()
    expect(ref).toMatch(/^alfa\.example\/[0-9a-f]{32}\/line\//)
    const again = ['say', 'hotline/message', '--dir', at('alfa'), '--re', ref, '--to', 'bravo.example', '-', '--json']
    expect(JSON.parse(await done(again, 'Once more'))).toMatchObject({ state: 'said' })
  })

  test('verify shows what a revealed message says, harmless to a terminal', async () => {
    const say = ['say', 'hotline/message', '--dir', at('alfa'), '-']
    const ref = (await done(say, 'Relays\nTwo are \u001b[31mred\u202e.')).trim()
    await done(['prove', '--dir', at('alfa'), ref, '--reveal', '-o', at('revealed')])
    const told = await done(['verify', at('revealed'), '--card', at('alfa.card')])
    expect(told).toMatch(/What was said, part 0, application\/\S+json, [0-9]+ bytes:\n {2}│ .*Relays.*Two are /)
    for (const steers of ['\u001b', '\u202e']) expect(told).not.toContain(steers)
    await done(['prove', '--dir', at('alfa'), ref, '-o', at('hidden')])
    expect(await done(['verify', at('hidden'), '--card', at('alfa.card')])).not.toContain('What was said')
  })

  test('say names each place where an object breaks STIX 2.1, or does not follow its advice, with the section', async () => {
    const times = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
    const odd = {
      ...{ type: 'tool', spec_version: '2.1', id: 'tool--6e8f1c5e-6f6d-4d4e-9d1a-1a2b3c4d5e6f', ...times },
      ...{ name: 'Odd', confidence: 101, tool_types: ['hammer'], rank: 1 },
    }
    const shared = await run(['say', 'intel/share', '--dir', at('alfa'), '-'], JSON.stringify(odd))
    expect(shared.code).toBe(0)
    expect(shared.err).toContain(`1 break of STIX 2.1, kept and passed on as they came:
  ${odd.id} confidence: This must be from 0 to 100. (section 3.2)
2 places where the advice of STIX 2.1 is not followed:
  ${odd.id} tool_types[0]: This word is not in the open vocabulary tool-type-ov. (section 10.26)
`)
  })

  test('a file that is not what it should be, or a party that is none, is named with what to do next', async () => {
    writeFileSync(at('none.json'), 'hello')
    writeFileSync(at('list.json'), '{"a":1}')
    writeFileSync(at('none.yaml'), ': : [')
    const one = ['--dir', at('alfa')]
    for (const [args, says] of [
      [
        ['say', 'intel/share', ...one, at('none.json')],
        /none\.json: The input is not JSON: .* Give a bundle of STIX 2\.1/,
      ],
      [
        ['say', 'intel/share', ...one, at('list.json')],
        /list\.json: This is no STIX bundle.* Give a bundle of STIX 2\.1/,
      ],
      [
        ['say', 'hotline/message', ...one, '--to', 'carol.example', '-'],
        /“carol\.example” is no other party .*; address bravo\.example/,
      ],
      [
        ['pact', 'propose', ...one, at('none.yaml'), '-o', at('x')],
        /no YAML at line 1, column 3: a name stands .*Mend it/,
      ],
      [
        ['pact', 'propose', ...one, at('none.json'), '-o', at('x')],
        /no agreement in YAML; write its members as .*demo\.yaml/,
      ],
    ] as [string[], RegExp][]) {
      const { code, err } = await run(args, 'hello')
      expect({ code, err }).toMatchObject({ code: 1, err: expect.stringMatching(says) })
      expect(err.trim().split('\n')).toHaveLength(1)
    }
    expect(existsSync(at('x'))).toBe(false)
  })

  test('what prints data prints it as JSON where it is asked to', { timeout: 60_000 }, async () => {
    const [row] = JSON.parse(await done(['records', '--dir', at('alfa'), '--type', 'intel/share', '--json']))
    const proved = await done(['prove', '--dir', at('alfa'), row.record, '-o', at('evidence-2'), '--json'])
    expect(JSON.parse(proved)).toEqual({
      ...{ record: row.record, output: at('evidence-2'), revealed: false, exchange: false },
      bytes: statSync(at('evidence-2')).size,
    })
    expect(JSON.parse(await done(['card', '--dir', at('alfa'), '--json']))).toMatchObject({ party: 'alfa.example' })
    expect(JSON.parse(await done(['card', '--dir', at('alfa'), '--vkeys', 'log', '--json']))).toHaveLength(4)
    const officer = [
      'account',
      'officer',
      '--dir',
      at('alfa'),
      '--email',
      'duty@alfa.example',
      '--name',
      'Duty',
      '--json',
    ]
    expect(JSON.parse(await done(officer, 'correct horse battery\n'))).toMatchObject({ email: 'duty@alfa.example' })
  })

  test('verifier keys are printed as C2SP writes them, named as their origin', async () => {
    const log = (await done(['card', '--dir', at('alfa'), '--vkeys', 'log'])).trim().split('\n')
    expect(log).toHaveLength(4)
    for (const line of log) expect(parseVerifierKey(line)).toMatchObject({ ok: true })
    const only = (await done(['card', '--dir', at('watch'), '--vkeys', 'receipt', '--type', '04'])).trim()
    expect(only).toMatch(/^watch\.example\/[0-9a-f]{32}\/receipt\+/)
  })

  test('a message and its acknowledgement; the records say so in JSON', async () => {
    const ref = (
      await done(['say', 'hotline/message', '--dir', at('bravo'), '--precedence', 'FLASH', '-'], 'Look\nat once.')
    ).trim()
    await until(async () =>
      JSON.parse(await done(['records', '--dir', at('alfa'), '--json'])).some(
        (row: { record: string; title: string }) => row.record === ref && row.title === 'Look',
      ),
    )
    await done(['say', 'hotline/ack', '--dir', at('alfa'), '--re', ref])
  })

  test('content is destroyed once both sides asked for it, and not while a hold stands', {
    timeout: 60_000,
  }, async () => {
    const ref = (
      await done(['say', 'hotline/message', '--dir', at('bravo'), '--precedence', 'ROUTINE', '-'], 'Burn this')
    ).trim()
    const held = async () =>
      JSON.parse(await done(['records', '--dir', at('alfa'), '--json'])).some(
        (row: { record: string; title: string }) => row.record === ref && row.title === 'Burn this',
      )
    await until(held)
    expect(await run(['destroy', ref, '--dir', at('alfa')])).toMatchObject({
      code: 1,
      err: expect.stringContaining('Give a reason'),
    })
    const because = ['--reason', 'Agreed by telephone']
    expect(await done(['hold', ref, '--dir', at('alfa'), ...because])).toContain('Nobody may destroy it')
    const state = async (name: string) =>
      JSON.parse(await done(['destroy', ref, '--status', '--dir', at(name), '--json']))
    await until(async () => (await state('bravo')).holds.length === 1)
    expect(await run(['destroy', ref, '--dir', at('bravo'), ...because])).toMatchObject({
      code: 1,
      err: expect.stringContaining('A legal hold of alfa.example stands on this record'),
    })
    expect(await done(['hold', ref, '--lift', '--dir', at('alfa')])).toContain('Lifted')
    await until(async () => (await state('bravo')).holds.length === 0)
    expect(await done(['destroy', ref, '--dir', at('bravo'), ...because])).toMatch(
      /Our consent is said\. It is destroyed once these consent too: alfa\.example, or on 20[0-9-]+, when/,
    )
    expect(await done(['destroy', ref, '--status', '--dir', at('bravo')])).toContain('Not yet     alfa.example')
    await until(async () => (await state('alfa')).consents.includes('bravo.example'))
    await done(['destroy', ref, '--dir', at('alfa'), ...because])
    await until(async () => (await state('bravo')).destroyed.length === 1)
    expect(await done(['destroy', ref, '--dir', at('bravo'), ...because])).toContain('destroyed already')
  })

  test('an audit finds nothing, and then the one bit that was turned', { timeout: 60_000 }, async () => {
    for (const stop of servers.splice(0)) await stop()
    expect(await done(['audit', '--dir', at('bravo')])).toContain('The views equal what the logs say.')
    const mirror = join(at('bravo'), 'mirrors')
    const file = readdirSync(mirror, { recursive: true, encoding: 'utf8' }).find((name) =>
      /tile\/0\/000\.p\/[0-9]+$/.test(name),
    )
    const path = join(mirror, file ?? '')
    const bytes = readFileSync(path)
    bytes[0] = (bytes[0] ?? 0) ^ 1
    writeFileSync(path, bytes)
    const audit = await run(['audit', '--dir', at('bravo'), '--json'])
    expect(audit.code).toBe(1)
    expect(JSON.parse(audit.out).findings).toEqual([
      { path: expect.stringContaining('tile/0/000.p/'), message: expect.stringMatching(/does not follow/) },
    ])
  })

  test('what is said where no node runs is held until the peers were asked, and not signed', {
    timeout: 60_000,
  }, async () => {
    const { code, err } = await run(['say', 'hotline/message', '--dir', at('alfa'), '-'], 'nobody is there')
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringMatching(/Held here/) })
  })
})

describe('misuse and refusal', () => {
  test.each<[string, string[], number, RegExp]>([
    ['no such command', ['fly'], 2, /unknown command/],
    ['no folder', ['records'], 2, /--dir/],
    ['no such option', ['records', '--dir', dir, '--what'], 2, /unknown option/],
    ['a folder without a node', ['records', '--dir', join(dir, 'none')], 1, /holds no node/],
    ['a party that is no domain', ['init', '--party', 'Alfa', '--dir', join(dir, 'x')], 1, /no party domain/],
    ['a file that is not there', ['verify', 'nowhere', '--card', 'nowhere'], 1, /nowhere cannot be read \(there is no/],
    ['a card that is none', ['verify', DEMO, '--card', DEMO], 1, /demo\.yaml: This is no card/],
    ['a backup to nowhere', ['backup', '--dir', dir, '--to', '/nowhere/x', '--unencrypted'], 1, /give another place/],
    ['a state that is none', ['records', '--dir', dir, '--state', 'lost'], 2, /Allowed choices are said, held/],
    ['TLS with half its files', ['serve', '--dir', dir, '--listen', '127.0.0.1:0', '--tls-cert', 'x'], 2, /together/],
    ['a limit that is none', ['records', '--dir', dir, '--limit', 'abc'], 2, /whole number/],
    ['a limit of zero', ['records', '--dir', dir, '--limit', '0'], 2, /whole number/],
    [
      'content beside a file of its own',
      ['say', 'intel/share', '--dir', dir, '--content', 'a:b:c', '-'],
      2,
      /--content/,
    ],
    ['a port that is none', ['demo', '--port', 'seven'], 2, /--port/],
  ])('%s: one sentence and the right exit code', async (_what, args, code, said) => {
    const ran = await run(args)
    expect(ran.code).toBe(code)
    expect(ran.err).toMatch(said)
    expect(ran.err).not.toMatch(/\n\s+at /)
  })

  test('of a file that is no evidence it is said what to give, and not what evidence leaves open', async () => {
    const card = at('any.card')
    writeFileSync(
      card,
      JSON.parse(readFileSync(new URL('../../../spec/vectors/evidence.json', import.meta.url), 'utf8')).trusted[1],
    )
    const { code, out } = await run(['verify', DEMO, '--card', card])
    expect({ code, out }).toMatchObject({ code: 1, out: expect.stringMatching(/countersign prove” wrote, whole\.\n$/) })
    expect(out).not.toContain('Not proved by this file')
  })

  test('a second node in one folder is refused, and of a new one each command says what is still missing', async () => {
    await done(['init', '--party', 'delta.example', '--dir', at('delta')])
    const officer = ['account', 'officer', '--dir', at('delta'), '--email', 'duty@delta.example', '--name', 'Duty']
    expect(await run(officer)).toMatchObject({ code: 2, err: expect.stringMatching(/^countersign: Give the password/) })
    expect(await run(['approve', '4f1c', '--dir', at('delta'), '--officer', 'duty@delta.example'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/start it first: countersign serve --dir .* --listen 127\.0\.0\.1:7100/),
    })
    expect(await done(officer, 'correct horse battery\n')).toContain('may sign in')
    expect(await done(['records', '--dir', at('delta'), '--type', 'intel/share'])).toContain('No record is like that')
    expect(await done(['conflicts', '--dir', at('delta')])).toContain('No object came in two contents')
    expect(await run(['object', 'tool--00000000-0000-4000-8000-000000000001', '--dir', at('delta')])).toMatchObject({
      code: 1,
      err: expect.stringContaining('not held here'),
    })
    const tool = ['account', 'tool', 'siem', '--dir', at('delta')]
    expect(await done(tool)).toMatch(/^siem\n[A-Za-z0-9_-]{32}\n$/)
    expect(await done(['account', 'tools', '--dir', at('delta')])).toBe('siem  read:inbox read:outbox write:outbox\n')
    expect(JSON.parse(await done([...tool, '--may', 'read:inbox', '--json']))).toMatchObject({ user: 'siem' })
    expect(await done(['account', 'tools', '--dir', at('delta')])).toBe('siem  read:inbox\n')
    expect(await run([...tool, '--may', 'own:inbox'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('is no right'),
    })
    expect(await run([...tool, '--may', 'read:inbox', '--end'])).toMatchObject({ code: 2 })
    expect(await done([...tool, '--end'])).toContain('siem is let in no more')
    expect(await run([...tool, '--end'])).toMatchObject({ code: 1, err: expect.stringContaining('account tools') })
    expect(await run(['card', '--dir', at('delta'), '--vkeys', 'log'])).toMatchObject({
      out: '',
      err: expect.stringMatching(/no agreement yet/),
    })
    expect(await run(['init', '--party', 'delta.example', '--dir', at('delta')])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/holds a node already/),
    })
  })

  test('an address beyond this machine without TLS is refused, and a port in use is named', async () => {
    expect(await run(['serve', '--dir', at('delta'), '--listen', '0.0.0.0:0'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/--behind-proxy/),
    })
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(await run(['serve', '--dir', at('delta'), '--listen', `127.0.0.1:${port}`])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/in use/),
    })
    expect(await run(['demo', '--dir', at('demo'), '--port', String(port)])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/in use/),
    })
    expect(existsSync(at('demo'))).toBe(false)
    await new Promise((resolve) => server.close(resolve))
  })

  test('the demonstration deletes no nodes that it did not make', async () => {
    mkdirSync(join(at('mine'), 'alfa.example'), { recursive: true })
    const port = await freePort()
    expect(await run(['demo', '--dir', at('mine'), '--fresh', '--port', String(port)])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no demonstration made/),
    })
    expect(existsSync(join(at('mine'), 'alfa.example'))).toBe(true)
  })

  test.each([
    ...['init', 'serve', 'card', 'trust', 'say', 'records', 'prove', 'verify', 'audit', 'demo'].map((one) => [one]),
    ...['propose', 'sign', 'show'].map((one) => ['pact', one]),
    ...['object', 'conflicts', 'revoke', 'feedback'].map((one) => [one]),
    ...['officer', 'tool', 'tools'].map((one) => ['account', one]),
    ...['give', 'retract', 'list'].map((one) => ['consent', one]),
  ])('%s %s --help shows an example', async (...command) => {
    expect(await done([...command, '--help'])).toMatch(/Examples?:\n {2}(countersign|echo)/)
  })
})
