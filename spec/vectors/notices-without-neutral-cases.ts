// Which receipts a notice sets aside where only the two parties countersign (spec/keys.md, What a notice does): what the
// party that gives its receipt key up had itself seen named counts.

import type { Agreement } from '@countersign/pact'
import type { NoticeBody, Statement } from '@countersign/record'
import {
  ALFA,
  BRAVO,
  backdated,
  made,
  type NoticesCase,
  named,
  notice,
  ofBravo,
  opens,
  pinned,
  pinning,
  receipt,
  rootOf,
  said,
  T,
} from './notices-cases.ts'
import { agreement, alfa, bravo, watch } from './samples.ts'

/** Bravo's other log. */
const LINE = BRAVO.replace('/main/', '/line/')
const betweenTwo: Agreement = { ...agreement, neutrals: [], quorum: 0 }
/** Alfa's entry 2 names a receipt of bravo. */
const alfaNames = [
  opens(ALFA, betweenTwo),
  said(ALFA, {}, betweenTwo),
  said(ALFA, { seen: { logs: [], receipts: [named(pinned)] } }, betweenTwo),
  ...[said(ALFA, {}, betweenTwo), said(ALFA, {}, betweenTwo)],
]
/** What bravo names where it had seen so much of that log. */
const saw = (size: number) => ({
  seen: { logs: size === 0 ? [] : [{ origin: ALFA, size, root: rootOf(alfaNames.slice(0, size)) }], receipts: [] },
})
const bravoSays = (change: Partial<Statement>, origin = BRAVO) => said(origin, change, betweenTwo)
const bravoGivesUp = (roles: NoticeBody['roles'], sees = 0, origin = BRAVO) =>
  bravoSays({ type: 'party/notice', body: notice({ ...ofBravo, roles }, bravo.root), ...saw(sees) }, origin)
const between = (main: readonly Uint8Array[], line: readonly Uint8Array[] = []): Partial<NoticesCase> => ({
  agreement: betweenTwo,
  logs: [
    { origin: ALFA, entries: alfaNames },
    { origin: BRAVO, entries: [opens(BRAVO, betweenTwo), ...main] },
    ...(line.length === 0 ? [] : [{ origin: LINE, entries: [opens(LINE, betweenTwo), ...line] }]),
  ],
})
const ofBravoStands = (since: number | null, ...of: { origin: string; size: number }[]) => [
  { party: 'bravo.example', since, frozen: of },
]
export const withoutNeutralCases: NoticesCase[] = [
  made('without a neutral: where it gives its receipt key up, the party itself had seen its receipt named', {
    ...between([bravoGivesUp(['receipt'], 3)]),
    receipts: [pinned, backdated, receipt(alfa, BRAVO, 2, T + 100)],
    ...{ notices: ofBravoStands(T + 100), aside: [backdated.digest] },
  }),
  made('without a neutral: it had seen it named in an earlier statement of that log', {
    ...between([bravoSays(saw(4)), bravoGivesUp(['receipt'])]),
    receipts: [pinned, backdated, receipt(alfa, BRAVO, 3, T + 100)],
    ...{ notices: ofBravoStands(T + 100), aside: [backdated.digest] },
  }),
  made('without a neutral: it had seen less than what names its receipt', {
    ...between([bravoGivesUp(['receipt'], 2)]),
    receipts: [pinned, backdated, receipt(alfa, BRAVO, 2, T + 100)],
    ...{ notices: ofBravoStands(T + 100), aside: [pinned.digest, backdated.digest] },
  }),
  made('without a neutral: what it saw after it gave its key up pins nothing', {
    ...between([bravoGivesUp(['receipt']), bravoSays(saw(5))]),
    receipts: [pinned, backdated, receipt(alfa, BRAVO, 2, T + 100), receipt(alfa, BRAVO, 3, T + 200)],
    ...{ notices: ofBravoStands(T + 100), aside: [pinned.digest, backdated.digest] },
  }),
  made('without a neutral: seen in a log that does not carry the notice, and covered by the other before T', {
    ...between([bravoSays(saw(3))], [bravoGivesUp(['receipt'], 0, LINE)]),
    receipts: [pinned, backdated, receipt(alfa, BRAVO, 2, T + 50), receipt(alfa, LINE, 2, T + 100)],
    ...{ notices: ofBravoStands(T + 100), aside: [backdated.digest] },
  }),
  made('without a neutral: seen in a log that does not carry the notice, and covered at T', {
    ...between([bravoSays(saw(3))], [bravoGivesUp(['receipt'], 0, LINE)]),
    receipts: [pinned, backdated, receipt(alfa, BRAVO, 2, T + 100), receipt(alfa, LINE, 2, T + 100)],
    ...{ notices: ofBravoStands(T + 100), aside: [pinned.digest, backdated.digest] },
  }),
  made('without a neutral: what it saw after it gave its key up, covered by a receipt that the other dates back', {
    ...between([bravoGivesUp(['receipt']), bravoSays(saw(5))]),
    receipts: [
      ...[pinned, backdated, receipt(alfa, BRAVO, 1, T + 90), receipt(alfa, BRAVO, 2, T + 100)],
      receipt(alfa, BRAVO, 3, T + 50),
    ],
    ...{ notices: ofBravoStands(T + 100), aside: [pinned.digest, backdated.digest] },
  }),
  made('without a neutral: a log whose keys are given up too says nothing beyond doubt', {
    ...between([bravoGivesUp(['receipt', 'statement'], 3)]),
    receipts: [pinned, backdated, receipt(alfa, BRAVO, 2, T + 100)],
    notices: ofBravoStands(T + 100, { origin: BRAVO, size: 0 }),
    aside: [pinned.digest, backdated.digest],
  }),
  made(
    'without a neutral: in a log whose keys are given up too, it had seen it where the other covered that before T',
    {
      ...between([bravoSays(saw(3)), bravoGivesUp(['receipt', 'statement'])]),
      receipts: [pinned, backdated, receipt(alfa, BRAVO, 2, T + 50), receipt(alfa, BRAVO, 3, T + 100)],
      notices: ofBravoStands(T + 100, { origin: BRAVO, size: 2 }),
      aside: [backdated.digest],
    },
  ),
  made('without a neutral: covered before T, but not before another notice gave up the keys of that log', {
    ...between([bravoSays(saw(3))], [bravoGivesUp(['statement'], 0, LINE), bravoGivesUp(['receipt'], 0, LINE)]),
    receipts: [
      ...[pinned, backdated, receipt(alfa, LINE, 2, T + 10), receipt(alfa, BRAVO, 2, T + 50)],
      receipt(alfa, LINE, 3, T + 100),
    ],
    notices: [
      ...ofBravoStands(T + 10, { origin: BRAVO, size: 0 }, { origin: LINE, size: 0 }),
      ...ofBravoStands(T + 100),
    ],
    aside: [pinned.digest, backdated.digest],
  }),
  made('without a neutral: the notice is carried by a log whose keys another notice had given up before', {
    ...between([bravoGivesUp(['receipt'], 3)], [bravoGivesUp(['statement'], 0, LINE)]),
    receipts: [pinned, backdated, receipt(alfa, LINE, 2, T + 10), receipt(alfa, BRAVO, 2, T + 100)],
    notices: [
      ...ofBravoStands(T + 10, { origin: BRAVO, size: 0 }, { origin: LINE, size: 0 }),
      ...ofBravoStands(T + 100),
    ],
    aside: [pinned.digest, backdated.digest],
  }),
  made('with a neutral, what the party itself had seen pins nothing', {
    logs: [
      { origin: ALFA, entries: pinning[0]?.entries ?? [] },
      {
        origin: BRAVO,
        entries: [
          opens(BRAVO),
          said(BRAVO, {
            ...{ type: 'party/notice', body: notice(ofBravo, bravo.root) },
            seen: {
              logs: [{ origin: ALFA, size: 3, root: rootOf(pinning[0]?.entries.slice(0, 3) ?? []) }],
              receipts: [],
            },
          }),
        ],
      },
    ],
    receipts: [pinned, backdated, receipt(watch, BRAVO, 2, T + 100)],
    ...{ notices: ofBravoStands(T + 100), aside: [pinned.digest, backdated.digest] },
  }),
]
