// Which proposals of a party are over the limits of a day (spec/agreement.md, Limits of a day): like the cases of
// daily-limits-cases.ts, with the type of each statement.

import { ORIGIN } from './samples.ts'

const on = (channel: string) => ORIGIN.replace('/main/', `/${channel}/`)
const [MAIN, LINE] = [on('main'), on('line')]
const DAY = 86_400
const FIRST = 20_500
const at = (day: number, seconds = 0) => (FIRST + day) * DAY + seconds
const said = (type: string) => (day: number) => ({
  bytes: 100,
  statement: { type, time: new Date(at(day) * 1000).toISOString(), content: [] },
})
const proposal = said('pact/propose')
const share = said('intel/share')
const unread = { bytes: 100, statement: null }
const watch = (size: number, time: number) => ({ by: 'watch.example', size, time })
const limits = { entriesPerDay: 6, bytesPerDay: 10_000, partBytes: 1_024, parts: 2, openProposals: 2 }

export const dailyProposalsCases = [
  {
    name: 'as many proposals as a day takes are not over, the one after them is, and what is no proposal is not',
    limits,
    logs: [
      {
        origin: MAIN,
        entries: [proposal(0), share(0), proposal(0), share(0), proposal(0), share(0)],
        cosignatures: [],
      },
    ],
    over: { [MAIN]: [4] },
  },
  {
    name: 'a proposal that is over still counts with what follows it',
    limits,
    logs: [
      {
        origin: MAIN,
        entries: [proposal(0), proposal(0), proposal(0), proposal(0), share(0), share(0), share(0)],
        cosignatures: [],
      },
    ],
    over: { [MAIN]: [2, 3, 6] },
  },
  {
    name: 'each log takes as many: a proposal stands once in each',
    limits,
    logs: [
      { origin: MAIN, entries: [proposal(0), proposal(0)], cosignatures: [] },
      { origin: LINE, entries: [proposal(0), proposal(0), proposal(0)], cosignatures: [] },
    ],
    over: { [MAIN]: [], [LINE]: [2] },
  },
  {
    name: 'a cosignature of the next day lets as many follow, whatever time they name',
    limits,
    logs: [
      {
        origin: MAIN,
        entries: [proposal(0), proposal(0), proposal(0), proposal(0), proposal(0)],
        cosignatures: [watch(1, at(0)), watch(3, at(1))],
      },
    ],
    // 0 undated; 1 and 2 of the first day; 3 and 4 of the second.
    over: { [MAIN]: [] },
  },
  {
    name: 'without neutrals the time of a proposal gives its day, and days never fall',
    limits,
    ...{ quorum: 0, neutrals: [] },
    logs: [
      { origin: MAIN, entries: [proposal(1), proposal(1), proposal(0), proposal(2), proposal(2)], cosignatures: [] },
    ],
    over: { [MAIN]: [2] },
  },
  {
    name: 'what does not parse is no proposal',
    limits,
    logs: [{ origin: MAIN, entries: [unread, unread, unread, proposal(0), proposal(0)], cosignatures: [] }],
    over: { [MAIN]: [] },
  },
  {
    name: 'where one may be proposed the second is over, whatever stands between',
    limits: { ...limits, openProposals: 1 },
    logs: [{ origin: MAIN, entries: [share(0), proposal(0), share(0), proposal(0)], cosignatures: [] }],
    over: { [MAIN]: [3] },
  },
]
