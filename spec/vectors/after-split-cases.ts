// What stands after the split of a log that forked (spec/fork.md): two or three logs of one channel, the receipts a reader
// holds, how many entries each forked log has in common with its other branch, and what records come to.

import { makeNotice } from '@countersign/record'
import {
  AGAIN,
  ALFA,
  about,
  alfaLog,
  BRAVO,
  bravoLog,
  consents,
  destroys,
  goesOnFrom,
  inForce,
  named,
  type Receipt,
  receipt,
  SIGNED,
  said,
  sees,
  theShare,
} from './destruction-cases.ts'
import { alfa } from './samples.ts'

export interface AfterSplitCase {
  name: string
  logs: { origin: string; entries: Uint8Array[] }[]
  receipts: Receipt[]
  /** Of each log that is known to have forked, the entries that both branches have in common. */
  splits: { origin: string; common: number }[]
  /** `expect`: `valid`, or void with a code. `hi` for its first addressee, POSIX seconds. */
  records: { origin: string; index: number; expect: string; hi: number | null }[]
  /** Since when the agreement is in force on the channel. */
  since: number
  /** Whether the part of the share at index 2 of the first log has left the condition of receipts. */
  destroyed: boolean
  /** Logs that a notice froze, with the size. */
  frozen: { origin: string; size: number }[]
}

const VOID = 'content/not-destroyable'
const covered = (origin: string, size: number) => receipt('watch.example', origin, size, SIGNED + 10 * size)
const at = (origin: string, index: number, expect: string, hi: number | null = null) => ({ origin, index, expect, hi })
/** What the depositary's receipt over all entries of a log gives its entry of this index. */
const byReceipt = (size: number) => SIGNED + 10 * size

function made(
  name: string,
  of: {
    alfa?: Uint8Array[]
    bravo?: Uint8Array[]
    again?: Uint8Array[]
    common?: number
    receipts?: Receipt[]
    records: AfterSplitCase['records']
    destroyed?: boolean
    frozen?: AfterSplitCase['frozen']
  },
): AfterSplitCase {
  const logs = [
    { origin: ALFA, entries: [...alfaLog, ...(of.alfa ?? [])] },
    { origin: BRAVO, entries: [...bravoLog, ...(of.bravo ?? [])] },
    ...(of.again === undefined ? [] : [{ origin: AGAIN, entries: of.again }]),
  ]
  return {
    ...{ name, logs, receipts: [...inForce, ...(of.receipts ?? [covered(ALFA, 3)])] },
    splits: of.common === undefined ? [] : [{ origin: ALFA, common: of.common }],
    ...{ records: of.records, since: SIGNED, destroyed: of.destroyed ?? false, frozen: of.frozen ?? [] },
  }
}

const alfaConsents = consents(ALFA)
const bravoConsents = consents(BRAVO)
const alfaHolds = about(ALFA, 'content/hold', {})
const alfaLifts = about(ALFA, 'content/lift', {}, 0, { re: named(ALFA, 3, alfaHolds) })
const alfaLiftsLater = about(ALFA, 'content/lift', {}, 0, { re: named(ALFA, 4, alfaHolds) })
const bravoDestroys = (seen: number) => destroys(BRAVO, 'consent', seen)
/** In the log that goes on from alfa's, of which it pins all. */
const heirDestroys = (entries: Uint8Array[], seen: number) => [
  goesOnFrom([...alfaLog, ...entries]),
  said(AGAIN, {
    ...{ type: 'content/destroyed', body: { ground: 'consent', parts: null }, re: theShare },
    seen: { logs: sees(AGAIN, seen), receipts: [] },
  }),
]
const bravoTold = about(BRAVO, 'content/hold', {})
const noticeOfAlfa = said(ALFA, {
  type: 'party/notice',
  body: JSON.parse(
    new TextDecoder().decode(
      makeNotice(
        {
          ...{ v: 1, party: 'alfa.example', cards: [alfa.card.digest], roles: ['log', 'statement'] },
          by: alfa.card.digest,
        },
        [{ key: 0, ...alfa.root }],
      ),
    ),
  ),
})

export const afterSplitCases: AfterSplitCase[] = [
  made('nobody knows of a fork', { records: [at(ALFA, 1, 'valid', SIGNED), at(ALFA, 2, 'valid', byReceipt(3))] }),
  made('a share before the split', {
    ...{ common: 3, records: [at(ALFA, 1, 'valid', SIGNED), at(ALFA, 2, 'valid', byReceipt(3))] },
  }),
  made('a share after the split: valid, and held by nobody', {
    ...{ common: 2, records: [at(ALFA, 1, 'valid', SIGNED), at(ALFA, 2, 'valid'), at(BRAVO, 1, 'valid', SIGNED)] },
  }),
  made('a signature after the split: the agreement stays in force, and what was said under it', {
    ...{ common: 1, receipts: [covered(ALFA, 3), covered(BRAVO, 3)] },
    records: [at(ALFA, 1, 'valid'), at(ALFA, 2, 'valid'), at(BRAVO, 2, 'valid', byReceipt(3))],
  }),
  made('a destruction by its author after the split', {
    ...{ alfa: [alfaConsents, destroys(ALFA, 'consent', 4)], bravo: [bravoConsents], common: 4 },
    ...{ records: [at(ALFA, 4, VOID)], destroyed: true },
  }),
  made('the same before the split', {
    ...{ alfa: [alfaConsents, destroys(ALFA, 'consent', 4)], bravo: [bravoConsents], common: 5 },
    ...{ records: [at(ALFA, 4, 'valid')], destroyed: true },
  }),
  made('a destruction after the split to which nobody else consented', {
    ...{ alfa: [alfaConsents, destroys(ALFA, 'consent', 3)], common: 4, records: [at(ALFA, 4, VOID)] },
  }),
  made('a consent after the split, for another who destroys', {
    ...{ alfa: [alfaConsents], bravo: [bravoConsents, bravoDestroys(4)], common: 3 },
    ...{ records: [at(BRAVO, 4, 'valid')], destroyed: true },
  }),
  made('a consent after the split, for its author’s own destruction in a successor that pins it', {
    ...{ alfa: [alfaConsents], bravo: [bravoConsents], again: heirDestroys([alfaConsents], 4), common: 3 },
    records: [at(AGAIN, 1, VOID)],
  }),
  made('the same consent before the split', {
    ...{ alfa: [alfaConsents], bravo: [bravoConsents], again: heirDestroys([alfaConsents], 4), common: 4 },
    ...{ records: [at(AGAIN, 1, 'valid')], destroyed: true },
  }),
  made('a hold after the split bars another', {
    ...{ alfa: [alfaHolds, alfaConsents], bravo: [bravoConsents, bravoDestroys(5)], common: 3 },
    records: [at(BRAVO, 4, VOID)],
  }),
  made('its lift after the split frees another', {
    ...{ alfa: [alfaHolds, alfaLifts, alfaConsents], bravo: [bravoConsents, bravoDestroys(6)], common: 4 },
    ...{ records: [at(BRAVO, 4, 'valid')], destroyed: true },
  }),
  made('its lift after the split does not free its author', {
    ...{ alfa: [alfaConsents, alfaHolds, alfaLiftsLater], bravo: [bravoConsents], common: 5 },
    again: heirDestroys([alfaConsents, alfaHolds, alfaLiftsLater], 4),
    records: [at(AGAIN, 1, VOID)],
  }),
  made('a hold that a statement after the split had seen bars in a log beside it', {
    ...{ alfa: [alfaConsents, about(ALFA, 'content/consent', { parts: null }, 5)], bravo: [bravoConsents, bravoTold] },
    ...{ again: heirDestroys([alfaConsents], 4), common: 4, records: [at(AGAIN, 1, VOID)], destroyed: true },
  }),
  made('a notice about its author after the split freezes all the same', {
    ...{ alfa: [noticeOfAlfa], common: 3 },
    receipts: [covered(ALFA, 3), covered(ALFA, 4)],
    records: [at(ALFA, 2, 'valid', byReceipt(3)), at(ALFA, 3, 'party/frozen')],
    frozen: [{ origin: ALFA, size: 3 }],
  }),
]
