// Which entries of a party are over the limits of a day (spec/agreement.md): its logs, their entries by bytes, parts and
// time, the cosignatures on each, and the indexes that are over, by origin.

import { ORIGIN } from './samples.ts'

const on = (channel: string) => ORIGIN.replace('/main/', `/${channel}/`)
const [MAIN, LINE, PAIR] = [on('main'), on('line'), on('pair')]
const DAY = 86_400
const FIRST = 20_500
const at = (day: number, seconds = 0) => (FIRST + day) * DAY + seconds
const entry = (bytes: number, time: number, parts: number[] = []) => ({
  bytes,
  statement: { time: new Date(time * 1000).toISOString(), content: parts.map((size) => ({ size })) },
})
const unread = (bytes: number) => ({ bytes, statement: null })
const entries = (count: number, time: number, bytes = 100) => Array.from({ length: count }, () => entry(bytes, time))
const by = (neutral: string) => (size: number, time: number) => ({ by: neutral, size, time })
const watch = by('watch.example')
const limits = { entriesPerDay: 3, bytesPerDay: 10_000, partBytes: 1_024, parts: 2, openProposals: 8 }
const two = [
  { party: 'guard.example', operator: 'guard.example' },
  { party: 'watch.example', operator: 'watch.example' },
]

export const dailyLimitsCases = [
  {
    name: 'as many as a day takes are not over',
    ...{ limits, logs: [{ origin: MAIN, entries: entries(3, at(0)), cosignatures: [watch(3, at(0, 10))] }] },
    over: { [MAIN]: [] },
  },
  {
    name: 'undated entries count as those of one day, whatever time they name',
    limits,
    logs: [{ origin: MAIN, entries: [...entries(2, at(0)), ...entries(3, at(1))], cosignatures: [] }],
    over: { [MAIN]: [3, 4] },
  },
  {
    name: 'the entry after a cosigned size is of the day of that cosignature, and so are those after it',
    limits,
    logs: [{ origin: MAIN, entries: entries(8, at(0)), cosignatures: [watch(3, at(0)), watch(7, at(1))] }],
    over: { [MAIN]: [6] },
  },
  {
    name: 'a cosignature in the last second of a day dates by that day, one a second later by the next',
    limits,
    logs: [
      { origin: MAIN, entries: entries(5, at(0)), cosignatures: [watch(1, at(0, 1)), watch(3, at(1) - 1)] },
      { origin: PAIR, entries: entries(2, at(0)), cosignatures: [watch(1, at(1))] },
    ],
    // Main: 0 undated; 1 to 4 of the first day. Pair: 0 undated; 1 of the second.
    over: { [MAIN]: [4], [PAIR]: [] },
  },
  {
    name: 'cosignatures of the same size again date what follows anew',
    limits,
    logs: [
      {
        origin: MAIN,
        entries: entries(6, at(0)),
        cosignatures: [watch(0, at(0)), watch(3, at(0, 60)), watch(3, at(4, 60))],
      },
    ],
    over: { [MAIN]: [] },
  },
  {
    name: 'the other logs of a party count with an entry, and on the line those on the line alone',
    limits,
    logs: [
      { origin: LINE, entries: entries(2, at(0)), cosignatures: [] },
      { origin: MAIN, entries: entries(2, at(0)), cosignatures: [] },
    ],
    over: { [LINE]: [], [MAIN]: [1] },
  },
  {
    name: 'an entry weighs its bytes and the parts that a depositary must hold: the first of them, and none too large',
    limits,
    logs: [
      {
        origin: MAIN,
        entries: [
          // 9,000 + 512; the third part is one too many, and no part may be larger than the padded 1,064 bytes.
          entry(9_000, at(0), [512, 4_096, 512]),
          entry(488, at(0)),
          unread(1),
        ],
        cosignatures: [],
      },
    ],
    over: { [MAIN]: [2] },
  },
  {
    name: 'a part of the largest size there is counts whole',
    limits,
    logs: [{ origin: MAIN, entries: [entry(8_913, at(0), [1_088])], cosignatures: [] }],
    over: { [MAIN]: [0] },
  },
  {
    name: 'with a quorum of two, a day is that of the second neutral',
    limits,
    ...{ quorum: 2, neutrals: two },
    logs: [
      {
        origin: MAIN,
        entries: entries(7, at(0)),
        cosignatures: [watch(0, at(0)), by('guard.example')(2, at(0)), by('guard.example')(3, at(1)), watch(4, at(2))],
      },
    ],
    // 0, 1 undated; 2, 3 of the first day; 4 to 6 of the second.
    over: { [MAIN]: [] },
  },
  {
    name: 'what is no neutral dates nothing',
    limits,
    logs: [{ origin: MAIN, entries: entries(4, at(0)), cosignatures: [by('bravo.example')(2, at(3))] }],
    over: { [MAIN]: [3] },
  },
  {
    name: 'without neutrals the time of an entry gives its day, and days never fall',
    limits,
    ...{ quorum: 0, neutrals: [] },
    logs: [
      {
        origin: MAIN,
        entries: [...entries(2, at(1)), ...entries(2, at(0)), ...entries(1, at(2))],
        cosignatures: [watch(2, at(0))],
      },
    ],
    over: { [MAIN]: [3] },
  },
  {
    name: 'without neutrals what does not parse is of the day of the entry before it, and the first of 1970',
    limits,
    ...{ quorum: 0, neutrals: [] },
    logs: [{ origin: MAIN, entries: [unread(100), ...entries(2, at(0)), unread(100), unread(100)], cosignatures: [] }],
    over: { [MAIN]: [4] },
  },
]
