import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PURE = ['log', 'record', 'pact', 'intel']

/** Data goes one way through the house: what each package may import of ours. */
const ARROWS: Record<string, string[]> = {
  'packages/log': [],
  'packages/record': ['log'],
  'packages/pact': ['log', 'record'],
  'packages/intel': ['log', 'record'],
  'packages/ledger': ['log', 'record'],
  'packages/listen': ['log'],
  'packages/witness': ['log', 'ledger', 'listen'],
  'packages/views': PURE,
  'packages/node': [...PURE, 'ledger', 'views'],
  'packages/http': [...PURE, 'node', 'listen'],
  'packages/client': PURE,
  'apps/cli': [...PURE, 'ledger', 'views', 'node', 'http', 'client', 'witness'],
  'apps/console': [...PURE, 'client'],
}

/** Types alone leave nothing behind when the program runs; the HTTP side names what the views answer. */
const TYPES_ALONE: Record<string, string[]> = { 'packages/http': ['views'] }

interface Import {
  file: string
  from: string
  typeOnly: boolean
}

function importsOf(folder: string): Import[] {
  return globSync('src/**/*.{ts,tsx}', { cwd: join(ROOT, folder) }).flatMap((name) => {
    const file = join(ROOT, folder, name)
    const text = readFileSync(file, 'utf8')
    const found = text.matchAll(
      /^\s*(?:import|export)\s+(type\s)?(?:[^'"]*?from\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/gm,
    )
    return [...found].map(([, type, from, dynamic]) => ({
      file,
      from: from ?? dynamic ?? '',
      typeOnly: type !== undefined,
    }))
  })
}

test.each(Object.entries(ARROWS))('%s imports of ours only what stands below it', (folder, allowed) => {
  for (const { file, from, typeOnly } of importsOf(folder)) {
    const name = /^@countersign\/([a-z]+)$/.exec(from)?.[1]
    if (name === undefined) continue
    const fine = allowed.includes(name) || (typeOnly && (TYPES_ALONE[folder] ?? []).includes(name))
    expect(fine, `${file} imports ${from}`).toBe(true)
  }
})

test.each(Object.entries(ARROWS))('%s reaches into no other package past its front door', (folder) => {
  for (const { file, from } of importsOf(folder)) {
    expect(/^@countersign\/[a-z]+\/.|\.\.\/\.\.\/packages|\/packages\//.test(from), `${file} imports ${from}`).toBe(
      false,
    )
  }
})

test.each(PURE)('packages/%s uses no clock, no randomness, no disk and no network', (name) => {
  for (const file of globSync('src/**/*.ts', { cwd: join(ROOT, 'packages', name) })) {
    // The one place where Node's own crypto is named; the browser takes its neighbour.
    if (file.endsWith('crypto/node.ts')) continue
    const code = readFileSync(join(ROOT, 'packages', name, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect(code, file).not.toMatch(
      /['"]node:|\bDate\.now\b|new Date\(\)|Math\.random|getRandomValues|\bprocess\.|setTimeout|setInterval|\bfetch\(/,
    )
  }
})

test('every package on this list exists, and every package is on it', () => {
  const found = [
    ...globSync('packages/*/package.json', { cwd: ROOT }),
    ...globSync('apps/*/package.json', { cwd: ROOT }),
  ]
  expect(found.map((path) => path.replace('/package.json', '')).sort()).toEqual(Object.keys(ARROWS).sort())
  for (const folder of Object.keys(ARROWS)) expect(existsSync(join(ROOT, folder, 'package.json'))).toBe(true)
})
