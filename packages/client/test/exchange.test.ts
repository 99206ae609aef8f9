import { readFileSync } from 'node:fs'
import { utf8 } from '@countersign/log'
import { evidenceKind, parseCard } from '@countersign/record'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { verifyExchange, verifyFile } from '../src/index.ts'

interface Case {
  name: string
  fails: string[]
  trust?: string[]
  times?: [number | null, number | null][]
  references?: string[]
  exchange: string
}

const vectors: { trusted: string[]; pieces: string[]; cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../../spec/vectors/exchange.json', import.meta.url), 'utf8'),
)
const cards = vectors.trusted.map((text) => {
  const card = parseCard(utf8(text))
  if (!card.ok) throw new Error(card.message)
  return card.value
})
const bytesOf = ({ exchange }: Case) =>
  utf8(exchange.replaceAll(/«([0-9]+)»/g, (_, n) => vectors.pieces[Number(n)] ?? ''))
const trustedBy = ({ trust }: Case) => cards.filter(({ party }) => trust?.includes(party) ?? true)
const [whole, , alone] = vectors.cases
if (whole === undefined || alone === undefined) throw new Error('The vectors begin with those that hold.')

describe('the vectors', () => {
  test.each(vectors.cases)('$name: $fails', (of) => {
    const report = verifyExchange(bytesOf(of), trustedBy(of))
    expect(
      report.steps.flatMap(({ ok, code }) => (ok ? [] : code)),
      JSON.stringify(report.steps),
    ).toEqual(of.fails)
    expect(report.holds).toBe(of.fails.length === 0)
    expect(report.references.map(({ state }) => state)).toEqual(of.references ?? [])
    if (of.times !== undefined) {
      expect(report.records.flatMap(({ times }) => times.map(({ lo, hi }) => [lo, hi]))).toEqual(of.times)
    }
  })

  test('reach every code with which an exchange fails', () => {
    const sources = ['../src/verify-exchange.ts', '../../record/src/exchange.ts'].map((name) =>
      readFileSync(new URL(name, import.meta.url), 'utf8'),
    )
    const codes = new Set(
      sources.flatMap((text) => [...text.matchAll(/'(exchange\/[a-z-]+)'/g)].map(([, code]) => code)),
    )
    const reached = new Set(vectors.cases.flatMap(({ fails }) => fails))
    expect([...codes].filter((code) => code !== undefined && !reached.has(code))).toEqual([])
  })
})

test('what a record answers is shown where the file holds it, and is left open where it does not', () => {
  const codesOf = (of: Case) => verifyExchange(bytesOf(of), cards)
  expect(codesOf(whole).notShown.map(({ code }) => code)).not.toContain('answered')
  expect(codesOf(whole).notShown.map(({ code }) => code)).toContain('all-of-it')
  expect(codesOf(alone).notShown.map(({ code }) => code)).toContain('answered')
  expect(codesOf(alone).records[0]?.notShown.map(({ code }) => code)).toContain('answered')
})

test('a file is verified as what it says it is', () => {
  const bytes = bytesOf(whole)
  expect(evidenceKind(bytes)).toBe('exchange')
  expect(verifyFile(bytes, cards)).toMatchObject({ kind: 'exchange', holds: true })
  expect(verifyFile(utf8('{"agreement":null}'), cards)).toMatchObject({ kind: 'record', holds: false })
  expect(verifyFile(utf8('{"cards":[]}'), cards)).toMatchObject({ kind: 'fork', holds: false })
  expect(verifyFile(utf8(''), cards)).toMatchObject({ kind: 'record', holds: false })
})

test('no byte of the file can be another and the file still hold', () => {
  const bytes = bytesOf(whole)
  for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 40)) {
    const report = verifyExchange(bytes.with(at, (bytes[at] ?? 0) ^ 1), cards)
    expect(report.holds, `byte ${at}`).toBe(false)
  }
})

test('bytes changed, added and taken away are answered with a report', () => {
  const bytes = bytesOf(whole)
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.uint8Array({ maxLength: 3 }), fc.nat(3))
  fc.assert(
    fc.property(change, ([at, put, taken]) => {
      const other = Uint8Array.from([...bytes.subarray(0, at), ...put, ...bytes.subarray(at + taken)])
      const same = other.length === bytes.length && other.every((byte, i) => byte === bytes[i])
      expect(verifyExchange(other, cards).holds).toBe(same)
    }),
    { numRuns: 20 },
  )
})
