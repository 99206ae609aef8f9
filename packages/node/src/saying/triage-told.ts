// A triage that is told again, because its answer was lost on the way or its asker was ended: what stands in our log already
// says the same of the same objects, and is answered; nothing is said of these twice. What waits here to be said is found by
// its name, which is made of what it says and of what we said of these objects before.

import { createHash } from 'node:crypto'
import type { Views } from '@countersign/views'
import type { FeedbackRoute } from './feedback-routes.ts'
import { uuidOf } from './share.ts'
import type { JudgedObject } from './triage-choice.ts'

/** What was said before of some: the records and opinions that say so, and to whom. */
export interface Told {
  /** Of which it was not said yet. */
  fresh: JudgedObject[]
  records: string[]
  ids: string[]
  to: string[]
  objects: number
}

/**
 * The same is what stands in the record that is answered, by the same verdict, for the same reason, as what we now say of it
 * to whoever shared it there.
 */
export function toldBefore(views: Pick<Views, 'saidOf'>, pact: string, judged: readonly JudgedObject[]): Told {
  const [records, ids, to] = [new Set<string>(), new Set<string>(), new Set<string>()]
  const fresh: JudgedObject[] = []
  for (const one of judged) {
    const { object, answer } = one
    const said = object.verdict === answer.verdict ? views.saidOf(pact, object) : undefined
    if (said === undefined || said.reason !== (answer.reason ?? null)) {
      fresh.push(one)
      continue
    }
    records.add(said.record)
    ids.add(said.id)
    to.add(object.from)
  }
  return { fresh, records: [...records], ids: [...ids], to: [...to], objects: judged.length - fresh.length }
}

/** The UUID under which feedback along one route is said: asked for again, it is the same. `attempt`: it was not approved before. */
export function nameOf(
  pact: string,
  { channel, mode, to }: FeedbackRoute,
  judged: readonly JudgedObject[],
  attempt: number,
): string {
  const says = judged
    .map(({ object: { id, record, saidAt }, answer: { verdict, reason = null } }) => [
      ...[id, record, verdict, reason, saidAt],
    ])
    .map((one) => JSON.stringify(one))
    .sort()
  const hash = createHash('sha256')
    .update(JSON.stringify([pact, channel, mode, to, attempt, says]))
    .digest()
  return uuidOf(hash.subarray(0, 16))
}
