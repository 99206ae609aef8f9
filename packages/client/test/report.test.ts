// The report as a browser sets and prints it: a real Chromium, pages counted in the PDF it makes.

import { readFileSync } from 'node:fs'
import { sha256, toHex, utf8 } from '@countersign/log'
import { type Card, parseCard } from '@countersign/record'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hanFaces } from '../../../apps/cli/src/han-face.ts'
import { launchChromium } from '../../../tools/chromium.ts'
import { type FileReport, REPORT_LANGUAGES, type Report, reportHtml, verifyFile } from '../src/index.ts'

interface Vectors {
  trusted: string | string[]
  pieces: string[]
  cases: Record<string, string>[]
}

const read = (name: string): Vectors =>
  JSON.parse(readFileSync(new URL(`../../../spec/vectors/${name}.json`, import.meta.url), 'utf8'))
const cardsOf = ({ trusted }: Vectors): Card[] =>
  [trusted].flat().map((text) => {
    const card = parseCard(utf8(text))
    if (!card.ok) throw new Error(card.message)
    return card.value
  })

function verified(file: 'evidence' | 'exchange' | 'fork', name?: string, trusted?: string[]): FileReport {
  const vectors = read(file)
  const found = name === undefined ? vectors.cases[0] : vectors.cases.find((one) => one.name === name)
  const text = found?.[file]?.replaceAll(/«([0-9]+)»/g, (_, n) => vectors.pieces[Number(n)] ?? '')
  if (text === undefined) throw new Error(`There is no vector ${name}.`)
  return verifyFile(
    utf8(text),
    cardsOf(vectors).filter(({ party }) => trusted?.includes(party) ?? true),
  )
}

const record = (name?: string, trusted?: string[]): Report => {
  const report = verified('evidence', name, trusted)
  if (report.kind !== 'record') throw new Error(report.kind)
  return report
}

/** All that stands in a record, as long and as wide as it can be. */
function longest(change: (report: Report) => Partial<Report> = () => ({})): Report {
  const report = record()
  const { statement, agreement } = report
  if (statement === null || agreement === null) throw new Error('It holds.')
  const label = (i: number) => `${String(i).padStart(3, '0')}${'w'.repeat(60)}`
  const domain = (i: number) => `${label(i)}.${'m'.repeat(63)}`
  const to = Array.from({ length: 64 }, (_, i) => domain(i))
  const long: Report = {
    ...report,
    statement: {
      ...{ ...statement, from: domain(99), to, mode: 'Exercise' },
      marking: { tlp: 'TLP:AMBER+STRICT', class: 'W'.repeat(64) },
      body: { precedence: 'IMMEDIATE', number: 1, clause: 'A'.repeat(32) },
      re: Array.from({ length: 64 }, (_, index) => ({ origin: statement.origin, index, leaf: '0'.repeat(64) })),
    },
    agreement: {
      ...{ ...agreement, title: 'W'.repeat(200) },
      parties: [...to, domain(99)].map((party) => ({ party, name: '國'.repeat(200), root: '0'.repeat(64) })),
      clauses: [{ id: 'A'.repeat(32), text: 'W'.repeat(8_000), source: 'x' }],
    },
    times: to.map((recipient) => ({ recipient, lo: 1_800_000_000, hi: 1_800_000_100 })),
    receipts: to.flatMap((by, i) => [
      { by, size: 9_007_199_254_740_991, time: 1_800_000_100, covers: true, counted: true, key: '', isDeposit: false },
      { by: domain(i + 100), size: 1, time: 1_800_000_000, covers: false, counted: true, key: '', isDeposit: false },
    ]),
    revealed: [
      {
        ...{ part: 0, mediaType: 'application/vnd.countersign.message.v1+json' },
        plaintext: utf8(
          JSON.stringify({ subject: 'W'.repeat(200), text: `${'W'.repeat(9_999)}\n${'漢'.repeat(9_999)}` }),
        ),
      },
    ],
  }
  return { ...long, ...change(long) }
}

let browser: Browser
let page: Page
beforeAll(async () => {
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 900, height: 1200 } })
}, 60_000)
afterAll(() => browser?.close())

const trusted = cardsOf(read('evidence'))
const digest = toHex(sha256(utf8('the file')))
const htmlOf = (report: FileReport, language: (typeof REPORT_LANGUAGES)[number]) =>
  reportHtml(report, { language, digest, trusted, faces: hanFaces })

/** Pages of the PDF; and of each sheet how far its content reaches past it, and the words of its upper half. */
async function set(report: FileReport, language: (typeof REPORT_LANGUAGES)[number]) {
  await page.setContent(htmlOf(report, language))
  await page.evaluate(() => document.fonts.ready)
  const sheets = await page.evaluate(() =>
    [...document.querySelectorAll('.sheet')].map((sheet) => {
      const { top, bottom, right, height } = sheet.getBoundingClientRect()
      const all = [...sheet.querySelectorAll('*')]
      const upper = all.filter((one) => one.children.length === 0 && one.getBoundingClientRect().top < top + height / 2)
      return {
        past: sheet.scrollHeight - sheet.clientHeight,
        below: Math.max(...all.map((one) => one.getBoundingClientRect().bottom)) - bottom,
        wide: Math.max(...all.map((one) => one.getBoundingClientRect().right)) - right,
        overlap:
          (sheet.querySelector('.upper')?.getBoundingClientRect().bottom ?? 0) -
          (sheet.querySelector('.lower')?.getBoundingClientRect().top ?? 0),
        upper: upper.map((one) => one.textContent).join(' '),
      }
    }),
  )
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g)?.length
  return { pages, sheets }
}

const cases: [name: string, report: () => FileReport, pages: number][] = [
  ['a record that holds', () => record(), 1],
  ['a record whose times nobody bounds', () => record('only the author is trusted', ['alfa.example']), 1],
  ['a record by somebody else', () => record('a statement signed by another'), 1],
  ['a file that is none', () => verifyFile(utf8('nothing'), []), 1],
  ['an exercise, as long as can be', () => longest(), 1],
  [
    'a record as long as can be that does not hold',
    () =>
      longest(({ steps }) => ({
        holds: false,
        steps: steps.map((step) => ({ ...step, ok: false, code: 'evidence/agreement' })),
      })),
    1,
  ],
  ['an exchange', () => verified('exchange'), 4],
  ['an exchange that does not hold', () => verified('exchange', 'a record of other matters'), 5],
  ['an exchange of 64 records, as long as can be', () => longestExchange(), 65],
  ['a fork', () => verified('fork'), 1],
  ['no fork', () => verified('fork', 'a log that grew'), 1],
]

function longestExchange(): FileReport {
  const report = verified('exchange', 'a record of other matters')
  if (report.kind !== 'exchange') throw new Error(report.kind)
  const one = longest()
  const records = Array.from({ length: 64 }, (_, index) => ({ ...one, record: { origin: 'x', index } }))
  return {
    ...report,
    records,
    references: records.slice(1).map((_, i) => ({ from: `x#${i + 1}`, to: `x#${i}`, state: 'fits' })),
  }
}

describe.each(REPORT_LANGUAGES)('in %s', (language) => {
  test.each(cases)(
    '%s: one A4 page for each record, all of it on the page, no hash in the upper half',
    async (_, of, pages) => {
      const { pages: printed, sheets } = await set(of(), language)
      expect(printed).toBe(pages)
      expect(sheets).toHaveLength(pages)
      for (const { past, below, wide, overlap, upper } of sheets) {
        expect(past).toBeLessThanOrEqual(0)
        expect(below).toBeLessThanOrEqual(0)
        expect(wide).toBeLessThanOrEqual(0)
        expect(overlap).toBeLessThanOrEqual(0)
        expect(upper).not.toMatch(/[0-9a-f]{16}|[A-Za-z0-9+/]{40}=/)
      }
    },
  )
})

test('what is not proved is said first, with its reason, and no time is given for it', () => {
  const html = htmlOf(record('a statement signed by another'), 'en')
  expect(html).toMatch(/<h1>This does NOT hold\. The record is not proved\.<\/h1>\s*<p class="reason">Why: /)
  expect(html).toContain('What the file says, without proof')
  expect(html).toContain('Not proved.')
  expect(html).not.toContain('Held by')
  expect(html).not.toContain('is the one that was sealed.</p>')
})

test('what a bound that is missing means is said in words', () => {
  const author = htmlOf(record('only the author is trusted', ['alfa.example']), 'en')
  expect(author).toContain('no countersignature trusted here bounds it')
  const recipient = htmlOf(record('author and recipient are trusted', ['alfa.example', 'bravo.example']), 'en')
  expect(recipient).toMatch(/no later than .*1 January 1970, 00:16:50 UTC.*so it may be older/)
  expect(htmlOf(record(), 'en')).toMatch(/between .*00:16:40 UTC.* and .*00:16:50 UTC.*attested by .*watch\.example/)
})

test('an exercise and a test carry their banner in every language', () => {
  for (const [mode, words] of [
    ['Exercise', ['EXERCISE', 'УЧЕНИЕ', '演习']],
    ['Test', ['TEST', 'ПРОВЕРКА', '测试']],
  ] as const) {
    const report = record()
    if (report.statement === null) throw new Error('It holds.')
    const marked: Report = { ...report, statement: { ...report.statement, mode } }
    for (const [i, language] of REPORT_LANGUAGES.entries()) {
      expect(htmlOf(marked, language)).toMatch(new RegExp(`<p class="banner">${words[i]}`))
      expect(htmlOf(report, language)).not.toContain('class="banner"')
    }
  }
})

test('what a file says is text on the page: no markup, no script, no turned direction', async () => {
  const report = record()
  if (report.statement === null) throw new Error('It holds.')
  const evil =
    '"><script>document.title="taken"</script><img src=x onerror=alert(1)>\u202egnp.exe\u0000</bdi></section>'
  const plaintext = utf8(JSON.stringify({ subject: evil.slice(0, 100), text: evil }))
  const hostile: Report = {
    ...report,
    statement: { ...report.statement, type: '<b>x/y', body: { clause: evil } },
    revealed: [{ part: 0, mediaType: 'application/vnd.countersign.message.v1+json', plaintext }],
  }
  await page.setContent(htmlOf(hostile, 'en'))
  expect(await page.title()).toBe('Report on a file of evidence')
  expect(await page.locator('script, img, b').count()).toBe(0)
  expect(await page.locator('.sheet').count()).toBe(1)
  expect(await page.locator('.sheet').textContent()).toContain('\\u{202e}gnp.exe')
})

test('Chinese is shown with the faces that the file brings, and nothing is fetched', async () => {
  const asked: string[] = []
  const other = await browser.newPage()
  other.on('request', (request) => asked.push(request.url().slice(0, 30)))
  await other.setContent(htmlOf(record(), 'zh'))
  await other.evaluate(() => document.fonts.ready)
  const loaded = await other.evaluate(() => [...document.fonts].filter(({ status }) => status === 'loaded').length)
  expect(loaded).toBeGreaterThan(5)
  expect(asked.filter((url) => !url.startsWith('data:font/woff2'))).toEqual([])
  await other.close()
  // Without Chinese none is brought.
  expect(htmlOf(record(), 'en')).not.toContain('@font-face')
})

test('every language says every reason with which a step fails', () => {
  const sources = ['evidence-steps.ts', 'verify-exchange.ts', 'verify-fork.ts']
    .map((name) => readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8'))
    .concat(
      ['evidence.ts', 'exchange.ts', 'fork.ts'].map((name) =>
        readFileSync(new URL(`../../record/src/${name}`, import.meta.url), 'utf8'),
      ),
    )
  const codes = new Set(sources.flatMap((text) => [...text.matchAll(/'((?:evidence|exchange|fork)\/[a-z-]+)'/g)]))
  for (const [, code = ''] of codes) {
    if (code === 'evidence/ok') continue
    const failed: Report = { ...record(), holds: false, steps: [{ step: 'form', ok: false, code, message: '' }] }
    for (const language of REPORT_LANGUAGES) {
      expect(htmlOf(failed, language), `${code} in ${language}`).not.toContain(`(${code})`)
    }
  }
})
