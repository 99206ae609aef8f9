// Files of a fork beside evidence (spec/evidence.md, A fork beside it), by the vectors; and beside a whole exchange.

import { readFileSync } from 'node:fs'
import { utf8 } from '@countersign/log'
import { type Card, parseCard } from '@countersign/record'
import { expect, test } from 'vitest'
import { reportHtml, verifyEvidence, verifyExchange, verifyFile } from '../src/index.ts'

interface Case {
  name: string
  evidence: string
  beside: string[]
  fails: string[]
  inFork: string | null
  lo?: number | null
  hi?: number | null
}
const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../spec/vectors/${name}.json`, import.meta.url), 'utf8'))
const { trusted, forks, pieces, cases } = read<{
  trusted: string[]
  forks: Record<string, string>
  pieces: string[]
  cases: Case[]
}>('evidence-fork')
const put = (text: string, from = pieces) => utf8(text.replaceAll(/«([0-9]+)»/g, (_, n) => from[Number(n)] ?? ''))
const cards = trusted.map((file): Card => {
  const card = parseCard(utf8(file))
  if (!card.ok) throw new Error(card.message)
  return card.value
})
const filesOf = (of: Case) => of.beside.map((name) => utf8(forks[name] ?? ''))

test.each(cases)('vector: $name', (of) => {
  const report = verifyEvidence(put(of.evidence), cards, filesOf(of))
  expect(report.steps.filter(({ ok }) => !ok).map(({ code }) => code)).toEqual(of.fails)
  expect(report.inFork).toBe(of.inFork)
  if (of.fails.length === 0) expect(report.times).toMatchObject([{ lo: of.lo, hi: of.hi }])
})

test('a fork that the reader cannot believe fails, and takes nothing away by itself', () => {
  const of = cases.find(({ inFork }) => inFork === 'after')
  if (of === undefined) throw new Error('There is one.')
  const report = verifyEvidence(put(of.evidence), cards.slice(1), filesOf(of))
  expect(report.steps.find(({ step }) => step === 'forks')).toMatchObject({ ok: false, code: 'evidence/fork' })
  expect(report.inFork).toBeNull()
})

test('the page for people says in each language that it counts for nothing in its author’s favour', () => {
  const of = cases.find(({ inFork }) => inFork === 'after')
  if (of === undefined) throw new Error('There is one.')
  const report = verifyFile(put(of.evidence), cards, filesOf(of))
  const words = { en: 'counts for nothing', ru: 'не засчитывается в его пользу', zh: '不对作者有利' } as const
  for (const [language, said] of Object.entries(words)) {
    const page = reportHtml(report, {
      language: language as keyof typeof words,
      digest: 'd',
      trusted: cards,
      faces: () => '',
    })
    expect(page).toContain(said)
  }
  const other = cases.find(({ inFork }) => inFork === 'not-shown')
  const unknown = verifyFile(put(other?.evidence ?? ''), cards, other === undefined ? [] : filesOf(other))
  const page = reportHtml(unknown, { language: 'en', digest: 'd', trusted: cards, faces: () => '' })
  expect(page).toContain('that it stands before the two logs of its author have parted')
})

test('of an exchange each record is judged by the fork of its own log', () => {
  const given = read<{ trusted: string[]; pieces: string[]; cases: { exchange: string; fails: string[] }[] }>(
    'exchange',
  )
  const whole = given.cases.find(({ fails }) => fails.length === 0)
  const bytes = put(whole?.exchange ?? '', given.pieces)
  const fork = utf8(forks['of two and seven entries'] ?? '')
  const report = verifyExchange(bytes, cards, [fork])
  const { origin } = JSON.parse(new TextDecoder().decode(fork))
  expect(report.holds).toBe(true)
  for (const { record, inFork, times } of report.records) {
    const isForked = record?.origin === origin
    expect(inFork).toBe(!isForked ? null : (record?.index ?? 0) >= 1 ? 'after' : 'not-shown')
    if (inFork === 'after') for (const { hi } of times) expect(hi).toBeNull()
  }
})
