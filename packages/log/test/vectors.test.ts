// Our own vectors, which other teams test against, on both implementations of `#crypto`.

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type Judged, judgeAll } from './vector-judge.ts'
import { loadVectors } from './vector-process.ts'

const JUDGE = fileURLToPath(new URL('./vector-process.ts', import.meta.url))

const here = judgeAll(loadVectors)
test.each(here.map((one): [string, Judged] => [one.name, one]))('%s', (_name, { expect: expected, got }) => {
  expect(got).toEqual(expected)
})

test('no two vectors have one name', () => {
  expect(new Set(here.map(({ name }) => name)).size).toBe(here.length)
})

describe('in a browser', () => {
  test('every vector is judged as under Node, by the other implementation of #crypto', () => {
    const output = execFileSync(process.execPath, ['--conditions=browser', JUDGE], { maxBuffer: 64 * 1024 * 1024 })
    const { crypto, judged } = JSON.parse(output.toString('utf8'))
    expect(crypto).toMatch(/\/web\.ts$/)
    expect(judged).toEqual(JSON.parse(JSON.stringify(here)))
  })
})
