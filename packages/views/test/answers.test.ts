// What depends on the record that is answered, and on the version that is signed: decided when both are there, alike in
// whatever order they come.

import { leafHash, sha256, toHex, utf8 } from '@countersign/log'
import { agreementDigest, canonicalAgreement } from '@countersign/pact'
import { parseEntry, type Statement, signStatement } from '@countersign/record'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agreement, alfa, bravo, ORIGIN, PACT, statement, watch } from '../../../spec/vectors/samples.ts'
import { openViews, type ReceiptToFold, type Views } from '../src/index.ts'

const ALFA = ORIGIN
const BRAVO = ORIGIN.replace('alfa', 'bravo')
const VERSION = agreementDigest(agreement)
const said = (origin: string, change: Partial<Statement>) => {
  const author = origin === ALFA ? alfa : bravo
  const draft = statement({ pact: { id: PACT, version: VERSION }, from: author.party, origin, ...change })
  return signStatement(draft, author.statement)
}
const receipt = (origin: string, size: number): ReceiptToFold => ({
  ...{ origin, by: 'watch.example', size, time: 1_790_000_000 },
  digest: toHex(sha256(utf8(`${origin} ${size}`))),
})
const seenBy = (origin: string): Statement['seen'] => ({
  logs: [{ origin: origin === ALFA ? BRAVO : ALFA, size: 2, root: '5'.repeat(64) }],
  receipts: [ALFA, BRAVO].map((on) => ({ by: 'watch.example', origin: on, size: 2, digest: receipt(on, 2).digest })),
})
const opens = (origin: string) =>
  said(origin, { type: 'log/open', body: { card: (origin === ALFA ? alfa : bravo).card.digest, predecessor: null } })
const signs = (origin: string, origins = [origin.replace('/main/', '/line/'), origin]) =>
  said(origin, {
    ...{ type: 'pact/sign', to: [origin === ALFA ? 'bravo.example' : 'alfa.example'], body: { base: null, origins } },
  })
const sealed = { size: 256, sealed: '1'.repeat(64), commitment: '2'.repeat(64) }
const call = said(ALFA, {
  ...{ type: 'hotline/message', to: ['bravo.example'], body: { precedence: 'FLASH', number: 1 }, seen: seenBy(ALFA) },
  content: [{ role: 'message', mediaType: 'application/vnd.countersign.message.v1+json', ...sealed }],
})
const alfaLog = [opens(ALFA), signs(ALFA), call]
const named = (index: number, entry = alfaLog[index]) => [
  { origin: ALFA, index, leaf: toHex(leafHash(entry ?? new Uint8Array())) },
]
const acknowledges = (re: Statement['re']) =>
  said(BRAVO, { type: 'hotline/ack', to: ['alfa.example'], body: { number: 1 }, re, seen: seenBy(BRAVO) })
const rejects = (re: Statement['re'], part = 0) =>
  said(BRAVO, {
    ...{ type: 'content/rejected', to: ['alfa.example'], body: { part, reason: 'cannot-open' }, re },
    seen: seenBy(BRAVO),
  })

let views: Views
const fresh = async () => {
  const made = await openViews({ path: ':memory:', party: 'watch.example', now: () => 1_790_000_100_000 })
  for (const member of [alfa, bravo, watch]) await made.knowCard(member.file)
  await made.knowAgreement(canonicalAgreement(agreement))
  return made
}
beforeEach(async () => {
  views = await fresh()
})
afterEach(() => views.close())

async function feed(origin: string, log: Uint8Array[], into = views): Promise<void> {
  const from = await into.cursor(origin)
  const entries = log.slice(from).map((bytes) => ({ bytes, signature: true }))
  expect(await into.foldEntries(origin, from, entries)).toMatchObject({ ok: true })
}
async function validity(origin: string, index: number, of = views) {
  while (await of.settle()) continue
  return (await of.record(`${origin}#${index}`))?.row.validity
}
/** The indexes that an entry names. */
const namedBy = (bytes: Uint8Array) => {
  const entry = parseEntry(bytes)
  return entry.ok ? entry.value.statement.re.map(({ index }) => index) : []
}
const inForce = (of = views) => of.foldReceipts([receipt(ALFA, 2), receipt(BRAVO, 2)])

describe.each<[string, Uint8Array, object]>([
  ['an acknowledgement of a message', acknowledges(named(2)), { kind: 'valid' }],
  ['an acknowledgement of a signature', acknowledges(named(1)), { kind: 'void', code: 'statement/answers' }],
  [
    'an acknowledgement of a message that stands elsewhere',
    acknowledges(named(2, alfaLog[0])),
    { kind: 'void', code: 'statement/answers' },
  ],
  ['a rejection of content', rejects(named(2)), { kind: 'valid' }],
  ['a rejection of a part that is not there', rejects(named(2), 1), { kind: 'void', code: 'statement/answers' }],
  ['a rejection of what has no content', rejects(named(1)), { kind: 'void', code: 'statement/answers' }],
])('%s', (_what, answer, expected) => {
  test('is undecided until the record it names has arrived, and then decided', async () => {
    const answered = Math.max(1, ...namedBy(answer))
    await feed(ALFA, alfaLog.slice(0, 2))
    await feed(BRAVO, [opens(BRAVO), signs(BRAVO), answer])
    await inForce()
    if (answered > 1) expect(await validity(BRAVO, 2)).toMatchObject({ kind: 'undecided', code: 'statement/answers' })
    await feed(ALFA, alfaLog)
    expect(await validity(BRAVO, 2)).toMatchObject(expected)
  })

  test('comes to the same in the other order', async () => {
    const log = [opens(BRAVO), signs(BRAVO), answer]
    const other = await fresh()
    for (const [into, origins] of [
      [views, [ALFA, BRAVO]],
      [other, [BRAVO, ALFA]],
    ] as const) {
      for (const origin of origins) await feed(origin, origin === ALFA ? alfaLog : log, into)
      await inForce(into)
      expect(await validity(BRAVO, 2, into)).toMatchObject(expected)
    }
    expect(await other.digest()).toBe(await views.digest())
    await other.close()
  })
})

test('an answer to a record that never comes stays undecided', async () => {
  await feed(ALFA, alfaLog)
  await feed(BRAVO, [opens(BRAVO), signs(BRAVO), acknowledges(named(9))])
  await inForce()
  expect(await validity(BRAVO, 2)).toMatchObject({ kind: 'undecided', code: 'statement/answers' })
})

test('a signature that does not name a log for each channel of its author is void and brings nothing into force', async () => {
  await feed(ALFA, [opens(ALFA), signs(ALFA, [ALFA]), call])
  await feed(BRAVO, [opens(BRAVO), signs(BRAVO)])
  await inForce()
  expect(await validity(ALFA, 1)).toMatchObject({ kind: 'void', code: 'pact/sign-origins' })
  expect(await validity(BRAVO, 1)).toMatchObject({ kind: 'valid' })
  expect(views.force(PACT, VERSION, 'main')).toBeUndefined()
})
