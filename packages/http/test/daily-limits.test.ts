// The limits of a day between whole nodes: a party keeps to them by itself, and one that does not is not taken in further,
// while its line stays open and nobody else is held up.

import { nodeDisk, openOwnLog } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { loadIdentity, type Node } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE, parseEntry, signStatement } from '@countersign/record'
import { expect, onTestFinished, test } from 'vitest'
import { delivered, startParties, until, value } from './parties.ts'

const LIMIT = 30

test('a party says no more than a day’s limit, and what it would not keep to itself is not taken in', async () => {
  const parties = await startParties({
    yaml: (text) => text.replace('entriesPerDay: 20000', `entriesPerDay: ${LIMIT}`),
  })
  onTestFinished(() => parties.close())
  const { alfa, bravo, watch, pact } = parties
  const share = (node: Node, n: number) => node.share({ pact, account: 'test', input: indicator(n) })
  const call = async (node: Node, subject: string) => {
    const content = [
      { role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes: utf8(JSON.stringify({ subject, text: 'x' })) },
    ]
    const body = { precedence: 'FLASH' }
    const said = value(await node.say({ pact, type: 'hotline/message', body, content, account: 'test' }))
    if (said.state !== 'said') throw new Error('It was held here.')
    await delivered(node, said.record)
  }

  let last = ''
  let refusal: { code: string; message: string } | undefined
  for (let n = 0; n < LIMIT + 1 && refusal === undefined; n++) {
    const shared = await share(alfa.node, n)
    if (shared.ok) last = shared.value.records[0] ?? last
    else refusal = shared
  }
  expect(refusal).toMatchObject({ code: 'say/daily-limit', message: expect.stringContaining('midnight UTC') })
  await delivered(alfa.node, last)
  // The line has a count of its own, and nothing of alfa's is held up at bravo's.
  await call(alfa.node, 'The line is open')
  expect((await share(bravo.node, 999)).ok).toBe(true)

  // Alfa's folder in other hands: they go on, under its own keys.
  const [origin = ''] = last.split('#')
  await alfa.stop()
  const identity = value(await loadIdentity(alfa.dir))
  const log = value(await openOwnLog({ disk: nodeDisk(), dir: alfa.dir, origin, signers: identity.keys.log }))
  const before = log.size
  log.confirm()
  const pattern = parseEntry(await log.entry(before - 1))
  if (!pattern.ok) throw new Error(pattern.message)
  const flood = Array.from({ length: 2 * LIMIT }, (_, i) => {
    const id = `0198a0a0-0000-7000-8000-${i.toString(16).padStart(12, '0')}`
    return signStatement(
      { ...pattern.value.statement, id, content: [], seen: { logs: [], receipts: [] } },
      identity.keys.statement,
    )
  })
  await log.appendAll(flood)
  await log.published()
  await log.close()
  await alfa.start()

  for (const { node } of [bravo, watch]) {
    await until('the flood to be told of', async () =>
      (await node.status()).alarms.some(({ code, subject }) => code === 'peer/over-limits' && subject === origin),
    )
    expect(node.logOf(origin)?.size).toBeLessThanOrEqual(before)
  }
  // Its call is taken all the same, and so is what the other says.
  await call(alfa.node, 'The line is still open')
  await call(bravo.node, 'So is ours')
}, 180_000)

async function* indicator(n: number): AsyncIterable<Uint8Array> {
  const id = `indicator--0198a0a0-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
  const time = '2026-01-01T00:00:00.000Z'
  yield utf8(
    JSON.stringify({
      ...{ type: 'indicator', spec_version: '2.1', id, created: time, modified: time, valid_from: time },
      ...{ pattern: `[ipv4-addr:value = '192.0.2.${n % 256}']`, pattern_type: 'stix', name: 'A test' },
    }),
  )
}
