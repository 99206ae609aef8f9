// A share as large as they come, on nodes of its own.

import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { delivered, type Parties, startParties, until, value } from './parties.ts'
import { objectTexts, taxii } from './taxii-client.ts'

const OBJECTS = process.env['COUNTERSIGN_NIGHTLY'] === undefined ? 12_000 : 100_000

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
})
afterAll(() => parties.close())

test('a bundle of more than ten thousand objects, every night a hundred thousand, arrives whole, and a call made meanwhile is not kept waiting for it', {
  timeout: 240_000,
}, async () => {
  const { alfa, bravo, pact } = parties
  const idOf = (n: number) => `indicator--8e2e2d2b-17d4-4cbf-938f-${n.toString(16).padStart(12, '0')}`
  const indicator = (n: number) =>
    `{"type":"indicator","spec_version":"2.1","id":"${idOf(n)}","created":"2026-11-20T08:30:00.000Z","modified":"2026-11-20T08:30:00.000Z","pattern":"[domain-name:value = 'host-${n}.example']","pattern_type":"stix","valid_from":"2026-11-20T08:30:00Z"}`
  async function* bundle(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`{"type":"bundle","id":"bundle--${crypto.randomUUID()}","objects":[`)
    for (let from = 0; from < OBJECTS; from += 1_000) {
      const some = Array.from({ length: 1_000 }, (_, i) => indicator(from + i)).join(',')
      yield Buffer.from(from === 0 ? some : `,${some}`)
    }
    yield Buffer.from(']}')
  }
  const sharing = alfa.node.share({ pact, account: 'test', input: bundle() })
  const shared = value(await sharing)
  expect(shared.objects).toBe(OBJECTS)
  const bytes = Buffer.from(JSON.stringify({ subject: 'Meanwhile', text: 'Please look.' }))
  const call = {
    ...{ pact, type: 'hotline/message', body: { precedence: 'FLASH' }, account: 'test' },
    content: [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes }],
  }
  const said = value(await alfa.node.say(call))
  if (said.state !== 'said') throw new Error('It was held here.')
  await delivered(alfa.node, said.record)
  // The call overtook: of the share's objects the last is not served yet.
  const path = `${pact}/collections/inbox/objects/?match[id]=${idOf(OBJECTS - 1)}`
  const served = async () => objectTexts(await (await taxii(bravo, path)).text())
  expect(await served()).toEqual([])
  await until('bravo to serve the last', async () => (await served()).length === 1, 200)
  expect(await served()).toEqual([indicator(OBJECTS - 1)])
  const { total } = value(await bravo.node.views.objects({ party: 'alfa.example', type: 'indicator' }))
  expect(total).toBeGreaterThanOrEqual(10_000)
})
