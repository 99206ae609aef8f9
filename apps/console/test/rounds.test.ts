// The weekly round in a real Chromium on real nodes: it is filled, looked through with the gate's verdict on each object, said
// once with a confirmation or skipped with the reason; what is left out stays here, and is taken in again by an undo.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { realSurroundings } from '@countersign/node'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { launchChromium } from '../../../tools/chromium.ts'

const PASSWORD = 'a password of some length'
const WAIT = { timeout: 30_000 }
const PICTURES = process.env.COUNTERSIGN_PICTURES
const DAY_MS = 86_400_000
let parties: Parties
let browser: Browser
let page: Page
const troubles: string[] = []
/** How far alfa's clock is ahead. */
let ahead = 0

beforeAll(async () => {
  parties = await startParties({ consoleDir: fileURLToPath(new URL('../dist', import.meta.url)) })
  value(await parties.alfa.accounts.addOfficer('duty@alfa.example', 'Duty', PASSWORD))
  const real = realSurroundings()
  await parties.alfa.restart({ ...real, now: () => real.now() + ahead })
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

beforeEach(() => rmSync(join(parties.alfa.dir, 'rules'), { recursive: true, force: true }))

function withRules(name: string, text: string): void {
  mkdirSync(join(parties.alfa.dir, 'rules', 'lists'), { recursive: true })
  writeFileSync(join(parties.alfa.dir, 'rules', name), text)
}

/** No page failed, and this one is no wider than the screen; where pictures are wanted, one in each appearance. */
async function isSound(picture?: string): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBeLessThanOrEqual(0)
  expect(troubles).toEqual([])
  // What names a command of the shell is no help on a page.
  expect(await page.getByText(/countersign [a-z]/).count()).toBe(0)
  if (PICTURES === undefined || picture === undefined) return
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.waitForTimeout(200)
    const path = join(PICTURES, `${picture}-${page.viewportSize()?.width ?? 0}-${colorScheme}.png`)
    await page.screenshot({ path, fullPage: true })
  }
  await page.emulateMedia({ colorScheme: 'light' })
}

const button = (name: string | RegExp) => page.getByRole('button', { name })
const dialog = () => page.locator('dialog[open]')
const rowOf = (words: string) =>
  page.locator('.gathered tbody tr, [aria-label="Gathered objects"] .card').filter({ hasText: words })
let made = 0
function address(last: number) {
  const id = `ipv4-addr--00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`
  return { type: 'ipv4-addr', spec_version: '2.1', id, value: `192.0.2.${last}` }
}

const rounds = () => parties.alfa.node.rounds
const state = async () => value(await rounds().look({ pact: parties.pact }))
const add = async (...objects: object[]) =>
  value(await rounds().add({ pact: parties.pact }, bytesInput(Buffer.from(JSON.stringify({ objects }))), 'a feed'))
const atBravo = async (id: string) => (await parties.bravo.node.views.object(id)) !== undefined

async function room(width = 1280): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  await page.goto(`${parties.alfa.url}round?pact=${parties.pact}`)
  await page.getByText('How it stands').waitFor(WAIT)
}

const RULES = `@id("own-infrastructure")
@reason("It names our own infrastructure.")
forbid (principal, action == Action::"release", resource)
when { resource.lists.contains("own-infrastructure") };
`

test('an empty round says what to do; what is dropped is put in, what the gate refuses is left out, and the rest is said once', {
  timeout: 150_000,
}, async () => {
  withRules('house.cedar', RULES)
  withRules('lists/own-infrastructure.txt', '192.0.2.10')
  await page.goto(`${parties.alfa.url}rounds`)
  await page.getByRole('link', { name: 'Nothing is in it yet' }).click()
  await page.getByText('Put something in below').waitFor(WAIT)
  expect(await button('Say it…').isDisabled()).toBe(true)
  await isSound('round-empty')
  const [ours, fine, other, late] = [address(10), address(77), address(78), address(79)]
  const give = (text: string) =>
    page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'week.json', mimeType: 'application/json', buffer: Buffer.from(text) })
  await give('{"objects":[{"type":"tool"}]}')
  await page.getByText('Something in it is no object of STIX 2.1').waitFor(WAIT)
  await give(JSON.stringify({ objects: [ours, fine, other] }))
  await page.getByText('week.json: 3 objects put in.').waitFor(WAIT)
  await rowOf('192.0.2.10').getByText('It names our own infrastructure.').waitFor(WAIT)
  await page.getByText('Nothing leaves: the gate refuses some of it.').waitFor()
  expect(await button('Say 3 objects…').isDisabled()).toBe(true)
  await isSound('round')
  await button('Leave out the 1 refused object').click()
  await rowOf('192.0.2.10').getByText('Left out by duty@alfa.example').waitFor(WAIT)
  await page.getByText('All of it may leave, as it is.').waitFor(WAIT)
  await button('Say 2 objects…').click()
  await dialog().getByText('cannot be unsaid').waitFor()
  await isSound('round-say')
  expect(await atBravo(fine.id)).toBe(false)
  // What comes in while the officer reads is not said unseen.
  await add(late)
  await dialog().getByRole('button', { name: 'Say it' }).click()
  await dialog().getByText('Nothing was said').waitFor(WAIT)
  await dialog().getByText('1 object came in:').waitFor()
  await dialog().getByText(late.id).waitFor()
  await isSound('round-changed')
  expect(await atBravo(fine.id)).toBe(false)
  await dialog().getByRole('button', { name: 'Cancel' }).click()
  await button('Say 3 objects…').click()
  await dialog().getByRole('button', { name: 'Say it' }).click()
  await dialog().getByText('3 objects were shared with bravo.example').waitFor(WAIT)
  await dialog().getByRole('button', { name: 'Close' }).click()
  await page.getByText('All that was gathered is left out.').waitFor(WAIT)
  await until('bravo to have it', () => atBravo(other.id))
  expect(await atBravo(ours.id)).toBe(false)
  expect(await state()).toMatchObject({ objects: 0, leftOut: 1, last: { objects: 3 } })
})

test('what was left out is taken in again by an undo, with the keys too', { timeout: 120_000 }, async () => {
  const [one, two] = [address(81), address(82)]
  await add(one, two)
  await room()
  await rowOf('192.0.2.81')
    .getByRole('button', { name: /^Leave/ })
    .click()
  await rowOf('192.0.2.81').getByText('Left out by').waitFor(WAIT)
  await page.getByText('1 object is left out.').waitFor()
  await button('Undo').click()
  await rowOf('192.0.2.81')
    .getByRole('button', { name: /^Leave/ })
    .waitFor(WAIT)
  await rowOf('192.0.2.81').getByRole('checkbox').focus()
  await page.keyboard.press('x')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByText('2 selected').waitFor()
  await page.keyboard.press('o')
  await rowOf('192.0.2.82').getByText('Left out by').waitFor(WAIT)
  await page.keyboard.press('u')
  await rowOf('192.0.2.82')
    .getByRole('button', { name: /^Leave/ })
    .waitFor(WAIT)
  const { gathered } = await state()
  expect(gathered.filter(({ id }) => id === one.id || id === two.id).map(({ leftOut }) => leftOut)).toEqual([
    null,
    null,
  ])
  await isSound()
})

test('a round that is due is told of without a command, and skipped with the reason', {
  timeout: 120_000,
}, async () => {
  ahead += 8 * DAY_MS
  await rounds().lookAtAll()
  // Where the alarms stand.
  await page.goto(`${parties.alfa.url}node`)
  await page.getByText('A weekly round is due').waitFor(WAIT)
  await isSound()
  await page.getByRole('link', { name: 'Open the rounds' }).click()
  await page.locator('.card .row-link').first().click()
  await page.getByText('It is due. Look through what was gathered').waitFor(WAIT)
  await page.setViewportSize({ width: 390, height: 900 })
  await isSound('round')
  await button('Skip this week…').click()
  await dialog().getByRole('button', { name: 'Skip it' }).click()
  await dialog().getByText('Say why').waitFor()
  await dialog().getByLabel('Why').fill('The lab is still at it.')
  await dialog().getByRole('button', { name: 'Skip it' }).click()
  await dialog().getByText('it is due again on').waitFor(WAIT)
  await dialog().getByRole('button', { name: 'Close' }).click()
  await page.getByText('The lab is still at it.').waitFor(WAIT)
  expect(await state()).toMatchObject({ isDue: false, skipped: { by: 'duty@alfa.example' } })
})

test('its day, its hour and its marking are set', { timeout: 120_000 }, async () => {
  await room()
  await page.getByLabel('Day of the week').selectOption('Friday')
  await page.getByLabel('Hour, in UTC').selectOption('13')
  await page.getByLabel('Marking').selectOption('TLP:GREEN')
  await page.getByRole('button', { name: 'Set', exact: true }).click()
  await page.getByText('It is set.').waitFor(WAIT)
  expect(await state()).toMatchObject({ weekday: 5, hour: 13, marking: { tlp: 'TLP:GREEN' } })
  await isSound()
})

test('a round above a threshold waits for a second person, and says for whom and where', {
  timeout: 120_000,
}, async () => {
  withRules('house.json', '{"approval":{"types":["ipv4-addr"]}}')
  await room()
  await page.getByText('It waits for a second person before it may leave.').waitFor(WAIT)
  await button(/^Say \d+ objects?…$/).click()
  await dialog().getByRole('button', { name: 'Say it' }).click()
  await dialog().getByText('leaves once a second person has approved it').waitFor(WAIT)
  await dialog().getByRole('button', { name: 'Close' }).click()
  await page.getByText('It needs 1 person still.').waitFor(WAIT)
  await isSound('round-waits')
  await page.getByRole('link', { name: 'See it waiting' }).click()
  await page.getByText('Why it waits').waitFor(WAIT)
})
