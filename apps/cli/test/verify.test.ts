// What verify prints of content that an evidence file reveals: a stranger wrote it, and a terminal obeys what it is sent.

import { readFileSync } from 'node:fs'
import { type Report, verifyEvidence } from '@countersign/client'
import { utf8 } from '@countersign/log'
import { parseCard } from '@countersign/record'
import { expect, test } from 'vitest'
import { forkFiles } from '../../../spec/vectors/evidence-fork-cases.ts'
import { tellReport } from '../src/tell-report.ts'

interface Vectors {
  trusted: string[]
  pieces: string[]
  cases: { name: string; evidence: string }[]
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../../../spec/vectors/evidence.json', import.meta.url), 'utf8'),
)
const cards = vectors.trusted.map((text) => {
  const card = parseCard(utf8(text))
  if (!card.ok) throw new Error(card.message)
  return card.value
})
const { evidence } = vectors.cases.find(({ name }) => name === 'all of it') ?? { evidence: '' }
const file = utf8(evidence.replaceAll(/«([0-9]+)»/g, (_, n) => vectors.pieces[Number(n)] ?? ''))
const whole = verifyEvidence(file, cards)
const told = (text: string, mediaType = 'text/plain;charset=utf-8', report: Report = whole) =>
  tellReport({ ...report, revealed: [{ part: 0, mediaType, plaintext: utf8(text) }] })

test('content is printed as its author wrote it, a line each, and no character of it steers the terminal', () => {
  expect(whole.holds).toBe(true)
  const out = told('One\r\nTwo \u001b[2J\u009b31m\u202eabc\u0007')
  expect(out).toContain('\nWhat was said, part 0, text/plain;charset=utf-8, ')
  expect(out).toContain('\n  │ One\n  │ Two \\u{1b}[2J\\u{9b}31m\\u{202e}abc\\u{7}\n')
  expect(out).not.toContain('--json')
  expect(told('{"a":1}', 'application/stix+json;version=2.1')).toContain('\n  │ {"a":1}\n')
})

test.each([
  ['in one line', 'x'.repeat(100_000)],
  ['in many lines', 'x\n'.repeat(1_000)],
  ['in wide characters', '\u4e2d'.repeat(4_001)],
])('of much content %s a bounded part is printed, and where the rest is', (_how, text) => {
  const out = told(text)
  expect(out.length).toBeLessThan(tellReport({ ...whole, revealed: [] }).length + 4_600)
  expect(out).toContain('\n  … --json gives all of it.\n')
})

test('what is no text is named and not printed', () => {
  const out = told('%PDF \u0000', 'application/pdf')
  expect(out).toContain('What was said, part 0, application/pdf, 6 bytes: no text; --json gives its bytes.')
  expect(out).not.toContain('│')
})

test('of a file that does not hold no content is printed', () => {
  expect(told('Trust me', undefined, { ...whole, holds: false })).not.toContain('Trust me')
})

test('whoever saw one history of a log is named as a witness, and after its split with the words that it does not count', () => {
  const witnesses = ['witness.example/w1']
  expect(tellReport({ ...whole, witnesses })).toContain('\nWitnessed by witness.example/w1.\n')
  const split = verifyEvidence(file, cards, [utf8(forkFiles['of three entries'] ?? '')])
  expect(split.inFork).toBe('after')
  const out = tellReport({ ...split, witnesses })
  expect(out).toContain('\nNot witnessed after the split: witness.example/w1 saw one history of two.\n')
  expect(out).not.toContain('Witnessed by')
})
