// Saving objects from the console, in a real Chromium on a real node: how strictly they are marked is shown before, and stands
// in the name of the file.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { launchChromium } from '../../../tools/chromium.ts'

const PASSWORD = 'a password of some length'
const WAIT = { timeout: 60_000 }
let parties: Parties
let browser: Browser
let page: Page
const troubles: string[] = []
const id = (n: number) => `ipv4-addr--00000000-0000-4000-8000-00000000000${n}`
const text = (n: number) => `{"type": "ipv4-addr",  "spec_version": "2.1", "id": "${id(n)}", "value": "192.0.2.${n}"}`

beforeAll(async () => {
  parties = await startParties({
    consoleDir: fileURLToPath(new URL('../dist', import.meta.url)),
    yaml: (draft) => draft.replace('max: TLP:AMBER+STRICT', 'max: TLP:RED'),
  })
  const { alfa, pact } = parties
  value(await alfa.accounts.addOfficer('duty@alfa.example', 'Duty', PASSWORD))
  for (const [n, tlp] of [
    [1, 'TLP:GREEN'],
    [2, 'TLP:AMBER+STRICT'],
    [3, 'TLP:RED'],
  ] as const) {
    const input = bytesInput(Buffer.from(text(n)))
    value(await alfa.node.share({ pact, account: 'test', marking: { tlp }, input }))
    await until('it to be shown', async () => (await alfa.node.views.object(id(n))) !== undefined)
  }
  browser = await launchChromium()
  page = await (await browser.newContext({ locale: 'en-GB' })).newPage()
  page.on('pageerror', (error) => troubles.push(error.message))
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

const dialog = () => page.locator('dialog[open]')
async function room(width: number): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  await page.goto(`${parties.alfa.url}objects`)
  await page.getByLabel('Choose 192.0.2.1').waitFor(WAIT)
}
async function isSound(): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBeLessThanOrEqual(0)
  expect(troubles).toEqual([])
}
const shoot = async (name: string) => {
  if (process.env.SHOTS !== undefined) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` })
}

test.each([1280, 390])('what is ticked is saved to the byte, under the strictest marking, %i wide', async (width) => {
  await room(width)
  for (const n of [1, 2]) await page.getByLabel(`Choose 192.0.2.${n}`).check()
  await shoot(`ticked-${width}`)
  await page.getByRole('button', { name: 'Save them as a file…' }).click()
  await dialog().getByText('2 objects will be in the file.').waitFor(WAIT)
  await dialog().getByText('TLP:AMBER+STRICT').waitFor()
  await shoot(`export-${width}`)
  await isSound()
  const saving = page.waitForEvent('download', WAIT)
  await dialog().getByRole('button', { name: 'Save the file' }).click()
  const saved = await saving
  expect(saved.suggestedFilename()).toBe('objects-stix-TLP-AMBER+STRICT.json')
  const bundle = readFileSync(await saved.path(), 'utf8')
  expect(bundle).toContain(text(1))
  expect(bundle).toContain(text(2))
  expect(JSON.parse(bundle).objects).toHaveLength(2)
  await dialog().getByText('It is saved as objects-stix-TLP-AMBER+STRICT.json.').waitFor(WAIT)
  await dialog().getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'Choose none' }).click()
})

test('TLP:RED is not saved before somebody confirms it', async () => {
  await room(390)
  await page.getByRole('button', { name: 'Save all of it as a file…' }).click()
  await dialog().getByText('3 objects will be in the file.').waitFor(WAIT)
  const save = dialog().getByRole('button', { name: 'Save the file' })
  expect(await save.isDisabled()).toBe(true)
  await dialog().getByLabel('I know that what is marked TLP:RED').check()
  await dialog().getByLabel('As', { exact: true }).selectOption('misp')
  await shoot('export-red')
  await isSound()
  const saving = page.waitForEvent('download', WAIT)
  await save.click()
  const saved = await saving
  expect(saved.suggestedFilename()).toBe('objects-misp-TLP-RED.json')
  expect(readFileSync(await saved.path(), 'utf8')).toContain('192.0.2.3')
})
