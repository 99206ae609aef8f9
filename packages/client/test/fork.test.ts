import { readFileSync } from 'node:fs'
import { utf8 } from '@countersign/log'
import { evidenceKind } from '@countersign/record'
import { expect, test } from 'vitest'
import { alfa, bravo, member } from '../../../spec/vectors/samples.ts'
import { FORK_NOT_SHOWN, verifyFork } from '../src/index.ts'

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
