import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from './shell.ts'

const uuid = (n: number) => `5c0b1f2a-000${n}-4000-8000-000000000001`
const folder = mkdtempSync(join(tmpdir(), 'misp-'))
const place = (name: string) => join(folder, name)

const EVENT = {
  Event: {
    ...{ uuid: uuid(1), info: 'Phishing \u001b[2J', date: '2026-01-31', timestamp: '1769860000', published: false },
    Attribute: [
      { uuid: uuid(2), type: 'domain', category: 'Network activity', to_ids: true, value: "it's.example" },
      { uuid: uuid(3), type: 'btc', category: 'Financial fraud', to_ids: true, value: '1ExampleWallet' },
    ],
  },
}

test('an event goes through a file of STIX and comes back, each with what was mapped and what was not', async () => {
  writeFileSync(place('event.json'), JSON.stringify(EVENT))
  const there = await run(['misp', 'import', place('event.json'), '-o', place('stix.json')])
  expect(there).toEqual({ code: 0, out: '', err: expect.stringContaining('1 of 2 attributes in STIX’s own words.') })
  expect(there.err).toContain('Attribute[1] btc: STIX has no observable for means of payment.')
  expect(there.err).not.toContain('\u001b')
  const { objects } = JSON.parse(readFileSync(place('stix.json'), 'utf8'))
  expect(objects.map(({ type }: { type: string }) => type)).toEqual(['grouping', 'indicator', 'x-misp-attribute'])
  const back = await run(['misp', 'export', place('stix.json')])
  expect(back.code).toBe(0)
  expect(back.err).toBe('1 event of 3 objects; 0 carried as text.\n')
  expect(JSON.parse(back.out)).toMatchObject([EVENT])
})

test('a file that is no event is refused with what to do, and nothing is written', async () => {
  const wrong = { Event: { ...EVENT.Event, Attribute: [{ type: 'md5', value: 'x' }] } }
  const { code, out, err } = await run(['misp', 'import', '-'], JSON.stringify(wrong))
  expect([code, out]).toEqual([1, ''])
  expect(err).toBe('countersign: Event.Attribute[0].uuid: This must be a text. Mend the file, or export it anew.\n')
})

test('of STIX with an object that cannot be read nothing is written', async () => {
  const bundle = { type: 'bundle', id: `bundle--${uuid(1)}`, objects: [{ type: 'indicator' }] }
  const { code, out, err } = await run(['misp', 'export', '-'], JSON.stringify(bundle))
  expect([code, out]).toEqual([1, ''])
  expect(err).toContain('Object 0 cannot be read: The object, of type indicator, has no id.')
})

test('the table of types names each of them', async () => {
  const { out } = await run(['misp', 'types', '--json'])
  expect(JSON.parse(out)).toHaveLength(194)
})
