// The rules of the house as officers meet them, in a real Chromium on real nodes: a table that is edited as a draft, tried
// before it counts, put in force by a second officer, and put back.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { launchChromium } from '../../../tools/chromium.ts'

const PASSWORD = 'a password of some length'
const WAIT = { timeout: 30_000 }
let parties: Parties
let browser: Browser
const troubles: string[] = []
const desks = new Map<string, Page>()

beforeAll(async () => {
  parties = await startParties({ consoleDir: fileURLToPath(new URL('../dist', import.meta.url)) })
  for (const name of ['first', 'second']) {
    value(await parties.alfa.accounts.addOfficer(`${name}@alfa.example`, name, PASSWORD))
  }
  browser = await launchChromium()
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await parties?.close()
}, 60_000)

async function at(name: 'first' | 'second', path = 'rules', width = 1280): Promise<Page> {
  let page = desks.get(name)
  if (page === undefined) {
    page = await (await browser.newContext({ locale: 'en-GB' })).newPage()
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
  await page.getByRole('heading', { name: 'Rules of this house' }).waitFor(WAIT)
  return page
}

async function isSound(page: Page): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBeLessThanOrEqual(0)
  expect(troubles).toEqual([])
}

const file = (name: string) => join(parties.alfa.dir, 'rules', name)
function write(name: string, text: string): void {
  mkdirSync(file('lists'), { recursive: true })
  writeFileSync(file(name), text)
}
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })
const dialog = (page: Page) => page.locator('dialog[open]')
async function confirm(page: Page, name: string, outcome: string, reason?: string): Promise<void> {
  const open = dialog(page)
  if (reason !== undefined) await open.locator('textarea').fill(reason)
  await open.getByRole('button', { name, exact: true }).click()
  await open.getByText(outcome).waitFor(WAIT)
  await open.getByRole('button', { name: 'Close' }).click()
}

const TOOL = {
  ...{ type: 'tool', spec_version: '2.1', id: 'tool--00000000-0000-4000-8000-000000000001', name: 'Ladder' },
  ...{ created: '2026-11-20T08:00:00.000Z', modified: '2026-11-20T08:00:00.000Z' },
}
const ADDRESS = {
  ...{ type: 'ipv4-addr', spec_version: '2.1', id: 'ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4' },
  value: '198.51.100.3',
}
const STIX = JSON.stringify({ objects: [TOOL, ADDRESS] })
const verdict = async () => {
  const { alfa, pact } = parties
  return value(await alfa.node.tryShare({ pact, account: 'test', input: bytesInput(Buffer.from(STIX)) })).verdict
}
async function fillRule(page: Page, name: string, type: string): Promise<void> {
  await button(page, 'Add a rule').click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Reason, in one sentence').fill('Tools stay here.')
  await page.getByLabel('Values, with commas between').fill(type)
  await button(page, 'Take into the draft').click()
}

test('a rule is added, tried, kept with a test, put in force by another officer, and put back', {
  timeout: 600_000,
}, async () => {
  const first = await at('first')
  await first.getByText('No rule of this house yet').waitFor()
  await isSound(first)
  await button(first, 'Add a rule').click()
  await button(first, 'Take into the draft').click()
  await first.getByText('Say why: whoever shares has nothing else to go by.').waitFor()
  await button(first, 'Cancel').click()
  await fillRule(first, 'no-tools', 'tool')
  await first.getByText('the type is tool').first().waitFor(WAIT)
  await first.getByText('new in the draft').first().waitFor()
  expect(existsSync(file('house.cedar'))).toBe(false)

  await first.getByLabel('STIX: a bundle, a list or one object').fill(STIX)
  await button(first, /^Try$/).click()
  await first.getByText('The draft decides otherwise about 1 object.').waitFor(WAIT)
  const tool = first.locator('.tried-objects > li').filter({ hasText: 'Ladder' })
  await tool.getByText('Tools stay here. (rule no-tools)').waitFor()
  expect(await tool.locator('.tried-side').first().innerText()).toContain('Passes')
  await button(first, 'Keep Ladder as a test').click()
  await first.getByText('1 test beside the rules holds with the draft.').waitFor(WAIT)
  await isSound(first)
  // Switched off in the draft, what was tried and the test are told anew by themselves.
  await button(first, 'Switch off').click()
  await first.getByText('The draft decides alike about all 2 objects.').waitFor(WAIT)
  await first.getByText('1 test fails with the draft, and so it cannot be put in force:').waitFor(WAIT)
  expect(await button(first, 'Ask a second officer to put it in force…').isDisabled()).toBe(true)
  await button(first, 'Switch on').click()
  await first.getByText('1 test beside the rules holds with the draft.').waitFor(WAIT)
  await button(first, 'Ask a second officer to put it in force…').click()
  await confirm(first, 'Ask for it', 'Another officer has been asked. The old rules count until then.', 'No tools.')
  await first.getByText('You asked for it; another officer puts it in force.').waitFor(WAIT)
  expect(await verdict()).toBe('passes')

  const second = await at('second')
  await second.getByText('A change waits for a second officer').waitFor(WAIT)
  await second.getByText('No tools.', { exact: true }).waitFor()
  await second.getByLabel('STIX: a bundle, a list or one object').fill(STIX)
  await button(second, /^Try$/).click()
  await second.getByText('With the change that waits').first().waitFor(WAIT)
  await second.getByText('The draft decides otherwise about 1 object.').waitFor(WAIT)
  await button(second, 'Put in force…').click()
  await confirm(second, 'Put in force', 'The new rules are in force.')
  expect(await verdict()).toBe('refused')
  expect(readFileSync(file('house.cedar'), 'utf8')).toContain('@id("no-tools")')
  await second.locator('.rules-table').getByText('1 test').waitFor(WAIT)
  await isSound(second)

  await second.getByText('1 change, the newest first').click()
  await button(second, 'Put back what was before “No tools.”').click()
  await confirm(
    second,
    'Ask for it',
    'Another officer has been asked. The old rules count until then.',
    'They are needed.',
  )
  expect(await verdict()).toBe('refused')
  const again = await at('first')
  await button(again, 'Put in force…').click()
  await confirm(again, 'Put in force', 'The new rules are in force.')
  await again.getByText('No rule of this house yet').waitFor(WAIT)
  expect(await verdict()).toBe('passes')
  expect(existsSync(file('house.cedar'))).toBe(false)
})

test('a rule that a hand wrote is shown as it stands, others are changed and deleted beside it, 390 wide', {
  timeout: 300_000,
}, async () => {
  const byHand = `@id("odd-one")\n@reason("One of two.")\nforbid (principal, action, resource)\nwhen { resource.type == "tool" || resource.revoked };`
  const line = `@id("victims")\n@reason("Victims stay here.")\n@redact("object")\nforbid (principal, action, resource)\nwhen { resource.labels.contains("victim") };`
  write('house.cedar', `// Ours.\n${byHand}\n\n${line}\n`)
  write('lists/own.txt', '192.0.2.0/24')
  const page = await at('first', 'rules', 390)
  const odd = page.locator('.rule-cards > li').filter({ hasText: 'odd-one' })
  await odd.getByText('written by hand').waitFor(WAIT)
  expect(await odd.getByRole('button').count()).toBe(0)
  const victims = page.locator('.rule-cards > li').filter({ hasText: 'victims' })
  await victims.getByText('Leaves the object out').waitFor()
  await page.getByText('no rule here names it').waitFor()
  await victims.getByRole('button', { name: 'Delete' }).click()
  await victims.getByText('deleted in the draft').waitFor()
  await victims.getByRole('button', { name: 'Undo' }).click()
  await victims.getByRole('button', { name: 'Change the rule victims' }).click()
  await page.getByLabel('Values, with commas between').fill('victim, patient')
  await button(page, 'Take into the draft').click()
  await victims.getByText('it has the label victim or patient').waitFor()
  await isSound(page)
  // Another room and back: the draft is still there; thrown away it is not.
  await page.getByRole('link', { name: 'Records' }).first().click()
  await page.getByRole('link', { name: 'Rules' }).first().click()
  await victims.getByText('changed in the draft').waitFor(WAIT)
  await button(page, 'Throw the draft away').click()
  await victims.getByText('it has the label victim', { exact: true }).waitFor(WAIT)
  expect(readFileSync(file('house.cedar'), 'utf8')).toBe(`// Ours.\n${byHand}\n\n${line}\n`)
  rmSync(file(''), { recursive: true })
})

test('rules that changed since a draft was begun are told of, and a file that cannot be read is shown with its fault', {
  timeout: 300_000,
}, async () => {
  const page = await at('first')
  await fillRule(page, 'no-tools', 'tool')
  await page.getByText('new in the draft').first().waitFor(WAIT)
  write('house.cedar', '@id("a") forbid (principal, action, resource')
  await page.getByText('The rules in force are others by now than those this draft was begun from.').waitFor(WAIT)
  await page.getByText(/Nothing leaves until this is mended by hand: house\.cedar/).waitFor()
  await button(page, 'Throw the draft away').click()
  await page.locator('pre').getByText('@id("a") forbid').waitFor(WAIT)
  expect(await button(page, 'Add a rule').isDisabled()).toBe(true)
  await isSound(page)
  rmSync(file(''), { recursive: true })
  await until('it to be mended', async () => (await page.getByText('No rule of this house yet').count()) === 1)
})
