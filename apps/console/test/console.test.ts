// The console in a real Chromium, on a real node of the demonstration. What is asked of it here is what an officer does.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../tools/chromium.ts'
import { threeFreePorts } from '../../../tools/ports.ts'

const MAIN = fileURLToPath(new URL('../../cli/bin/countersign.mjs', import.meta.url))
const BUILT = fileURLToPath(new URL('../dist/index.html', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'countersign-console-'))
let demo: ChildProcess
let browser: Browser
let url = ''
let officer = { email: '', password: '' }
let context: BrowserContext
let page: Page
let troubles: string[] = []

beforeAll(async () => {
  if (!existsSync(BUILT)) throw new Error('The console is not built; npm test builds it first.')
  const port = await threeFreePorts()
  demo = spawn(process.execPath, [MAIN, 'demo', '--json', '--dir', dir, '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const line = await firstLine(demo)
  const { nodes }: { nodes: { party: string; url: string }[] } = JSON.parse(line)
  url = nodes.find(({ party }) => party === 'bravo.example')?.url ?? ''
  officer = JSON.parse(readFileSync(join(dir, 'demo.json'), 'utf8')).logins['bravo.example'].officer
  browser = await launchChromium()
}, 120_000)

afterAll(async () => {
  await browser?.close()
  const ended = new Promise((resolve) => demo.once('exit', resolve))
  demo.kill('SIGINT')
  await ended
  rmSync(dir, { recursive: true, force: true })
})

/** One session for all who need no sign-in of their own: ten tries a minute are what the node takes. */
let session: Awaited<ReturnType<BrowserContext['storageState']>> | undefined

async function open(options: { width?: number; scheme?: 'light' | 'dark'; signedIn?: boolean } = {}): Promise<void> {
  const { width = 1280, scheme = 'light', signedIn = true } = options
  const storageState = signedIn && session !== undefined ? { storageState: session } : {}
  context = await browser.newContext({
    ...storageState,
    viewport: { width, height: 800 },
    colorScheme: scheme,
    locale: 'en-GB',
  })
  page = await context.newPage()
  troubles = []
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('console', (message) => {
    // Before anyone has signed in, the first question is answered 401: that is how the page knows.
    if (message.type() === 'error' && !message.text().includes('401')) troubles.push(message.text())
  })
  await page.goto(url)
  if (!signedIn || session !== undefined) return
  await signIn()
  await page.getByText('39 STIX objects').first().waitFor()
  session = await context.storageState()
}

async function signIn(password = officer.password): Promise<void> {
  await page.getByLabel('E-mail').or(page.locator('input[type=email]')).first().fill(officer.email)
  await page.locator('input[type=password]').fill(password)
  await page.keyboard.press('Enter')
}

afterEach(() => context.close())

describe.each([
  [1280, 'light'],
  [1280, 'dark'],
  [390, 'light'],
  [390, 'dark'],
] as const)('the console, %i wide and %s', (width, scheme) => {
  test('shows what was said with its states, and nothing is wider than the page', async () => {
    await open({ width, scheme })
    await page.getByText('39 STIX objects').first().waitFor()
    expect(await page.getByText('Delivered').count()).toBeGreaterThan(2)
    for (const path of ['records', 'objects', 'agreements', 'node', 'check']) {
      await page.goto(`${url}${path}`)
      await page.locator('main').first().waitFor()
      await page.waitForTimeout(300)
      const wider = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(wider, `${path} is wider than the page`).toBeLessThanOrEqual(0)
    }
    expect(troubles).toEqual([])
  })
})

describe('an officer', () => {
  test('with a wrong password is told so and stays outside', async () => {
    await open({ signedIn: false })
    await signIn('wrong password!')
    await page.getByRole('alert').first().waitFor()
    expect((await page.request.get(`${url}api/records`)).status()).toBe(401)
  })

  test('re-verifies a record in the browser, from evidence and cards alone', async () => {
    await open()
    await page.getByText('39 STIX objects').first().click({ force: true })
    await page.getByRole('button', { name: /verify/i }).click()
    await page.getByText(/Proved in this browser/).waitFor({ timeout: 30_000 })
    await page.getByText(/that the others signed this agreement, or that it was in force/).waitFor()
    expect(await page.getByText('watch.example').count()).toBeGreaterThan(0)
    expect(troubles).toEqual([])
  })

  test('is told when the evidence does not hold', async () => {
    await open()
    // A node that lies: one digit of the checkpoint in the evidence is another.
    await page.route('**/api/record/evidence**', async (route) => {
      const answer = await route.fetch()
      const evidence = JSON.parse(await answer.text())
      const note = Buffer.from(evidence.checkpoint, 'base64')
      note[note.length - 40] = (note[note.length - 40] ?? 0) ^ 1
      const body = JSON.stringify({ ...evidence, checkpoint: note.toString('base64') })
      await route.fulfill({ response: answer, body })
    })
    await page.getByText('39 STIX objects').first().click({ force: true })
    await page.getByRole('button', { name: /verify/i }).click()
    await page
      .getByText(/does not hold|not proved/i)
      .first()
      .waitFor({ timeout: 30_000 })
    expect(await page.getByText(/Proved in this browser/).count()).toBe(0)
  })

  test('finds an object by a part of its name and sees its source and where it came from', async () => {
    await open()
    await page.getByText('39 STIX objects').first().waitFor()
    await page.goto(`${url}objects`)
    await page.getByPlaceholder('Name, id or text').fill('lanterndo')
    const found = page.getByRole('link', { name: 'LanternDoor', exact: true })
    await found.waitFor()
    await page.getByText('mitigates', { exact: true }).waitFor({ state: 'detached' })
    await found.click({ force: true })
    await page
      .getByText(/scheduled task/)
      .first()
      .waitFor()
    await page.getByText('alfa.example').filter({ visible: true }).first().waitFor()
    expect(troubles).toEqual([])
  })

  test('sees who signed the agreement, on which channel, and since when it is in force', async () => {
    await open()
    await page.getByText('39 STIX objects').first().waitFor()
    await page.goto(`${url}agreements`)
    await page.getByText('Demonstration agreement').first().click({ force: true })
    await page
      .getByText(/in force/i)
      .first()
      .waitFor()
    for (const party of ['alfa.example', 'bravo.example', 'watch.example']) {
      await expect.poll(() => page.locator('main').innerText(), { timeout: 10_000 }).toContain(party)
    }
    expect(troubles).toEqual([])
  })

  test('reaches the records by the keyboard alone', async () => {
    await open()
    await page.getByText('39 STIX objects').first().waitFor()
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab')
      if ((await page.evaluate(() => document.activeElement?.getAttribute('href') ?? '')).startsWith('/record/')) break
    }
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/record\//)
  })

  test('who signed out sees nothing any more', async () => {
    await open({ signedIn: false })
    await signIn()
    await page.getByText('39 STIX objects').first().waitFor()
    await page.locator('[popovertarget=account]').first().click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.locator('input[type=password]').waitFor()
    await page.goto(`${url}records`)
    await page.locator('input[type=password]').waitFor()
  })
})

describe('somebody who was handed a file', () => {
  const vectors = JSON.parse(readFileSync(new URL('../../../spec/vectors/evidence.json', import.meta.url), 'utf8'))
  const whole = String(vectors.cases[0].evidence).replaceAll(/«([0-9]+)»/g, (_, n) => vectors.pieces[Number(n)] ?? '')
  const file = (name: string, text: string) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(text),
  })
  const cards = (vectors.trusted as string[]).map((text, i) => file(`${i}.card`, text))
  const chosen = () => page.locator('input[type=file]')

  test.each([
    [1280, 'light'],
    [390, 'dark'],
  ] as const)('checks it without an account, in three languages, %i wide and %s', async (width, scheme) => {
    await open({ width, scheme, signedIn: false })
    await page.getByRole('link', { name: 'Check a file of evidence' }).click()
    const posted: string[] = []
    page.on('request', (request) => request.method() !== 'GET' && posted.push(request.url()))
    await chosen().setInputFiles([...cards, file('call.evidence', whole)])
    await page.getByText('Compare the words of each').waitFor()
    await page.getByRole('button', { name: 'Check the file' }).click()
    await page.getByText('It holds.').waitFor({ timeout: 30_000 })
    const paper = page.frameLocator('iframe')
    await paper.getByText('This record is proved.').waitFor()
    for (const [language, words] of [
      ['ru', 'Эта запись доказана.'],
      ['zh', '此记录已得到证明。'],
    ] as const) {
      await page.getByLabel('Language of the report').selectOption(language)
      await paper.getByText(words).waitFor({ timeout: 30_000 })
    }
    const faces = await paper.locator('html').evaluate(async (html) => {
      await html.ownerDocument.fonts.ready
      return [...html.ownerDocument.fonts].filter(({ status }) => status === 'loaded').length
    })
    expect(faces).toBeGreaterThan(5)
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ).toBeLessThanOrEqual(0)
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save the report' }).click()
    expect((await saved).suggestedFilename()).toBe('call.html')
    await chosen().setInputFiles([file('call.evidence', whole.replace('"index":2', '"index":1'))])
    await page.getByRole('button', { name: 'Check the file' }).click()
    await page.getByText('It does not hold.').waitFor({ timeout: 30_000 })
    if (process.env.COUNTERSIGN_PICTURES !== undefined)
      await page.screenshot({
        path: join(process.env.COUNTERSIGN_PICTURES, `check-${width}-${scheme}.png`),
        fullPage: true,
      })
    expect(posted).toEqual([])
    expect(troubles).toEqual([])
  })

  test('is told that without a card of its author nothing holds', async () => {
    await open({ signedIn: false })
    await page.goto(`${url}check`)
    await page.getByText('Without the card of its author').waitFor()
    await chosen().setInputFiles([file('call.evidence', whole)])
    await page.getByRole('button', { name: 'Check the file' }).click()
    await page.getByText('It does not hold.').waitFor({ timeout: 30_000 })
    await page
      .frameLocator('iframe')
      .getByText(/you trust no card of the author/)
      .first()
      .waitFor()
  })
})

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = ''
    let err = ''
    child.stderr?.on('data', (chunk) => (err += chunk))
    child.stdout?.on('data', (chunk) => {
      out += chunk
      if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')))
    })
    child.once('exit', () => reject(new Error(`The demonstration ended: ${err}`)))
  })
}

/** A port with the two after it, free at this moment. */
