// What officers decide in the console, in a real Chromium on real nodes: alarms that two acknowledge, a log that two have
// succeeded, content that is held or destroyed; and what they read of keys and take away as evidence.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { verifyExchange } from '@countersign/client'
import { utf8 } from '@countersign/log'
import { realSurroundings } from '@countersign/node'
import { fingerprintWords, MESSAGE_MEDIA_TYPE } from '@countersign/record'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { delivered, type Parties, raiseAlarm, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { launchChromium } from '../../../tools/chromium.ts'

const PASSWORD = 'a password of some length'
const WAIT = { timeout: 30_000 }
let parties: Parties
let browser: Browser
const desks = new Map<string, { page: Page; context: BrowserContext; troubles: string[] }>()
/** A message of alfa to bravo, and what bravo answered. */
let message = ''
let answer = ''

beforeAll(async () => {
  parties = await startParties({ consoleDir: fileURLToPath(new URL('../dist', import.meta.url)) })
  const { alfa, bravo, pact } = parties
  for (const name of ['first', 'second']) value(await alfa.accounts.addOfficer(`${name}@alfa.example`, name, PASSWORD))
  const bytes = utf8(JSON.stringify({ subject: 'Look at your relays', text: 'Please.' }))
  const content = [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes }]
  const said = value(
    await alfa.node.say({
      ...{ pact, type: 'hotline/message', body: { precedence: 'ROUTINE' }, content, account: 'test' },
    }),
  )
  if (said.state !== 'said') throw new Error('It was held here.')
  message = said.record
  await delivered(alfa.node, message)
  const acknowledged = value(
    await bravo.node.say({
      pact,
      type: 'hotline/ack',
      to: ['alfa.example'],
      body: { number: 1 },
      re: [message],
      account: 'test',
    }),
  )
  if (acknowledged.state !== 'said') throw new Error('It was held here.')
  answer = acknowledged.record
  await until('alfa to hear it', async () => (await alfa.node.views.record(message))?.answersTotal === 1)
  browser = await launchChromium()
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await parties?.close()
}, 60_000)

/** The desk of an officer, signed in once, at a page. */
async function at(name: 'first' | 'second', path: string, width = 1280): Promise<Page> {
  let desk = desks.get(name)
  if (desk === undefined) {
    const context = await browser.newContext({ locale: 'en-GB', acceptDownloads: true })
    desk = { context, page: await context.newPage(), troubles: [] }
    const { page, troubles } = desk
    desks.set(name, desk)
    page.on('pageerror', (error) => troubles.push(error.message))
    await page.goto(parties.alfa.url)
    await page.locator('input[type=email]').fill(`${name}@alfa.example`)
    await page.locator('input[type=password]').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.locator('nav').first().waitFor(WAIT)
  }
  const { page } = desk
  await page.setViewportSize({ width, height: 900 })
  await page.goto(`${parties.alfa.url}${path}`)
  await page.locator('main').first().waitFor(WAIT)
  return page
}

/** Nothing failed on any page, and this one is no wider than the screen. */
async function isSound(page: Page): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBeLessThanOrEqual(0)
  for (const { troubles } of desks.values()) expect(troubles).toEqual([])
}

const pathOf = (record: string) => `record/${record.replace('#', '/')}`
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })
const dialog = (page: Page) => page.locator('dialog[open]')

/** Gives the reason where one is asked for, presses, reads what came of it, and closes. */
async function confirm(page: Page, name: string, outcome: string | RegExp, reason?: string): Promise<void> {
  const open = dialog(page)
  if (reason !== undefined) await open.locator('textarea').fill(reason)
  await open.getByRole('button', { name, exact: true }).click()
  await open.getByText(outcome).waitFor(WAIT)
  await open.getByRole('button', { name: 'Close' }).click()
}

test('the whole exchange is saved as one file, which verifies away from the node', { timeout: 120_000 }, async () => {
  const page = await at('first', pathOf(message))
  await page.getByLabel('The whole exchange').check()
  await page.getByLabel('Reveal the content in the file').check()
  const saving = page.waitForEvent('download', WAIT)
  await button(page, 'Save evidence').click()
  const saved = await saving
  expect(saved.suggestedFilename()).toBe('exchange.evidence')
  const file = new Uint8Array(readFileSync(await saved.path()))
  const cards = [parties.alfa, parties.bravo, parties.watch].map(({ node }) => node.card)
  const report = verifyExchange(file, cards)
  expect(report.holds).toBe(true)
  // What was revealed is what was sealed.
  expect(report.records.flatMap(({ steps }) => steps)).toContainEqual(
    expect.objectContaining({ step: 'content', ok: true }),
  )
  expect(report.records.map(({ record }) => `${record?.origin}#${record?.index}`).sort()).toEqual(
    [message, answer].sort(),
  )
  await isSound(page)
})

test.each([1280, 390])('our keys, and the words of every card that is trusted, are read %i wide', async (width) => {
  const page = await at('first', 'keys', width)
  await page.getByText('The root lies in this node’s folder').waitFor(WAIT)
  await page.getByText('The private keys lie in the node’s folder without a passphrase').waitFor()
  for (const { node, party } of [parties.alfa, parties.bravo, parties.watch]) {
    const words = fingerprintWords(node.card)
    const shown = await page
      .locator('.words')
      .evaluateAll((lists) => lists.map((list) => [...list.children].map((word) => word.textContent)))
    expect(shown, party).toContainEqual(words)
  }
  await isSound(page)
})

test('a hold with its reason bars destruction until it is lifted; with both consents the content is gone', {
  timeout: 180_000,
}, async () => {
  const { alfa, bravo } = parties
  const page = await at('first', pathOf(message))
  await button(page, 'Hold…').click()
  await dialog(page).getByRole('button', { name: 'Hold', exact: true }).click()
  await dialog(page).getByText('Say why').waitFor()
  await confirm(page, 'Hold', 'The hold stands', 'Case 7 of 2026')
  await page.getByText('A hold stands').waitFor(WAIT)
  await page.getByText('Case 7 of 2026').waitFor(WAIT)
  const consent = button(page, 'Consent to destruction…')
  expect(await consent.isDisabled()).toBe(true)
  expect(await consent.getAttribute('aria-describedby')).toBe('life-barred')
  await page.getByText('Not while the hold of alfa.example stands.').waitFor()
  await button(page, 'Lift our hold…').click()
  await confirm(page, 'Lift our hold', 'Our hold is lifted.')
  await expect.poll(() => consent.isEnabled(), WAIT).toBe(true)
  await consent.click()
  await confirm(page, 'Consent to destruction', 'bravo.example', 'Request 12')
  await page.getByText('Our consent is said; it cannot be unsaid. Still awaited: bravo.example.').waitFor(WAIT)
  await page.getByText('Request 12').waitFor(WAIT)
  expect(await consent.count()).toBe(0)
  await until('bravo to hear the consent', async () => {
    return (await bravo.node.views.contentLife(message))?.consents.includes('alfa.example') === true
  })
  value(await bravo.node.content.destroy({ record: message, reason: 'Request 12 of alfa', account: 'test' }))
  await until('alfa to destroy it', async () => (await alfa.node.views.contentLife(message))?.destroyed.length === 1)
  await page.getByText('The content is destroyed. The entry, its receipts and its proofs stay').waitFor(WAIT)
  expect(await button(page, /Hold…|Destroy…|destruction…/).count()).toBe(0)
  await isSound(page)
})

test('what stands after the split of a forked log is marked in its row and on its page', async () => {
  const [origin = '', index = ''] = answer.split('#')
  let page = await at('first', `records?type=hotline/ack`)
  await page.locator('[data-row-link]').first().waitFor(WAIT)
  expect(await page.getByText('After the split').count()).toBe(0)
  await parties.alfa.node.views.foldSplit(origin, Number(index))
  for (const width of [1280, 390]) {
    page = await at('first', 'records', width)
    await page.getByText('After the split').first().waitFor(WAIT)
    await isSound(page)
  }
  page = await at('first', pathOf(answer))
  await page.getByText('Its author signed two different logs of this name').waitFor(WAIT)
  page = await at('first', pathOf(message))
  await page.getByText('Look at your relays').or(page.getByText('The content is destroyed')).first().waitFor(WAIT)
  expect(await page.getByText('Its author signed two different logs of this name').count()).toBe(0)
})

test('an alarm of a fork stands on every page until two different officers have acknowledged it', {
  timeout: 180_000,
}, async () => {
  const { alfa } = parties
  const [subject = ''] = answer.split('#')
  raiseAlarm(alfa.dir, 'mirror/fork', subject, 'The author signed two different logs of 9 entries.')
  const title = 'bravo.example signed two different logs under one name'
  for (const path of ['records', 'objects', 'agreements', 'approvals', 'keys', 'node', pathOf(answer)]) {
    const page = await at('first', path, path === 'records' ? 390 : 1280)
    await page.getByText(title).waitFor(WAIT)
    await page.getByText('Nobody has acknowledged it yet').first().waitFor()
    await isSound(page)
  }
  const first = await at('first', 'records')
  await button(first, 'Acknowledge…').click()
  await confirm(first, 'Acknowledge', 'The alarm stands until a second officer does', 'Put to bravo by telephone')
  const mine = button(first, 'Acknowledge as second officer…')
  await mine.waitFor(WAIT)
  expect(await mine.isDisabled()).toBe(true)
  await first.getByText('You were the first; another officer must be the second.').waitFor()
  // Not even by going round the page.
  const [asked] = alfa.node.officers.approvals.open()
  const origin = new URL(alfa.url).origin
  const forced = await first.request.post(`${alfa.url}api/approvals/confirm`, {
    headers: { origin },
    data: { id: asked?.id },
  })
  expect(await forced.json()).toMatchObject({ code: 'approval/same-officer' })

  const second = await at('second', 'objects')
  await second.getByText('first@alfa.example has acknowledged it and says: “Put to bravo by telephone”').waitFor(WAIT)
  await button(second, 'Acknowledge as second officer…').click()
  await dialog(second).getByText('Put to bravo by telephone').waitFor()
  await confirm(second, 'Acknowledge', 'The alarm was acknowledged.')
  for (const page of [second, first]) await page.getByText(title).waitFor({ state: 'detached', ...WAIT })
  await isSound(second)
})

test('a log that waits for a peer in vain is succeeded once a second officer has confirmed it', {
  timeout: 240_000,
}, async () => {
  const { alfa, watch, pact } = parties
  const line = async () => {
    const channels = (await alfa.node.status()).pacts.find(({ id }) => id === pact)?.channels
    return channels?.find(({ name }) => name === 'line')
  }
  await alfa.stop()
  await watch.stop()
  await alfa.start({ ...realSurroundings(), host: () => 'another machine' })
  await until('bravo to answer', async () => (await line())?.awaited.join() === 'watch.example')
  const before = await line()
  let first = await at('first', 'node')
  await button(first, 'Open a successor…').first().click()
  const pins = await alfa.node.officers.offeredSuccession(pact, 'line')
  await dialog(first).getByText(String(pins?.root)).waitFor(WAIT)
  await dialog(first).getByText('cannot be undone').waitFor()
  await confirm(first, 'Ask for the successor', 'Nothing is opened until a second officer', 'watch is gone for good')
  await first.getByText('1 request waits for a second officer').waitFor(WAIT)
  first = await at('first', 'approvals')
  await button(first, 'Confirm…').waitFor(WAIT)
  expect(await first.getByText('waits for you').count()).toBe(0)
  expect(await button(first, 'Confirm…').isDisabled()).toBe(true)
  await first.getByText('You asked for it; another officer must confirm it.').waitFor()
  expect((await line())?.origin).toBe(before?.origin)

  const second = await at('second', 'approvals', 390)
  await second.getByText('1 waits for you').waitFor(WAIT)
  await button(second, 'Confirm…').click()
  await dialog(second).getByText('watch is gone for good').waitFor(WAIT)
  await dialog(second).getByText(String(pins?.root)).waitFor()
  await confirm(second, 'Open the successor', /succeeds .* after \d+ entries/)
  expect(await line()).toMatchObject({ state: 'ready', maySucceed: false })
  expect((await line())?.origin).not.toBe(before?.origin)
  await second.getByText('Nothing waits for a second officer.').waitFor(WAIT)
  await isSound(second)
})
