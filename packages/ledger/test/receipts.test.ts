// Receipts that are given at the same moment, as by a countersignature while others bring back what we gave before.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeDisk, openReceipts, originHash } from '../src/index.ts'

const ORIGIN = `alfa.example/${'a'.repeat(32)}/main/${'b'.repeat(16)}`

test('receipts that are given at once are all there, and all listed, in the order in which they were given', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-receipts-'))
  try {
    const receipts = await openReceipts({ disk: nodeDisk(), dir })
    const one = (size: number) => ({ size, time: 1_790_000_000 + size, bytes: new Uint8Array([size]) })
    // One of them twice, as two who look for it may find it.
    await Promise.all([1, 2, 2, 3].map((size) => receipts.give(ORIGIN, one(size))))
    const files = [1, 2, 3].map((size) => `${size}-${1_790_000_000 + size}`)
    expect(receipts.given(ORIGIN).map(({ file }) => file)).toEqual(files)
    const folder = join(dir, 'receipts', originHash(ORIGIN))
    expect(readdirSync(folder).sort()).toEqual([...files, 'index'])
    expect(readFileSync(join(folder, 'index'), 'utf8').split('\n').filter(Boolean)).toEqual(files)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
