// What verifies under Node and what verifies in a browser are one piece of code over two implementations of the same
// mathematics. Every answer to every vector is compared, byte for byte, in a real Chromium.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { expect, test } from 'vitest'
import { launchChromium } from '../../../tools/chromium.ts'
import { answersTo } from './vector-answers.ts'

const FOLDER = fileURLToPath(new URL('../../../spec/vectors/', import.meta.url))
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
const vectors: Record<string, unknown> = Object.fromEntries(
  [
    'cards',
    'commitments',
    'destruction',
    'ed25519',
    'evidence',
    'evidence-deposits',
    'evidence-fork',
    'evidence-keys',
    'exchange',
    'force',
    'fork',
    'keys',
    'statements',
    'succession',
    ...readdirSync(join(FOLDER, 'log')).flatMap((name) => (name.endsWith('.json') ? [`log/${name.slice(0, -5)}`] : [])),
  ].map((name) => [name, read(join(FOLDER, `${name}.json`))]),
)

/** More edge cases of Ed25519, where whoever runs the tests has them: files of the same form as `ed25519.json`. */
const MORE = join(process.env.COUNTERSIGN_TEST_DATA ?? '', 'vectors')
const more = process.env.COUNTERSIGN_TEST_DATA !== undefined && existsSync(MORE) ? readdirSync(MORE) : []
vectors.ed25519 = [
  vectors.ed25519,
  ...more.filter((name) => name.startsWith('ed25519')).map((name) => read(join(MORE, name))),
].flat()

async function bundled(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    // As the console itself is built: this is how `#crypto` becomes the one that runs without Node.
    resolve: { conditions: ['browser', 'module', 'import', 'default'] },
    build: {
      write: false,
      minify: false,
      target: 'es2023',
      lib: {
        entry: fileURLToPath(new URL('./vector-answers.ts', import.meta.url)),
        formats: ['iife'],
        name: 'vectorAnswers',
      },
    },
  })
  const [output] = [built].flat() as Rolldown.RolldownOutput[]
  return output?.output[0].code ?? ''
}

test('a browser answers every vector as Node does, to the last byte', { timeout: 300_000 }, async () => {
  const code = await bundled()
  expect(code).not.toContain('node:crypto')
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.addScriptTag({ content: code })
    const there: string[] = await page.evaluate((given) => {
      const { vectorAnswers } = globalThis as unknown as { vectorAnswers: { answersTo(of: typeof given): string[] } }
      return vectorAnswers.answersTo(given)
    }, vectors)
    const here = answersTo(vectors)
    expect(there).toHaveLength(here.length)
    expect(here.length).toBeGreaterThan(500)
    const kinds = new Set(here.map((answer) => answer.slice(0, answer.indexOf(':'))))
    for (const kind of ['destruction', 'log', 'succession']) expect(kinds).toContain(kind)
    // One at a time, so that what differs is named.
    for (const [i, answer] of here.entries()) expect(there[i]).toBe(answer)
  } finally {
    await browser.close()
  }
})
