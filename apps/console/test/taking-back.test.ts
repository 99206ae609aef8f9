// Taking back and removing here, from the page of an object, in a real Chromium on real nodes: which of the two it is, what
// it does before it is done, and what it came to at the others.

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

async function isSound(): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBeLessThanOrEqual(0)
  expect(troubles).toEqual([])
}

const dialog = () => page.locator('dialog[open]')
async function objectPage(id: string, width = 1280): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  await page.goto(`${parties.alfa.url}object/${id}`)
  await page.getByText('Take back, or remove here').waitFor(WAIT)
}

async function shared(from: 'alfa' | 'bravo', object: object): Promise<string> {
  const { [from]: node, pact } = parties
  const input = bytesInput(Buffer.from(JSON.stringify(object)))
  const said = value(await node.node.share({ pact, account: 'test', input }))
  const to = from === 'alfa' ? parties.bravo : parties.alfa
  const { id } = object as { id: string }
  for (const one of [parties.alfa, to])
    await until('it to be shown', async () => (await one.node.views.object(id)) !== undefined)
  return said.records[0] ?? ''
}

const inboxOf = async (who: 'alfa' | 'bravo', id: string) => {
  const { objects } = value(await parties[who].node.views.objects({ collection: 'inbox', q: id }))
  return objects.filter((one) => one.id === id)
}

const address = (last: number) => ({
  ...{ type: 'ipv4-addr', spec_version: '2.1', id: `ipv4-addr--00000000-0000-4000-8000-00000000000${last}` },
  value: `192.0.2.${last}`,
})
const tool = {
  ...{ type: 'tool', spec_version: '2.1', id: 'tool--1c9f2e1a-9d67-4a27-a0a2-5f66dd06a002' },
  ...{ created: '2026-11-20T08:00:00.000Z', modified: '2026-11-20T08:00:00.000Z', name: 'Lantern' },
}

test('what we shared is taken back with its reason: the peer shows it no more, and that we said it stays proved', {
  timeout: 90_000,
}, async () => {
  const record = await shared('alfa', address(1))
  await objectPage(address(1).id, 390)
  await page.getByText('We shared this object.').waitFor()
  expect(await page.getByRole('button', { name: 'Remove here…' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Take back…' }).click()
  await dialog().getByText('That we shared it stays proved').waitFor()
  await dialog().getByText('cannot be unsaid').waitFor()
  expect(await inboxOf('bravo', address(1).id)).toHaveLength(1)
  await dialog().getByLabel('Why').selectOption('False positive')
  await isSound()
  await dialog().getByRole('button', { name: 'Take it back' }).click()
  await dialog().getByText('It is taken back from bravo.example: 1 version of it.').waitFor(WAIT)
  await dialog().getByRole('button', { name: 'Close' }).click()
  await page.getByText('This object is not shown here').waitFor(WAIT)
  await until('bravo to show it no more', async () => (await inboxOf('bravo', address(1).id)).length === 0)
  const revocation = value(await parties.bravo.node.views.records({ type: 'intel/revoke' })).records[0]
  expect(revocation?.body).toMatchObject({ reason: 'false-positive' })
  expect((await parties.alfa.node.views.record(record))?.row.validity.kind).toBe('valid')
  await isSound()
})

test('its creator has a new version shared that is revoked for everyone', { timeout: 90_000 }, async () => {
  await shared('alfa', tool)
  await objectPage(tool.id)
  await page.getByRole('button', { name: 'Take back…' }).click()
  await dialog()
    .getByLabel(/We created this object/)
    .check()
  await dialog().getByRole('button', { name: 'Take it back' }).click()
  await dialog().getByText('A new version marked as revoked was shared.').waitFor(WAIT)
  await until('bravo to hear it', async () => (await inboxOf('bravo', tool.id)).some(({ revoked }) => revoked))
  await isSound()
})

test('what another party shared is removed here alone, and nobody is told', { timeout: 90_000 }, async () => {
  await shared('bravo', address(2))
  const said = async () => value(await parties.alfa.node.views.records({ party: 'alfa.example' })).total
  const before = await said()
  await objectPage(address(2).id)
  await page.getByText('Another party shared this object.').waitFor()
  expect(await page.getByRole('button', { name: 'Take back…' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Remove here…' }).click()
  await dialog().getByText('Nobody else is told').waitFor()
  await dialog().getByRole('button', { name: 'Remove it here' }).click()
  await dialog().getByText('1 version of it is not shown here any more.').waitFor(WAIT)
  await dialog().getByRole('button', { name: 'Close' }).click()
  await until('alfa to show it no more', async () => (await inboxOf('alfa', address(2).id)).length === 0)
  expect(value(await parties.bravo.node.views.objects({ collection: 'outbox' })).objects.map(({ id }) => id)).toContain(
    address(2).id,
  )
  expect(await said()).toBe(before)
  await isSound()
})

test('what its author took back says so on its page, and offers nothing more', { timeout: 90_000 }, async () => {
  const { bravo, pact } = parties
  await shared('bravo', address(3))
  await objectPage(address(3).id, 390)
  expect(await page.getByText('Whoever shared this object took it back').count()).toBe(0)
  value(await bravo.node.revoke({ pact, ids: [address(3).id], reason: 'outdated', account: 'test' }))
  await page.getByText('Whoever shared this object took it back').waitFor(WAIT)
  expect(await page.getByText('Take back, or remove here').count()).toBe(0)
  await isSound()
})
