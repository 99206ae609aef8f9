// The table of README.md: every row names a test that exists, or says why there is none.

import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const rows = README.slice(README.indexOf('## Conformance'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| what it asks'))
  .map((line) => line.split(' | '))

function fileOf(name: string): URL {
  const [folder, file] = name.includes('/') ? name.split('/') : ['http', name]
  return new URL(`../../${folder}/test/${file}.test.ts`, import.meta.url)
}

test('the table has a row for each thing that is asked', () => {
  expect(rows.length).toBeGreaterThan(50)
  for (const row of rows) expect(row.length, row.join(' | ')).toBe(2)
})

test.each(rows.map(([asks = '', shown = '']) => [asks.slice(2), shown.replace(/ \|$/, '')]))('%s', (_asks, shown) => {
  if (shown.startsWith('– ')) return
  const named = [...shown.matchAll(/`([a-z/-]+)` “([^”]+)”/g)]
  // Nothing else stands in the cell: no test that is named in another way and found by nobody.
  expect(named.map(([all]) => all).join('; ')).toBe(shown)
  for (const [, file = '', claim = ''] of named) {
    expect(existsSync(fileOf(file)), file).toBe(true)
    expect(readFileSync(fileOf(file), 'utf8'), `no test “${claim}” in ${file}`).toContain(claim)
  }
})
