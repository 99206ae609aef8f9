// Notices of compromised keys beside the evidence of a record (spec/evidence.md, Notices beside it): since when one stands,
// as the files show it, whoever dates what.

import { formatEvidence, makeNotice, type NoticeBody, signStatement } from '@countersign/record'
import { expect, test } from 'vitest'
import { made, opened, pin, under } from '../../../spec/vectors/evidence-making.ts'
import { agreement, alfa, bravo, type Member, member, watch } from '../../../spec/vectors/samples.ts'
import { verifyEvidence } from '../src/index.ts'

const body: NoticeBody = {
  ...{ v: 1, party: 'alfa.example', cards: [alfa.card.digest], roles: ['log', 'statement'], by: alfa.card.digest },
}
const file = JSON.parse(new TextDecoder().decode(makeNotice(body, [{ key: 0, ...alfa.root }])))
const notice = signStatement(under(agreement, { type: 'party/notice', body: file }), alfa.statement)
/** The record was held by 1020 at the latest. */
const record = formatEvidence(made({}))
const cards = [alfa, bravo, watch].map(({ card }) => card)

/** What comes of the record beside a notice that is the third entry of its log, with these receipts. */
function beside(...receipts: [by: Member, size: number, time: number][]) {
  const evidence = made({ entries: [opened(), pin(), notice], index: 2, receipts, content: [] })
  const report = verifyEvidence(record, cards, [formatEvidence(evidence)])
  return report.steps.find(({ step }) => step === 'notices')
}

test('a record that was held before the notice stood is proved, and one that was not is void', () => {
  expect(beside([watch, 3, 1600])).toMatchObject({ ok: true })
  expect(beside([watch, 3, 1010])).toMatchObject({ ok: false, code: 'evidence/frozen' })
})

test('a neutral that dates its receipt on the notice back, before another that it gave, makes nothing void', () => {
  expect(beside([watch, 2, 1500], [watch, 3, 1])).toMatchObject({
    ...{ ok: true, message: expect.stringContaining('does nothing yet') },
  })
})

test('a draft of somebody else, with neutrals of its own, makes nothing void that was said under the agreement', () => {
  const draft: typeof agreement = {
    ...agreement,
    title: 'Of bravo alone',
    parties: [alfa, member('carol.example', 4)].map(({ party, card }) => ({
      party,
      name: party,
      root: card.rootDigest,
    })),
    neutrals: [
      {
        party: 'bravo.example',
        name: 'Bravo',
        root: bravo.card.rootDigest,
        operator: 'bravo.example',
        roles: ['observer'],
      },
    ],
    channels: ['line', 'main'].map((name) => ({ name, parties: ['alfa.example', 'carol.example'] })),
  }
  const drafted = signStatement(under(draft, { type: 'party/notice', body: file, to: [] }), alfa.statement)
  const of = { entries: [opened(), pin(), drafted], index: 2, content: [] }
  const evidence = made({ ...of, agreement: draft, receipts: [[bravo, 3, 1010]] })
  const report = verifyEvidence(record, cards, [formatEvidence(evidence)])
  expect(report.steps.find(({ step }) => step === 'notices')).toMatchObject({
    ...{ ok: true, message: expect.stringContaining('does nothing yet') },
  })
})
