// Shares that wait for a second person, in a real Chromium on real nodes: who shared it cannot approve it, another sees what
// would leave and approves exactly that, or refuses it with a reason; and where the gate decides otherwise meanwhile,
// nothing is approved that was not looked at.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { launchChromium } from '../../../tools/chromium.ts'

const PASSWORD = 'a password of some length'
const WAIT = { timeout: 30_000 }
const PICTURES = process.env.COUNTERSIGN_PICTURES
type Name = 'author' | 'second'
let parties: Parties
let browser: Browser
const desks = new Map<Name, Page>()
const troubles: string[] = []

beforeAll(async () => {
  parties = await startParties({ consoleDir: fileURLToPath(new URL('../dist', import.meta.url)) })
  for (const name of ['author', 'second'] as const) {
    value(await parties.alfa.accounts.addOfficer(`${name}@alfa.example`, name, PASSWORD))
  }
  browser = await launchChromium()
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await parties?.close()
}, 60_000)

beforeEach(() => {
  rmSync(join(parties.alfa.dir, 'rules'), { recursive: true, force: true })
  writeRule('house.json', '{"approval":{"objects":2}}')
})

function writeRule(name: string, text: string): void {
  mkdirSync(join(parties.alfa.dir, 'rules'), { recursive: true })
  writeFileSync(join(parties.alfa.dir, 'rules', name), text)
}

/** The desk of an officer, signed in once, at a page. */
async function at(name: Name, path: string, width = 1280): Promise<Page> {
  let page = desks.get(name)
  if (page === undefined) {
    page = await (await browser.newContext({ locale: 'en-GB', acceptDownloads: true })).newPage()
    desks.set(name, page)
    page.on('pageerror', (error) => troubles.push(error.message))
    await page.goto(parties.alfa.url)
    await page.locator('input[type=email]').fill(`${name}@alfa.example`)
    await page.locator('input[type=password]').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.locator('nav').first().waitFor(WAIT)
  }
  await page.setViewportSize({ width, height: 900 })
  await page.goto(`${parties.alfa.url}${path}`)
  await page.locator('main').first().waitFor(WAIT)
  return page
}

/** No page failed, and this one is no wider than the screen; where pictures are wanted, one in each appearance. */
async function isSound(page: Page, picture?: string): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBeLessThanOrEqual(0)
  expect(troubles).toEqual([])
  if (PICTURES === undefined || picture === undefined) return
  const width = page.viewportSize()?.width ?? 0
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(PICTURES, `${picture}-${width}-${colorScheme}.png`), fullPage: true })
  }
  await page.emulateMedia({ colorScheme: 'light' })
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })
const dialog = (page: Page) => page.locator('dialog[open]')
const rowOf = (page: Page, words: string) =>
  page.locator('.verdicts tbody tr, [aria-label="Objects that wait"] .card').filter({ hasText: words })

let made = 0
function address(): { id: string; value: string; text: string } {
  const id = `ipv4-addr--00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`
  const seen = `192.0.2.${made}`
  return { id, value: seen, text: `{"type": "ipv4-addr",  "spec_version": "2.1", "id": "${id}", "value": "${seen}"}` }
}
const bundle = (...texts: string[]) => `{"objects":[${texts.join(',')}]}`

async function sharesSaid(): Promise<number> {
  await parties.alfa.node.settled()
  const { alfa, pact } = parties
  return value(await alfa.node.views.records({ pact, party: alfa.party, type: 'intel/share' })).total
}

/** As the author's own console has it shared. */
async function waits(...texts: string[]): Promise<string> {
  const page = await at('author', 'records')
  const { alfa, pact } = parties
  const query = new URLSearchParams({ pact, to: 'bravo.example', tlp: 'TLP:AMBER' })
  const posted = await page.request.post(`${alfa.url}api/share?${query}`, {
    headers: { origin: new URL(alfa.url).origin, 'content-type': 'application/octet-stream' },
    data: Buffer.from(bundle(...texts)),
  })
  const shared = (await posted.json()) as { state: string; share: string }
  expect(shared).toMatchObject({ state: 'waits' })
  return shared.share
}

test('what is above a threshold waits: its author is told why not to approve it, a second officer sees it and it leaves', {
  timeout: 240_000,
}, async () => {
  const { bravo } = parties
  const [one, two, three] = [address(), address(), address()]
  const author = await at('author', 'share')
  const before = await sharesSaid()
  await author
    .locator('input[type=file]')
    .first()
    .setInputFiles({
      ...{ name: 'three.json', mimeType: 'application/json' },
      buffer: Buffer.from(bundle(one.text, two.text, three.text)),
    })
  await author.getByText('It waits for a second person before it may leave.').waitFor(WAIT)
  await button(author, 'Send 3 objects to bravo.example').click()
  await author.getByText('It is kept here and leaves once a second person has approved it').waitFor(WAIT)
  await isSound(author, 'shared')
  await author.getByRole('link', { name: 'See it waiting' }).click()
  await author.getByText('You shared it yourself, so you cannot approve it').waitFor(WAIT)
  await rowOf(author, one.value).getByText('Passes').waitFor(WAIT)
  expect(await button(author, 'Approve…').isDisabled()).toBe(true)
  expect(await button(author, 'Refuse…').count()).toBe(0)
  expect(await author.getByText('waits for you').count()).toBe(0)
  await isSound(author, 'author')
  // Not even by going round the page.
  const [waiting] = parties.alfa.node.waitingShares.all()
  const id = waiting?.id ?? ''
  const forced = await author.request.post(`${parties.alfa.url}api/waiting-shares/approve`, {
    headers: { origin: new URL(parties.alfa.url).origin },
    data: { id, judgement: value(await parties.alfa.node.waitingShares.look(id)).judgement },
  })
  expect(await forced.json()).toMatchObject({ code: 'approval/same-officer' })

  for (const width of [390, 1280]) {
    const page = await at('second', 'approvals', width)
    await page.getByText('1 waits for you').waitFor(WAIT)
    await page.getByText('1 share waits for a second person').waitFor()
    await page.getByText('It needs 1 person still.').waitFor()
    await isSound(page, 'list')
  }
  const second = await at('second', 'records')
  await second.getByText('1 waits for you').waitFor(WAIT)
  // By the keyboard alone.
  for (const key of ['g', 'p']) await second.keyboard.press(key)
  await second.getByText('author@alfa.example').waitFor(WAIT)
  await second.keyboard.press('j')
  await second.keyboard.press('Enter')
  await rowOf(second, one.value).getByText('Passes').waitFor(WAIT)
  await second.getByText('It has 3 objects, and above 2 a second person approves.').first().waitFor(WAIT)
  await rowOf(second, two.value).getByText('As it would leave').click()
  await rowOf(second, two.value).getByText(two.text).waitFor(WAIT)
  const saving = second.waitForEvent('download', WAIT)
  await button(second, 'Save what would leave').click()
  const saved = JSON.parse(readFileSync(await (await saving).path(), 'utf8')) as { objects: { id: string }[] }
  expect(saved.objects.map((object) => object.id)).toEqual([one.id, two.id, three.id])
  await isSound(second, 'one')
  expect(await sharesSaid()).toBe(before)
  await button(second, 'Approve…').click()
  await dialog(second).getByText('cannot be unsaid').waitFor()
  await isSound(second, 'approving')
  await dialog(second).getByRole('button', { name: 'Approve it' }).click()
  await dialog(second).getByText('It was approved, and left.').waitFor(WAIT)
  await button(second, 'Close').click()
  await until('bravo to hear it', async () => (await bravo.node.views.object(three.id)) !== undefined)
  expect(await sharesSaid()).toBe(before + 1)
  await second.getByText('second@alfa.example approved it').waitFor(WAIT)
  await second.getByRole('link', { name: 'Open the record' }).waitFor(WAIT)
  await isSound(second, 'left')
  await second.getByRole('link', { name: 'Open the record' }).click()
  await second.getByText('Approved by').waitFor(WAIT)
  await second.locator('.facts').getByText('second@alfa.example').waitFor(WAIT)
  await second.getByText('waits for you').waitFor({ state: 'detached', ...WAIT })
})

test('what is refused stays here, and whoever shared it reads why', { timeout: 180_000 }, async () => {
  const texts = [address(), address(), address()].map(({ text }) => text)
  const before = await sharesSaid()
  const id = await waits(...texts)
  const second = await at('second', `approval/${id}`, 390)
  await button(second, 'Refuse…').click()
  await dialog(second).getByRole('button', { name: 'Refuse it' }).click()
  await dialog(second).getByText('Say why').waitFor()
  await dialog(second).locator('textarea').fill('Ask the hospital first')
  await isSound(second, 'refusing')
  await dialog(second).getByRole('button', { name: 'Refuse it' }).click()
  await dialog(second).getByText('It was refused; nothing of it left.').waitFor(WAIT)
  await button(second, 'Close').click()
  const author = await at('author', `approval/${id}`, 390)
  await author.getByText('second@alfa.example refused it; nothing of it left.').waitFor(WAIT)
  await author.getByText('Ask the hospital first').waitFor()
  expect(await button(author, /Approve|Refuse|Withdraw/).count()).toBe(0)
  await isSound(author, 'refused')
  expect(await sharesSaid()).toBe(before)
})

test('its author withdraws it', { timeout: 180_000 }, async () => {
  const id = await waits(...[address(), address(), address()].map(({ text }) => text))
  const author = await at('author', `approval/${id}`)
  await button(author, 'Withdraw…').click()
  await dialog(author).getByRole('button', { name: 'Withdraw it' }).click()
  await dialog(author).getByText('It was withdrawn; nothing of it left.').waitFor(WAIT)
  await button(author, 'Close').click()
  await author.getByText('author@alfa.example withdrew it; nothing of it left.').waitFor(WAIT)
  for (const width of [390, 1280]) {
    const page = await at('author', 'approvals', width)
    await page.getByText('Nothing waits for a second person').waitFor(WAIT)
    await page.getByText(/\d shares, the newest first/).click()
    await isSound(page, 'over')
  }
})

test('where the gate decides otherwise meanwhile, nothing is approved that was not looked at', {
  timeout: 240_000,
}, async () => {
  const [one, two, three] = [address(), address(), address()]
  const before = await sharesSaid()
  const id = await waits(one.text, two.text, three.text)
  const second = await at('second', `approval/${id}`)
  await rowOf(second, one.value).waitFor(WAIT)
  // While the dialogue stands open, so that the page cannot be quicker than the officer.
  await button(second, 'Approve…').click()
  writeRule(
    'house.cedar',
    `@id("not-this-one")
@reason("It is left out by now.")
@redact("object")
forbid (principal, action == Action::"release", resource)
when { resource.id == "${two.id}" };
`,
  )
  await dialog(second).getByRole('button', { name: 'Approve it' }).click()
  await dialog(second).getByText('The gate decides otherwise now than when you looked').waitFor(WAIT)
  await button(second, 'Cancel').click()
  await second.getByText('The gate decides otherwise now than when you opened this page').waitFor(WAIT)
  expect(await button(second, 'Approve…').isDisabled()).toBe(true)
  await rowOf(second, two.id).getByText('Changed').waitFor(WAIT)
  await rowOf(second, two.id).getByText('It is left out by now.').waitFor()
  await isSound(second, 'changed')
  await at('second', `approval/${id}`, 390)
  await rowOf(second, one.value).waitFor(WAIT)
  await isSound(second, 'one')
  expect(await sharesSaid()).toBe(before)
  writeRule('house.cedar', '')
  await second.getByText('The gate decides otherwise now than when you opened this page').waitFor(WAIT)
  await isSound(second, 'changed')
  await button(second, 'I have looked at it again').click()
  await button(second, 'Approve…').click()
  await dialog(second).getByRole('button', { name: 'Approve it' }).click()
  await dialog(second).getByText('It was approved, and left.').waitFor(WAIT)
  await button(second, 'Close').click()
  await until('it to be shown', async () => (await sharesSaid()) === before + 1)
})

test('what no officer shared takes two, and the first of them is told that another is needed', {
  timeout: 180_000,
}, async () => {
  const { alfa, pact } = parties
  const texts = [address(), address(), address()].map(({ text }) => text)
  const input = bytesInput(Buffer.from(bundle(...texts)))
  const { share: id } = value(await alfa.node.share({ pact, account: `feed${'-of-sightings'.repeat(12)}`, input }))
  const narrow = await at('second', 'approvals', 390)
  await narrow.getByText('-of-sightings').first().waitFor(WAIT)
  await isSound(narrow, 'long')
  const second = await at('second', `approval/${id}`)
  await second.getByText('no officer who had signed in').waitFor(WAIT)
  await second.getByText('It needs 2 persons still.').waitFor()
  await rowOf(second, '192.0.2').first().waitFor(WAIT)
  await button(second, 'Approve…').click()
  await dialog(second).getByText('Another person has to approve it too before it leaves.').waitFor()
  await dialog(second).getByRole('button', { name: 'Approve it' }).click()
  await dialog(second).getByText('It was approved; it needs 1 person more.').waitFor(WAIT)
  await button(second, 'Close').click()
  await second.getByText('You approved it already; another person approves it too.').waitFor(WAIT)
  await isSound(second, 'half')
  const author = await at('author', `approval/${id}`, 390)
  await rowOf(author, '192.0.2').first().waitFor(WAIT)
  await author.getByText('second@alfa.example approved it').waitFor()
  await button(author, 'Approve…').click()
  await dialog(author).getByRole('button', { name: 'Approve it' }).click()
  await dialog(author).getByText('It was approved, and left.').waitFor(WAIT)
})
