import { readFileSync } from 'node:fs'
import { utf8 } from '@countersign/log'
import { parseCard } from '@countersign/record'
import { expect, test } from 'vitest'
import { verifyEvidence } from '../src/index.ts'

const {
  trusted,
  cases,
}: {
  trusted: string[]
  cases: { name: string; holds: boolean; lo?: number | null; hi?: number | null; evidence: string }[]
} = JSON.parse(readFileSync(new URL('../../../spec/vectors/evidence.json', import.meta.url), 'utf8'))
const cards = trusted.map((text) => {
  const card = parseCard(utf8(text))
  if (!card.ok) throw new Error(card.message)
  return card.value
})

test.each(cases)('evidence, $name: holds is $holds', ({ holds, lo, hi, evidence }) => {
  const report = verifyEvidence(utf8(evidence), cards)
  expect(report.holds, JSON.stringify(report.steps.filter(({ ok }) => !ok))).toBe(holds)
  if (holds) expect(report.times).toEqual([{ recipient: 'bravo.example', lo, hi }])
})

test('the best evidence proves nothing to whoever does not trust its author', () => {
  const [whole] = cases
  const report = verifyEvidence(utf8(whole?.evidence ?? ''), cards.slice(1))
  expect(report).toMatchObject({ holds: false })
  expect(report.steps.find(({ ok }) => !ok)?.code).toBe('evidence/author')
})

test('no byte of an evidence file can be another and the file still hold', () => {
  const [whole] = cases
  const bytes = utf8(whole?.evidence ?? '')
  for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 60)) {
    const turned = bytes.with(at, (bytes[at] ?? 0) ^ 1)
    expect(verifyEvidence(turned, cards).holds, `byte ${at}`).toBe(false)
  }
})

test('anything at all is answered with a report', () => {
  for (const junk of ['', '{}', '[]', 'null', '{"v":1}', '{"v":1,"record":{}}']) {
    expect(verifyEvidence(utf8(junk), cards)).toMatchObject({ holds: false, record: null })
  }
})
