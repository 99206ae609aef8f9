// The verdicts an officer has given and not told yet: given to one object or to many, with a reason or without, taken back
// step by step, and kept in this tab, so that a page that is left or loaded anew loses none. Plain functions over values.

import type { TriageInput } from '@countersign/client'
import type { FeedbackVerdict } from '@countersign/record'

/** In the order of the keys and the buttons. */
export const VERDICTS = ['accepted', 'already-known', 'false-positive', 'stale'] as const satisfies FeedbackVerdict[]

/** What the node takes at once; what is more is told after it. */
export const ANSWERS_MAX = 1_000
export const IDS_MAX = 50_000
export const REASON_MAX = 2_000
const STEPS_KEPT = 200

export interface Given {
  verdict: FeedbackVerdict
  reason: string
}

interface Step {
  ids: readonly string[]
  /** What each had before. */
  before: ReadonlyMap<string, Given>
}

export interface Verdicts {
  given: ReadonlyMap<string, Given>
  /** The last one last. */
  steps: readonly Step[]
}

export const NONE_GIVEN: Verdicts = { given: new Map(), steps: [] }

/** The reason of another verdict goes with that. */
export function give(verdicts: Verdicts, ids: readonly string[], verdict: FeedbackVerdict): Verdicts {
  return change(verdicts, ids, (before) => ({ verdict, reason: before?.verdict === verdict ? before.reason : '' }))
}

/** Of those that have a verdict; spaces around it say nothing. */
export function explain(verdicts: Verdicts, ids: readonly string[], reason: string): Verdicts {
  const some = ids.filter((id) => verdicts.given.has(id))
  return change(verdicts, some, (before) => ({
    verdict: before?.verdict ?? 'accepted',
    reason: reason.trim().slice(0, REASON_MAX),
  }))
}

export function takeBack(verdicts: Verdicts, ids: readonly string[]): Verdicts {
  return change(
    verdicts,
    ids.filter((id) => verdicts.given.has(id)),
    () => undefined,
  )
}

function change(
  { given, steps }: Verdicts,
  ids: readonly string[],
  to: (before: Given | undefined) => Given | undefined,
): Verdicts {
  const next = new Map(given)
  const before = new Map<string, Given>()
  const changed: string[] = []
  for (const id of new Set(ids)) {
    const had = given.get(id)
    const has = to(had)
    if (had?.verdict === has?.verdict && had?.reason === has?.reason) continue
    if (had === undefined && next.size >= IDS_MAX) continue
    if (had !== undefined) before.set(id, had)
    if (has === undefined) next.delete(id)
    else next.set(id, has)
    changed.push(id)
  }
  if (changed.length === 0) return { given, steps }
  return { given: next, steps: [...steps.slice(-STEPS_KEPT + 1), { ids: changed, before }] }
}

/** As it was before the last step; the ids of that step. */
export function undo({ given, steps }: Verdicts): { verdicts: Verdicts; ids: readonly string[] } {
  const last = steps.at(-1)
  if (last === undefined) return { verdicts: { given, steps }, ids: [] }
  const next = new Map(given)
  for (const id of last.ids) {
    const had = last.before.get(id)
    if (had === undefined) next.delete(id)
    else next.set(id, had)
  }
  return { verdicts: { given: next, steps: steps.slice(0, -1) }, ids: last.ids }
}

/** What was told, or can be told no more, is neither here nor brought back by an undo. */
export function without({ given, steps }: Verdicts, ids: Iterable<string>): Verdicts {
  const gone = new Set(ids)
  const kept = steps.flatMap((step) => {
    const rest = step.ids.filter((id) => !gone.has(id))
    return rest.length === 0 ? [] : [{ ids: rest, before: step.before }]
  })
  return { given: new Map([...given].filter(([id]) => !gone.has(id))), steps: kept }
}

/** One answer for each verdict and reason, and which ids are in them. */
export function answersOf({ given }: Verdicts): { answers: TriageInput['answers']; ids: string[] } {
  const alike = new Map<string, { verdict: FeedbackVerdict; reason?: string; ids: string[] }>()
  for (const [id, { verdict, reason }] of given) {
    const key = `${verdict} ${reason}`
    const answer = alike.get(key) ?? { verdict, ...(reason === '' ? {} : { reason }), ids: [] }
    alike.set(key, answer)
    answer.ids.push(id)
  }
  const answers = [...alike.values()].slice(0, ANSWERS_MAX)
  return { answers, ids: answers.flatMap(({ ids }) => ids) }
}

export function toText({ given }: Verdicts): string {
  return JSON.stringify([...given].map(([id, { verdict, reason }]) => [id, verdict, reason]))
}

/** What is no verdict is left out: the text lies where other code of this page could have written. */
export function fromText(text: string | null): Verdicts {
  let read: unknown
  try {
    read = JSON.parse(text ?? '[]')
  } catch {
    return NONE_GIVEN
  }
  if (!Array.isArray(read)) return NONE_GIVEN
  const given = new Map<string, Given>()
  for (const one of read.slice(0, IDS_MAX) as unknown[]) {
    if (!Array.isArray(one)) continue
    const [id, word, reason] = one as unknown[]
    const verdict = VERDICTS.find((known) => known === word)
    if (typeof id !== 'string' || verdict === undefined || typeof reason !== 'string') continue
    given.set(id, { verdict, reason: reason.slice(0, REASON_MAX) })
  }
  return { given, steps: [] }
}
