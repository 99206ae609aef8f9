// The timeline in a real Chromium on real nodes: what is claimed and what is countersigned, in the picture and in words; how one
// goes through it with the mouse and without; and what it says of what it leaves out.

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
let parties: Parties
let browser: Browser
let page: Page
const troubles: string[] = []

const AT = { spec_version: '2.1', created: '2026-10-20T08:00:00.000Z', modified: '2026-10-20T08:00:00.000Z' }
const id = (type: string, n: number) => `${type}--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const object = (type: string, n: number, more: object) => ({ type, id: id(type, n), ...AT, ...more })
const indicator = (n: number, name: string, more: object = {}) =>
  object('indicator', n, {
    ...{ name, pattern: `[ipv4-addr:value = '192.0.2.${n % 256}']`, pattern_type: 'stix' },
    ...{ valid_from: '2026-10-21T00:00:00Z', valid_until: '2026-12-24T00:00:00Z' },
    ...more,
  })

const relay = indicator(1, 'Lantern relay')
const later = { ...relay, modified: '2026-11-10T08:00:00.000Z', valid_until: '2027-01-31T00:00:00Z' }
const door = object('malware', 2, {
  ...{ name: 'LanternDoor', is_family: true, first_seen: '2025-04-01T00:00:00Z', last_seen: '2026-11-15T00:00:00Z' },
})
const mail = object('attack-pattern', 3, {
  name: 'Mail with a lantern and a name that goes on and on until it is cut',
})
const seen = object('sighting', 4, {
  ...{ sighting_of_ref: relay.id, count: 4, first_seen: '2026-11-01T00:00:00Z', last_seen: '2026-11-18T00:00:00Z' },
})
const thought = object('opinion', 5, { object_refs: [relay.id], opinion: 'strongly-agree' })
const absurd = object('campaign', 6, {
  ...{ name: 'Absurd campaign', first_seen: '0001-01-01T00:00:00Z', last_seen: '9999-12-31T23:59:59Z' },
})
const reversed = object('x-odd-thing', 7, {
  ...{
    name: 'Absurd thing',
    valid_from: '2026-11-20T00:00:00Z',
    valid_until: '2026-10-25T00:00:00Z',
    start_time: 'soon',
  },
})
const many = Array.from({ length: 205 }, (_, n) => indicator(1_000 + n, `Beacon ${n}`))

async function share(by: Party, ...objects: { id: string }[]): Promise<void> {
  const bundle = JSON.stringify({ type: 'bundle', id: id('bundle', objects.length), objects })
  value(await by.node.share({ pact: parties.pact, account: 'test', input: bytesInput(Buffer.from(bundle)) }))
}
const reached = (of: Party, one: { id: string }) =>
  until(`${one.id} to be shown`, async () => (await of.node.views.object(one.id)) !== undefined)

beforeAll(async () => {
  parties = await startParties({ consoleDir: fileURLToPath(new URL('../dist', import.meta.url)) })
  const { alfa, bravo } = parties
  value(await alfa.accounts.addOfficer('duty@alfa.example', 'Duty', PASSWORD))
  browser = await launchChromium()
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' })
  page = await context.newPage()
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/401|404/.test(message.text())) troubles.push(message.text())
  })
  await page.goto(alfa.url)
  await page.locator('input[type=email]').fill('duty@alfa.example')
  await page.locator('input[type=password]').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.locator('nav').first().waitFor(WAIT)
  // Before anything is shared.
  await timeline('')
  await page.getByText('Nothing to draw').waitFor(WAIT)
  await page.getByText('share some by “Share…”').waitFor()
  await shoot('empty-1280')
  await isSound()

  await share(alfa, relay, later)
  await share(bravo, door, mail, absurd, reversed)
  await reached(bravo, relay)
  await share(bravo, seen, thought)
  for (const one of [relay, door, reversed, seen, thought]) await reached(alfa, one)
  await until('the receipt', async () => {
    const read = await alfa.node.timeline({ ids: [relay.id, seen.id] })
    return read.ok && read.value.lanes.every(({ events }) => events.every(({ hi }) => hi !== null))
  })
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await parties?.close()
}, 60_000)

async function isSound(): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBeLessThanOrEqual(0)
  // Each thing that can be pressed has a name, and no id stands twice.
  const faults = await page.evaluate(() => {
    const pressed = [...document.querySelectorAll<HTMLElement>('main a, main button, main select, main input')]
    const nameless = pressed.filter((one) => {
      const labels = 'labels' in one ? [...((one as HTMLInputElement).labels ?? [])] : []
      const name = [
        one.getAttribute('aria-label'),
        one.textContent,
        one.title,
        ...labels.map((label) => label.textContent),
      ]
      return name.every((text) => text === null || text === undefined || text.trim() === '')
    })
    const ids = [...document.querySelectorAll('[id]')].map((one) => one.id)
    return [...nameless.map((one) => one.outerHTML), ...ids.filter((one, at) => ids.indexOf(one) !== at)]
  })
  expect(faults).toEqual([])
  expect(troubles).toEqual([])
}
const shoot = async (name: string) => {
  if (process.env.SHOTS !== undefined)
    await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true })
}
const size = (width: number) => page.setViewportSize({ width, height: 900 })
async function timeline(search: string, width = 1280): Promise<void> {
  await size(width)
  await page.goto(`${parties.alfa.url}objects/timeline?${search}`)
  await page.getByRole('heading', { name: 'Timeline of objects' }).waitFor(WAIT)
}
const strips = () => page.getByRole('list', { name: 'Objects along time' }).getByRole('listitem')
const shows = () => page.getByText(/^From .* to /).innerText()
const plot = (name: string) => strips().filter({ hasText: name }).locator('[data-row]')
const table = () => page.getByRole('table', { name: 'The same in words' })
const ready = (name: string) => plot(name).locator('svg').waitFor(WAIT)

test.each([1280, 390])(
  'what a search finds stands along time, in words too, and opens from there, %i wide',
  async (width) => {
    await size(width)
    await page.goto(`${parties.alfa.url}objects?q=lantern`)
    await page.getByRole('link', { name: 'Timeline', exact: true }).click()
    await page.waitForURL('**/objects/timeline?q=lantern')
    await ready('LanternDoor')
    expect(await strips().count()).toBe(3)
    await page.getByText('3 objects', { exact: true }).waitFor()
    await page.getByText('What the search found, the newest first').waitFor()
    // Hollow above, solid below.
    expect(await plot('Lantern relay').locator('.tl-claim[data-kind="span"]').count()).toBe(1)
    expect(await plot('Lantern relay').locator('.tl-event[data-mark="ours"][data-proved="true"]').count()).toBe(1)
    expect(await plot('Lantern relay').locator('.tl-event[data-mark="sighting"]').count()).toBe(1)
    expect(await plot('LanternDoor').locator('.tl-event[data-mark="theirs"][data-proved="true"]').count()).toBe(1)
    const words = width < 500 ? page.getByRole('list', { name: 'The same in words' }) : table()
    await words.getByText('valid_from – valid_until').waitFor()
    await words.getByText('Said by alfa.example').waitFor()
    await words.getByText('Seen 4 times, says bravo.example').waitFor()
    await words.getByText('bravo.example says: Strongly agrees').waitFor()
    await words.getByText('When bravo.example says it was seen').waitFor()
    expect(await words.getByText('Claimed by its author').count()).toBeGreaterThan(2)
    await words.getByText('Countersigned: not there yet at the first time, held by the second').first().waitFor()
    await shoot(`found-${width}`)
    await isSound()
    await strips().getByRole('link', { name: 'LanternDoor' }).click()
    await page.waitForURL(`**/object/${door.id}`)
  },
)

test('what is searched and chosen stands in the address, and the list shows the same', async () => {
  await timeline('q=lantern')
  await ready('LanternDoor')
  await page.getByLabel('Type').selectOption('malware')
  await page.waitForURL('**/objects/timeline?q=lantern&type=malware')
  await expect.poll(() => strips().count()).toBe(1)
  await page.getByLabel('Direction').selectOption('outbox')
  await page.getByText('Nothing fits this search.').waitFor(WAIT)
  await isSound()
  await page.getByLabel('Direction').selectOption('inbox')
  await page.getByRole('link', { name: 'As a list' }).click()
  await page.waitForURL('**/objects?q=lantern&type=malware&collection=inbox')
  await page.getByRole('link', { name: 'LanternDoor' }).waitFor(WAIT)
})

test('the mouse moves it, makes it longer and shorter, and the stretch stands in the address', async () => {
  await timeline('q=lantern')
  await ready('LanternDoor')
  const before = await shows()
  const box = await plot('LanternDoor').boundingBox()
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 160, y + 3, { steps: 5 })
  await page.mouse.up()
  const dragged = await shows()
  expect(dragged).not.toBe(before)
  await page.waitForURL(/from=.*&until=/)
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, -400)
  await page.keyboard.up('Control')
  await expect.poll(shows).not.toBe(dragged)
  const near = await shows()
  // The wheel alone is the page's.
  await page.mouse.wheel(0, 200)
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(0)
  expect(await shows()).toBe(near)
  await expect.poll(async () => new URL(page.url()).searchParams.get('from')).not.toBeNull()
  await new Promise((resolve) => setTimeout(resolve, 400))
  await page.reload()
  await ready('LanternDoor')
  expect(await shows()).toBe(near)
  await page.getByRole('button', { name: 'Show all of it' }).click()
  expect(await shows()).toBe(before)
  await page.waitForURL('**/objects/timeline?q=lantern')
  await page.getByLabel('Stretch of time').selectOption('week')
  expect(await shows()).not.toBe(before)
  await isSound()
})

test('the pointer says what is under it, and a click opens the object', async () => {
  await timeline('q=lantern')
  await ready('LanternDoor')
  await page.getByLabel('Stretch of time').selectOption('day')
  const mark = await plot('LanternDoor').locator('.tl-event .tl-glyph').boundingBox()
  await page.mouse.move((mark?.x ?? 0) + 5, (mark?.y ?? 0) + 5)
  const tip = page.locator('.tl-tip')
  await tip.getByText('Said by bravo.example').waitFor()
  await tip.getByText('Countersigned: not there yet at the first time, held by the second').waitFor()
  await shoot('tip')
  await page.mouse.click((mark?.x ?? 0) + 5, (mark?.y ?? 0) + 5)
  await page.waitForURL(`**/object/${door.id}`)
  await isSound()
})

test('without a mouse: there by two keys, from strip to strip, along time, and into the object', async () => {
  await page.goto(`${parties.alfa.url}records`)
  await page.getByRole('heading', { name: 'Records' }).waitFor(WAIT)
  await page.keyboard.press('g')
  await page.keyboard.press('l')
  await page.waitForURL('**/objects/timeline')
  await ready('LanternDoor')
  const before = await shows()
  const heard = new Set([before])
  for (const key of ['ArrowLeft', '+', '+', 'ArrowRight', '-']) {
    await page.keyboard.press(key)
    heard.add(await shows())
  }
  expect(heard.size).toBe(6)
  await page.keyboard.press('0')
  expect(await shows()).toBe(before)
  const focused = () => page.evaluate(() => document.activeElement?.textContent)
  await page.keyboard.press('j')
  const first = await focused()
  await page.keyboard.press('ArrowDown')
  expect(await focused()).not.toBe(first)
  await page.keyboard.press('k')
  expect(await focused()).toBe(first)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/object/**')
  await page.getByRole('heading', { name: 'Over time' }).waitFor(WAIT)
  await page.keyboard.press('Escape')
  await page.waitForURL('**/objects/timeline')
  // Where it was left.
  await expect.poll(focused).toBe(first)
  await isSound()
})

test('absurd and reversed times break no scale: they are cut at the edge, marked, and named', async () => {
  await timeline('q=absurd')
  await ready('Absurd campaign')
  await page.getByText('2 claimed times lie more than ten years from every record').waitFor()
  await page.getByText('1 claim ends before it begins').waitFor()
  await page.getByText('1 claimed time is not written as a time').waitFor()
  expect(await shows()).toMatch(/20\d\d.*20\d\d/)
  expect(await plot('Absurd campaign').locator('.tl-edge').count()).toBe(2)
  expect(await plot('Absurd thing').locator('.tl-claim[data-reversed="true"]').count()).toBe(1)
  await table().getByText('31 Dec 9999, 23:59:59').waitFor()
  await table().getByText('ends before it begins').waitFor()
  await shoot('absurd')
  for (let n = 0; n < 30; n++) await page.getByRole('button', { name: 'A longer stretch' }).click()
  expect(await shows()).toBe('From 1 Jan 1, 00:00:00 to 31 Dec 9999, 23:59:59')
  expect(await plot('Absurd campaign').locator('.tl-edge').count()).toBe(0)
  await shoot('absurd-all')
  await isSound()
})

test.each([1280, 390])('one object has its timeline on its own page, %i wide', async (width) => {
  await size(width)
  await page.goto(`${parties.alfa.url}object/${relay.id}`)
  const strip = page.locator('section.block').filter({ has: page.getByRole('heading', { name: 'Over time' }) })
  await strip.getByText('valid_from – valid_until').first().waitFor(WAIT)
  await strip.getByText('Versions').waitFor()
  expect(await strip.locator('.tl-picture .tl-moment').count()).toBe(2)
  await strip.getByText('The same in words').click()
  await page.getByText('Seen 4 times, says bravo.example').waitFor()
  await shoot(`one-${width}`)
  await isSound()
})

test('what was chosen in the list is drawn by itself', async () => {
  await size(1280)
  await page.goto(`${parties.alfa.url}objects?q=lantern`)
  await page.getByLabel('Choose LanternDoor').check(WAIT)
  await page.getByRole('link', { name: 'Show them along time' }).click()
  await ready('LanternDoor')
  await page.getByText('The objects that you chose').waitFor()
  expect(await strips().count()).toBe(1)
  await page.reload()
  await page.getByText('No objects are chosen any more').waitFor(WAIT)
  await isSound()
})

test('what was taken back says so, when, and stands there though the object itself is shown no more', async () => {
  const { alfa, bravo, pact } = parties
  value(await bravo.node.revoke({ pact, ids: [mail.id], reason: 'mistake', account: 'test' }))
  value(await alfa.node.revoke({ pact, ids: [relay.id], reason: 'mistake', account: 'test' }))
  await until('it to be gone', async () => {
    const read = await alfa.node.timeline({ ids: [mail.id, relay.id] })
    return read.ok && read.value.lanes.every(({ state }) => state === 'withdrawn')
  })
  await timeline('collection=withdrawn')
  await ready('Mail with')
  expect(await strips().count()).toBe(1)
  await strips().getByText('Withdrawn').waitFor()
  await table().getByText('Taken back by bravo.example').waitFor()
  await page.goto(`${parties.alfa.url}object/${relay.id}`)
  await page.getByText('This object is not shown here').waitFor(WAIT)
  await page.getByRole('link', { name: 'Show it in the timeline' }).click()
  await ready('Lantern relay')
  await table().getByText('Taken back by alfa.example').waitFor()
  await shoot('taken-back')
  await isSound()
  await timeline(`of=${id('tool', 99)}`)
  await page.getByText('Nothing is held here of what was asked for.').waitFor(WAIT)
  await isSound()
})

test.each([1280, 390])(
  'of more than two hundred it draws two hundred and says how many are left, %i wide',
  { timeout: 120_000 },
  async (width) => {
    const { alfa, bravo } = parties
    if (width === 1280) {
      await share(bravo, ...many)
      await until('all to be shown', async () => {
        const found = await alfa.node.views.objects({ q: 'beacon' })
        return found.ok && found.value.total === many.length
      })
    }
    await timeline('q=beacon', width)
    await ready('Beacon 204')
    // As long as some of their words are not in the index yet, it is told that there are more, and not how many.
    await page.getByText(/It shows the newest 200 objects, .*; (?:5|at least \d) older entries of the list/).waitFor()
    expect(await strips().count()).toBe(200)
    if (width === 1280) await page.getByText('1–10 of 200').waitFor()
    await page.emulateMedia({ colorScheme: width === 390 ? 'dark' : 'light' })
    if (process.env.SHOTS !== undefined) await page.screenshot({ path: `${process.env.SHOTS}/many-${width}.png` })
    await page.emulateMedia({ colorScheme: 'light' })
    await page.getByLabel('Strips').selectOption('type')
    await page.waitForURL('**by=type')
    await expect.poll(() => strips().count()).toBe(1)
    expect(await plot('200 objects').locator('.tl-count').count()).toBe(1)
    await plot('200 objects').locator('.tl-count').hover()
    await page.locator('.tl-tip').getByText('Said, answered or taken back 200 times about then').waitFor()
    await shoot(`by-type-${width}`)
    await isSound()
    await page.getByRole('link', { name: 'Only indicator' }).click()
    await page.waitForURL('**type=indicator')
    await expect.poll(() => strips().count()).toBe(200)
  },
)

test('a node that does not answer is said, with what to do', async () => {
  await page.route('**/api/timeline', (route) =>
    route.fulfill({ status: 503, json: { code: 'node/busy', message: '' } }),
  )
  await timeline('q=lantern')
  await page.getByText('This could not be loaded').waitFor(WAIT)
  await page.unroute('**/api/timeline')
  await page.getByRole('button', { name: 'Try again' }).click()
  await ready('LanternDoor')
  troubles.length = 0
})
