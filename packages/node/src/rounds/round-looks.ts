// What an officer looked at before saying a round: everything that is in it, what it is marked as, and what the gate said of
// it. A digest stands for it, a function of that alone; whoever says the round names it, and where what would be said is
// another meanwhile, nothing is said. What the last looks showed is kept in memory, so that the difference can be told.

import { createHash } from 'node:crypto'
import type { Decision } from '@countersign/intel'
import type { ShareRefusal, Tried } from '../saying/judging.ts'
import type { RoundPlace, RoundTerms } from './round-store.ts'

/** Looks that are remembered, and objects that a difference names of each kind. */
const LOOKS_KEPT = 16
const TOLD_MAX = 100

type ToldOf = Pick<Decision, 'verdict' | 'counts' | 'told' | 'refusals' | 'by'>

export interface RoundLooked extends Tried {
  /** Of what was looked at: SHA-256 in hex. */
  looked: string
}

/** Between what was looked at and what would be said now: the first ids of each kind, and how many there are. */
export interface RoundDifference {
  added: string[]
  addedTotal: number
  gone: string[]
  goneTotal: number
  /** Of those that were there, what the gate says now and said then: its verdict, or `left out`. */
  verdicts: { id: string; before: string; now: string }[]
  verdictsTotal: number
  /** It is marked, or goes into a feed, otherwise. */
  terms: boolean
}

/** Refuses `round/changed`. */
export interface RoundRefusal extends ShareRefusal {
  /** Null where what was looked at is not remembered any more. */
  difference?: RoundDifference | null
}

export interface Look {
  place: string
  terms: string
  objects: readonly { id: string; digest: string }[]
  /** By the place of an object among these, of those that are told. */
  verdicts: ReadonlyMap<number, string>
  whole: string
}

export function lookAt(
  place: RoundPlace,
  { marking, feed }: RoundTerms,
  objects: readonly { id: string; digest: string }[],
  { verdict, counts, told, refusals, by }: ToldOf,
): Look {
  const { pact, channel = 'main', to = null } = place
  const cutOf = (one: ToldOf['told'][number]) => [
    one.cut.map(({ selector }) => selector),
    one.reasons.map(({ code, rule }) => [code, rule ?? null]),
    (one.by ?? []).map(({ record }) => record),
  ]
  return {
    place: JSON.stringify([pact, channel, to]),
    terms: JSON.stringify([marking ?? null, feed ?? null]),
    objects: objects.map(({ id, digest }) => ({ id, digest })),
    verdicts: new Map(told.map((one) => [one.index, one.leftOut ? 'left out' : one.verdict])),
    // Not the sentences: some count what left in a day, and that is judged by itself.
    whole: JSON.stringify([
      ...[verdict, counts, told.map((one) => [one.index, one.verdict, one.leftOut, cutOf(one)])],
      ...[
        refusals.map(({ code, rule }) => [code, rule ?? null]),
        by.map(({ record, objects: some }) => [record, some]),
      ],
    ]),
  }
}

export class RoundLooks {
  private readonly looks = new Map<string, Look>()

  /** The digest of a look, which is remembered. */
  keep(look: Look): string {
    const digest = digestOf(look)
    this.looks.delete(digest)
    this.looks.set(digest, look)
    for (const [oldest] of this.looks) {
      if (this.looks.size <= LOOKS_KEPT) break
      this.looks.delete(oldest)
    }
    return digest
  }

  /** A refusal where this is not what was looked at. */
  changed(looked: string, now: Look): RoundRefusal | undefined {
    if (digestOf(now) === looked) return undefined
    const before = this.looks.get(looked)
    const difference = before === undefined || before.place !== now.place ? null : differenceOf(before, now)
    return {
      ok: false,
      code: 'round/changed',
      message: `What would be said is not what was looked at: ${wordsOf(difference)}. Nothing was said. Look at it again with: countersign round try`,
      difference,
    }
  }
}

function digestOf({ place, terms, objects, whole }: Look): string {
  return createHash('sha256')
    .update(JSON.stringify([place, terms, objects, whole]))
    .digest('hex')
}

function differenceOf(before: Look, now: Look): RoundDifference {
  const keyed = ({ objects, verdicts }: Look) =>
    new Map(objects.map(({ id, digest }, i) => [digest, { id, verdict: verdicts.get(i) }]))
  const [then, there] = [keyed(before), keyed(now)]
  const added = [...there].flatMap(([digest, { id }]) => (then.has(digest) ? [] : [id]))
  const gone = [...then].flatMap(([digest, { id }]) => (there.has(digest) ? [] : [id]))
  const verdicts = [...there].flatMap(([digest, { id, verdict = 'passes' }]) => {
    const old = then.get(digest)
    const { verdict: other = 'passes' } = old ?? {}
    return old === undefined || other === verdict ? [] : [{ id, before: other, now: verdict }]
  })
  return {
    ...{ added: added.slice(0, TOLD_MAX), addedTotal: added.length },
    ...{ gone: gone.slice(0, TOLD_MAX), goneTotal: gone.length },
    ...{ verdicts: verdicts.slice(0, TOLD_MAX), verdictsTotal: verdicts.length },
    terms: before.terms !== now.terms,
  }
}

function wordsOf(difference: RoundDifference | null): string {
  if (difference === null) return 'what that was is not remembered here any more'
  const { addedTotal, goneTotal, verdictsTotal, terms } = difference
  const all = [
    ...(addedTotal > 0 ? [`${addedTotal} more came in`] : []),
    ...(goneTotal > 0 ? [`${goneTotal} went out`] : []),
    ...(verdictsTotal > 0 ? [`of ${verdictsTotal} the gate says otherwise`] : []),
    ...(terms ? ['it is marked otherwise'] : []),
  ]
  return all.length === 0 ? 'the gate gives other reasons' : all.join(', ')
}
