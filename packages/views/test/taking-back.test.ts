// Objects that are taken back (spec/records.md, Taking back) and feeds (Feeds), in what tools and people are shown: alike in
// whatever order things arrive.

import { leafHash, toHex } from '@countersign/log'
import { agreementDigest } from '@countersign/pact'
import { makeNotice, type NoticeBody, type Statement } from '@countersign/record'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agreement, bravo as bravoMember, PACT } from '../../../spec/vectors/samples.ts'
import type { CollectionQuery, ObjectToFold, Views } from '../src/index.ts'
import { ALFA, BRAVO, carol, feed, fresh, know, opens, receipt, said, signs } from './two-parties.ts'

const CAROL = ALFA.replace('alfa', 'carol')
const LOGS = [ALFA, BRAVO, CAROL]
const PARTIES = LOGS.map((origin) => origin.slice(0, origin.indexOf('/')))
const three = {
  ...agreement,
  parties: [...agreement.parties, { party: carol.party, name: carol.party, root: carol.card.rootDigest }],
  channels: agreement.channels.map((channel) => ({ ...channel, parties: PARTIES })),
}
const VERSION = agreementDigest(three)
const IN_FORCE = LOGS.map((origin) => receipt('watch', origin, 2, 1_790_000_000))
const others = (origin: string) => PARTIES.filter((party) => !origin.startsWith(`${party}/`))
const part = {
  ...{ role: 'bundle', mediaType: 'application/stix+json;version=2.1', size: 4096 },
  ...{ sealed: '1'.repeat(64), commitment: '2'.repeat(64) },
}
const seenBy = (origin: string): Statement['seen'] => ({
  logs: LOGS.filter((one) => one !== origin).map((one) => ({ origin: one, size: 2, root: '5'.repeat(64) })),
  receipts: IN_FORCE.map(({ by, origin: on, size, digest }) => ({ by, origin: on, size, digest })),
})
const shares = (origin: string, feedName?: string) =>
  said(origin, VERSION, {
    ...{ type: 'intel/share', to: others(origin), content: [part, part], seen: seenBy(origin) },
    body: {
      ...{ share: '0195f3a0-7c11-7abc-8def-0123456789ab', piece: 1, pieces: 1, objects: 2 },
      ...(feedName === undefined ? {} : { feed: feedName }),
    },
  })
const revokes = (origin: string, log: Uint8Array[], records: number[], objects: unknown = null, to = others(origin)) =>
  said(origin, VERSION, {
    ...{ type: 'intel/revoke', to, body: { reason: 'mistake', objects }, seen: seenBy(origin) },
    re: records.map((index) => ({ origin, index, leaf: toHex(leafHash(log[index] ?? new Uint8Array())) })),
  })
const all = (record = 0, places = [0], of = 0) => [{ record, part: of, places }]

const ids = ['aa', 'bb'].map((of) => `ipv4-addr--${of.repeat(4)}-0000-5000-8000-000000000000`) as [string, string]
const objects = (of: readonly string[] = ids, value = '192.0.2.1'): ObjectToFold[] =>
  of.map((id, position) => ({
    ...{ position, id, type: 'ipv4-addr', version: null, specVersion: '2.1', name: null, tlp: null },
    ...{ revoked: false, warnings: [], source: JSON.stringify({ type: 'ipv4-addr', id, value }) },
  }))

const openAll = LOGS.map((origin) => [opens(origin, VERSION), signs(origin, VERSION, others(origin))])
let alfa: Uint8Array[]
let bravo: Uint8Array[]
let thirds: Uint8Array[]
let views: Views
beforeEach(async () => {
  ;[alfa, bravo, thirds] = openAll.map((log) => [...log]) as [Uint8Array[], Uint8Array[], Uint8Array[]]
  views = await fresh()
  await know([three], views)
})
afterEach(() => views.close())

async function settled(of = views): Promise<void> {
  while (await of.settle()) continue
}
async function fold(of = views): Promise<void> {
  for (const [i, log] of [alfa, bravo, thirds].entries()) expect(await feed(LOGS[i] ?? '', log, of)).toBe(true)
  await of.foldReceipts(IN_FORCE)
  await settled(of)
}
/** Ids in a collection with when each joined it, in that order. */
async function shown(collection: CollectionQuery['collection'], of = views): Promise<[string, string][]> {
  const page = await of.collectionObjects({ pact: PACT, collection, limit: 100, match: { version: ['all'] } })
  if (!page.ok) throw new Error(page.message)
  return page.value.objects.map(({ id, addedAt }) => [id, addedAt])
}
const idsIn = async (collection: CollectionQuery['collection'], of = views) =>
  (await shown(collection, of)).map(([id]) => id)

describe('what its author takes back', () => {
  test('leaves the inbox, stands in withdrawn, and stays reachable with the record it came in', async () => {
    bravo.push(shares(BRAVO))
    await fold()
    await views.foldObjects(`${BRAVO}#2`, 0, objects())
    expect(await idsIn('inbox')).toEqual(ids)
    const [, lastJoined] = (await shown('inbox')).at(-1) ?? []
    bravo.push(revokes(BRAVO, bravo, [2], all()))
    await fold()
    expect(await idsIn('inbox')).toEqual([ids[1]])
    const [gone] = await shown('withdrawn')
    expect(gone?.[0]).toBe(ids[0])
    expect((gone?.[1] ?? '') > (lastJoined ?? '')).toBe(true)
    expect(views.inCollection(PACT, 'inbox', ids[0])).toBe(false)
    const detail = await views.object(ids[0])
    expect(detail?.versions).toMatchObject([{ collection: 'withdrawn', record: `${BRAVO}#2` }])
    expect(detail?.versions[0]?.provenance).toMatchObject([
      { record: `${BRAVO}#2`, party: 'bravo.example', takenBack: true },
    ])
    const listed = await views.objects({})
    expect(listed.ok && listed.value.objects.map(({ id }) => id)).toEqual([ids[1]])
    expect(await views.statistics()).toMatchObject({ objects: 1, unsettled: 0 })
  })

  test('goes with the whole record, or at its places alone: those of another part stay', async () => {
    bravo.push(shares(BRAVO), shares(BRAVO))
    bravo.push(revokes(BRAVO, bravo, [2]), revokes(BRAVO, bravo, [3], all(0, [1, 7], 1)))
    await fold()
    const [x, y] = [ids[0].replace('aa', 'cc'), ids[1].replace('bb', 'dd')]
    await views.foldObjects(`${BRAVO}#2`, 0, objects())
    await views.foldObjects(`${BRAVO}#3`, 0, objects([x, y]))
    expect(await idsIn('inbox')).toEqual([x, y])
    expect(await idsIn('withdrawn')).toEqual(ids)
  })

  test('stays while another party shared it too, or its author in a record that is not named', async () => {
    bravo.push(shares(BRAVO), shares(BRAVO))
    thirds.push(shares(CAROL))
    await fold()
    for (const record of [`${BRAVO}#2`, `${BRAVO}#3`, `${CAROL}#2`]) await views.foldObjects(record, 0, objects())
    const before = await shown('inbox')
    bravo.push(revokes(BRAVO, bravo, [2]))
    await fold()
    expect(await shown('inbox')).toEqual(before)
    bravo.push(revokes(BRAVO, bravo, [3]))
    await fold()
    expect(await shown('inbox')).toEqual(before)
    expect((await views.object(ids[0]))?.versions).toMatchObject([{ party: 'carol.example' }])
    expect(await shown('withdrawn')).toEqual([])
    thirds.push(revokes(CAROL, thirds, [2]))
    await fold()
    expect(await shown('inbox')).toEqual([])
    expect(await idsIn('withdrawn')).toEqual(ids)
  })

  test('gives way to the text of another party that had been refused for it', async () => {
    bravo.push(shares(BRAVO))
    thirds.push(shares(CAROL))
    await fold()
    await views.foldObjects(`${BRAVO}#2`, 0, objects([ids[0]]))
    await views.foldObjects(`${CAROL}#2`, 0, objects([ids[0]], '192.0.2.2'))
    expect((await views.conflictSources()).map(({ party }) => party)).toEqual(['carol.example'])
    bravo.push(revokes(BRAVO, bravo, [2]))
    await fold()
    const [version] = (await views.object(ids[0]))?.versions ?? []
    expect(version).toMatchObject({ party: 'carol.example', collection: 'inbox', conflicts: 0 })
    expect(version?.source).toContain('192.0.2.2')
    expect(await views.conflictSources()).toEqual([])
  })

  test('comes back with a new share, later than before, and stands in withdrawn no more', async () => {
    bravo.push(shares(BRAVO))
    bravo.push(revokes(BRAVO, bravo, [2]))
    await fold()
    await views.foldObjects(`${BRAVO}#2`, 0, objects())
    const gone = await shown('withdrawn')
    bravo.push(shares(BRAVO))
    await fold()
    await views.foldObjects(`${BRAVO}#4`, 0, objects())
    expect(await idsIn('inbox')).toEqual(ids)
    expect(((await shown('inbox'))[0]?.[1] ?? '') > (gone.at(-1)?.[1] ?? '')).toBe(true)
    expect(await shown('withdrawn')).toEqual([])
    bravo.push(revokes(BRAVO, bravo, [4], all()))
    await fold()
    const again = await shown('withdrawn')
    expect(again.map(([id]) => id)).toEqual([ids[0]])
    expect((again[0]?.[1] ?? '') > (gone.at(-1)?.[1] ?? '')).toBe(true)
  })

  test('stays with whom the revocation does not address', async () => {
    bravo.push(shares(BRAVO))
    bravo.push(revokes(BRAVO, bravo, [2], null, ['carol.example']))
    await fold()
    await views.foldObjects(`${BRAVO}#2`, 0, objects())
    expect(await idsIn('inbox')).toEqual(ids)
  })

  test('leaves our own outbox, and is not told of as withdrawn', async () => {
    alfa.push(shares(ALFA))
    await fold()
    await views.foldObjects(`${ALFA}#2`, 1, objects())
    expect(views.sharedByUs(PACT, ids[1])).toMatchObject([
      { record: `${ALFA}#2`, part: 1, position: 1, channel: 'main', mode: 'Actual', to: others(ALFA) },
    ])
    alfa.push(revokes(ALFA, alfa, [2], all(0, [1], 1)))
    await fold()
    expect(await idsIn('outbox')).toEqual([ids[0]])
    expect(await shown('withdrawn')).toEqual([])
    expect(views.sharedByUs(PACT, ids[1])).toEqual([])
  })

  test('leaves withdrawn with its content', async () => {
    bravo.push(shares(BRAVO))
    bravo.push(revokes(BRAVO, bravo, [2]))
    await fold()
    await views.foldObjects(`${BRAVO}#2`, 0, objects())
    while (await views.forgetContent(`${BRAVO}#2`, 0)) continue
    expect(await shown('withdrawn')).toEqual([])
    expect(await views.object(ids[0])).toBeUndefined()
  })

  test('counts again where a notice freezes the log of its author below the revocation: a thief took it back', async () => {
    const body: NoticeBody = {
      ...{ v: 1, party: 'bravo.example', cards: [bravoMember.card.digest], roles: ['log', 'statement'] },
      by: bravoMember.card.digest,
    }
    const notice = JSON.parse(new TextDecoder().decode(makeNotice(body, [{ key: 0, ...bravoMember.root }])))
    alfa.push(said(ALFA, VERSION, { type: 'party/notice', body: notice }))
    bravo.push(shares(BRAVO))
    bravo.push(revokes(BRAVO, bravo, [2]))
    await fold()
    await views.foldObjects(`${BRAVO}#2`, 0, objects())
    await views.foldReceipt(receipt('watch', BRAVO, 3, 1_790_000_050))
    await settled()
    expect(await idsIn('withdrawn')).toEqual(ids)
    await views.foldReceipt(receipt('watch', ALFA, 3, 1_790_000_100))
    await settled()
    expect(await shown('withdrawn')).toEqual([])
    expect(await idsIn('inbox')).toEqual(ids)
  })
})

describe('a feed', () => {
  test('holds what was shared in it by whomever, each object once, from when it was', async () => {
    bravo.push(shares(BRAVO), shares(BRAVO, 'ransomware'))
    alfa.push(shares(ALFA, 'ransomware'))
    thirds.push(shares(CAROL, 'botnets'))
    await fold()
    await views.foldObjects(`${BRAVO}#2`, 0, objects())
    expect(await shown('feed:ransomware')).toEqual([])
    const joined = (await shown('inbox')).at(-1)?.[1] ?? ''
    await views.foldObjects(`${BRAVO}#3`, 0, objects())
    expect((await shown('inbox')).at(-1)?.[1]).toBe(joined)
    const inFeed = await shown('feed:ransomware')
    expect(inFeed.map(([id]) => id)).toEqual(ids)
    expect((inFeed[0]?.[1] ?? '') > joined).toBe(true)
    await views.foldObjects(`${ALFA}#2`, 0, objects())
    expect(await shown('feed:ransomware')).toEqual(inFeed)
    expect(views.feeds(PACT)).toEqual(['botnets', 'ransomware'])
    expect(views.feeds('0'.repeat(32))).toEqual([])
    expect(await shown('feed:botnets')).toEqual([])
  })

  test('loses what its author takes back, and what was removed from the inbox here', async () => {
    bravo.push(shares(BRAVO, 'ransomware'))
    bravo.push(revokes(BRAVO, bravo, [2], all()))
    await fold()
    await views.foldObjects(`${BRAVO}#2`, 0, objects())
    expect(await idsIn('feed:ransomware')).toEqual([ids[1]])
    views.removeHere(views.versionsMeant({ pact: PACT, collection: 'inbox', id: ids[1] }))
    expect(await shown('feed:ransomware')).toEqual([])
    expect(views.inCollection(PACT, 'feed:ransomware', ids[1])).toBe(false)
  })

  test('of one party crowds out none of another: of each so many are told of', async () => {
    for (let i = 0; i < 70; i++) bravo.push(shares(BRAVO, `a${String(i).padStart(2, '0')}`))
    thirds.push(shares(CAROL, 'zz'))
    await fold()
    const feeds = views.feeds(PACT)
    expect(feeds).toHaveLength(65)
    expect(feeds.at(-1)).toBe('zz')
  })
})

test('in whatever order shares, revocations, receipts and objects arrive, the views are equal', async () => {
  bravo.push(shares(BRAVO, 'ransomware'), shares(BRAVO))
  bravo.push(revokes(BRAVO, bravo, [2], all()), revokes(BRAVO, bravo, [2, 3], all(0, [1]).concat(all(1))))
  bravo.push(shares(BRAVO, 'ransomware'))
  thirds.push(shares(CAROL, 'ransomware'))
  thirds.push(revokes(CAROL, thirds, [2], all(0, [1])), revokes(CAROL, thirds, [2], null, ['bravo.example']))
  alfa.push(shares(ALFA))
  alfa.push(revokes(ALFA, alfa, [2], all()))
  const logs: [string, Uint8Array[]][] = [
    [ALFA, alfa],
    [BRAVO, bravo],
    [CAROL, thirds],
  ]
  const steps: ((of: Views) => Promise<unknown>)[] = [
    // Entries of one log come in order, a few at a time.
    ...logs.flatMap(([origin, log]) =>
      log.map((_, i) => async (of: Views) => {
        if ((await of.cursor(origin)) <= i) await feed(origin, log.slice(0, i + 1), of)
      }),
    ),
    ...IN_FORCE.map((one) => (of: Views) => of.foldReceipts([one])),
    (of) => of.foldReceipts([receipt('watch', BRAVO, 4, 1_790_000_050)]),
    (of) => of.foldReceipts([receipt('watch', CAROL, 3, 1_790_000_010)]),
    ...[`${BRAVO}#2`, `${BRAVO}#3`, `${BRAVO}#6`, `${ALFA}#2`].map(
      (record) => (of: Views) => of.foldObjects(record, 0, objects()),
    ),
    (of) => of.foldObjects(`${CAROL}#2`, 0, objects(ids, '192.0.2.2')),
    (of) => settled(of),
  ]
  const foldAll = async (order: number[], of: Views) => {
    await know([three], of)
    for (const step of order) await steps[step]?.(of)
    await settled(of)
  }
  const inOrder = steps.map((_, i) => i)
  await foldAll(inOrder, views)
  const digests = await views.digests()
  expect(await idsIn('inbox')).toEqual(ids)
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(inOrder, { minLength: inOrder.length }), async (order) => {
      const other = await fresh()
      await foldAll(order, other)
      expect(await other.digests()).toEqual(digests)
      const [theirs, ours] = await Promise.all(
        [other, views].map(async (of) => [
          (await idsIn('withdrawn', of)).sort(),
          (await idsIn('feed:ransomware', of)).sort(),
        ]),
      )
      expect(theirs).toEqual(ours)
      await other.close()
    }),
    { numRuns: 12 },
  )
})
