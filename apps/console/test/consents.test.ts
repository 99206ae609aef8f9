// Consents to passing on, in a real Chromium on real nodes: given and taken back by keyboard, listed both ways with how far
// they reach, and named by the gate beforehand and by the record afterwards.

import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { launchChromium } from '../../../tools/chromium.ts'

const PASSWORD = 'a password of some length'
const WAIT = { timeout: 30_000 }
let parties: Parties
let browser: Browser
let page: Page
const troubles: string[] = []

beforeAll(async () => {
  parties = await startParties({
    consoleDir: fileURLToPath(new URL('../dist', import.meta.url)),
  })
  value(await parties.alfa.accounts.addOfficer('duty@alfa.example', 'Duty', PASSWORD))
  browser = await launchChromium()
  page = await (await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } })).newPage()
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

async function isSound(): Promise<void> {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 })
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(wider).toBeLessThanOrEqual(0)
  }
  await page.setViewportSize({ width: 1280, height: 900 })
  expect(troubles).toEqual([])
}
async function picture(name: string): Promise<void> {
  const { COUNTERSIGN_PICTURES: dir } = process.env
  if (dir === undefined) return
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 })
      await page.screenshot({ path: `${dir}/${name}-${colorScheme}-${width}.png` })
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 900 })
}
const dialog = () => page.locator('dialog[open]')
const tool = (n: number) => ({
  ...{ type: 'tool', spec_version: '2.1', id: `tool--1c9f2e1a-9d67-4a27-a0a2-5f66dd06a00${n}` },
  ...{ created: '2026-11-20T08:00:00.000Z', modified: '2026-11-20T08:00:00.000Z', name: `Lantern ${n}` },
})
async function shared(from: 'alfa' | 'bravo', object: { id: string }): Promise<void> {
  const { [from]: party, pact, alfa, bravo } = parties
  value(await party.node.share({ pact, account: 'test', input: bytesInput(Buffer.from(JSON.stringify(object))) }))
  for (const { node } of [alfa, bravo])
    await until('it to be shown', async () => (await node.views.object(object.id)) !== undefined)
}

test('where nobody consented yet the room says how to ask and how to give', async () => {
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  await page.getByText('Nobody consented to passing anything on yet').waitFor(WAIT)
  await page.getByText('write to its originator on the line').waitFor()
  await isSound()
  await picture('empty')
})

test('a consent is given and taken back by keyboard, each after it was said what it does and does not', {
  timeout: 120_000,
}, async () => {
  await shared('alfa', tool(1))
  await page.keyboard.press('c')
  await dialog().getByText('It has no last day').waitFor(WAIT)
  await dialog().getByLabel('What').fill('tool--1c9f2e1a-9d67-4a27-a0a2-5f66dd06a009')
  await dialog().getByLabel('Under which agreement').selectOption('Any agreement, and outside of all')
  // The widest reach is never what is left over.
  expect(await dialog().getByRole('button', { name: 'Give it' }).isEnabled()).toBe(false)
  await dialog().getByLabel('Anybody there').check()
  await dialog().getByRole('button', { name: 'Give it' }).press('Enter')
  // What is not ours is refused in words, and nothing was said.
  await dialog().getByText('Nothing was consented to').waitFor(WAIT)
  expect(parties.alfa.node.views.consents(parties.pact)).toHaveLength(0)
  await dialog().getByLabel('What').fill(tool(1).id)
  await picture('giving')
  await isSound()
  await dialog().getByRole('button', { name: 'Give it' }).press('Enter')
  await dialog().getByText('bravo.example may pass it on, once this has arrived.').waitFor(WAIT)
  await page.keyboard.press('Escape')

  const ours = page.getByRole('list', { name: 'Given by us' })
  await ours.getByText('alfa.example lets bravo.example pass it on').waitFor(WAIT)
  await ours.getByText('Under any agreement and outside of all, to anybody').waitFor()
  await ours.getByText('Stands').waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('t')
  await dialog().getByText('What was passed on before stays passed on, and stays proved.').waitFor(WAIT)
  await dialog().getByRole('button', { name: 'Take it back' }).press('Enter')
  await dialog().getByText('by this consent no more').waitFor(WAIT)
  await page.keyboard.press('Escape')
  await ours.getByText('Taken back', { exact: true }).waitFor(WAIT)
  expect(await ours.getByRole('button', { name: 'Take it back…' }).count()).toBe(0)
  await until('bravo to hear it', () => parties.bravo.node.views.consents(parties.pact)[0]?.retractedFor.length === 1)
  await isSound()
})

test('what is given to us stands apart, and the page of an object of ours opens the dialogue for it', {
  timeout: 90_000,
}, async () => {
  const { bravo, alfa, pact } = parties
  await shared('bravo', tool(2))
  value(
    await bravo.node.consent({ pact, ids: [tool(2).id], agreement: pact, parties: ['bravo.example'], account: 'test' }),
  )
  await until('alfa to hear it', () => alfa.node.views.consents(pact).length === 2)
  const theirs = page.getByRole('list', { name: 'Given to us' })
  await theirs.getByText('bravo.example lets alfa.example pass it on').waitFor(WAIT)
  await theirs.getByText(/Under “.*”, to bravo\.example/).waitFor()
  expect(await theirs.getByRole('button').count()).toBe(0)
  await picture('both')
  await isSound()
  await page.goto(`${alfa.url}object/${tool(1).id}`)
  await page.getByRole('link', { name: 'Give a consent…' }).click()
  await dialog().getByLabel('What').waitFor(WAIT)
  expect(await dialog().getByLabel('What').inputValue()).toBe(tool(1).id)
  await isSound()
})
