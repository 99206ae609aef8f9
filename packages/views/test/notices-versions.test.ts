// A notice is judged by the version under which a record was said, and by no draft that somebody else made up
// (spec/keys.md, A notice of compromise).

import { type Agreement, agreementDigest } from '@countersign/pact'
import { makeNotice, type NoticeBody, receiptKeyIds } from '@countersign/record'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { agreement, alfa, type Member, member, watch } from '../../../spec/vectors/samples.ts'
import type { Views } from '../src/index.ts'
import {
  ALFA,
  BRAVO,
  BRAVO_AGAIN,
  carol,
  feed,
  fresh,
  know,
  opens,
  proposes,
  receipt,
  said,
  validity,
} from './two-parties.ts'

let views: Views
beforeEach(async () => {
  views = await fresh()
})
afterEach(() => views.close())

const T = 1_790_000_000
const tower = member('tower.example', 6)
const neutral = ({ party, card }: Member, roles: ('depositary' | 'observer')[]) => ({
  ...{ party, name: party, root: card.rootDigest, operator: party, roles },
})
/** Both neutrals have to have covered a notice. */
const BOTH: Agreement = {
  ...agreement,
  neutrals: [neutral(carol, ['observer']), neutral(watch, ['depositary', 'observer'])],
  quorum: 2,
}
/** What bravo alone proposes, so that one of them suffices. */
const ONE: Agreement = { ...agreement, title: 'Of bravo alone' }
const [V_BOTH, V_ONE] = [BOTH, ONE].map(agreementDigest) as [string, string]

const notice = (change: Partial<NoticeBody>, of: Member) => {
  const body: NoticeBody = {
    ...{ v: 1, party: of.party, cards: [of.card.digest], roles: ['log', 'statement'], by: of.card.digest },
    ...change,
  }
  return JSON.parse(new TextDecoder().decode(makeNotice(body, [{ key: 0, ...of.root }])))
}
const pin = (origin: string, version: string) => said(origin, version, {})
const says = (origin: string, version: string, file: Record<string, unknown>) =>
  said(origin, version, { type: 'party/notice', body: file })
async function settled(): Promise<void> {
  while (await views.settle()) continue
}

test('one party and one of two neutrals, under a draft of theirs, make nothing void that another party said', async () => {
  await know([BOTH], views)
  await feed(ALFA, [opens(ALFA, V_BOTH), pin(ALFA, V_BOTH)], views)
  await views.foldReceipts([receipt('watch', ALFA, 2, T), receipt('carol', ALFA, 2, T)])
  await feed(BRAVO, [opens(BRAVO, V_BOTH), proposes(BRAVO, ONE)], views)
  await feed(BRAVO_AGAIN, [opens(BRAVO_AGAIN, V_BOTH), says(BRAVO_AGAIN, V_ONE, notice({}, alfa))], views)
  await views.foldReceipt(receipt('watch', BRAVO_AGAIN, 2, 1))
  await settled()
  expect(views.frozenAt(ALFA)).toBeUndefined()
  expect(await validity(ALFA, 1, views)).toEqual({ kind: 'valid' })
})

test('one party and one of three neutrals, under a draft of theirs, set aside no receipt on the log of another party', async () => {
  const three: Agreement = {
    ...BOTH,
    neutrals: [BOTH.neutrals[0], neutral(tower, ['observer']), BOTH.neutrals[1]] as Agreement['neutrals'],
  }
  const draft: Agreement = { ...three, title: 'Of bravo alone', quorum: 1 }
  const [version, drafted] = [agreementDigest(three), agreementDigest(draft)]
  const key = receiptKeyIds(watch.party, agreement.id, watch.card.keys.receipt).receipt
  await know([three], views)
  await feed(ALFA, [opens(ALFA, version), pin(ALFA, version)], views)
  await feed(BRAVO, [opens(BRAVO, version), proposes(BRAVO, draft), pin(BRAVO, drafted)], views)
  const given = notice({ roles: ['receipt'] }, watch)
  await feed(BRAVO_AGAIN, [opens(BRAVO_AGAIN, version), says(BRAVO_AGAIN, drafted, given)], views)
  const made = [ALFA, BRAVO].map((origin) => ({ ...receipt('watch', origin, 2, T), key }))
  await views.foldReceipts([...made, receipt('carol', BRAVO_AGAIN, 2, 1)])
  await settled()
  expect((await views.record(`${ALFA}#1`))?.receipts).toHaveLength(1)
  // It spoke under that draft itself.
  expect((await views.record(`${BRAVO}#1`))?.receipts).toEqual([])
  await views.foldReceipt(receipt('tower', BRAVO_AGAIN, 2, 1))
  await settled()
  expect((await views.record(`${ALFA}#1`))?.receipts).toEqual([])
})

test('who has a stolen key voids by a version of its own no more than what was said since', async () => {
  await know([BOTH, ONE], views)
  await feed(ALFA, [opens(ALFA, V_BOTH), pin(ALFA, V_BOTH), pin(ALFA, V_ONE), pin(ALFA, V_BOTH)], views)
  await views.foldReceipts([receipt('watch', ALFA, 2, T), receipt('carol', ALFA, 2, T)])
  await feed(BRAVO, [opens(BRAVO, V_BOTH), says(BRAVO, V_BOTH, notice({}, alfa))], views)
  await views.foldReceipt(receipt('watch', BRAVO, 2, 1))
  await settled()
  expect(views.frozenAt(ALFA)).toBe(2)
  expect(await validity(ALFA, 1, views)).toEqual({ kind: 'valid' })
  expect(await validity(ALFA, 2, views)).toMatchObject({ code: 'party/frozen' })
})
