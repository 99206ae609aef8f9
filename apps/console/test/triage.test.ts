// Triage in a real Chromium on real nodes: verdicts are given by keys, undone, explained and told once; what is told arrives
// at whoever shared it, and nothing arrives before an officer said so.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { launchChromium } from '../../../tools/chromium.ts'

const PASSWORD = 'a password of some length'
const WAIT = { timeout: 30_000 }
const PICTURES = process.env.COUNTERSIGN_PICTURES
let parties: Parties
let browser: Browser
let page: Page
const troubles: string[] = []

beforeAll(async () => {
  parties = await startParties({ consoleDir: fileURLToPath(new URL('../dist', import.meta.url)) })
  value(await parties.bravo.accounts.addOfficer('duty@bravo.example', 'Duty', PASSWORD))
  browser = await launchChromium()
  page = await (await browser.newContext({ locale: 'en-GB' })).newPage()
  page.on('pageerror', (error) => troubles.push(error.message))
  await page.goto(parties.bravo.url)
  await page.locator('input[type=email]').fill('duty@bravo.example')
  await page.locator('input[type=password]').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.locator('nav').first().waitFor(WAIT)
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await parties?.close()
}, 60_000)

beforeEach(async () => {
  rmSync(join(parties.bravo.dir, 'rules'), { recursive: true, force: true })
  await page.evaluate(() => sessionStorage.clear())
})

/** No page failed, and this one is no wider than the screen; where pictures are wanted, one in each appearance. */
async function isSound(picture?: string): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBeLessThanOrEqual(0)
  expect(troubles).toEqual([])
  if (PICTURES === undefined || picture === undefined) return
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(PICTURES, `${picture}-${page.viewportSize()?.width ?? 0}-${colorScheme}.png`) })
  }
  await page.emulateMedia({ colorScheme: 'light' })
}

const button = (name: string | RegExp) => page.getByRole('button', { name })
const dialog = () => page.locator('dialog[open]')
const rowOf = (words: string) => page.locator('.triage-table tbody tr, .card').filter({ hasText: words })
const inHand = () => page.evaluate(() => document.activeElement?.textContent ?? '')
const TIMES = { created: '2026-11-01T00:00:00.000Z', modified: '2026-11-01T00:00:00.000Z' }
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
let made = 0
function some(count: number, name: string) {
  return Array.from({ length: count }, (_, n) => {
    const id = uuid(++made)
    return n % 3 === 2
      ? {
          type: 'malware',
          spec_version: '2.1',
          id: `malware--${id}`,
          ...TIMES,
          name: `${name} ${n + 1}`,
          is_family: false,
        }
      : {
          ...{ type: 'indicator', spec_version: '2.1', id: `indicator--${id}`, ...TIMES, name: `${name} ${n + 1}` },
          ...{ pattern: `[ipv4-addr:value = '192.0.2.${n + 1}']`, pattern_type: 'stix', valid_from: TIMES.created },
          description: 'Answers to a beacon every ninety seconds.',
        }
  })
}

/** Shared by alfa, once bravo has all of it; gives the UUID of the share. */
async function heard(objects: { id: string }[]): Promise<string> {
  const { alfa, bravo, pact } = parties
  const input = bytesInput(Buffer.from(JSON.stringify({ objects })))
  const { share } = value(await alfa.node.share({ pact, account: 'test', input }))
  await until('bravo to have it', async () => {
    const list = value(await bravo.node.triageList({ pact, share }))
    return list.shares[0]?.objects === objects.length
  })
  return share
}

async function room(search: string, width = 1280): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  await page.goto(`${parties.bravo.url}triage${search}`)
  await page.getByRole('heading', { name: 'Triage' }).waitFor(WAIT)
}

const saidOf = async (id: string) =>
  (await parties.alfa.node.views.object(id))?.feedback.find(({ party }) => party === 'bravo.example')?.opinion
const answersSaid = async () => value(await parties.bravo.node.views.records({ type: 'intel/sighting' })).total

test('keys give each row its verdict and lead on; what is told with its reason arrives at whoever shared it', {
  timeout: 120_000,
}, async () => {
  const objects = some(6, 'Beacon')
  const share = await heard(objects)
  const before = await answersSaid()
  await room(`?share=${share}`)
  await rowOf('Beacon 1').waitFor(WAIT)
  await page.keyboard.press('j')
  expect(await inHand()).toBe('Beacon 1')
  await page.getByText('Answers to a beacon').waitFor(WAIT)
  await page.keyboard.press('a')
  expect(await inHand()).toBe('Beacon 2')
  await page.keyboard.press('f')
  await page.keyboard.press('e')
  await page.keyboard.type('It is our own scanner.')
  await page.keyboard.press('Enter')
  expect(await inHand()).toBe('Beacon 4')
  await rowOf('Beacon 2').getByText('Why: It is our own scanner.').waitFor()
  await page.keyboard.press('w')
  await page.keyboard.press('u')
  expect(await inHand()).toBe('Beacon 4')
  expect(await rowOf('Beacon 4').getByText('Already known').count()).toBe(0)
  await page.keyboard.press('s')
  await page.getByText('192.0.2.5').waitFor()
  await isSound('triage')
  expect(await answersSaid()).toBe(before)
  await page.keyboard.press('t')
  await dialog().getByText('Told: alfa.example').waitFor()
  await isSound('triage-tell')
  await dialog().getByRole('button', { name: 'Tell them' }).click()
  await dialog().getByText('alfa.example was told: 1 × Accepted, 1 × False positive, 1 × Stale.').waitFor(WAIT)
  await dialog().getByRole('button', { name: 'Close' }).click()
  await rowOf('Beacon 1').waitFor({ state: 'detached', ...WAIT })
  const [, second] = objects
  await until('alfa to hear it', async () => (await saidOf(second?.id ?? ''))?.verdict === 'false-positive')
  expect(await saidOf(second?.id ?? '')).toMatchObject({ explanation: 'It is our own scanner.' })
  expect(await answersSaid()).toBe(before + 1)
  await page.getByText('3 of 6 have a verdict that was told').waitFor()
})

test('one verdict is given to many that were selected, and one undo takes all of it back', {
  timeout: 120_000,
}, async () => {
  const share = await heard(some(5, 'Lantern'))
  await room(`?share=${share}`)
  await rowOf('Lantern 1').waitFor(WAIT)
  for (const key of ['j', 'x', 'j', 'j', 'X']) await page.keyboard.press(key)
  await page.getByText('3 selected').waitFor()
  await page.keyboard.press('w')
  expect(await page.locator('.triage-table .mark').count()).toBe(3)
  await button(/^Tell 3 verdicts/).waitFor()
  await page.keyboard.press('u')
  expect(await page.locator('.triage-table .mark').count()).toBe(0)
  await isSound()
})

test('what was given and not told outlasts the page, and goes with nobody but who gave it', {
  timeout: 120_000,
}, async () => {
  const share = await heard(some(2, 'Quarry'))
  await room(`?share=${share}`)
  await rowOf('Quarry 1').waitFor(WAIT)
  await page.keyboard.press('j')
  await page.keyboard.press('s')
  await page.reload()
  await rowOf('Quarry 1').getByText('not told yet').waitFor(WAIT)
  expect(await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.includes('triage')))).toEqual([
    `countersign.triage duty@bravo.example ${parties.pact}`,
  ])
})

test('on a narrow screen each card has room for a finger, and a whole share is answered at once', {
  timeout: 120_000,
}, async () => {
  const objects = some(4, 'Harbour')
  const share = await heard(objects)
  await room(`?share=${share}`, 390)
  await rowOf('Harbour 2')
    .getByRole('button', { name: /^False positive/ })
    .click()
  await rowOf('Harbour 2').getByText('not told yet').waitFor()
  await isSound('triage')
  const all = button('Answer all 4 at once…')
  expect(await all.isDisabled()).toBe(true)
  await button('Undo').click()
  await all.click()
  await dialog().getByLabel('Verdict').selectOption('Stale')
  await dialog().getByLabel('Why').fill('The campaign is over.')
  await isSound('triage-all')
  await dialog().getByRole('button', { name: 'Tell them this' }).click()
  await dialog().getByText('4 × Stale').waitFor(WAIT)
  await dialog().getByRole('button', { name: 'Close' }).click()
  for (const { id } of objects) {
    await until('alfa to hear it', async () => (await saidOf(id))?.explanation === 'The campaign is over.')
  }
})

test('what a second person must approve is marked as told and waiting, and is not offered as new', {
  timeout: 120_000,
}, async () => {
  const share = await heard(some(2, 'Meadow'))
  mkdirSync(join(parties.bravo.dir, 'rules'), { recursive: true })
  writeFileSync(join(parties.bravo.dir, 'rules', 'house.json'), '{"approval":{"types":["opinion"]}}')
  await room(`?share=${share}`)
  await rowOf('Meadow 1').waitFor(WAIT)
  await page.keyboard.press('j')
  await page.keyboard.press('a')
  await page.keyboard.press('t')
  await dialog().getByRole('button', { name: 'Tell them' }).click()
  await dialog().getByText('once a second person of this house has approved it').waitFor(WAIT)
  expect(await dialog().getByText('countersign ').count()).toBe(0)
  await dialog().getByRole('button', { name: 'Close' }).click()
  await rowOf('Meadow 1').getByText('Told, waits to leave').waitFor(WAIT)
  await isSound()
})

test('where everything has its verdict, the room says what comes next', { timeout: 120_000 }, async () => {
  const { bravo, pact } = parties
  // By their ids, for feedback of the test before waits still.
  const { objects } = value(await bravo.node.triageList({ pact, limit: 1_000 }))
  const ids = objects.map(({ id }) => id)
  value(await bravo.node.triage({ pact, account: 'test', answers: [{ verdict: 'accepted', ids }] }))
  await room('')
  await page.getByText('Everything has its verdict').waitFor(WAIT)
  await isSound('triage-done')
})
