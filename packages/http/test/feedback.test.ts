// Feedback between whole nodes (spec/records.md, Feedback): said by the API and by tools over TAXII, sealed, and told to who shared.

import { realSurroundings } from '@countersign/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytesInput, type Parties, type Party, startParties, until, value } from './parties.ts'
import { TAXII, taxii } from './taxii-client.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties({ yaml: (text) => text.replace('deny: []', 'deny: [malware]') })
}, 120_000)
afterAll(() => parties.close())

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const TIMES = { created: '2026-11-01T00:00:00.000Z', modified: '2026-11-01T00:00:00.000Z' }
type Value = Record<string, unknown> & { id: string; type: string }
const object = (type: string, n: number, more: Record<string, unknown> = {}): Value => ({
  ...{ type, spec_version: '2.1', id: `${type}--${uuid(n)}`, ...TIMES },
  ...more,
})
const indicator = (n: number, name = `Beacon ${n}`) =>
  object('indicator', n, {
    ...{ name, pattern: `[ipv4-addr:value = '198.51.100.${n}']`, pattern_type: 'stix', valid_from: TIMES.created },
    indicator_types: ['malicious-activity'],
  })
const ADDRESS = {
  ...{ type: 'ipv4-addr', spec_version: '2.1', id: 'ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4' },
  value: '198.51.100.3',
}
const idOf = (n: number) => `indicator--${uuid(n)}`
const sighting = (n: number, target: string, more: Record<string, unknown> = {}) =>
  object('sighting', n, { sighting_of_ref: target, count: 2, ...more })

async function share(by: Party, ...objects: object[]): Promise<void> {
  const input = bytesInput(Buffer.from(JSON.stringify({ objects })))
  value(await by.node.share({ pact: parties.pact, account: 'test', input }))
}
const reached = (of: Party, id: string) =>
  until(`${of.party} to have ${id}`, async () => (await of.node.views.object(id)) !== undefined)
/** What an indicator of alfa's has become at bravo, as alfa reads it. */
const heard = async (n: number, by = parties.alfa) => (await by.node.views.object(idOf(n)))?.feedback ?? []
const untilHeard = (n: number, by = parties.alfa) =>
  until(`feedback on ${n}`, async () => (await heard(n, by)).some(({ party }) => party !== by.party))
async function shared(n: number): Promise<void> {
  await share(parties.alfa, indicator(n))
  await reached(parties.bravo, idOf(n))
}
type Asked = Parameters<Party['node']['giveFeedback']>[0]
const give = (asked: Omit<Asked, 'pact' | 'account'>, by = parties.bravo) =>
  by.node.giveFeedback({ pact: parties.pact, account: 'test', ...asked })
const bundleOf = (...objects: object[]) => Buffer.from(JSON.stringify({ objects }))
async function add(by: Party, ...objects: object[]) {
  const init = { method: 'POST', headers: { 'content-type': TAXII }, body: JSON.stringify({ objects }) }
  const answer = await taxii(by, `${parties.pact}/collections/outbox/objects/`, init)
  let status = (await answer.json()) as { id: string; status: string; success_count: number }
  await until('the status to be complete', async () => {
    if (status.status === 'pending') status = await (await taxii(by, `${parties.pact}/status/${status.id}/`)).json()
    return status.status === 'complete'
  })
  return { http: answer.status, status }
}
const types = async (by: Party, type: string) =>
  value(await by.node.views.records({ type })).records.filter(({ from }) => from === by.party)

describe('feedback on what another party shared', () => {
  test('comes back to it: how often it was seen, when, and what was done with it; in the clear nothing of that stands', async () => {
    const { alfa, bravo } = parties
    await shared(1)
    const given = value(
      await give({
        ids: [idOf(1)],
        sighting: { count: 3, first: '2026-11-30T10:00:00Z', last: '2026-11-30T12:00:00+01:00' },
        opinion: { verdict: 'already-known', explanation: 'We had it in May.' },
      }),
    )
    expect(given).toMatchObject({ state: 'said', to: ['alfa.example'], objects: 2, redactedTotal: 0 })
    await untilHeard(1)
    expect(await heard(1)).toMatchObject([
      {
        ...{ party: 'bravo.example', mode: 'Actual' },
        sightings: { count: 3, sightings: 1, first: '2026-11-30T10:00:00Z', last: '2026-11-30T11:00:00Z' },
        opinion: { opinion: 'agree', verdict: 'already-known', explanation: 'We had it in May.' },
      },
    ])
    const statement = (await alfa.node.views.record(given.records[0] ?? ''))?.statement ?? ''
    expect(JSON.parse(statement)).toMatchObject({ type: 'intel/sighting', body: {}, marking: { tlp: 'TLP:AMBER' } })
    for (const word of ['already-known', 'opinion', idOf(1), 'count']) expect(statement).not.toContain(word)
    const listed = value(await alfa.node.views.feedback({})).feedback
    expect(listed.map(({ kind, object: of, name }) => [kind, of, name])).toEqual(
      expect.arrayContaining([
        ['opinion', idOf(1), 'Beacon 1'],
        ['sighting', idOf(1), 'Beacon 1'],
      ]),
    )
    expect(value(await bravo.node.views.feedback({})).feedback).toEqual([])
  })

  test('is corrected by saying it again and taken back by a last version', async () => {
    await shared(2)
    value(await give({ ids: [idOf(2)], opinion: { verdict: 'accepted' } }))
    await untilHeard(2)
    const again = value(await give({ ids: [idOf(2)], opinion: { verdict: 'false-positive' } }))
    await until('the other verdict', async () => (await heard(2))[0]?.opinion?.verdict === 'false-positive')
    value(await give({ takeBack: again.ids }))
    await until('the first again', async () => (await heard(2))[0]?.opinion?.verdict === 'accepted')
    expect(await give({ takeBack: again.ids })).toMatchObject({ ok: false, code: 'not-found/object' })
  })

  test('is taken back also where what it is about was taken back before', async () => {
    const { alfa, bravo, pact } = parties
    await shared(15)
    const given = value(await give({ ids: [idOf(15)], sighting: { count: 1 } }))
    await untilHeard(15)
    value(await alfa.node.revoke({ pact, account: 'test', reason: 'mistake', ids: [idOf(15)] }))
    const inInbox = async () => (await taxii(bravo, `${pact}/collections/inbox/objects/${idOf(15)}/`)).status === 200
    await until('bravo to have it no more', async () => !(await inInbox()))
    const [id = ''] = given.ids
    value(await give({ takeBack: [id] }))
    const newest = async () => JSON.parse((await alfa.node.views.object(id))?.versions[0]?.source ?? '{}') as Value
    await until('alfa to hear of it', async () => (await newest())['revoked'] === true)
    expect(await newest()).toMatchObject({ sighting_of_ref: idOf(15), revoked: true })
    // Nothing is left to be said of it, and the second time there is nothing to take back.
    expect(await give({ takeBack: [id] })).toMatchObject({ ok: false, code: 'not-found/object' })
    expect(await give({ ids: [idOf(15)], sighting: { count: 1 } })).toMatchObject({
      ok: false,
      code: 'not-found/object',
    })
  })

  test('is refused whole where one of the objects is nobody’s, our own, or an observable that is said to be seen', async () => {
    const { bravo } = parties
    await shared(3)
    await share(bravo, indicator(31))
    const before = (await types(bravo, 'intel/sighting')).length
    const opinion = { verdict: 'stale' } as const
    for (const id of [idOf(99), idOf(31), 'nonsense']) {
      expect(await give({ ids: [idOf(3), id], opinion })).toMatchObject({ ok: false, code: 'not-found/object' })
    }
    await share(parties.alfa, ADDRESS)
    await reached(bravo, ADDRESS.id)
    const seen = await give({ ids: [ADDRESS.id], sighting: {} })
    expect(seen).toMatchObject({ ok: false, code: 'say/feedback' })
    const faults: Omit<Asked, 'pact' | 'account'>[] = [
      { ids: [idOf(3)] },
      { ids: [idOf(3)], opinion, stix: bundleOf(sighting(70, idOf(3))) },
      { ids: [idOf(3)], stix: bundleOf(sighting(70, idOf(3))) },
      { takeBack: [`opinion--${uuid(1)}`], sighting: {} },
      { ids: [idOf(3)], opinion, sighter: 'Hospital of Bravo' },
      { ids: [], opinion },
      { ids: [idOf(3)], sighting: { first: 'yesterday' } },
      { ids: [idOf(3)], sighting: { first: '2026-11-30T10:00:00Z', last: '2026-11-29T10:00:00Z' } },
      { ids: [idOf(3)], sighting: { count: -1 } },
      { ids: [idOf(3)], opinion: { opinion: 'splendid' } },
      { ids: [idOf(3)], opinion, to: ['watch.example'] },
      { stix: bundleOf(indicator(3)) },
      { stix: bundleOf(sighting(70, idOf(3)), indicator(71)) },
      { stix: bundleOf(sighting(70, idOf(3)), { type: 'x' }) },
    ]
    for (const fault of faults) expect(await give(fault)).toMatchObject({ ok: false, code: 'say/feedback' })
    expect(await types(bravo, 'intel/sighting')).toHaveLength(before)
  })

  test('goes through the gate: what the rules keep here keeps all of it here', async () => {
    await shared(4)
    const marked = { object_marking_refs: ['marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1'] }
    const refused = await give({ stix: bundleOf(sighting(72, idOf(4)), sighting(73, idOf(4), marked)) })
    expect(refused).toMatchObject({ ok: false, refusals: [{ code: 'release/marking-above-agreement' }] })
    expect(await heard(4, parties.bravo)).toEqual([])
  })

  test('names nobody who saw it, for the agreement does not say that it may', async () => {
    await shared(5)
    const named = value(await give({ ids: [idOf(5)], sighting: {}, sighter: 'Hospital of Bravo' }))
    expect(named.redactedTotal).toBe(2)
    await untilHeard(5)
    const texts = (await parties.alfa.node.views.object(named.ids[0] ?? ''))?.versions.map(({ source }) => source)
    expect(texts).toHaveLength(1)
    expect(texts?.[0]).not.toMatch(/Hospital|where_sighted_refs|identity--/)
  })

  test('may not be said by hand past the gate', async () => {
    const by = { pact: parties.pact, type: 'intel/sighting', body: {}, account: 'test' }
    const bytes = bundleOf(sighting(74, idOf(1)))
    const content = [{ role: 'bundle', mediaType: 'application/stix+json;version=2.1', bytes }]
    expect(await parties.bravo.node.say({ ...by, content })).toMatchObject({ ok: false, code: 'say/type' })
  })
})

describe('a tool that adds to the outbox', () => {
  test('a sighting of what another party shared gives it feedback, and the other’s tools find it in their inbox', async () => {
    const { alfa, bravo } = parties
    await shared(6)
    const shares = (await types(bravo, 'intel/share')).length
    const added = await add(bravo, sighting(60, idOf(6)))
    expect(added).toMatchObject({ http: 202, status: { status: 'complete', success_count: 1 } })
    await untilHeard(6)
    expect(await heard(6)).toMatchObject([{ party: 'bravo.example', sightings: { count: 2 } }])
    expect(await types(bravo, 'intel/share')).toHaveLength(shares)
    const inbox = await taxii(alfa, `${parties.pact}/collections/inbox/objects/?match[type]=sighting`)
    const { objects } = (await inbox.json()) as { objects: Value[] }
    expect(objects.map(({ id }) => id)).toContain(`sighting--${uuid(60)}`)
  })

  test('a sighting of its own indicator, beside it or after it, shares it', async () => {
    const { bravo } = parties
    const before = (await types(bravo, 'intel/sighting')).length
    expect((await add(bravo, indicator(61), sighting(62, idOf(61)))).status.status).toBe('complete')
    expect((await add(bravo, sighting(63, idOf(61)))).status.status).toBe('complete')
    expect(await types(bravo, 'intel/sighting')).toHaveLength(before)
    expect(await heard(61, bravo)).toMatchObject([{ party: 'bravo.example', sightings: { sightings: 2 } }])
  })

  test('feedback among other objects shares all of it, and it counts as what the party says', async () => {
    const { bravo } = parties
    await shared(7)
    expect((await add(bravo, sighting(64, idOf(7)), indicator(65))).status.status).toBe('complete')
    await untilHeard(7)
    expect(await heard(7)).toMatchObject([{ party: 'bravo.example', sightings: { sightings: 1 } }])
  })

  test('is told that its feedback was said, also where that was held here and the node restarted meanwhile', async () => {
    const { bravo } = parties
    await shared(8)
    await bravo.restart({ ...realSurroundings(), fetch: () => Promise.reject(new Error('unreachable')) })
    const body = JSON.stringify({ objects: [sighting(66, idOf(8))] })
    const init = { method: 'POST', headers: { 'content-type': TAXII }, body }
    const answer = await taxii(bravo, `${parties.pact}/collections/outbox/objects/`, init)
    expect(answer.status).toBe(202)
    const { id } = (await answer.json()) as { id: string }
    const status = async () => (await taxii(bravo, `${parties.pact}/status/${id}/`)).json()
    expect(await status()).toMatchObject({ status: 'pending', pending_count: 1 })
    await bravo.restart()
    await untilHeard(8)
    expect(await status()).toMatchObject({ status: 'complete', success_count: 1, failure_count: 0 })
  })

  test('cannot delete what it said as feedback, which is taken back by a last version: nothing is said of it', async () => {
    const { bravo } = parties
    const before = (await types(bravo, 'intel/revoke')).length
    const at = `${parties.pact}/collections/outbox/objects/sighting--${uuid(60)}/`
    expect((await taxii(bravo, at, { method: 'DELETE' })).status).toBe(404)
    expect(await types(bravo, 'intel/revoke')).toHaveLength(before)
  })
})
