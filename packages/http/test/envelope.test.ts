// The envelope of a page of TAXII as it is sent, where texts of it are gone.

import { expect, test } from 'vitest'
import { envelope } from '../src/taxii/resources.ts'

const AT_ONCE = 2
/** In pieces of at most two texts. */
function sent(texts: readonly (string | undefined)[], next: string | null = null): string[] {
  const objects = texts.map((_, at) => ({
    ...{ seq: at, id: '', version: '', specVersion: '2.1', addedAt: '', digest: String(at) },
  }))
  const textsOf = (digests: readonly string[], from: number) =>
    digests.slice(from, from + AT_ONCE).map((digest) => texts[Number(digest)])
  return [...envelope({ objects, next, addedFirst: '', addedLast: '' }, textsOf)]
}

test('an envelope holds every text that is held, in order, and nothing in place of one that was destroyed meanwhile', () => {
  const held = ['{"n":0}', undefined, undefined, undefined, '{"n":4}', '{"n":5}', '{"n":6}', undefined]
  const pieces = sent(held, 'on.from-here')
  expect(JSON.parse(pieces.join(''))).toEqual({
    ...{ more: true, next: 'on.from-here' },
    objects: [{ n: 0 }, { n: 4 }, { n: 5 }, { n: 6 }],
  })
  // No piece is empty: to a stream that would be its end.
  expect(pieces.every((piece) => piece !== '')).toBe(true)
})

test.each([[[]], [[undefined, undefined, undefined]]])('an envelope without any has no list: %j', (texts) => {
  expect(JSON.parse(sent(texts).join(''))).toEqual({ more: false })
})
