// The object graph in a real Chromium on real nodes: what it shows of a thousand objects, in the picture and in words, how one
// goes through it without a mouse, and that it names what it leaves out.

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

const AT = { spec_version: '2.1', created: '2026-11-20T08:00:00.000Z', modified: '2026-11-20T08:00:00.000Z' }
const id = (type: string, n: number) => `${type}--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const object = (type: string, n: number, more: object) => ({ type, id: id(type, n), ...AT, ...more })
const relates = (n: number, from: { id: string }, to: { id: string }, how: string) =>
  object('relationship', n, { relationship_type: how, source_ref: from.id, target_ref: to.id })

const actor = object('threat-actor', 1, { name: 'Paper Lantern' })
const door = object('malware', 2, { name: 'LanternDoor', is_family: false })
const mail = object('attack-pattern', 3, {
  name: 'Mail with an attached document and a name that goes on and on until it is cut',
})
const report = object('report', 4, {
  ...{ name: 'What we hold of it', published: AT.created, object_refs: [actor.id, door.id] },
  created_by_ref: id('identity', 5),
})
const seen = object('sighting', 6, { sighting_of_ref: door.id, where_sighted_refs: [id('identity', 5)], count: 4 })
const uses = relates(7, actor, door, 'uses')
const small = [actor, door, mail, report, seen, uses, relates(8, actor, mail, 'uses\u202e')]
const hub = object('malware', 100, { name: 'Hub', is_family: true })
const many = Array.from({ length: 1_050 }, (_, n) =>
  object('indicator', 1_000 + n, {
    ...{ name: `Relay ${n}`, pattern: `[ipv4-addr:value = '192.0.2.${n % 256}']`, pattern_type: 'stix' },
    valid_from: AT.created,
  }),
)
const links = many.map((one, n) => relates(10_000 + n, one, hub, 'indicates'))

beforeAll(async () => {
  parties = await startParties({ consoleDir: fileURLToPath(new URL('../dist', import.meta.url)) })
  const { alfa, bravo, pact } = parties
  value(await alfa.accounts.addOfficer('duty@alfa.example', 'Duty', PASSWORD))
  for (const [node, objects] of [
    [bravo, small],
    [alfa, [hub, ...many, ...links]],
  ] as const) {
    const bundle = JSON.stringify({ type: 'bundle', id: id('bundle', objects.length), objects })
    value(await node.node.share({ pact, account: 'test', input: bytesInput(Buffer.from(bundle)) }))
  }
  for (const { id: last } of [links.at(-1) ?? hub, small.at(-1) ?? hub]) {
    await until('it to be shown', async () => (await alfa.node.views.object(last)) !== undefined)
  }
  browser = await launchChromium()
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' })
  page = await context.newPage()
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('401')) troubles.push(message.text())
  })
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

async function isSound(): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBeLessThanOrEqual(0)
  expect(troubles).toEqual([])
}

const canvas = () => page.locator('canvas')
const saying = () => page.locator('.graph-picture [aria-live]').innerText()
async function graph(search: string, width = 1280): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  await page.goto(`${parties.alfa.url}objects/graph?${search}`)
  await page.locator('[data-placed="true"]').waitFor(WAIT)
}
/** How many different colours the picture has. */
const colours = () =>
  canvas().evaluate((element: HTMLCanvasElement) => {
    const { data } = element.getContext('2d')?.getImageData(0, 0, element.width, element.height) ?? { data: [] }
    const found = new Set<number>()
    for (let at = 0; at < data.length; at += 4)
      found.add(((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0))
    return found.size
  })
const middleOf = async () => {
  const box = await canvas().boundingBox()
  return { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 }
}
const shoot = async (name: string) => {
  if (process.env.SHOTS !== undefined)
    await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true })
}

test.each([1280, 390])(
  'from the page of an object one sees what it is linked to, and how, in words too, %i wide',
  async (width) => {
    await page.setViewportSize({ width, height: 900 })
    await page.goto(`${parties.alfa.url}object/${door.id}`)
    await page.getByRole('link', { name: 'Show it in a graph' }).click()
    await page.locator('[data-placed="true"]').waitFor(WAIT)
    await page.getByText('4 objects, 5 links').waitFor(WAIT)
    const chosen = page.getByRole('region', { name: 'Links of LanternDoor' })
    await chosen.getByText('← uses').waitFor()
    await chosen.getByText('← sighting × 4').waitFor()
    await chosen.getByText('← object_refs').waitFor()
    expect(await colours()).toBeGreaterThan(20)
    // Named by others, and not held.
    const list = page.getByRole('list', { name: 'Objects in the graph' })
    await list.getByText(id('identity', 5)).waitFor()
    await list.getByText('Named, not held here').waitFor()
    await page.getByLabel('How far').selectOption('2')
    await page.getByText('5 objects, 6 links').waitFor(WAIT)
    // A word that would turn the line round is shown with what it hides.
    await page.getByRole('button', { name: 'Show Paper Lantern in the picture' }).click()
    await page.getByRole('region', { name: 'Links of Paper Lantern' }).getByText('uses⟨U+202E⟩ →').waitFor()
    await shoot(`one-${width}`)
    await isSound()
  },
)

test('the keyboard goes from object to object, hears what each is, and opens it', async () => {
  await graph(`of=${door.id}&depth=1`)
  await canvas().focus()
  expect(await saying()).toBe('malware LanternDoor, 3 links')
  const heard = new Set<string>()
  for (const key of [
    'ArrowRight',
    'ArrowLeft',
    'ArrowLeft',
    'ArrowUp',
    'ArrowDown',
    'ArrowDown',
    'ArrowUp',
    'ArrowRight',
  ]) {
    await page.keyboard.press(key)
    heard.add(await saying())
  }
  expect(heard.size).toBeGreaterThan(1)
  await page.keyboard.press('Escape')
  expect(await saying()).toBe('')
  for (const key of ['+', '+', '-', '0', 'ArrowRight']) await page.keyboard.press(key)
  expect(await saying()).toBe('malware LanternDoor, 3 links')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/object/${door.id}`)
  await page.getByText('Where it came from').waitFor(WAIT)
  await isSound()
})

test('a click on an object opens it, a drag moves it and opens nothing', async () => {
  await graph(`of=${door.id}&depth=1`)
  await page.getByRole('button', { name: 'Show Paper Lantern in the picture' }).click()
  await page.getByRole('region', { name: 'Links of Paper Lantern' }).waitFor()
  const { x, y } = await middleOf()
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 60, y + 40, { steps: 4 })
  await page.mouse.up()
  expect(page.url()).toContain('/objects/graph')
  await page.mouse.click(x, y)
  expect(page.url()).toContain('/objects/graph')
  await page.mouse.click(x + 60, y + 40)
  await page.waitForURL(`**/object/${actor.id}`)
  await isSound()
})

test('a type or a kind of link that is switched off is gone from the picture and from the words', async () => {
  await graph(`of=${door.id}&depth=2`)
  const list = page.getByRole('list', { name: 'Objects in the graph' })
  expect(await list.getByRole('listitem').count()).toBe(5)
  await page.getByRole('button', { name: /^report/ }).click()
  expect(await list.getByRole('listitem').count()).toBe(4)
  await page.getByLabel('Sightings').uncheck()
  expect(await list.getByText(id('identity', 5)).count()).toBe(0)
  await page.getByRole('button', { name: /^report/ }).click()
  expect(await list.getByRole('listitem').count()).toBe(5)
  await page.getByLabel('Named by an object itself').uncheck()
  expect(await list.getByRole('listitem').count()).toBe(3)
  await isSound()
})

test.each([1280, 390])(
  'of more than a thousand it shows a thousand, says how many are left, and answers, %i wide',
  {
    timeout: 120_000,
  },
  async (width) => {
    await graph(`of=${hub.id}&depth=1`, width)
    await page.getByText('It shows 1,000 objects, the most there is room for; 51 more are not in it.').waitFor(WAIT)
    await page.getByText('1,000 objects, 999 links').waitFor()
    expect(await colours()).toBeGreaterThan(20)
    await shoot(`many-${width}`)
    await page.getByText('1–50 of 1,000').waitFor()
    await page.getByRole('button', { name: 'Show Relay 1049 in the picture' }).click()
    await page.getByRole('region', { name: 'Links of Relay 1049' }).getByText('indicates →').waitFor()
    const before = await canvas().screenshot()
    await canvas().hover()
    await page.mouse.wheel(0, -600)
    await expect.poll(async () => (await canvas().screenshot()).equals(before)).toBe(false)
    await shoot(`many-near-${width}`)
    await isSound()
  },
)

test('a search is drawn as it stands in the list, with the links among what it found', async () => {
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto(`${parties.alfa.url}objects?q=lantern`)
  await page.getByText('LanternDoor').first().waitFor(WAIT)
  await page.getByRole('link', { name: 'Graph', exact: true }).click()
  await page.waitForURL('**/objects/graph?q=lantern')
  await page.getByText('2 objects, 1 link').waitFor(WAIT)
  await page.getByText('What the search found, and how it is linked').waitFor()
  await isSound()
})

test('what is ticked stays ticked over the pages, and is drawn by itself', async () => {
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto(`${parties.alfa.url}objects?q=lantern`)
  await page.getByLabel('Choose Paper Lantern').check()
  await page.getByPlaceholder('Name, id or text').fill('Relay 104')
  await page.getByLabel('Choose Relay 1049').waitFor(WAIT)
  await page.getByLabel('All on this page').check()
  await page.getByText('12 objects chosen').waitFor()
  await page.getByLabel('All on this page').uncheck()
  await page.getByLabel('Choose Relay 1049').check()
  await page.getByRole('link', { name: 'Show them as a graph' }).click()
  await page.locator('[data-placed="true"]').waitFor(WAIT)
  await page.getByLabel('How far').selectOption('0')
  await page.getByText('2 objects, 0 links').waitFor(WAIT)
  await isSound()
})

test('what is revoked and what was taken back says so in the graph', { timeout: 90_000 }, async () => {
  const { bravo, alfa, pact } = parties
  value(await bravo.node.revoke({ pact, ids: [mail.id], reason: 'mistake', account: 'test' }))
  const off = JSON.stringify({ ...door, modified: '2026-11-21T08:00:00.000Z', revoked: true })
  value(await bravo.node.share({ pact, account: 'test', input: bytesInput(Buffer.from(off)) }))
  await until('it to be heard', async () => (await alfa.node.views.object(door.id))?.versions[0]?.revoked === true)
  await until(
    'it to be gone',
    async () => (await alfa.node.views.object(mail.id))?.versions[0]?.collection === 'withdrawn',
  )
  await graph(`of=${actor.id}&depth=1`)
  const list = page.getByRole('list', { name: 'Objects in the graph' })
  await list.getByRole('listitem').filter({ hasText: 'LanternDoor' }).getByText('Revoked').waitFor()
  await list.getByRole('listitem').filter({ hasText: 'Mail with' }).getByText('Withdrawn').waitFor()
  await shoot('states')
  await isSound()
})

test('without anything ticked, a graph of what was ticked says what to do', async () => {
  await page.goto(`${parties.alfa.url}objects/graph?of=chosen`)
  await page.getByText('No objects are chosen any more').waitFor(WAIT)
  await isSound()
})
