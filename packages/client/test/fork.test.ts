import { readFileSync } from 'node:fs'
import { logKeys, makeLogFork, utf8 } from '@countersign/log'
import { type Card, evidenceKind } from '@countersign/record'
import { describe, expect, test } from 'vitest'
import { alfa, bravo, checkpointOf, member, ORIGIN } from '../../../spec/vectors/samples.ts'
import { publicOf, signersOf } from '../../log/test/sample-log.ts'
import { FORK_NOT_SHOWN, type ForkReport, reportHtml, verifyFile, verifyFork, verifyForkOfLog } from '../src/index.ts'

const { pieces, cases }: { pieces: string[]; cases: { fails: string | null; fork: string }[] } = JSON.parse(
  readFileSync(new URL('../../../spec/vectors/fork.json', import.meta.url), 'utf8'),
)
const files = cases.map(({ fails, fork }) => ({
  fails,
  bytes: utf8(fork.replaceAll(/«([0-9]+)»/g, (_, n) => pieces[Number(n)] ?? '')),
}))

test('a file of a fork holds for whoever trusts the root of its author, and for nobody else', () => {
  for (const { fails, bytes } of files.filter((of) => of.fails === null)) {
    expect(verifyFork(bytes, [bravo.card, alfa.card])).toMatchObject({ holds: true, fork: { party: 'alfa.example' } })
    // The contradiction is shown all the same: what is missing is whose it is.
    for (const trusted of [[], [bravo.card], [member('alfa.example', 5).card]]) {
      const report = verifyFork(bytes, trusted)
      expect(report).toMatchObject({ holds: false, fork: { party: 'alfa.example' } })
      expect(report.steps.map(({ code }) => code)).toEqual(['evidence/ok', 'fork/author'])
    }
    expect(fails).toBeNull()
  }
})

test('what shows no fork is refused with its reason, and every report says what no such file shows', () => {
  for (const { fails, bytes } of files.filter((of) => of.fails !== null)) {
    const report = verifyFork(bytes, [alfa.card])
    expect(report).toMatchObject({ holds: false, fork: null, notShown: FORK_NOT_SHOWN })
    expect(report.steps.map(({ code }) => code)).toEqual([fails])
  }
})

test('a file is known for what it is by its first member', () => {
  expect(evidenceKind(files[0]?.bytes ?? utf8(''))).toBe('fork')
  expect(evidenceKind(utf8('{"agreement":null}'))).toBe('record')
  for (const junk of ['', '{', '{}', ' {"cards":[]}', '{"card":']) expect(evidenceKind(utf8(junk))).toBeUndefined()
})

describe('a file of a fork that a witness keeps', () => {
  const { cases: kept }: { cases: { name: string; expect: string; file: string }[] } = JSON.parse(
    readFileSync(new URL('../../../spec/vectors/log/forks.json', import.meta.url), 'utf8'),
  )
  const fileOf = (name: string) => utf8(kept.find((one) => one.name === name)?.file ?? '')
  const keysOf = (n: number, origin = 'log.example/one') => logKeys(origin, publicOf(signersOf(n)))
  const codes = (report: ForkReport) => report.steps.map(({ code }) => code)

  test('holds for whoever knows each of its keys as a key of that log, and for nobody else', () => {
    const known = { cards: [], keys: keysOf(1) }
    for (const name of ['one size, two roots', 'two sizes', 'one key'])
      expect(verifyForkOfLog(fileOf(name), known)).toMatchObject({ holds: true, fork: { party: 'log.example/one' } })
    for (const keys of [[], keysOf(3), keysOf(1, 'log.example/two'), keysOf(1).slice(0, 1)]) {
      const report = verifyForkOfLog(fileOf('one size, two roots'), { cards: [alfa.card], keys })
      expect(report).toMatchObject({ holds: false, fork: { party: 'log.example/one' }, notShown: FORK_NOT_SHOWN })
      expect(codes(report)).toEqual(['evidence/ok', 'fork/author'])
    }
    // Two keys, each of one history: both must be known.
    const turned = fileOf('two keys, each of one note')
    expect(verifyForkOfLog(turned, known).holds).toBe(false)
    expect(verifyForkOfLog(turned, { cards: [], keys: [...keysOf(1), ...keysOf(3)] }).holds).toBe(true)
  })

  test('of a log of a party holds by its card, where both keys of the card signed both checkpoints', () => {
    const keys = logKeys(ORIGIN, alfa.card.keys.log)
    const notes: [Uint8Array, Uint8Array] = [checkpointOf([utf8('a')], ORIGIN), checkpointOf([utf8('b')], ORIGIN)]
    const made = (of: typeof keys) => {
      const file = makeLogFork({ origin: ORIGIN, keys: of, notes })
      if (!file.ok) throw new Error(file.message)
      return file.value
    }
    const byCard = (file: Uint8Array, cards: Card[]) => verifyForkOfLog(file, { cards, keys: [] })
    expect(byCard(made(keys), [bravo.card, alfa.card])).toMatchObject({ holds: true, fork: { party: 'alfa.example' } })
    expect(codes(byCard(made(keys), [bravo.card]))).toEqual(['evidence/ok', 'fork/author'])
    expect(codes(byCard(made(keys), [member('alfa.example', 5).card]))).toEqual(['evidence/ok', 'fork/author'])
    for (const key of keys) expect(codes(byCard(made([key]), [alfa.card]))).toEqual(['evidence/ok', 'fork/author'])
    // Whoever knows the one key as a key of the log believes it.
    expect(verifyForkOfLog(made(keys.slice(0, 1)), { cards: [], keys }).holds).toBe(true)
  })

  test('is known for what it is by its first member, and is set on one page', () => {
    const bytes = fileOf('two sizes')
    expect(evidenceKind(bytes)).toBe('log-fork')
    const report = verifyFile(bytes, [], [], keysOf(1))
    expect(report).toMatchObject({ kind: 'fork', holds: true })
    for (const language of ['en', 'ru', 'zh'] as const) {
      const page = reportHtml(report, { language, digest: 'd', trusted: [] })
      expect(page).toContain('log.example/one')
      expect(page).not.toContain('undefined')
    }
  })

  test('that shows no fork is refused with its reason', () => {
    for (const { expect: code, file } of kept.filter((one) => one.expect !== 'valid'))
      expect(codes(verifyForkOfLog(utf8(file), { cards: [], keys: keysOf(1) }))).toEqual([code])
  })
})
