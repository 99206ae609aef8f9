import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyEvidence, verifyFile } from '@countersign/client'
import { logFolder } from '@countersign/ledger'
import { auditNode, Node, realSurroundings } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytesInput, delivered, type Parties, startParties, until, value } from './parties.ts'
import { objectTexts, readAll, TAXII, taxii } from './taxii-client.ts'

const DATA = process.env.COUNTERSIGN_TEST_DATA
const CAMPAIGN = readFileSync(new URL('../../../examples/data/campaign-2015.json', import.meta.url))

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
})
afterAll(() => parties.close())

const message = (subject: string) => new TextEncoder().encode(JSON.stringify({ subject, text: 'Please look.' }))
const call = (subject: string) => ({
  pact: parties.pact,
  type: 'hotline/message',
  body: { precedence: 'FLASH' },
  content: [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes: message(subject) }],
  account: 'test',
})
const share = (bytes: Uint8Array, more: { marking?: { tlp: string }; to?: string[] } = {}) =>
  parties.alfa.node.share({ pact: parties.pact, account: 'test', input: bytesInput(bytes), ...more })

describe('two parties under one agreement', () => {
  test('a call is delivered, opened by its recipient alone, and acknowledged', async () => {
    const { alfa, bravo, watch } = parties
    const said = value(await alfa.node.say(call('Mail relays')))
    if (said.state !== 'said') throw new Error('It was held here.')
    await delivered(alfa.node, said.record)
    await until(
      'bravo to open it',
      async () => (await bravo.node.views.record(said.record))?.row.title === 'Mail relays',
    )
    expect((await watch.node.readContent(said.record, 0)).ok).toBe(false)
    expect((await watch.node.views.record(said.record))?.row.parts[0]?.state).toBe('not-for-us')
    const row = (await bravo.node.views.record(said.record))?.row
    const ack = value(
      await bravo.node.say({
        pact: parties.pact,
        type: 'hotline/ack',
        body: { number: (row?.body as { number: number }).number },
        re: [said.record],
        account: 'test',
      }),
    )
    if (ack.state !== 'said') throw new Error('It was held here.')
    await delivered(bravo.node, ack.record)
    await until('alfa to see the answer', async () => (await alfa.node.views.record(said.record))?.answersTotal === 1)
  })

  test('what breaks the rules of its content, or answers what it may not, is refused before anything is sealed', async () => {
    const { alfa, bravo, pact } = parties
    for (const text of ['{"foo":1}', JSON.stringify({ subject: 'x', text: 'y'.repeat(65_000) })]) {
      const content = [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes: new TextEncoder().encode(text) }]
      expect(await alfa.node.say({ ...call(''), content })).toMatchObject({ ok: false, code: 'release/content' })
    }
    const { records } = value(await bravo.node.views.records({ pact, type: 'pact/sign', party: 'alfa.example' }))
    const signature = records.find(({ from }) => from === 'alfa.example')?.record ?? ''
    const ack = { pact, type: 'hotline/ack', body: { number: 1 }, re: [signature], account: 'test' }
    expect(await bravo.node.say(ack)).toMatchObject({ ok: false, code: 'say/re' })
  })

  test('calls that are said at once have different numbers, one after the other', async () => {
    const said = await Promise.all(Array.from({ length: 8 }, (_, i) => parties.alfa.node.say(call(`Call ${i}`))))
    const numbers = await Promise.all(
      said.map(async (one) => {
        const record = value(one)
        if (record.state !== 'said') throw new Error('It was held here.')
        const rowOf = async () => (await parties.alfa.node.views.record(record.record))?.row
        await until('it to be folded', async () => (await rowOf()) !== undefined)
        return ((await rowOf())?.body as { number: number }).number
      }),
    )
    numbers.sort((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 8 }, (_, i) => (numbers[0] ?? 0) + i))
  })

  test('the depositary holds every sealed file and can open none', async () => {
    const { alfa, watch } = parties
    const shared = value(await share(CAMPAIGN))
    await delivered(alfa.node, shared.records[0] ?? '')
    const origin = shared.records[0]?.split('#')[0] ?? ''
    const sealed = readdirSync(join(logFolder(alfa.dir, origin), 'addenda'))
    const [party, pact, channel, generation] = origin.split('/')
    const held = readdirSync(
      join(watch.dir, 'mirrors', pact ?? '', channel ?? '', party ?? '', generation ?? '', 'addenda'),
    )
    expect(new Set(held)).toEqual(new Set(sealed))
    for (const record of shared.records) expect(await watch.node.readContent(record, 0)).toMatchObject({ ok: false })
  })

  test('evidence cut by either side proves author, place and interval, with the content where it is revealed', async () => {
    const { alfa, bravo } = parties
    const shared = value(await share(CAMPAIGN))
    const record = shared.records[0] ?? ''
    await delivered(alfa.node, record)
    await until(
      'bravo to hold the receipts',
      async () => (await bravo.node.views.record(record))?.row.state === 'delivered',
    )
    const cards = [alfa.node.card, ...alfa.node.trustedCards()]
    for (const node of [alfa.node, bravo.node]) {
      const report = verifyEvidence(value(await node.evidence(record, { reveal: true })), cards)
      expect(report.steps.filter(({ ok }) => !ok)).toEqual([])
      expect(report.holds).toBe(true)
      expect(report.times[0]).toMatchObject({
        recipient: 'bravo.example',
        lo: expect.any(Number),
        hi: expect.any(Number),
      })
      expect(objectTexts(new TextDecoder().decode(report.revealed[0]?.plaintext))).toEqual(
        objectTexts(CAMPAIGN.toString()),
      )
    }
  })

  test('an exchange cut by either side holds the call, its acknowledgement and what followed, and nothing else', async () => {
    const { alfa, bravo, pact } = parties
    const said = async (node: typeof alfa.node, request: Parameters<typeof node.say>[0]) => {
      const outcome = value(await node.say(request))
      if (outcome.state !== 'said') throw new Error('It was held here.')
      const { record } = outcome
      for (const other of [alfa.node, bravo.node]) {
        await until('it to arrive', async () => (await other.views.record(record))?.row.state === 'delivered')
      }
      return record
    }
    const first = await said(alfa.node, call('The first call'))
    const { number } = (await alfa.node.views.record(first))?.row.body as { number: number }
    const ack = await said(bravo.node, {
      ...{ pact, type: 'hotline/ack', body: { number }, re: [first], account: 'test' },
    })
    const next = await said(alfa.node, { ...call('What follows'), re: [ack] })
    const other = await said(alfa.node, call('Of other matters'))
    const cards = [alfa.node.card, ...alfa.node.trustedCards()]
    for (const node of [alfa.node, bravo.node]) {
      for (const start of [first, ack, next]) {
        const report = verifyFile(value(await node.evidence(start, { reveal: true, exchange: true })), cards)
        if (report.kind !== 'exchange') throw new Error(report.kind)
        expect(report.steps.filter(({ ok }) => !ok)).toEqual([])
        const names = report.records.map(({ record }) => `${record?.origin}#${record?.index}`)
        expect(names.sort()).toEqual([first, ack, next].sort())
        expect(report.records.map(({ revealed }) => revealed.length).sort()).toEqual([0, 1, 1])
        expect(report.references.map(({ state }) => state)).toEqual(['fits', 'fits'])
        for (const { times } of report.records) expect(times[0]).toMatchObject({ hi: expect.any(Number) })
      }
      const alone = verifyFile(value(await node.evidence(other, { reveal: false, exchange: true })), cards)
      expect(alone).toMatchObject({ kind: 'exchange', holds: true, references: [] })
    }
  })

  test('views folded anew from what is on disk equal the views that were kept', async () => {
    for (const party of [parties.alfa, parties.bravo, parties.watch]) {
      await party.node.settled()
      await party.stop()
      const audit = value(await auditNode(party.dir, realSurroundings(), { views: true }))
      expect(audit).toMatchObject({ findings: [], views: 'equal' })
      await party.start()
    }
  })

  test('views that were changed by another hand are found out', async () => {
    const { watch } = parties
    await watch.stop()
    const views = new Database(join(watch.dir, 'views.db'))
    views.exec(`update statements set payload = replace(payload, 'FLASH', 'ROUTINE')`)
    views.close()
    const audit = value(await auditNode(watch.dir, realSurroundings(), { views: true }))
    expect(audit.views).toBe('different')
    expect(audit.findings.map(({ message }) => message).join()).toContain('(statements)')
    // They are but views: without the file they are folded again.
    for (const name of readdirSync(watch.dir)) if (name.startsWith('views.db')) rmSync(join(watch.dir, name))
    await watch.start()
  })

  test('after a restart everything carries on where it was', async () => {
    await parties.bravo.restart()
    await parties.alfa.restart()
    await until('the logs to be checked', () => parties.alfa.node.health().ready && parties.bravo.node.health().ready)
    const said = value(await parties.alfa.node.say(call('After the restart')))
    if (said.state !== 'said') throw new Error('It was held here.')
    await delivered(parties.alfa.node, said.record)
  })
})

describe('a share of STIX', () => {
  test.skipIf(DATA === undefined).each(['ics-attack-18.1.json', 'mobile-attack-17.1.json', 'capec-2.1.json'])(
    'every object of %s is served by the other side byte for byte',
    { timeout: 240_000 },
    async (file) => {
      const { alfa, bravo, pact } = parties
      const bytes = readFileSync(join(DATA ?? '', 'stix', file))
      const shared = value(await share(bytes, { marking: { tlp: 'TLP:AMBER' } }))
      for (const record of shared.records) await delivered(alfa.node, record, 120)
      const sources = objectTexts(bytes.toString())
      expect(shared.objects).toBe(sources.length)
      const wanted = new Set(sources.map(hash))
      const count = async () => (await readAll(bravo, pact, 'inbox')).filter((text) => wanted.has(hash(text))).length
      await until('bravo to serve them all', async () => (await count()) >= wanted.size, 120)
      const served = new Set((await readAll(bravo, pact, 'inbox')).map(hash))
      expect([...wanted].filter((one) => !served.has(one))).toEqual([])
      const broken = file.startsWith('capec') ? ['external_references[3].url', 'external_references[4].url'] : []
      expect(shared.errors.map(({ path }) => path).sort()).toEqual(broken)
    },
  )

  test('what the standard forbids in small things is reported, kept and passed on as it came', async () => {
    const { alfa, bravo, pact } = parties
    const id = 'x-odd--3f1f6c5e-6f6d-4d4e-9d1a-1a2b3c4d5e6f'
    const odd = `{ "type":"x-odd","id":"${id}", "spec_version":"2.1","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","confidence":101,"big":90071992547409931,"__proto__":{"a":1},"\\u006eame":"odd"}`
    const shared = value(
      await share(
        new TextEncoder().encode(`{"type":"bundle","id":"bundle--${crypto.randomUUID()}","objects":[${odd}]}`),
      ),
    )
    expect(shared.errors).toEqual([
      { object: id, path: 'confidence', message: 'This must be from 0 to 100.', section: '3.2' },
    ])
    expect(shared.warnings).toEqual([])
    await delivered(alfa.node, shared.records[0] ?? '')
    await until('bravo to serve it', async () => (await readAll(bravo, pact, 'inbox')).includes(odd))
    const detail = await bravo.node.views.object(id)
    expect(detail?.versions[0]?.warnings[0]).toMatchObject({ path: 'confidence', section: '3.2', error: true })
  })

  const bundle = (...objects: string[]) =>
    `{"type":"bundle","id":"bundle--7d2b4a9e-0a1b-4c3d-8e5f-001122334455","objects":[${objects.join(',')}]}`
  const identity = (more = '') =>
    `{"type":"identity","spec_version":"2.1","id":"identity--7d2b4a9e-0a1b-4c3d-8e5f-66778899aabb","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"x"${more}}`
  const RED = 'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1'
  test.each<[string, string | Uint8Array, string, RegExp]>([
    ['what is not JSON', 'hello', 'json/syntax', /./],
    ['a truncated file', bundle(identity()).slice(0, -2), 'json/syntax', /ends too early|JSON/],
    ['what is no bundle', '[1,2,3]', 'stix/not-a-bundle', /./],
    [
      'a bundle of another version',
      '{"type":"bundle","spec_version":"2.0","id":"bundle--7d2b4a9e-0a1b-4c3d-8e5f-001122334455","objects":[]}',
      'stix/spec-version',
      /./,
    ],
    ['an empty bundle', bundle(), 'stix/empty', /no object/],
    ['an object without an id', bundle('{"type":"identity","spec_version":"2.1"}'), 'release/unreadable', /id/],
    [
      'an id of 70,000 bytes',
      bundle(identity().replace('identity--7d2b', `identity--${'a'.repeat(70_000)}`)),
      'release/unreadable',
      /./,
    ],
    [
      'nesting without end',
      bundle(identity(`,"x":${'['.repeat(5_000)}${']'.repeat(5_000)}`)),
      'release/unreadable',
      /./,
    ],
    ['a key that stands twice', bundle(identity(',"name":"y"')), 'release/unreadable', /./],
    ['half a surrogate pair', bundle(identity(',"x":"\\ud800"')), 'release/unreadable', /./],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from('{"type":"bundle","objects":["'), Buffer.from([0xff]), Buffer.from('"]}')]),
      'json/not-utf8',
      /./,
    ],
    [
      'an object marked above the agreement',
      bundle(identity(`,"object_marking_refs":["${RED}"]`)),
      'release/marking-above-agreement',
      /TLP:RED/,
    ],
    [
      'a marking that nobody defined',
      bundle(identity(`,"object_marking_refs":["marking-definition--7d2b4a9e-0a1b-4c3d-8e5f-0a0b0c0d0e0f"]`)),
      'release/marking-unknown',
      /marking/,
    ],
    ['good objects beside one that is not', bundle(identity(), '{"type":"identity"}'), 'release/unreadable', /./],
  ])('%s is refused with its reason, and nothing of it leaves', async (_what, input, code, reason) => {
    const { alfa, pact } = parties
    const shares = async () => value(await alfa.node.views.records({ type: 'intel/share' })).total
    const sharesBefore = await shares()
    const sealed = () =>
      readdirSync(join(alfa.dir, 'logs', pact), { recursive: true, encoding: 'utf8' }).filter(isSealed).length
    const before = sealed()
    const refused = await share(typeof input === 'string' ? Buffer.from(input) : input)
    expect([refused.ok, refused.ok || refused.code, refused.ok || refused.message]).toEqual([
      false,
      code,
      expect.stringMatching(reason),
    ])
    expect(await shares()).toBe(sharesBefore)
    expect(sealed()).toBe(before)
    // Lists of the logs held here, which peers ask for, may stand there too.
    expect(readdirSync(join(alfa.dir, 'private', 'spool')).filter((name) => !name.startsWith('mirrored-'))).toEqual([])
  })

  test('the records of a share too large for one stand together in the log, whatever else is said meanwhile', async () => {
    const few = await startParties({
      yaml: (text) => text.replace(/partBytes: \d+/, 'partBytes: 4096').replace(/parts: \d+/, 'parts: 1'),
    })
    const asked = () => ({ pact: few.pact, account: 'test', input: bytesInput(CAMPAIGN) })
    const both = await Promise.all([few.alfa.node.share(asked()), few.alfa.node.share(asked())])
    for (const shared of both) {
      const indexes = value(shared).records.map((record) => Number(record.split('#')[1]))
      expect(indexes.length).toBeGreaterThan(3)
      expect(indexes).toEqual(indexes.map((_, i) => (indexes[0] ?? 0) + i))
    }
    await few.close()
  })

  test('a record marked above the agreement, or to somebody outside it, is refused', async () => {
    expect(await share(CAMPAIGN, { marking: { tlp: 'TLP:RED' } })).toMatchObject({
      code: 'release/marking-above-agreement',
    })
    expect(await share(CAMPAIGN, { to: ['carol.example'] })).toMatchObject({ code: 'release/unknown-recipient' })
    expect(await share(CAMPAIGN, { to: ['watch.example'] })).toMatchObject({ code: 'release/unknown-recipient' })
  })
})

describe('TAXII 2.1', () => {
  test('a tool finds its way from the discovery to the objects, and pages without repeating or missing one', async () => {
    const { bravo, pact } = parties
    const discovery = (await (await taxii(bravo, '')).json()) as { api_roots: string[] }
    expect(discovery.api_roots).toEqual([`/taxii2/${pact}/`])
    const listed = (await (await taxii(bravo, `${pact}/collections/`)).json()) as {
      collections: { id: string; alias: string; can_write: boolean }[]
    }
    expect(listed.collections.map(({ alias, can_write }) => [alias, can_write])).toEqual([
      ['inbox', false],
      ['outbox', true],
      ['withdrawn', false],
    ])
    const id = listed.collections[0]?.id ?? ''
    const whole = await readAll(bravo, pact, 'inbox', 1000)
    expect(await readAll(bravo, pact, id, 7)).toEqual(whole)
  })

  test('what a tool puts into the outbox arrives in the other side’s inbox', async () => {
    const { alfa, bravo, pact } = parties
    const object = `{"type":"tool","spec_version":"2.1","id":"tool--${crypto.randomUUID()}","created":"2026-02-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z","name":"from a tool"}`
    const answer = await taxii(alfa, `${pact}/collections/outbox/objects/`, {
      method: 'POST',
      headers: { 'content-type': TAXII },
      body: `{"objects":[${object}]}`,
    })
    expect(answer.status).toBe(202)
    const { id } = (await answer.json()) as { id: string }
    await until('the status to be complete', async () => {
      const status = (await (await taxii(alfa, `${pact}/status/${id}/`)).json()) as {
        status: string
        success_count: number
      }
      return status.status === 'complete' && status.success_count === 1
    })
    await until('bravo to serve it', async () => (await readAll(bravo, pact, 'inbox')).includes(object))
  })

  test.each<[string, string, RequestInit, number]>([
    ['without a password', 'collections/', { headers: { authorization: '' } }, 401],
    ['with a wrong password', 'collections/', { headers: { authorization: `Basic ${btoa('test:wrong')}` } }, 401],
    ['for another media type', 'collections/', { headers: { accept: 'text/html' } }, 406],
    ['for no collection', 'collections/none/objects/', {}, 404],
    ['with a cursor that nobody gave out', 'collections/inbox/objects/?next=abc', {}, 400],
    ['with a limit of zero', 'collections/inbox/objects/?limit=0', {}, 400],
    ['with a time that is none', 'collections/inbox/objects/?added_after=yesterday', {}, 400],
    [
      'to write into the inbox',
      'collections/inbox/objects/',
      { method: 'POST', headers: { 'content-type': TAXII }, body: '{}' },
      403,
    ],
    [
      'to write another media type',
      'collections/outbox/objects/',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
      415,
    ],
  ])('a request %s is answered with the error of the standard', async (_what, path, init, status) => {
    const answer = await taxii(parties.bravo, `${parties.pact}/${path}`, init)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ title: expect.any(String), http_status: String(status) })
  })
})

describe('who is let in', () => {
  test('a request without a signature sees the card and nothing else', async () => {
    const { alfa, pact } = parties
    expect((await fetch(`${alfa.url}card`)).status).toBe(200)
    for (const path of [`logs/${pact}/index`, `receipts/${'0'.repeat(64)}/index`]) {
      expect((await fetch(alfa.url + path)).status).toBe(401)
    }
    for (const path of ['private/keys/root.json', '..%2fprivate%2fkeys%2froot.json', 'logs/../private/api-token']) {
      expect((await fetch(alfa.url + path)).status).toBe(404)
    }
  })

  test('the console’s API answers nobody who has not signed in', async () => {
    for (const path of ['me', 'records', 'objects', 'pacts', 'status']) {
      expect((await fetch(`${parties.alfa.url}api/${path}`)).status).toBe(401)
    }
  })

  test('a second process on the same folder is refused', async () => {
    expect(await Node.open(parties.alfa.dir, realSurroundings())).toMatchObject({ ok: false, code: 'node/locked' })
  })
})

describe('a restored backup', () => {
  test('says nothing until its peers were asked, and takes back from them what it lost', async () => {
    const { alfa } = parties
    await alfa.node.settled()
    await alfa.stop()
    const backup = mkdtempSync(join(tmpdir(), 'countersign-restore-'))
    cpSync(alfa.dir, backup, { recursive: true })
    await alfa.start()
    await until('alfa to be ready', () => alfa.node.health().ready)
    const said = value(await alfa.node.say(call('Said after the backup')))
    if (said.state !== 'said') throw new Error('It was held here.')
    await delivered(alfa.node, said.record)
    await alfa.stop()
    rmSync(alfa.dir, { recursive: true })
    cpSync(backup, alfa.dir, { recursive: true })
    // Cut off from everybody: what is said is kept, and not signed.
    const alone = { ...realSurroundings(), fetch: () => Promise.reject(new Error('unreachable')) }
    await alfa.start(alone as ReturnType<typeof realSurroundings>)
    expect(value(await alfa.node.say(call('Said while cut off')))).toMatchObject({ state: 'held-here' })
    const [origin = ''] = said.record.split('#')
    const notYet = readFileSync(join(logFolder(alfa.dir, origin), 'checkpoint'))
    await alfa.restart()
    await until('alfa to be ready', () => alfa.node.health().ready)
    await until(
      'what was lost to be published again',
      () => !readFileSync(join(logFolder(alfa.dir, origin), 'checkpoint')).equals(notYet),
    )
    await until(
      'the lost record to be back',
      async () => (await alfa.node.views.record(said.record))?.row.id !== undefined,
    )
    await until('what was kept to be said', async () => {
      const { records } = value(await alfa.node.views.records({ type: 'hotline/message', limit: 1 }))
      return records[0]?.state === 'delivered' && records[0].title === 'Said while cut off'
    })
    expect((await alfa.node.status()).alarms).toEqual([])
    expect(existsSync(join(parties.bravo.dir, 'evidence'))).toBe(false)
    rmSync(backup, { recursive: true, force: true })
  })
})

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function isSealed(path: string): boolean {
  return /\/addenda\/[0-9a-f]{64}$/.test(path)
}
