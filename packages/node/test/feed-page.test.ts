// A page of a foreign server is read piece by piece: whatever its size, the node does other things in between.

import { utf8 } from '@countersign/log'
import { expect, test } from 'vitest'
import { FEED_LIMITS } from '../src/feeds/limits.ts'
import { PIECE_BYTES, readPage } from '../src/feeds/page.ts'

const objectText = (n: number) =>
  `{"type":"tool","spec_version":"2.1","id":"tool--00000000-0000-4000-8000-${String(n).padStart(12, '0')}","created":"2026-02-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z","name":"é ${n}"}`
const texts = Array.from({ length: 8_000 }, (_, n) => objectText(n))
const page = utf8(`{"more":true,"objects":[${texts.join(',')}],"next":"n"}`)

async function read(bytes: Uint8Array) {
  let turns = 0
  const result = await readPage(bytes, FEED_LIMITS, async () => {
    turns++
  })
  return { result, turns }
}

test('a large page is read in pieces that give way to other work, and gives its objects byte for byte', async () => {
  const { result, turns } = await read(page)
  if (!result.ok) throw new Error(result.message)
  const { objects, ...rest } = result.value
  expect(objects.map(({ source }) => Buffer.from(source).toString())).toEqual(texts)
  expect(rest).toMatchObject({ elements: texts.length, unreadableTotal: 0, more: true, next: 'n' })
  expect(page.length).toBeGreaterThan(4 * PIECE_BYTES)
  expect(turns).toBe(Math.ceil(page.length / PIECE_BYTES))
})

test('a page that is broken is read no further than to where that shows', async () => {
  const broken = utf8(`{"objects":[${objectText(1)},]${' '.repeat(8 * PIECE_BYTES)}`)
  const { result, turns } = await read(broken)
  expect(result).toMatchObject({ ok: false, code: 'feed/page' })
  expect(turns).toBe(0)
})
