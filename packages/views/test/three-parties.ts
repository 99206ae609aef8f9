// Three parties that share with each other and say what became of what they got, as the views of one of them fold it.

import { leafHash, toHex } from '@countersign/log'
import { agreementDigest } from '@countersign/pact'
import { partyOf, type Statement, VERDICT_EXTENSION } from '@countersign/record'
import { agreement } from '../../../spec/vectors/samples.ts'
import type { ObjectToFold } from '../src/index.ts'
import { ALFA, BRAVO, carol, opens, receipt, said, signs } from './two-parties.ts'

export const CAROL = ALFA.replace('alfa', 'carol')
export const LOGS = [ALFA, BRAVO, CAROL]
export const PARTIES = LOGS.map(partyOf)
export const three = {
  ...agreement,
  parties: [...agreement.parties, { party: carol.party, name: carol.party, root: carol.card.rootDigest }],
  channels: agreement.channels.map((channel) => ({ ...channel, parties: PARTIES })),
}
export const VERSION = agreementDigest(three)
export const IN_FORCE = LOGS.map((origin) => receipt('watch', origin, 2, 1_790_000_000))
export const others = (origin: string) => PARTIES.filter((party) => !origin.startsWith(`${party}/`))
export const part = {
  ...{ role: 'bundle', mediaType: 'application/stix+json;version=2.1', size: 4096 },
  ...{ sealed: '1'.repeat(64), commitment: '2'.repeat(64) },
}
export const seenBy = (origin: string): Statement['seen'] => ({
  logs: LOGS.filter((one) => one !== origin).map((one) => ({ origin: one, size: 2, root: '5'.repeat(64) })),
  receipts: IN_FORCE.map(({ by, origin: on, size, digest }) => ({ by, origin: on, size, digest })),
})
export const shares = (origin: string, more: Partial<Statement> = {}) =>
  said(origin, VERSION, {
    ...{ type: 'intel/share', to: others(origin), content: [part], seen: seenBy(origin) },
    body: { share: '0195f3a0-7c11-7abc-8def-0123456789ab', piece: 1, pieces: 1, objects: 2 },
    ...more,
  })
/** Feedback on the share that is this entry of a log. */
export const feedbackOn = (
  named: { origin: string; index: number; entry: Uint8Array | undefined },
  origin: string,
  more: Partial<Statement> = {},
) =>
  said(origin, VERSION, {
    ...{ type: 'intel/sighting', to: [partyOf(named.origin)], body: {}, content: [part], seen: seenBy(origin) },
    re: [{ origin: named.origin, index: named.index, leaf: toHex(leafHash(named.entry ?? new Uint8Array())) }],
    ...more,
  })

export const uuid = (of: string) => `${of.repeat(4)}-0000-4000-8000-000000000000`
export const INDICATOR = `indicator--${uuid('aa')}`
export const OTHER = `indicator--${uuid('ab')}`
interface Said {
  id: string
  modified?: string
  revoked?: boolean
  [property: string]: unknown
}
export const object = (type: string, { id, modified = '2026-11-30T10:00:00.000Z', revoked, ...more }: Said) => {
  const stix = { type, spec_version: '2.1', id: `${type}--${uuid(id)}`, created: '2026-11-30T10:00:00.000Z', modified }
  const source = JSON.stringify({ ...stix, ...(revoked === true ? { revoked } : {}), ...more })
  return { id: stix.id, type, version: modified, revoked: revoked === true, source }
}
export const sighting = (of: Said) => object('sighting', { sighting_of_ref: INDICATOR, ...of })
export const opinion = (of: Said) => object('opinion', { object_refs: [INDICATOR], opinion: 'agree', ...of })
export const verdict = (word: string) => ({
  extensions: { [VERDICT_EXTENSION]: { extension_type: 'property-extension', verdict: word } },
})
export const bundle = (...all: ReturnType<typeof object>[]): ObjectToFold[] =>
  all.map((one, position) => ({ ...one, position, specVersion: '2.1', name: null, tlp: null, warnings: [] }))

export const openAll = LOGS.map((origin) => [opens(origin, VERSION), signs(origin, VERSION, others(origin))])
