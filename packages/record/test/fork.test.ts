import { readFileSync } from 'node:fs'
import { toHex, utf8 } from '@countersign/log'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { consistencyOf, rootOf } from '../../../spec/vectors/evidence-making.ts'
import { alfa, bravo, checkpointOf, ORIGIN } from '../../../spec/vectors/samples.ts'
import { makeForkEvidence, verifyForkEvidence } from '../src/index.ts'

interface Case {
  name: string
  fails: string | null
  sizes?: [number, number]
  fork: string
}

const { pieces, cases }: { pieces: string[]; cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../../spec/vectors/fork.json', import.meta.url), 'utf8'),
)
const bytesOf = ({ fork }: Case) => utf8(fork.replaceAll(/«([0-9]+)»/g, (_, n) => pieces[Number(n)] ?? ''))

describe('the vectors', () => {
  test.each(cases)('$name: $fails', (of) => {
    const fork = verifyForkEvidence(bytesOf(of))
    expect(fork.ok ? null : fork.code, fork.ok ? '' : fork.message).toBe(of.fails)
    if (!fork.ok) return
    expect(fork.value.heads.map(({ size }) => size)).toEqual(of.sizes)
    expect(fork.value).toMatchObject({ origin: ORIGIN, party: 'alfa.example' })
  })

  test('reach every code with which a file of a fork is refused', () => {
    const source = readFileSync(new URL('../src/fork.ts', import.meta.url), 'utf8')
    const codes = new Set([...source.matchAll(/'(fork\/[a-z-]+)'/g)].map(([, code]) => code))
    expect([...codes].sort()).toEqual([...new Set(cases.flatMap(({ fails }) => fails ?? []))].sort())
  })
})

const branch = (name: string, parts: number, size: number) =>
  Array.from({ length: size }, (_, i) => utf8(i < parts ? `common ${i}` : `${name} ${i}`))

test('whatever two histories part at, their checkpoints are shown to contradict each other exactly where they do', () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.nat(40), fc.boolean())
  fc.assert(
    fc.property(sizes, ([a, b, parts, turned]) => {
      const [left, right] = [branch('left', parts, Math.min(a, b)), branch('right', parts, Math.max(a, b))]
      const notes: [Uint8Array, Uint8Array] = [checkpointOf(left), checkpointOf(right)]
      const made = makeForkEvidence({
        ...{ origin: ORIGIN, cards: [bravo.card, alfa.card], notes: turned ? [notes[1], notes[0]] : notes },
        prefix: {
          root: rootOf(right.slice(0, left.length)),
          consistency: left.length < right.length ? consistencyOf(right, left.length) : [],
        },
      })
      expect(made.ok ? 'fork' : made.code).toBe(parts < left.length ? 'fork' : 'fork/consistent')
      if (!made.ok) return
      const fork = verifyForkEvidence(made.value)
      expect(fork.ok && fork.value.heads.map(({ size, root }) => [size, toHex(root)])).toEqual(
        [left, right]
          .map((entries): [number, string] => [entries.length, toHex(rootOf(entries))])
          .sort(([m, one], [n, other]) => m - n || (one < other ? -1 : 1)),
      )
    }),
    { numRuns: 60 },
  )
})

test('no proof that anyone can make of an honest log shows it forked', () => {
  const entries = branch('only', 0, 21)
  const other = branch('other', 0, 21)
  const hashes = [
    ...[1, 2, 3, 5, 8, 13, 20].flatMap((size) => consistencyOf(entries, size)),
    ...[rootOf(other), rootOf(entries.slice(0, 4)), rootOf(entries.slice(0, 13))],
  ]
  const cut = fc.array(fc.constantFrom(...hashes), { maxLength: 7 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.constantFrom(...hashes), cut, (size, root, consistency) => {
      const notes: [Uint8Array, Uint8Array] = [checkpointOf(entries.slice(0, size)), checkpointOf(entries)]
      const made = makeForkEvidence({ origin: ORIGIN, cards: [alfa.card], notes, prefix: { root, consistency } })
      expect(made.ok).toBe(false)
    }),
    { numRuns: 60 },
  )
})

test('lines of others are cut off, and the maker names what is missing', () => {
  const [left, right] = [branch('left', 1, 3), branch('right', 1, 5)]
  const stranger = new TextDecoder()
    .decode(checkpointOf(left, ORIGIN, bravo.log))
    .split('\n')
    .slice(4)
    .join('\n')
  const noisy = utf8(new TextDecoder().decode(checkpointOf(left)) + stranger)
  const notes: [Uint8Array, Uint8Array] = [checkpointOf(right), noisy]
  const prefix = { root: rootOf(right.slice(0, 3)), consistency: consistencyOf(right, 3) }
  const of = { origin: ORIGIN, cards: [alfa.card], notes }
  expect(makeForkEvidence({ ...of, prefix })).toMatchObject({ ok: true })
  expect(makeForkEvidence(of)).toMatchObject({ ok: false, code: 'fork/proof' })
  expect(makeForkEvidence({ ...of, prefix, cards: [bravo.card] })).toMatchObject({ ok: false, code: 'fork/note' })
})

test('no byte of the file can be another and the file still show a fork', () => {
  const whole = bytesOf(cases[0] ?? { name: '', fails: null, fork: '' })
  expect(verifyForkEvidence(whole).ok).toBe(true)
  for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 60)) {
    expect(verifyForkEvidence(whole.with(at, (whole[at] ?? 0) ^ 1)).ok, `byte ${at}`).toBe(false)
  }
})
