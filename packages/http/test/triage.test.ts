// Triage between whole nodes: many objects get their verdicts in a few records, and who shared them learns of each
// (spec/records.md, Feedback).

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytesInput, type Parties, type Party, startParties, until, value } from './parties.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
}, 120_000)
afterAll(() => parties.close())

const TIMES = { created: '2026-11-01T00:00:00.000Z', modified: '2026-11-01T00:00:00.000Z' }
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const tool = (n: number) => ({ type: 'tool', spec_version: '2.1', id: `tool--${uuid(n)}`, ...TIMES, name: `Tool ${n}` })
const malware = (n: number) => ({
  ...{ type: 'malware', spec_version: '2.1', id: `malware--${uuid(n)}`, ...TIMES, name: `Worm ${n}`, is_family: false },
})
const ids = (some: { id: string }[]) => some.map(({ id }) => id)

/** Gives the share's UUID, once the other party has all of it. */
async function share(by: Party, objects: { id: string }[], mode?: 'Exercise'): Promise<string> {
  const other = by === parties.alfa ? parties.bravo : parties.alfa
  const input = bytesInput(Buffer.from(JSON.stringify({ objects })))
  const asked = { pact: parties.pact, account: 'test', input, ...(mode === undefined ? {} : { mode }) }
  const shared = value(await by.node.share(asked))
  const has = async () => {
    const list = await listed({ share: shared.share }, other)
    return list.shares[0]?.objects === new Set(ids(objects)).size
  }
  await until(`${other.party} to have it`, has)
  return shared.share
}
type Asked = Parameters<Party['node']['triage']>[0]
const triage = (asked: Omit<Asked, 'pact' | 'account'>, by = parties.bravo) =>
  by.node.triage({ pact: parties.pact, account: 'test', ...asked })
const listed = async (asked: Omit<Parameters<Party['node']['triageList']>[0], 'pact'> = {}, by = parties.bravo) =>
  value(await by.node.triageList({ pact: parties.pact, limit: 1_000, ...asked }))
const heard = async (id: string, by = parties.alfa) =>
  (await by.node.views.object(id))?.feedback.find(({ party }) => party !== by.party)?.opinion
const untilHeard = (id: string, verdict: string) =>
  until(`${verdict} of ${id}`, async () => (await heard(id))?.verdict === verdict)
const counts = async (by: Party) =>
  (await listed({ share: uuid(0) }, by)) && value(await by.node.views.records({ type: 'intel/sighting' })).total

describe('triage of a share', () => {
  test('gives each object one verdict, by its id, its type, its name or as the rest, and the reasons travel back', async () => {
    const { bravo, alfa } = parties
    const of = await share(alfa, [tool(1), tool(2), tool(3), malware(4), malware(5), malware(6)])
    const before = await counts(bravo)
    const triaged = value(
      await triage({
        share: of,
        answers: [
          { verdict: 'false-positive', reason: 'It is our own scanner.', ids: [tool(1).id] },
          { verdict: 'stale', types: ['malware'], text: 'WORM 4' },
          { verdict: 'already-known', reason: 'Since May.', types: ['malware'] },
          { verdict: 'accepted' },
        ],
      }),
    )
    expect(triaged).toMatchObject({
      ...{ state: 'said', to: ['alfa.example'], open: 0 },
      verdicts: { accepted: 2, 'already-known': 2, 'false-positive': 1, stale: 1 },
    })
    expect([triaged.records.length, triaged.ids.length]).toEqual([1, 4])
    expect(await counts(bravo)).toBe(before + 1)
    await untilHeard(tool(1).id, 'false-positive')
    expect(await heard(tool(1).id)).toMatchObject({
      opinion: 'strongly-disagree',
      explanation: 'It is our own scanner.',
    })
    expect(await heard(malware(4).id)).toMatchObject({ verdict: 'stale', explanation: null })
    for (const id of ids([malware(5), malware(6)])) {
      expect(await heard(id)).toMatchObject({ verdict: 'already-known', explanation: 'Since May.' })
    }
    for (const id of ids([tool(2), tool(3)])) expect((await heard(id))?.verdict).toBe('accepted')
    const [row] = (await listed({ share: of })).shares
    expect(row).toMatchObject({ from: 'alfa.example', objects: 6, open: 0, openTypes: {}, verdicts: { stale: 1 } })
    const given = value(await alfa.node.balance({ pact: parties.pact })).parties[0]?.given
    expect(given).toMatchObject({ objects: 6, answered: 6, untouched: 0, verdicts: { accepted: 2, stale: 1 } })
    const statement = (await alfa.node.views.record(triaged.records[0] ?? ''))?.statement ?? ''
    expect(JSON.parse(statement)).toMatchObject({ type: 'intel/sighting', body: {}, to: ['alfa.example'] })
  })

  test('passes over what has a verdict, unless it is named or all of it is meant again, and the later one counts', async () => {
    const of = await share(parties.alfa, [tool(11), tool(12), tool(13)])
    value(await triage({ share: of, answers: [{ verdict: 'accepted', ids: [tool(11).id] }] }))
    expect((await listed({ share: of })).objects.map(({ id }) => id)).toEqual([tool(12).id, tool(13).id])
    expect((await listed({ share: of, all: true })).objectsTotal).toBe(3)
    const rest = value(await triage({ share: of, answers: [{ verdict: 'stale', text: 'tool 12' }] }))
    expect(rest).toMatchObject({ verdicts: { stale: 1 }, open: 1 })
    await untilHeard(tool(12).id, 'stale')
    const again = value(await triage({ answers: [{ verdict: 'false-positive', ids: ids([tool(11), tool(12)]) }] }))
    expect(again.verdicts['false-positive']).toBe(2)
    await untilHeard(tool(11).id, 'false-positive')
    await untilHeard(tool(12).id, 'false-positive')
    expect(await triage({ share: of, answers: [{ verdict: 'accepted', text: 'tool 12' }] })).toMatchObject({
      ...{ ok: false, code: 'say/triage' },
    })
    value(await triage({ share: of, again: true, answers: [{ verdict: 'accepted', text: 'tool 1' }] }))
    for (const n of [11, 12, 13]) await untilHeard(tool(n).id, 'accepted')
  })

  test('that is told again says nothing twice: the record that says it is answered, also after the node was ended', async () => {
    const { alfa, bravo } = parties
    await share(alfa, [tool(14), tool(15)])
    const asked = (verdict: 'stale' | 'accepted', reason: string, some = [tool(14), tool(15)]) =>
      triage({ answers: [{ verdict, reason, ids: ids(some) }] })
    const once = value(await asked('stale', 'Since May.', [tool(14)]))
    const before = await counts(bravo)
    // At once, and after a run that was ended between saying and answering.
    for (const again of await Promise.all([
      asked('stale', 'Since May.', [tool(14)]),
      asked('stale', 'Since May.', [tool(14)]),
    ])) {
      expect(value(again)).toMatchObject({ state: 'said', records: once.records, ids: once.ids, told: 1 })
      expect(value(again).verdicts.stale).toBe(1)
    }
    await bravo.restart()
    await until('bravo to know it', async () =>
      (await listed({ all: true })).objects.some(({ id }) => id === tool(14).id),
    )
    expect(value(await asked('stale', 'Since May.', [tool(14)])).records).toEqual(once.records)
    expect(await counts(bravo)).toBe(before)
    // What is new beside it is said, and nothing else; another reason or verdict is another opinion.
    const both = value(await asked('stale', 'Since May.'))
    expect(both).toMatchObject({ told: 1, records: [once.records[0], expect.any(String)] })
    expect(value(await asked('stale', 'Since June.')).told).toBe(0)
    expect(value(await asked('accepted', 'Since June.')).told).toBe(0)
    expect(value(await asked('stale', 'Since May.')).told).toBe(0)
    // In another version, shared since, it is another object.
    await share(alfa, [{ ...tool(14), modified: '2026-11-02T00:00:00.000Z' } as { id: string }])
    expect(value(await asked('stale', 'Since May.', [tool(14)])).told).toBe(0)
  })

  test('that waits for a second person waits once, however often it is told, and anew once it was withdrawn', async () => {
    const { alfa, bravo } = parties
    await share(alfa, [tool(16)])
    const rules = join(bravo.dir, 'rules')
    mkdirSync(rules, { recursive: true })
    writeFileSync(join(rules, 'house.json'), '{"approval":{"types":["opinion"]}}')
    const waiting = () => bravo.node.waitingShares.all().filter(({ state }) => state === 'open')
    const tell = async () => value(await triage({ answers: [{ verdict: 'stale', ids: [tool(16).id] }] })).state
    try {
      expect([await tell(), await tell()]).toEqual(['waits', 'waits'])
      expect(waiting()).toHaveLength(1)
      value(await bravo.node.waitingShares.withdraw(waiting()[0]?.id ?? '', 'shell'))
      expect(await tell()).toBe('waits')
      expect(waiting()).toHaveLength(1)
      value(await bravo.node.waitingShares.withdraw(waiting()[0]?.id ?? '', 'shell'))
    } finally {
      rmSync(rules, { recursive: true })
    }
  })

  test('of the rest, asked for at once, leaves alone what was just named; and is refused while feedback waits', async () => {
    const { alfa, bravo } = parties
    const of = await share(alfa, [tool(71), tool(72), tool(73)])
    const named = triage({ answers: [{ verdict: 'false-positive', ids: [tool(71).id] }] })
    const rest = triage({ share: of, answers: [{ verdict: 'accepted', text: 'tool 72' }, { verdict: 'stale' }] })
    value(await named)
    expect(value(await rest).verdicts).toEqual({ accepted: 1, 'already-known': 0, 'false-positive': 0, stale: 1 })
    await untilHeard(tool(71).id, 'false-positive')
    await untilHeard(tool(73).id, 'stale')

    const more = await share(alfa, [tool(74), tool(75)])
    const rules = join(bravo.dir, 'rules')
    mkdirSync(rules, { recursive: true })
    writeFileSync(join(rules, 'house.json'), '{"approval":{"types":["opinion"]}}')
    try {
      const waits = value(await triage({ share: more, answers: [{ verdict: 'stale', ids: [tool(74).id] }] }))
      expect(waits).toMatchObject({ state: 'waits', records: [] })
      const refused = await triage({ share: more, answers: [{ verdict: 'accepted' }] })
      expect(refused).toMatchObject({ ok: false, code: 'say/triage' })
      const [one] = bravo.node.waitingShares.all()
      value(await bravo.node.waitingShares.withdraw(one?.id ?? '', 'shell'))
    } finally {
      rmSync(rules, { recursive: true })
    }
    expect(value(await triage({ share: more, answers: [{ verdict: 'accepted' }] })).verdicts.accepted).toBe(2)
  })

  test('is later than what it corrects, also where the clock fell behind it', async () => {
    const { bravo, pact } = parties
    const of = await share(parties.alfa, [tool(21)])
    const ahead = {
      ...{
        type: 'opinion',
        spec_version: '2.1',
        id: `opinion--${uuid(21)}`,
        opinion: 'agree',
        object_refs: [tool(21).id],
      },
      ...{ created: '2026-11-01T00:00:00.000Z', modified: '2031-01-01T00:00:00.000Z' },
      extensions: {
        'extension-definition--53445626-0cda-4fbe-8466-32d8ddb1c548': {
          ...{ extension_type: 'property-extension', verdict: 'accepted' },
        },
      },
    }
    const stix = Buffer.from(JSON.stringify({ objects: [ahead] }))
    value(await bravo.node.giveFeedback({ pact, account: 'test', stix }))
    await untilHeard(tool(21).id, 'accepted')
    value(await triage({ share: of, answers: [{ verdict: 'stale', ids: [tool(21).id] }] }))
    await untilHeard(tool(21).id, 'stale')
  })

  test('of ten thousand objects is one record, and every one of them has its verdict', {
    timeout: 300_000,
  }, async () => {
    const { alfa, bravo, pact } = parties
    const some = Array.from({ length: 10_000 }, (_, i) => tool(100_000 + i))
    const of = await share(alfa, some)
    const before = await counts(bravo)
    const named = ids(some.slice(0, 10))
    const answers = [
      { verdict: 'false-positive', ids: named },
      { verdict: 'accepted', reason: 'In use.' },
    ] as const
    const triaged = value(await triage({ share: of, answers }))
    expect(triaged.verdicts).toMatchObject({ accepted: 9_990, 'false-positive': 10 })
    expect([triaged.records.length, triaged.ids.length]).toEqual([1, 11])
    expect(await counts(bravo)).toBe(before + 1)
    expect((await listed({ share: of })).shares[0]).toMatchObject({ open: 0, verdicts: { accepted: 9_990 } })
    await until('the last verdict', async () => (await heard(some.at(-1)?.id ?? ''))?.verdict === 'accepted')
    await alfa.node.settled()
    const given = value(await alfa.node.balance({ pact })).parties.find(({ party }) => party === bravo.party)?.given
    expect(given?.verdicts['false-positive']).toBeGreaterThanOrEqual(10)
    expect(given?.verdicts.accepted).toBeGreaterThanOrEqual(9_990)
  })

  test('of an exercise is answered in the exercise', async () => {
    const of = await share(parties.alfa, [tool(31)], 'Exercise')
    const { records } = value(await triage({ share: of, answers: [{ verdict: 'accepted' }] }))
    expect((await listed({ share: of })).shares[0]?.open).toBe(0)
    const statement = (await parties.bravo.node.views.record(records[0] ?? ''))?.statement ?? '{}'
    expect(JSON.parse(statement).mode).toBe('Exercise')
  })

  test('is refused whole where it is asked wrongly, and nothing is said', async () => {
    const { bravo, alfa } = parties
    const of = await share(alfa, [tool(41)])
    await share(bravo, [tool(42)])
    const before = await counts(bravo)
    const wrong: [Omit<Asked, 'pact' | 'account'>, string][] = [
      [{ share: of, answers: [] }, 'say/triage'],
      [{ share: of, answers: [{ verdict: 'malicious' as 'stale' }] }, 'say/triage'],
      [{ share: of, answers: [{ verdict: 'constructor' as 'stale' }] }, 'say/triage'],
      [{ share: of, answers: [{ verdict: 'stale', reason: ' ' }] }, 'say/triage'],
      [{ share: of, answers: [{ verdict: 'stale', reason: 'x'.repeat(2_001) }] }, 'say/triage'],
      [{ share: of, answers: [{ verdict: 'stale', ids: [tool(41).id], types: ['tool'] }] }, 'say/triage'],
      [{ answers: [{ verdict: 'accepted' }] }, 'say/triage'],
      [{ since: 'yesterday', answers: [{ verdict: 'accepted' }] }, 'say/triage'],
      [{ share: uuid(99), answers: [{ verdict: 'accepted' }] }, 'say/triage'],
      [{ record: 'nonsense#x', answers: [{ verdict: 'accepted' }] }, 'say/triage'],
      // What nobody shared, what we shared ourselves, what stands in another share, and what is no id at all.
      ...[tool(98).id, tool(42).id, tool(1).id, '__proto__'].map((id): [Omit<Asked, 'pact' | 'account'>, string] => [
        { share: of, answers: [{ verdict: 'accepted', ids: [tool(41).id, id] }] },
        'not-found/object',
      ]),
      [{ answers: [{ verdict: 'accepted', ids: [tool(41).id, tool(42).id] }] }, 'not-found/object'],
      [
        {
          share: of,
          answers: [
            { verdict: 'accepted', ids: [tool(41).id] },
            { verdict: 'stale', ids: [tool(41).id] },
          ],
        },
        'say/triage',
      ],
    ]
    for (const [asked, code] of wrong) expect([asked, await triage(asked)]).toMatchObject([asked, { ok: false, code }])
    expect(await counts(bravo)).toBe(before)
    expect((await listed({ share: of })).shares[0]?.open).toBe(1)
  })
})
