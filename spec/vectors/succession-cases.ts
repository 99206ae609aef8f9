// What a log inherits from the logs it succeeds (spec/succession.md): what each of three logs had named up to and with each
// of its entries, what the reader holds of their predecessors, and the sight of one entry that follows from it.

import { ORIGIN } from './samples.ts'

const generation = (digit: string) => ORIGIN.replace(/[0-9a-f]{16}$/, digit.repeat(16))
const [FIRST, SECOND, THIRD, PEER] = [
  generation('1'),
  generation('2'),
  generation('3'),
  ORIGIN.replace('alfa', 'bravo'),
]
const receipt = (size: number, digest: string) => ({
  ...{ by: 'watch.example', origin: PEER, size },
  digest: digest.repeat(64),
})
const entry = (logs: number | undefined, receipts: ReturnType<typeof receipt>[] = []) => ({
  logs: logs === undefined ? [] : [{ origin: PEER, size: logs }],
  receipts,
})
const logs = {
  [FIRST]: [entry(undefined), entry(3, [receipt(3, 'a')]), entry(9, [receipt(9, 'b')])],
  [SECOND]: [entry(undefined), entry(4, [receipt(3, 'c')]), entry(5)],
  [THIRD]: [entry(2)],
}
const pinned = (origin: string, size: number) => ({ origin, size })
const sizes = (peer: number, ...own: [string, number][]) => [
  { origin: PEER, size: peer },
  ...[FIRST, SECOND, THIRD].map((origin) => ({ origin, size: own.find(([one]) => one === origin)?.[1] ?? 0 })),
]

export const successionCases = [
  {
    name: 'no predecessor is held: nothing is inherited',
    ...{ logs, held: {}, entry: { origin: SECOND, index: 1 } },
    ...{ sizes: sizes(4), named: receipt(3, 'c') },
  },
  {
    name: 'what the predecessor covers and had seen below the size pinned; of two receipts of one size it named the first',
    ...{ logs, held: { [SECOND]: pinned(FIRST, 2) }, entry: { origin: SECOND, index: 1 } },
    ...{ sizes: sizes(4, [FIRST, 2]), named: receipt(3, 'a') },
  },
  {
    name: 'all of the predecessor: it had seen more than its successor says',
    ...{ logs, held: { [SECOND]: pinned(FIRST, 3) }, entry: { origin: SECOND, index: 2 } },
    ...{ sizes: sizes(9, [FIRST, 3]), named: receipt(9, 'b') },
  },
  {
    name: 'through a chain',
    ...{ logs, held: { [SECOND]: pinned(FIRST, 2), [THIRD]: pinned(SECOND, 3) }, entry: { origin: THIRD, index: 0 } },
    ...{ sizes: sizes(5, [FIRST, 2], [SECOND, 3]), named: receipt(3, 'a') },
  },
  {
    name: 'a chain that is not held further',
    ...{ logs, held: { [THIRD]: pinned(SECOND, 2) }, entry: { origin: THIRD, index: 0 } },
    ...{ sizes: sizes(4, [SECOND, 2]), named: receipt(3, 'c') },
  },
  {
    name: 'a chain that comes back ends there',
    ...{ logs, held: { [SECOND]: pinned(FIRST, 2), [FIRST]: pinned(SECOND, 3) }, entry: { origin: FIRST, index: 0 } },
    ...{ sizes: sizes(5, [SECOND, 3]), named: receipt(3, 'c') },
  },
]
