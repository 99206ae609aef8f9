// The public TAXII 2.1 client of the standard's authors, unchanged, against a real server: where its Python package is
// installed (`pip install taxii2-client`); elsewhere it is skipped, and taxii-reference.test.ts goes by its source.

import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Parties, startParties } from './parties.ts'

const DAY = fileURLToPath(new URL('a-day-of-taxii2client.py', import.meta.url))
const isMissing = spawnSync('python3', ['-c', 'import taxii2client.v21']).status !== 0
if (isMissing) process.stdout.write('taxii2client: the Python package taxii2-client is not here; its day is skipped\n')

let parties: Parties
beforeAll(async () => {
  if (!isMissing) parties = await startParties()
})
afterAll(() => parties?.close())

const idOf = (n: number) => `tool--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const all = Array.from({ length: 23 }, (_, n) => idOf(n))

test.skipIf(isMissing)('the client of the standard’s authors works unchanged', async () => {
  const { url, taxii } = parties.alfa
  const { stdout } = await promisify(execFile)('python3', [DAY, `${url}taxii2/`, taxii.user, taxii.password])
  const { paged, ...told } = JSON.parse(stdout)
  // What has a newer version joined the collection anew with it, so that whoever polls learns of it.
  expect(paged).toEqual([...all.filter((id) => id !== idOf(7)), idOf(7)])
  expect(told).toEqual({
    ...{ default: true, versions: ['application/taxii+json;version=2.1'] },
    rights: { inbox: [true, false], outbox: [true, true], withdrawn: [true, false] },
    ...{ added: ['complete', 23, 23, 0], 'asked again': 23, newer: 1, refused: [1, [idOf(3)]] },
    ...{ manifest: [...all, idOf(7)], one: [idOf(7)] },
    'versions of one': ['2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
    ...{ 'of a type': 23, 'of another type': 0, 'added later': 0 },
    ...{ 'taken back': 404, 'with another password': 401 },
  })
})
