// What an officer shares from the console, in a real Chromium on real nodes: what is given is judged object by object
// before anything leaves, what stays here stays, and what leaves leaves once and to the byte.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Parties, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { launchChromium } from '../../../tools/chromium.ts'

const PASSWORD = 'a password of some length'
const WAIT = { timeout: 30_000 }
let parties: Parties
let browser: Browser
let page: Page
const troubles: string[] = []

beforeAll(async () => {
  parties = await startParties({ consoleDir: fileURLToPath(new URL('../dist', import.meta.url)) })
  value(await parties.alfa.accounts.addOfficer('duty@alfa.example', 'Duty', PASSWORD))
  browser = await launchChromium()
  const context = await browser.newContext({ locale: 'en-GB' })
  page = await context.newPage()
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('console', (message) => {
    // Answers that are lost on purpose, and the first question before anyone signed in.
    if (message.type() === 'error' && !/401|ERR_|422/.test(message.text())) troubles.push(message.text())
  })
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

async function room(width = 1280): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  await page.goto(`${parties.alfa.url}share`)
  await page.getByText('Drop files anywhere').waitFor(WAIT)
}

/** No page failed, and this one is no wider than the screen. */
async function isSound(): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBeLessThanOrEqual(0)
  expect(troubles).toEqual([])
}

const button = (name: string | RegExp) => page.getByRole('button', { name })
const choose = (name: string, text: string | Buffer) =>
  page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) })

/** As a person drops a file somewhere on the page. */
async function drop(name: string, text: string): Promise<void> {
  const data = await page.evaluateHandle(
    ([file, body]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([body ?? ''], file ?? ''))
      return transfer
    },
    [name, text],
  )
  await page.dispatchEvent('main', 'drop', { dataTransfer: data })
}

async function sharesSaid(): Promise<number> {
  const { alfa, pact } = parties
  return value(await alfa.node.views.records({ pact, party: alfa.party, type: 'intel/share' })).total
}

let made = 0
function address(value: string): { id: string; text: string } {
  const id = `ipv4-addr--00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`
  // Unusual white space, which must arrive as it is.
  return { id, text: `{"type": "ipv4-addr",  "spec_version": "2.1", "id": "${id}", "value": "${value}"}` }
}
const bundle = (...texts: string[]) =>
  `{"type":"bundle","id":"bundle--7a1f2d1e-6ad3-4c1a-8a52-9e9f4fbd0a11","objects":[\n${texts.join(',\n')}\n]}`

const RULES = `@id("own-infrastructure")
@reason("It names our own infrastructure.")
forbid (principal, action == Action::"release", resource)
when { resource.lists.contains("own-infrastructure") };

@id("no-contacts")
@reason("How to reach people is not told outside this house.")
@redact("contact_information")
forbid (principal, action == Action::"release", resource)
when { resource.type == "identity" };
`
function writeRules(): void {
  const rules = join(parties.alfa.dir, 'rules')
  mkdirSync(join(rules, 'lists'), { recursive: true })
  writeFileSync(join(rules, 'house.cedar'), RULES)
  writeFileSync(join(rules, 'lists', 'own-infrastructure.txt'), '192.0.2.10')
}

const rowOf = (words: string) => page.locator('.draft tr, .card').filter({ hasText: words })

test.each([1280, 390])(
  'a dropped bundle is judged object by object, what is left out stays here, and the rest leaves to the byte, %i wide',
  {
    timeout: 120_000,
  },
  async (width) => {
    writeRules()
    const { bravo } = parties
    const ours = address('192.0.2.10')
    const fine = address('192.0.2.77')
    const victim = `{"type":"identity","spec_version":"2.1","id":"identity--00000000-0000-4000-8000-${String(++made).padStart(12, '0')}","created":"2026-11-20T08:00:00.000Z","modified":"2026-11-20T08:00:00.000Z","name":"Victim ${width}","identity_class":"organization","contact_information":"someone@victim.example"}`
    await room(width)
    const before = await sharesSaid()
    await drop('mixed.json', bundle(ours.text, fine.text, victim))
    await page.getByText('Nothing leaves: the gate refuses some of it.').waitFor(WAIT)
    await rowOf(ours.id).getByText('It names our own infrastructure. (rule own-infrastructure)').waitFor()
    await rowOf(fine.id).getByText('Passes').waitFor()
    await rowOf(`Victim ${width}`).getByText('contact_information is cut').waitFor()
    expect(await button(/^Send 3 objects/).isDisabled()).toBe(true)
    await isSound()
    await button('Leave out the 1 refused object').click()
    await page.getByText('It may leave, but for what is cut from 1 object.').waitFor(WAIT)
    await rowOf(ours.id).getByText('You left it out').waitFor()
    expect(await sharesSaid()).toBe(before)
    await button('Send 2 objects to bravo.example').click()
    await page.getByText('2 objects were shared with bravo.example.').waitFor(WAIT)
    await page.getByText('It stands in your log as 1 record.').waitFor()
    await isSound()
    await until('bravo to hear it', async () => (await bravo.node.views.object(fine.id)) !== undefined)
    expect((await bravo.node.views.object(fine.id))?.versions[0]?.source).toBe(fine.text)
    expect(await bravo.node.views.object(ours.id)).toBeUndefined()
    const heard = (await bravo.node.views.object(JSON.parse(victim).id))?.versions[0]?.source ?? ''
    expect(heard).not.toContain('someone@victim.example')
    expect(heard).toContain(`Victim ${width}`)
  },
)

test('what breaks the standard is told per object with the path of the property, and so is what cannot be read', async () => {
  const malware = `{"type":"malware","spec_version":"2.1","id":"malware--1c9f2e1a-9d67-4a27-a0a2-5f66dd06a002","created":"2026-11-20T08:00:00.000Z","modified":"2026-11-19T08:00:00.000Z","name":"Tool","is_family":"yes"}`
  const unreadable = '{"type":"nonsense without an id"}'
  await room()
  await choose('broken.json', bundle(address('192.0.2.1').text, malware, unreadable))
  const row = rowOf('malware--1c9f')
  await row.getByText('is_family').waitFor(WAIT)
  await row.getByText('This must not be before created.').waitFor()
  await page.getByText('1 object cannot be read.').waitFor()
  await rowOf('Cannot be read').getByText('The type is not the name of a STIX type.').waitFor()
  await page.getByLabel('Show', { exact: true }).selectOption({ label: 'Breaking STIX 2.1 (2)' })
  await rowOf('192.0.2.1').first().waitFor({ state: 'detached' })
  await button('Leave out what cannot be read').click()
  await page.getByText('All of it may leave, as it is.').waitFor(WAIT)
  await isSound()
})

test('a file that is no STIX and no MISP is refused with its reason, and what was taken before stays', async () => {
  await room()
  await choose('good.json', address('192.0.2.2').text)
  await page.getByText('good.json: 1 object').waitFor(WAIT)
  await choose('list.txt', '192.0.2.3, 192.0.2.4')
  await page.getByText(/list\.txt was not taken: This is no STIX bundle/).waitFor(WAIT)
  await page.getByText('good.json: 1 object').waitFor()
  await choose('empty.json', '{"type":"bundle","id":"bundle--7a1f2d1e-6ad3-4c1a-8a52-9e9f4fbd0a11","objects":[]}')
  await page.getByText('empty.json was not taken: There is no object in it').waitFor(WAIT)
  await choose('more.json', bundle(address('192.0.2.5').text))
  await page.getByText('more.json: 1 object').waitFor(WAIT)
  await button('Send 2 objects to bravo.example').waitFor(WAIT)
  await isSound()
})

test('a pasted MISP event is made STIX and shared with what it says', { timeout: 60_000 }, async () => {
  const event = {
    Event: {
      ...{ uuid: '5d3b0c1e-2f57-4c7e-9a54-0f2d0a7b1c09', info: 'Relays of a botnet', date: '2026-11-20' },
      ...{ timestamp: '1795161600', threat_level_id: '2', analysis: '2', distribution: '1', published: true },
      Attribute: [
        {
          ...{ uuid: '5d3b0c1e-2f57-4c7e-9a54-0f2d0a7b1c10', type: 'ip-dst', category: 'Network activity' },
          ...{ value: '192.0.2.88', to_ids: true, timestamp: '1795161600', distribution: '5', comment: '' },
        },
      ],
    },
  }
  await room()
  await page.getByText('Paste text').click()
  await page.getByLabel('STIX or MISP as text').fill(JSON.stringify(event))
  await button('Take this text').click()
  await page.getByText('Made of 1 MISP event: 1 of 1 attributes in STIX’s own words.').waitFor(WAIT)
  await rowOf('192.0.2.88').first().waitFor()
  await page.getByText('All of it may leave, as it is.').waitFor(WAIT)
  await button(/^Send \d objects to bravo\.example/).click()
  await page.getByText(/objects were shared with bravo\.example\./).waitFor(WAIT)
  await isSound()
})

test('pressed twice, or sent again after the answer was lost, it is shared once', { timeout: 60_000 }, async () => {
  await room()
  await choose('once.json', bundle(address('192.0.2.6').text))
  const send = button('Send 1 object to bravo.example')
  await page.getByText('All of it may leave, as it is.').waitFor(WAIT)
  const before = await sharesSaid()
  let sent = 0
  await page.route('**/api/share?**', async (route) => {
    sent++
    // The node has heard and done it, and nobody here learns of that.
    await route.fetch()
    await route.abort('connectionreset')
  })
  await send.dblclick()
  await page.getByText('The answer of the node was lost').waitFor(WAIT)
  expect(sent).toBe(1)
  await page.unroute('**/api/share?**')
  await button('Send again').click()
  await page.getByText('1 object was shared with bravo.example.').waitFor(WAIT)
  await page.getByText('It had arrived the first time: it was shared once, and not again.').waitFor()
  await until('it to be shown', async () => (await sharesSaid()) > before)
  expect(await sharesSaid()).toBe(before + 1)
  await page.getByRole('link', { name: 'Open the record' }).click()
  await page.getByText('1 STIX object').first().waitFor(WAIT)
  await isSound()
})

test('a large file is read in this browser, judged when the officer says so, and shown a page at a time', {
  timeout: 180_000,
}, async () => {
  const texts = Array.from({ length: 40_000 }, () => address('192.0.2.9').text)
  await room(390)
  await choose('large.json', bundle(...texts))
  await page.getByText('large.json: 40,000 objects').waitFor({ timeout: 90_000 })
  await page.getByText('It is large, so it is asked when you say so.').waitFor()
  await expect.poll(() => page.getByText('Not judged yet').count(), WAIT).toBe(50)
  await button('Next').click()
  await page.getByText('51–100 of 40,000').waitFor()
  await rowOf(JSON.parse(texts[50] ?? '').id).waitFor()
  await button('Ask the gate').click()
  await page.getByText('All of it may leave, as it is.').waitFor({ timeout: 90_000 })
  await isSound()
})

test('the room says to whom it goes, and that nobody is chosen', async () => {
  await room(390)
  await choose('one.json', address('192.0.2.12').text)
  await page.getByText('All of it may leave, as it is.').waitFor(WAIT)
  await page.getByLabel('bravo.example').uncheck()
  await page.getByText('Choose at least one recipient.').waitFor()
  expect(await button(/^Send 1 object/).isDisabled()).toBe(true)
  await page.getByLabel('bravo.example').check()
  await page.getByLabel('Channel').selectOption('line')
  await page.getByText('All of it may leave, as it is.').waitFor(WAIT)
  await page.getByLabel('Marking of the share').selectOption('TLP:CLEAR')
  await page.getByText('All of it may leave, as it is.').waitFor(WAIT)
  await isSound()
})

test.each([1280, 390])(
  'an indicator composed by hand goes the way of every draft and arrives as it was meant, %i wide',
  {
    timeout: 60_000,
  },
  async (width) => {
    const { bravo } = parties
    const name = `Relay seen at ${width}`
    await room(width)
    await page.getByText('Compose an indicator by hand').click()
    await page.getByLabel('What was observed').selectOption('domain-name')
    await page.getByLabel('Value').fill('https://press.example/')
    await page.getByText('This is no domain.').waitFor(WAIT)
    expect(await button('Add it to the share').isDisabled()).toBe(true)
    await page.getByLabel('Value').fill(`host-${width}.press.example`)
    await page.getByText('The pattern keeps every rule').waitFor(WAIT)
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('Labels').fill('relay, botnet')
    await page.getByLabel('malicious-activity').check()
    await page.getByLabel('Valid from').fill('2026-11-20T08:00')
    await page.getByLabel('Valid until').fill('2026-11-19T08:00')
    await page.getByText('It must be after the time from which it is valid.').waitFor()
    expect(await button('Add it to the share').isDisabled()).toBe(true)
    await page.getByLabel('Valid until').fill('2026-12-20T08:00')
    await page.getByLabel('Marking of the indicator').selectOption('TLP:GREEN')
    await isSound()
    await button('Add it to the share').click()
    await rowOf(name).getByText('Passes').waitFor(WAIT)
    await rowOf(name).getByText('Keeps the standard').waitFor()
    await button('Send 1 object to bravo.example').click()
    await page.getByText('1 object was shared with bravo.example.').waitFor(WAIT)
    await isSound()
    const found = async () => value(await bravo.node.views.objects({ q: name })).objects[0]
    await until('bravo to hear it', async () => (await found()) !== undefined)
    expect(await found()).toMatchObject({ type: 'indicator', tlp: 'TLP:GREEN', warnings: [] })
    const source = (await bravo.node.views.object((await found())?.id ?? ''))?.versions[0]?.source ?? ''
    expect(JSON.parse(source)).toMatchObject({
      ...{ pattern: `[domain-name:value = 'host-${width}.press.example']`, labels: ['relay', 'botnet'] },
      ...{ indicator_types: ['malicious-activity'], name },
    })
  },
)

test('a fault in a pattern is shown at its place, and the field goes there', async () => {
  await room()
  await page.getByText('Compose an indicator by hand').click()
  await page.getByLabel('Value').fill('192.0.2.7')
  await page.getByText('The pattern keeps every rule').waitFor(WAIT)
  const pattern = "[ipv4-addr:value = '192.0.2.7'] FOLLOWEDBY [url:value == 'https://press.example/']"
  await page.getByLabel('Pattern').fill(pattern.replace('==', '= ='))
  await page.getByText('Line 1, column 57:').waitFor(WAIT)
  const carets = (await page.locator('.pointed').innerText()).split('\n')
  expect(carets[0]?.indexOf("= 'https")).toBe(carets[1]?.indexOf('^'))
  await button('Go there').click()
  const selected = () =>
    page
      .getByLabel('Pattern')
      .evaluate((field: HTMLTextAreaElement) => [field.selectionStart, document.activeElement === field])
  expect(await selected()).toEqual([56, true])
  expect(await button('Add it to the share').isDisabled()).toBe(true)
  await page.getByLabel('Pattern').fill(pattern.replace('==', '='))
  await page.getByText('The pattern keeps every rule').waitFor(WAIT)
  await isSound()
})
