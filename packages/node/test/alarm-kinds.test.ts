// The table of alarms is whole: nothing is raised that is not in it, nothing stands in it that is not raised, what it says
// ends by itself is ended somewhere, and the page for operators says the same. That each kind ends as it says, whole nodes
// show (packages/http/test/alarms.test.ts).

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ALARM_KINDS, codesEndedBy, ENDS, isOutlived, kindOf } from '../src/alarm-kinds.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

function sources(folder: string): Map<string, string> {
  const dir = join(ROOT, folder)
  return new Map(
    readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== 'alarm-kinds.ts')
      .map((name) => [name, readFileSync(join(dir, name), 'utf8')]),
  )
}
const ours = sources('packages/node/src')
const views = sources('packages/views/src')
const codes = Object.keys(ALARM_KINDS).filter((code) => code !== 'witness/*')

// What a node itself raises, the compiler holds to the table.
test('the views derive no alarm that is not in it', () => {
  const found = [
    ...(views.get('alarms.ts') ?? '').matchAll(/code: '([^']+)'/g),
    ...[...views.values()].flatMap((text) => [...text.matchAll(/contradiction\.run\('([^']+)'/g)]),
  ].map(([, code]) => code ?? '')
  expect(found.length).toBeGreaterThan(6)
  for (const code of found) expect(kindOf(code), code).toBeDefined()
})

test('nothing stands in it that nobody raises', () => {
  const all = ['packages/node/src', 'packages/views/src', 'packages/ledger/src', 'packages/record/src']
  const text = all.flatMap((folder) => [...sources(folder).values()]).join('\n')
  for (const code of codes) expect(text, code).toContain(`'${code}'`)
})

test('what its cause ends is ended where it is raised, or derived anew each time', () => {
  const ending = [...ours.values()].filter((text) =>
    /[aA]larmOver\(|onFaultOver|faultOver\(|new DiskAlarm\(/.test(text),
  )
  const derived = views.get('alarms.ts') ?? ''
  for (const code of codesEndedBy('cause').filter((one) => codes.includes(one))) {
    expect(
      [...ending, derived].some((text) => text.includes(`'${code}'`)),
      code,
    ).toBe(true)
  }
})

test('an event is told for seven days, and anything else for as long as it stands', () => {
  const day = 86_400_000
  expect(isOutlived({ code: 'saying/refused', at: 0 }, 7 * day - 1)).toBe(false)
  expect(isOutlived({ code: 'saying/refused', at: 0 }, 7 * day)).toBe(true)
  expect(isOutlived({ code: 'mirror/fork', at: 0 }, 9000 * day)).toBe(false)
})

test('docs/OPERATIONS.md has the same table', () => {
  const page = readFileSync(join(ROOT, 'docs/OPERATIONS.md'), 'utf8')
  const rows = page.split('\n').filter((line) => /^\| `[a-z-]+\/[a-z*-]+` \|/.test(line))
  expect(rows).toEqual(
    Object.entries(ALARM_KINDS).map(([code, { when, ends }]) => {
      return `| \`${code}\` | ${when} | ${ends.map((end) => ENDS[end]).join('; or ')} |`
    }),
  )
})
