// Who is given what over HTTP, and in which parts: real signed requests to a real node.

import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { logFolder, originHash } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { type Identity, initNode, loadIdentity, realSurroundings, signRequest } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { delivered, type Parties, startParties, value } from './parties.ts'

let parties: Parties
let origin = ''
/** Trusted by alfa, and no member of the agreement. */
let stranger: Identity
beforeAll(async () => {
  parties = await startParties()
  const dir = join(parties.dir, 'stranger.example')
  const endpoint = 'http://127.0.0.1:9/'
  stranger = value(await initNode({ dir, party: 'stranger.example', endpoint }, realSurroundings()))
  value(await parties.alfa.node.trust(stranger.card.bytes))
  const content = [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes: utf8('{"subject":"x","text":"y"}') }]
  const body = { precedence: 'ROUTINE' }
  const said = value(
    await parties.alfa.node.say({ pact: parties.pact, type: 'hotline/message', body, content, account: 'test' }),
  )
  if (said.state !== 'said') throw new Error('It was held here.')
  await delivered(parties.alfa.node, said.record)
  origin = said.record.split('#')[0] ?? ''
})
afterAll(() => parties.close())

const paths = () => {
  const log = `logs/${origin.split('/').slice(1).join('/')}`
  const [sealed = ''] = readdirSync(join(logFolder(parties.alfa.dir, origin), 'addenda'))
  return {
    index: `logs/${parties.pact}/index`,
    checkpoint: `${log}/checkpoint`,
    sealed: `${log}/addenda/${sealed}`,
    receipts: `receipts/${originHash(origin)}/index`,
  }
}

/** alfa's answer to a GET that `as` signed. */
async function get(as: Identity, path: string, range?: string): Promise<Response> {
  const url = new URL(path, parties.alfa.url).href
  const nonce = randomBytes(18).toString('base64url')
  const headers = signRequest(
    { method: 'GET', url, nowMs: Date.now(), nonce },
    { party: as.party, signer: as.keys.request },
  )
  if (range !== undefined) headers.set('range', range)
  return fetch(url, { headers })
}

test('a party that is trusted and reads no channel is answered as though there were nothing', async () => {
  for (const path of Object.values(paths())) expect((await get(stranger, path)).status).toBe(404)
  expect((await get(stranger, 'card')).status).toBe(200)
})

test('a reader is given what its channel has, and the depositary the sealed content too', async () => {
  for (const { dir } of [parties.bravo, parties.watch]) {
    const reader = value(await loadIdentity(dir))
    for (const path of Object.values(paths())) {
      // alfa gives no receipts on its own log.
      if (path !== paths().receipts) expect([path, (await get(reader, path)).status]).toEqual([path, 200])
    }
  }
})

test.each([
  ['from a byte on', 'bytes=10-', 10, undefined],
  ['between two bytes', 'bytes=10-19', 10, 20],
  ['up to more than there is', 'bytes=10-999999', 10, undefined],
])('a part of a file is given %s, and says of how much', async (_what, range, from, end) => {
  const bravo = value(await loadIdentity(parties.bravo.dir))
  const { sealed } = paths()
  const whole = readFileSync(join(parties.alfa.dir, sealed))
  const answer = await get(bravo, sealed, range)
  expect(answer.status).toBe(206)
  expect(answer.headers.get('content-range')).toBe(`bytes ${from}-${(end ?? whole.length) - 1}/${whole.length}`)
  expect(Buffer.from(await answer.arrayBuffer()).equals(whole.subarray(from, end))).toBe(true)
})

test.each(['bytes=999999-', 'bytes=999999-1000000', 'bytes=20-10'])(
  'the part %s, which no file has, is refused',
  async (range) => {
    const bravo = value(await loadIdentity(parties.bravo.dir))
    const answer = await get(bravo, paths().sealed, range)
    expect(answer.status).toBe(416)
    expect(answer.headers.get('content-range')).toMatch(/^bytes \*\/[0-9]+$/)
  },
)
