// Objects taken out as a file: to the byte, under the strictest of all markings, and only for the marking that was shown.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeClient } from '@countersign/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'

let parties: Parties
let client: NodeClient
const id = (n: number) => `ipv4-addr--00000000-0000-4000-8000-00000000000${n}`
const CUSTOM = 'marking-definition--00000000-0000-4000-8000-0000000000cc'
// Unusual white space, which must be in the file as it is.
const plain = `{"type": "ipv4-addr",  "spec_version": "2.1", "id": "${id(1)}", "value": "192.0.2.1"}`
const marked = `{"type":"ipv4-addr","spec_version":"2.1","id":"${id(2)}","value":"192.0.2.2","object_marking_refs":["${CUSTOM}"]}`
const definition = `{"type":"marking-definition","spec_version":"2.1","id":"${CUSTOM}","created":"2026-11-20T08:00:00.000Z","definition_type":"statement","definition":{"statement":"Of this house"}}`
const red = `{"type":"ipv4-addr","spec_version":"2.1","id":"${id(3)}","value":"192.0.2.3"}`

async function share(tlp: 'TLP:GREEN' | 'TLP:RED', ...texts: string[]): Promise<void> {
  const { alfa, pact } = parties
  const bundle = `{"type":"bundle","id":"bundle--7a1f2d1e-6ad3-4c1a-8a52-9e9f4fbd0a11","objects":[${texts.join(',')}]}`
  value(await alfa.node.share({ pact, account: 'test', marking: { tlp }, input: bytesInput(Buffer.from(bundle)) }))
}

beforeAll(async () => {
  parties = await startParties({ yaml: (draft) => draft.replace('max: TLP:AMBER+STRICT', 'max: TLP:RED') })
  const token = readFileSync(join(parties.alfa.dir, 'private', 'api-token'), 'utf8').trim()
  client = new NodeClient(parties.alfa.url, token)
  await share('TLP:GREEN', plain, marked, definition)
  await share('TLP:RED', red)
  for (const n of [1, 2, 3]) {
    await until('it to be shown', async () => (await parties.alfa.node.views.object(id(n))) !== undefined)
  }
}, 240_000)
afterAll(() => parties.close())

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
type Refused = { code: string; message: string }

test('a bundle has each object to the byte with the definitions of its markings, and is the same each time', async () => {
  const look = value(await client.exportLook({ ids: [id(1), id(2), id(9)] }))
  expect(look).toEqual({ objects: 2, definitions: 1, missing: 1, marking: 'TLP:GREEN' })
  const asked = { ids: [id(1), id(2), id(9)], form: 'stix', marking: 'TLP:GREEN' } as const
  const bundle = text(value(await client.exportObjects(asked)))
  for (const source of [plain, marked, definition]) expect(bundle).toContain(source)
  expect(JSON.parse(bundle)).toMatchObject({ type: 'bundle', id: expect.stringMatching(/^bundle--/) })
  expect(JSON.parse(bundle).objects).toHaveLength(3)
  expect(text(value(await client.exportObjects({ ...asked, ids: [id(2), id(1)] })))).toBe(bundle)
})

test('the marking of the record binds an object without one of its own, and TLP:RED takes a word more', async () => {
  expect(value(await client.exportLook({ ids: [id(1), id(3)] })).marking).toBe('TLP:RED')
  const asked = { ids: [id(1), id(3)], form: 'stix', marking: 'TLP:RED' } as const
  const refused = (await client.exportObjects(asked)) as Refused
  expect(refused.code).toBe('export/red')
  expect(text(value(await client.exportObjects({ ...asked, confirmed: true })))).toContain(red)
})

test('what became stricter since it was shown is not given out', async () => {
  const refused = (await client.exportObjects({ search: {}, form: 'stix', marking: 'TLP:GREEN' })) as Refused
  expect(refused).toMatchObject({ code: 'export/marking', message: expect.stringContaining('TLP:RED') })
})

test('a search is taken out as a whole, and as events of MISP too', async () => {
  const search = { q: '192.0.2.1' }
  expect(value(await client.exportLook({ search }))).toMatchObject({ objects: 1, marking: 'TLP:GREEN' })
  const events = text(value(await client.exportObjects({ search, form: 'misp', marking: 'TLP:GREEN' })))
  expect(JSON.parse(events)[0].Event.Attribute[0]).toMatchObject({ value: '192.0.2.1' })
})

test('of what nobody holds there is no file', async () => {
  const refused = (await client.exportLook({ ids: [id(9)] })) as Refused
  expect(refused.code).toBe('views/selection')
})
