// Feedback and balance in a real Chromium on real nodes: the picture and the figures say the same of both directions, and what
// came back stands with its reason beside the object it is about.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  bytesInput,
  type Parties,
  type Party,
  startParties,
  until,
  value,
} from '../../../packages/http/test/parties.ts'
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
  value(await parties.alfa.accounts.addOfficer('duty@alfa.example', 'Duty', PASSWORD))
  browser = await launchChromium()
  page = await (await browser.newContext({ locale: 'en-GB' })).newPage()
  page.on('pageerror', (error) => troubles.push(error.message))
  await page.goto(parties.alfa.url)
  await page.locator('input[type=email]').fill('duty@alfa.example')
  await page.locator('input[type=password]').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.locator('nav').first().waitFor(WAIT)
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await parties?.close()
}, 60_000)

/** No page failed, and this one is no wider than the screen; where pictures are wanted, one in each appearance. */
async function isSound(picture?: string): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBeLessThanOrEqual(0)
  expect(troubles).toEqual([])
  if (PICTURES === undefined || picture === undefined) return
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.waitForTimeout(200)
    const path = join(PICTURES, `${picture}-${page.viewportSize()?.width ?? 0}-${colorScheme}.png`)
    await page.screenshot({ path, fullPage: true })
  }
  await page.emulateMedia({ colorScheme: 'light' })
}

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const TIMES = { created: '2026-11-01T00:00:00.000Z', modified: '2026-11-01T00:00:00.000Z' }
const tool = (n: number) => ({ type: 'tool', spec_version: '2.1', id: `tool--${uuid(n)}`, ...TIMES, name: `Tool ${n}` })
const some = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => tool(first + n))

async function shared(by: Party, objects: { id: string }[]): Promise<string> {
  const other = by === parties.alfa ? parties.bravo : parties.alfa
  const { pact } = parties
  const input = bytesInput(Buffer.from(JSON.stringify({ objects })))
  const { share } = value(await by.node.share({ pact, account: 'test', input }))
  await until('the other to have it', async () => {
    const list = value(await other.node.triageList({ pact, share }))
    return list.shares[0]?.objects === objects.length
  })
  return share
}

async function room(search = '', width = 1280): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  await page.goto(`${parties.alfa.url}balance${search}`)
  await page.getByRole('heading', { name: 'Feedback and balance' }).waitFor(WAIT)
}

test('where nothing was exchanged yet, the room says what to do', { timeout: 120_000 }, async () => {
  await room()
  await page.getByText('Nothing was exchanged in that time').waitFor(WAIT)
  await page.getByText('Nothing came back yet').waitFor(WAIT)
  await isSound('balance-empty')
})

test.each([1280, 390])(
  'the picture, the figures and the list say what went each way and what became of it, %i wide',
  { timeout: 150_000 },
  async (width) => {
    const { alfa, bravo, pact } = parties
    if (width === 1280) {
      const share = await shared(alfa, some(1, 20))
      await shared(bravo, some(31, 36))
      const answers = [
        { verdict: 'false-positive' as const, reason: 'It is our own scanner.', ids: [tool(1).id] },
        { verdict: 'already-known' as const, reason: 'Since May.', ids: some(2, 5).map(({ id }) => id) },
        { verdict: 'stale' as const, ids: [tool(6).id] },
        { verdict: 'accepted' as const, ids: some(7, 14).map(({ id }) => id) },
      ]
      value(await bravo.node.triage({ pact, share, account: 'test', answers }))
      const sighting = { count: 3, first: new Date(Date.now() + 3_600_000).toISOString() }
      value(await bravo.node.giveFeedback({ pact, account: 'test', ids: [tool(8).id], sighting }))
      await until('alfa to hear it', async () => {
        const [one] = value(await alfa.node.balance({ pact })).parties
        return one?.given.answered === 14 && one.given.sighted === 1
      })
    }
    await room('', width)
    const given = page.locator('.balance-way').filter({ hasText: 'From us to bravo.example' })
    await given.getByText('20 objects').waitFor(WAIT)
    for (const words of ['8 Accepted', '4 Already known', '1 False positive', '1 Stale', '6 Not answered']) {
      await given.getByText(words).waitFor()
    }
    await given.getByText('Answered: 14 (70%)').waitFor()
    await given.getByText('Warned ahead by').waitFor()
    const received = page.locator('.balance-way').filter({ hasText: 'From bravo.example to us' })
    await received.getByText('6 objects').waitFor()
    // A bar is as long as what went that way beside the longest.
    const widths = await page.locator('.balance-bars').evaluateAll((bars) => bars.map((bar) => bar.style.width))
    expect(widths).toEqual(['30%', '100%'])
    const line = page.locator('.figures tr').filter({ hasText: 'False positive' }).locator('td')
    expect(await line.allTextContents()).toEqual(['0', '1'])
    const back = page
      .locator('.feedback tbody tr, [aria-label="Feedback"] .card')
      .filter({ hasText: 'It is our own scanner.' })
    await back.getByText('Tool 1', { exact: true }).waitFor(WAIT)
    await back.getByText('False positive').waitFor()
    await page.getByText('Seen 3 times').waitFor()
    await isSound('balance')
    await page.getByRole('link', { name: '6 objects of theirs are not answered by us' }).click()
    await page.getByText('Tool 31', { exact: true }).waitFor(WAIT)
  },
)
