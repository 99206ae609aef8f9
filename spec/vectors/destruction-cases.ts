// When a record that says that content was destroyed is valid (spec/destruction.md): two logs of one channel, the receipts
// a reader holds, and what the last entry of one of them comes to.

import { leafHash, sha256, TreeFrontier, toHex, utf8 } from '@countersign/log'
import { agreementDigest } from '@countersign/pact'
import { type Statement, signStatement } from '@countersign/record'
import { agreement, alfa, bravo, ORIGIN, PACT, statement } from './samples.ts'

export const ALFA = ORIGIN
export const BRAVO = ORIGIN.replace('alfa', 'bravo')
/** Another log of alfa on the channel. */
export const AGAIN = ORIGIN.replace(/[0-9a-f]{16}$/, '0'.repeat(16))
const VERSION = agreementDigest(agreement)
export const SIGNED = 1_790_000_000
const RETAINED = SIGNED + 10 + agreement.retention.days * 86_400

export interface Receipt {
  by: string
  origin: string
  size: number
  time: number
  digest: string
}

export interface DestructionCase {
  name: string
  /** Entries of each log from its start. */
  logs: { origin: string; entries: Uint8Array[] }[]
  receipts: Receipt[]
  /** The record, and whether it is `valid`, `undecided`, or void with a code. */
  record: { origin: string; index: number }
  expect: string
  /** Whether the part of the share at index 2 of the first log has left the condition of receipts. */
  destroyed: boolean
}

export const receipt = (by: string, origin: string, size: number, time: number): Receipt => ({
  ...{ by, origin, size, time },
  digest: toHex(sha256(utf8(`${by} ${origin} ${size} ${time}`))),
})
export const said = (origin: string, change: Partial<Statement>) => {
  const author = origin === BRAVO ? bravo : alfa
  const draft = statement({ pact: { id: PACT, version: VERSION }, from: author.party, origin, ...change })
  return signStatement(draft, author.statement)
}
const other = (origin: string) => (origin === BRAVO ? ALFA : BRAVO)
export const sees = (origin: string, size: number) => [{ origin: other(origin), size, root: '5'.repeat(64) }]
const opens = (origin: string, predecessor: { origin: string; size: number; root: string } | null = null) =>
  said(origin, { type: 'log/open', body: { card: (origin === BRAVO ? bravo : alfa).card.digest, predecessor } })
const signs = (origin: string) =>
  said(origin, {
    ...{ type: 'pact/sign', to: [origin === BRAVO ? 'alfa.example' : 'bravo.example'] },
    body: { base: null, origins: [origin.replace('/main/', '/line/'), origin] },
  })
export const inForce = [ALFA, BRAVO].map((origin) => receipt('watch.example', origin, 2, SIGNED))
const shares = (origin: string) =>
  said(origin, {
    ...{ type: 'intel/share', to: [origin === ALFA ? 'bravo.example' : 'alfa.example'] },
    body: { share: '0195f3a0-7c11-7abc-8def-0123456789ab', piece: 1, pieces: 1, objects: 2 },
    content: [
      {
        ...{ role: 'bundle', mediaType: 'application/stix+json;version=2.1', size: 4096 },
        ...{ sealed: '1'.repeat(64), commitment: '2'.repeat(64) },
      },
    ],
    seen: {
      logs: sees(origin, 2),
      receipts: inForce.map(({ by, origin: on, size, digest }) => ({ by, origin: on, size, digest })),
    },
  })
export const named = (origin: string, index: number, entry: Uint8Array) => [
  { origin, index, leaf: toHex(leafHash(entry)) },
]

export const alfaLog = [opens(ALFA), signs(ALFA), shares(ALFA)]
export const bravoLog = [opens(BRAVO), signs(BRAVO), shares(BRAVO)]
export const theShare = named(ALFA, 2, alfaLog[2] ?? new Uint8Array())
export const about = (origin: string, type: string, body: Statement['body'], size = 0, more: Partial<Statement> = {}) =>
  said(origin, {
    ...{ type, body, re: theShare },
    seen: { logs: size === 0 ? [] : sees(origin, size), receipts: [] },
    ...more,
  })
export const consents = (origin: string) => about(origin, 'content/consent', { parts: null })
export const destroys = (origin: string, ground: string, size: number, more: Partial<Statement> = {}) =>
  about(origin, 'content/destroyed', { ground, parts: null }, size, more)
const held = receipt('watch.example', ALFA, 3, SIGNED + 10)
const alfaConsents = consents(ALFA)
const bravoConsents = consents(BRAVO)
const bravoHolds = about(BRAVO, 'content/hold', {})

/** Alfa was told of the charge in its first log. */
const alfaTold = about(ALFA, 'content/consent', { parts: null }, 5)
const bravoCharges = about(BRAVO, 'charge/opened', {})
const namedInAgain = [receipt('watch.example', AGAIN, 2, SIGNED), ...inForce].map(({ by, origin, size, digest }) => ({
  ...{ by, origin, size, digest },
}))
const inAgain = (type: string, body: Statement['body'], receipts = namedInAgain) =>
  said(AGAIN, { type, body, re: theShare, seen: { logs: sees(AGAIN, 4), receipts } })
const againDestroys = (receipts = namedInAgain) => [
  inAgain('content/consent', { parts: null }, receipts),
  inAgain('content/destroyed', { ground: 'consent', parts: null }, receipts),
]
const againPins = said(AGAIN, { type: 'log/pin', body: {}, seen: { logs: sees(AGAIN, 5), receipts: [] } })
const rootOf = (entries: readonly Uint8Array[]) => {
  const tree = new TreeFrontier()
  for (const entry of entries) tree.append(leafHash(entry))
  return toHex(tree.root())
}
export const goesOnFrom = (entries: readonly Uint8Array[]) =>
  opens(AGAIN, { origin: ALFA, size: entries.length, root: rootOf(entries) })
const alfaDestroys = [alfaConsents, destroys(ALFA, 'consent', 4)]

const VOID = 'content/not-destroyable'
function made(
  name: string,
  expect: string,
  of: { alfa?: Uint8Array[]; bravo?: Uint8Array[]; again?: Uint8Array[]; receipts?: Receipt[]; record?: string },
): DestructionCase {
  const logs = [
    { origin: ALFA, entries: [...alfaLog, ...(of.alfa ?? [])] },
    { origin: BRAVO, entries: [...bravoLog, ...(of.bravo ?? [])] },
    ...(of.again === undefined ? [] : [{ origin: AGAIN, entries: of.again }]),
  ]
  const origin = of.record ?? ALFA
  const index = (logs.find((log) => log.origin === origin)?.entries.length ?? 1) - 1
  // What the other logs of its author alone bar is no longer asked for by receipts.
  const excused = of.again !== undefined && expect !== 'valid'
  const destroyed = (expect === 'valid' && !name.includes('exercise')) || excused
  return { name, logs, receipts: [...inForce, ...(of.receipts ?? [])], record: { origin, index }, expect, destroyed }
}

export const destructionCases: DestructionCase[] = [
  made('author and addressee consented', 'valid', {
    ...{ alfa: [alfaConsents, destroys(ALFA, 'consent', 4)], bravo: [bravoConsents] },
  }),
  made('the author alone consented', VOID, { alfa: [alfaConsents, destroys(ALFA, 'consent', 3)] }),
  made('the addressee’s consent had not been seen', VOID, {
    ...{ alfa: [alfaConsents, destroys(ALFA, 'consent', 3)], bravo: [bravoConsents] },
  }),
  made('what had been seen is not held', 'undecided', {
    alfa: [alfaConsents, destroys(ALFA, 'consent', 4)],
  }),
  made('a hold stood', VOID, {
    ...{ alfa: [alfaConsents, destroys(ALFA, 'consent', 5)], bravo: [bravoConsents, bravoHolds] },
  }),
  made('a hold that had not been seen', 'valid', {
    ...{ alfa: [alfaConsents, destroys(ALFA, 'consent', 4)], bravo: [bravoConsents, bravoHolds] },
  }),
  made('a hold was lifted', 'valid', {
    alfa: [alfaConsents, destroys(ALFA, 'consent', 6)],
    bravo: [bravoConsents, bravoHolds, about(BRAVO, 'content/lift', {}, 0, { re: named(BRAVO, 4, bravoHolds) })],
  }),
  made('a charge cites it', VOID, {
    alfa: [alfaConsents, destroys(ALFA, 'consent', 5)],
    bravo: [bravoConsents, about(BRAVO, 'charge/opened', {})],
  }),
  made('said in an exercise: valid, and of no effect', 'valid', {
    ...{ alfa: [alfaConsents, destroys(ALFA, 'consent', 4, { mode: 'Exercise' })], bravo: [bravoConsents] },
  }),
  made('another leaf hash', 'statement/answers', {
    alfa: [destroys(ALFA, 'consent', 3, { re: [{ origin: ALFA, index: 2, leaf: '9'.repeat(64) }] })],
  }),
  made('the time of retention had run out by a neutral’s clock', 'valid', {
    ...{ alfa: [destroys(ALFA, 'retention', 3)], receipts: [held, receipt('watch.example', ALFA, 3, RETAINED)] },
  }),
  made('a second too early', 'undecided', {
    ...{ alfa: [destroys(ALFA, 'retention', 3)], receipts: [held, receipt('watch.example', ALFA, 3, RETAINED - 1)] },
  }),
  made('a cosignature that covers the destruction', 'undecided', {
    ...{ alfa: [destroys(ALFA, 'retention', 3)], receipts: [held, receipt('watch.example', ALFA, 4, RETAINED)] },
  }),
  made('grown old by a receipt of the addressee', 'undecided', {
    bravo: [destroys(BRAVO, 'retention', 3)],
    receipts: [receipt('bravo.example', ALFA, 3, 1), held, receipt('watch.example', BRAVO, 3, SIGNED + 86_400)],
    record: BRAVO,
  }),
]

/** Of a party that speaks in several logs; in a file of their own, for they came later. */
export const destructionBesideCases: DestructionCase[] = [
  made('the other log of its author was told of a charge', VOID, {
    ...{ alfa: [alfaTold], bravo: [bravoConsents, bravoCharges], record: AGAIN },
    again: [opens(AGAIN), signs(AGAIN), ...againDestroys()],
    receipts: [receipt('watch.example', AGAIN, 2, SIGNED)],
  }),
  made('the other log of its author was told of nothing', 'valid', {
    ...{ alfa: [alfaConsents], bravo: [bravoConsents, bravoCharges], record: AGAIN },
    again: [opens(AGAIN), signs(AGAIN), ...againDestroys()],
    receipts: [receipt('watch.example', AGAIN, 2, SIGNED)],
  }),
  made('what the other log of its author had seen is not held', 'undecided', {
    ...{ alfa: [alfaTold], bravo: [bravoConsents], record: AGAIN },
    again: [opens(AGAIN), signs(AGAIN), ...againDestroys()],
    receipts: [receipt('watch.example', AGAIN, 2, SIGNED)],
  }),
  made('its log goes on from less than was told of a charge', VOID, {
    ...{ alfa: [alfaTold], bravo: [bravoConsents, bravoCharges], record: AGAIN },
    again: [goesOnFrom(alfaLog), ...againDestroys([])],
  }),
  made('a log that goes on from its own after it was told of a charge', 'valid', {
    ...{ alfa: alfaDestroys, bravo: [bravoConsents, bravoCharges] },
    again: [goesOnFrom([...alfaLog, ...alfaDestroys]), againPins],
  }),
  made('a log that goes on from its own before it was told of a charge', VOID, {
    ...{ alfa: alfaDestroys, bravo: [bravoConsents, bravoCharges] },
    again: [goesOnFrom(alfaLog), againPins],
  }),
]
