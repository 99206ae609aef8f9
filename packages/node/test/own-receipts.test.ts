// Asking back the receipts that we gave (spec/directory.md, `held/…/index`): an index, which nobody signs, costs none.

import { createHash } from 'node:crypto'
import { nodeDisk, openReceipts } from '@countersign/ledger'
import { cosign, utf8 } from '@countersign/log'
import { receiptKeyName } from '@countersign/record'
import { expect, test } from 'vitest'
import { alfa, checkpointOf, entry, ORIGIN, opening, PACT, watch } from '../../../spec/vectors/samples.ts'
import { LIMITS } from '../src/limits.ts'
import { OwnReceipts } from '../src/own-logs/own-receipts.ts'
import { realSurroundings } from '../src/surroundings.ts'
import { folder, requestsTo, type Serve } from './served-files.ts'

const T = 1_700_000_000
const FOLDER = `held/${createHash('sha256').update(ORIGIN).digest('hex')}/watch.example`
const ENTRIES = [opening(), entry(), entry()]
const ours = (size: number) => {
  const name = receiptKeyName('watch.example', PACT)
  return cosign(checkpointOf(ENTRIES.slice(0, size)), { name, ...watch.receipt }, T + size)
}

async function recalled(serve: Serve, areKnown: () => boolean = () => true): Promise<number[]> {
  const receipts = await openReceipts({ disk: nodeDisk(), dir: folder() })
  const recall = new OwnReceipts({
    ...{ origin: ORIGIN, author: alfa.card, us: 'watch.example', pact: PACT, receipts },
    keys: () => (areKnown() ? [watch.card.keys.receipt] : [alfa.card.keys.receipt]),
    knowsKeys: areKnown,
    readers: [requestsTo(alfa.card, serve)],
    around: { ...realSurroundings(), after: (_ms, act) => (queueMicrotask(act), () => {}) },
    without: () => new Set(),
    stopped: () => false,
    onDone: () => {},
  })
  await recall.ended
  return receipts.given(ORIGIN).map(({ size }) => size)
}

const serving =
  (index: () => string): Serve =>
  (path) => {
    if (path === `${FOLDER}/index`) return utf8(index())
    return [2, 3].flatMap((size) => (path === `${FOLDER}/${size}-${T + size}` ? ours(size) : [])).at(0)
  }

test.each(['3-1700000009\n', '3-17000000x3\n', '9-1700000003\n'])(
  'an index harmed on its way (%j) hides none of our receipts',
  async (harmed) => {
    let asked = 0
    const whole = `2-${T + 2}\n3-${T + 3}\n`
    expect(await recalled(serving(() => (asked++ === 0 ? `2-${T + 2}\n${harmed}` : whole)))).toEqual([2, 3])
  },
)

test('a reader that names what it never shows keeps nothing up', async () => {
  expect(await recalled(serving(() => `2-${T + 2}\n7-${T + 7}\n`))).toEqual([2])
})

test('receipts by a key of ours that is not known yet are asked for until our own logs have told of it', async () => {
  let asked = 0
  const serve = serving(() => (asked++, `2-${T + 2}\n3-${T + 3}\n`))
  expect(await recalled(serve, () => asked > 3 * LIMITS.receiptTries)).toEqual([2, 3])
})
