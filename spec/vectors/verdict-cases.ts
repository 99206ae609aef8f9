// Opinions of STIX 2.1 with a verdict, and what a reader takes of each (spec/records.md, The verdict and Many objects at once).

import { VERDICT_EXTENSION } from '@countersign/record'

export interface VerdictCase {
  name: string
  /** The text of the opinion. */
  opinion: string
  /** Null where it is about nothing. */
  expect: { objects: number; first: string; last: string; opinion: string | null; verdict: string | null } | null
}

const id = (n: number) => `indicator--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const ids = (count: number) => Array.from({ length: count }, (_, i) => id(i + 1))
const EXTENSION = { extension_type: 'property-extension' }
const withVerdict = (verdict: unknown) => ({ extensions: { [VERDICT_EXTENSION]: { ...EXTENSION, verdict } } })
const TIMES = { created: '2026-11-30T10:00:00.000Z', modified: '2026-11-30T10:00:00.000Z' }
const opinion = (more: Record<string, unknown>) => ({
  ...{ type: 'opinion', spec_version: '2.1', id: 'opinion--00000000-0000-4000-8000-0000000000aa', ...TIMES },
  ...{ opinion: 'agree', object_refs: [id(1)], ...more },
})

const takes = (
  name: string,
  more: Record<string, unknown>,
  expect: Partial<NonNullable<VerdictCase['expect']>> = {},
): VerdictCase => ({
  ...{ name, opinion: JSON.stringify(opinion(more)) },
  expect: { objects: 1, first: id(1), last: id(1), opinion: 'agree', verdict: null, ...expect },
})
const nothing = (name: string, more: Record<string, unknown>): VerdictCase => {
  return { name, opinion: JSON.stringify(opinion(more)), expect: null }
}
const unknown = (name: string, verdict: unknown) => takes(name, withVerdict(verdict))

export const verdictCases: VerdictCase[] = [
  takes('accepted', withVerdict('accepted'), { verdict: 'accepted' }),
  takes('known already', withVerdict('already-known'), { verdict: 'already-known' }),
  takes(
    'a false positive',
    { opinion: 'strongly-disagree', ...withVerdict('false-positive') },
    { opinion: 'strongly-disagree', verdict: 'false-positive' },
  ),
  takes('stale', { opinion: 'disagree', ...withVerdict('stale') }, { opinion: 'disagree', verdict: 'stale' }),
  takes('an opinion that does not go with the verdict', withVerdict('stale'), { verdict: 'stale' }),
  takes('an opinion without a verdict', {}),
  unknown('a verdict that there is not', 'malicious'),
  unknown('a verdict in capitals', 'Accepted'),
  unknown('a verdict with a blank behind it', 'accepted '),
  unknown('an empty verdict', ''),
  unknown('two verdicts', ['accepted', 'stale']),
  unknown('a verdict in a list', ['accepted']),
  unknown('a verdict that is a number', 1),
  unknown('a verdict that is null', null),
  unknown('a verdict that is an object', { verdict: 'accepted' }),
  unknown('a verdict of the name of what every object has', 'constructor'),
  unknown('a verdict of the name of a prototype', '__proto__'),
  takes('a verdict outside the extension', { verdict: 'accepted' }),
  takes('a verdict in the extension of another', {
    extensions: {
      'extension-definition--53445626-0cda-4fbe-8466-32d8ddb1c549': { ...EXTENSION, verdict: 'accepted' },
    },
  }),
  takes('extensions that are a list', { extensions: [{ verdict: 'accepted' }] }),
  takes(
    'an opinion that there is not, with a verdict',
    { opinion: 'certainly', ...withVerdict('accepted') },
    { opinion: null, verdict: 'accepted' },
  ),
  takes(
    'a verdict on 1,000 objects',
    { object_refs: ids(1_000), ...withVerdict('accepted') },
    { objects: 1_000, last: id(1_000), verdict: 'accepted' },
  ),
  takes(
    'a verdict on 1,001 objects: the last is passed over',
    { object_refs: ids(1_001), ...withVerdict('accepted') },
    { objects: 1_000, last: id(1_000), verdict: 'accepted' },
  ),
  takes(
    'a verdict on one object named three times, and another',
    { object_refs: [id(1), id(1), id(2), id(1)], ...withVerdict('stale') },
    { objects: 2, last: id(2), verdict: 'stale' },
  ),
  takes(
    'a verdict on an object among what is none',
    { object_refs: ['', 7, null, { id: id(2) }, 'indicator--1', id(1).toUpperCase(), id(1)], ...withVerdict('stale') },
    { verdict: 'stale' },
  ),
  nothing('a verdict on no object', { object_refs: [], ...withVerdict('accepted') }),
  nothing('a verdict on what is none', { object_refs: ['everything'], ...withVerdict('accepted') }),
  nothing('a verdict on one object outside a list', { object_refs: id(1), ...withVerdict('accepted') }),
]
