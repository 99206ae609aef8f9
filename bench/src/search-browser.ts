// From a keystroke to the rows on the screen: what an officer types in the console, in the Chromium that its tests use. Both
// ends are taken in the page: when the key reached it, and the frame after the one that shows the rows of what was typed.

import type { Page } from 'playwright-core'
import { launchChromium } from '../../tools/chromium.ts'
import { drawFrom, invent } from './invented.ts'
import type { BenchNodes } from './nodes.ts'

const WORDS = 20
const LETTERS = 10
/** Between two keys of somebody who types quickly. */
export const KEY_MS = 90

/** Milliseconds of each measured key. */
export interface Typed {
  /** Every key of some words, each pressed once the rows of the last were there. */
  each: number[]
  /** The last key of some words that were typed quickly. */
  last: number[]
}

export async function typedInChromium({ console: { url, email, password } }: BenchNodes, size: number): Promise<Typed> {
  const browser = await launchChromium()
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
    await page.goto(url)
    await page.locator('input[type=email]').first().fill(email)
    await page.locator('input[type=password]').fill(password)
    await page.keyboard.press('Enter')
    await page.locator('nav').first().waitFor()
    await page.goto(`${url}objects`)
    await page.locator('[data-shows=""]').waitFor()
    await page.evaluate(WATCH)

    const draw = drawFrom(size + 2)
    const each: number[] = []
    const last: number[] = []
    for (let i = 0; i < WORDS; i++) {
      const word = invent(draw(size)).telling.slice(0, LETTERS).split(' ')[0] ?? ''
      await clear(page)
      for (let end = 1; end <= word.length; end++) {
        await page.keyboard.insertText(word[end - 1] ?? '')
        each.push(await shown(page, word.slice(0, end)))
      }
      await clear(page)
      await page.keyboard.type(word, { delay: KEY_MS })
      last.push(await shown(page, word))
    }
    return { each, last }
  } finally {
    await browser.close()
  }
}

async function clear(page: Page): Promise<void> {
  await page.locator('#list-search').fill('')
  await page.locator('[data-shows=""]').waitFor()
}

/** How long it took from the last input until the rows of these words were on the screen. */
async function shown(page: Page, words: string): Promise<number> {
  const took = await page.waitForFunction((q) => (globalThis as unknown as Watched).tookFor(q), words, { polling: 10 })
  return (await took.jsonValue()) as number
}

interface Watched {
  tookFor(words: string): number | undefined
}

const WATCH = `
  let typed = 0, value = '', took
  const look = () => {
    const rows = document.querySelector('[data-shows]')
    if (took !== undefined || rows?.getAttribute('data-shows') !== value) return
    const of = value
    took = null
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => { if (value === of) took = performance.now() - typed }
      channel.port2.postMessage(0)
    })
  }
  document.addEventListener('input', (event) => {
    typed = event.timeStamp
    value = event.target.value.trim()
    took = undefined
  }, true)
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true })
  globalThis.tookFor = (words) => (value === words && typeof took === 'number' ? took : undefined)
`
