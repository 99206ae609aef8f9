// The list of objects in a real Chromium on a real node: its rows are drawn with the browser's own links and boxes, and
// must behave as everywhere in the console.

import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { launchChromium } from '../../../tools/chromium.ts'

const PASSWORD = 'a password of some length'
const WAIT = { timeout: 60_000 }
const id = (n: number) => `ipv4-addr--00000000-0000-4000-8000-00000000000${n}`
let parties: Parties
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  parties = await startParties({ consoleDir: fileURLToPath(new URL('../dist', import.meta.url)) })
  const { alfa, pact } = parties
  value(await alfa.accounts.addOfficer('duty@alfa.example', 'Duty', PASSWORD))
  const objects = [1, 2, 3].map((n) => ({ type: 'ipv4-addr', spec_version: '2.1', id: id(n), value: `192.0.2.${n}` }))
  const input = bytesInput(Buffer.from(JSON.stringify({ objects })))
  value(await alfa.node.share({ pact, account: 'test', input }))
  await until('it to be shown', async () => (await alfa.node.views.object(id(3))) !== undefined)
  browser = await launchChromium()
  context = await browser.newContext({ locale: 'en-GB' })
  page = await context.newPage()
  await page.goto(alfa.url)
  await page.locator('input[type=email]').fill('duty@alfa.example')
  await page.locator('input[type=password]').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.locator('nav').first().waitFor(WAIT)
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await parties?.close()
}, 60_000)

const row = (n: number) => page.locator(`[data-row-link="${id(n)}"]`)

test.each([1280, 390])('a row opens in place, and on the way back it has the focus, %i wide', async (width) => {
  await page.setViewportSize({ width, height: 900 })
  await page.goto(`${parties.alfa.url}objects`)
  await row(2).waitFor(WAIT)
  await page.evaluate(() => Object.assign(globalThis, { isTheSamePage: true }))
  await row(2).click()
  await page.waitForURL(`**/object/${id(2)}`, WAIT)
  await page.goBack()
  await row(2).waitFor(WAIT)
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-row-link')), WAIT).toBe(id(2))
  expect(await page.evaluate(() => Reflect.get(globalThis, 'isTheSamePage'))).toBe(true)
})

test('with Ctrl it opens in another tab, and the list stays', async () => {
  await page.goto(`${parties.alfa.url}objects`)
  await row(1).waitFor(WAIT)
  const opened = context.waitForEvent('page', WAIT)
  await row(1).click({ modifiers: ['Control'] })
  const other = await opened
  await other.waitForURL(`**/object/${id(1)}`, WAIT)
  await other.close()
  expect(page.url()).toBe(`${parties.alfa.url}objects`)
})

test('what is ticked stays ticked and drawn so while another search is typed', async () => {
  await page.goto(`${parties.alfa.url}objects`)
  await page.getByLabel('Choose 192.0.2.2').check(WAIT)
  await page.locator('#list-search').fill('192.0.2.1')
  await page.locator('[data-shows="192.0.2.1"]').waitFor(WAIT)
  await page.locator('#list-search').fill('192.0.2')
  await page.locator('[data-shows="192.0.2"]').waitFor(WAIT)
  expect(await page.getByLabel('Choose 192.0.2.2').isChecked()).toBe(true)
  expect(await page.getByLabel('Choose 192.0.2.1').isChecked()).toBe(false)
  await page.getByRole('button', { name: 'Choose none' }).click()
  expect(await page.getByLabel('Choose 192.0.2.2').isChecked()).toBe(false)
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 700 })
      await page.getByLabel('Choose 192.0.2.1').setChecked(width === 1280)
      if (process.env.SHOTS !== undefined) {
        await page.screenshot({ path: `${process.env.SHOTS}/objects-${colorScheme}-${width}.png` })
      }
    }
  }
})

test('the first letter of a search is asked for at once, and of what is typed right after it the last alone', async () => {
  const typing = await context.newPage()
  const asked: (string | null)[] = []
  typing.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url())
    if (pathname.endsWith('/objects') && searchParams.has('q')) asked.push(searchParams.get('q'))
  })
  await typing.clock.install()
  await typing.goto(`${parties.alfa.url}objects`)
  await typing.locator('[data-shows=""]').waitFor(WAIT)
  await typing.clock.pauseAt(await typing.evaluate(() => Date.now() + 1_000))
  await typing.locator('#list-search').focus()
  // The clock of the page stands still.
  await typing.keyboard.insertText('1')
  await expect.poll(() => asked, WAIT).toEqual(['1'])
  await typing.keyboard.insertText('9')
  await typing.keyboard.insertText('2')
  await typing.clock.runFor(1_000)
  await expect.poll(() => asked, WAIT).toEqual(['1', '192'])
  await typing.close()
})
