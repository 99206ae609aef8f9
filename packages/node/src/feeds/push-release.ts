// What of a push may leave, by the release gate, and what is told of it. Nothing leaves that the gate holds back under the
// marking that was named for this push.

import { decideRelease, type ReleaseRules, type Tlp } from '@countersign/intel'
import { ok, type Refusal, type Result, refuse } from '@countersign/log'
import { refusalOf } from '../releasing/decide.ts'
import type { FeedLimits } from './limits.ts'
import { objectOf, type PulledObject } from './page.ts'
import { type PushReport, redactedIn } from './report.ts'

/** Of what a second person would have to approve. */
const ASKS_NOBODY = 'A push asks nobody, so it stays here.'

export interface Release {
  marking: Tlp
  rules: ReleaseRules
  /** Why objects stay here whatever the gate says of what stands in them, by their ids. */
  staying: ReadonlyMap<string, Refusal>
  /** Whether what may not leave is left out; otherwise it holds back everything. */
  leaveOut: boolean
}

export function emptyPushReport(feed: string): PushReport {
  const lists = { refused: [], heldBack: [], redacted: [] }
  return {
    ...{ feed, taken: 0, known: 0, refusedTotal: 0, heldBackTotal: 0, redactedTotal: 0, open: 0 },
    ...lists,
  }
}

/** Names one thing in a list of the report, as long as that has room. */
export function nameIn(
  report: PushReport,
  list: 'refused' | 'heldBack',
  { object, message }: { object: string; message: string },
  limits: FeedLimits,
): void {
  report[`${list}Total`]++
  if (report[list].length < limits.told) report[list].push({ object, message })
}

/** What may leave, as the gate lets it go; where an object is left out here, the rest is decided on anew. */
export function releasedForPush(
  objects: readonly PulledObject[],
  { marking, rules, staying, leaveOut }: Release,
  report: PushReport,
  limits: FeedLimits,
): Result<PulledObject[]> {
  const request = { type: 'intel/share', marking, to: rules.parties.slice(1) }
  const holdBack = (object: string, message: string) => nameIn(report, 'heldBack', { object, message }, limits)
  for (const { id } of objects) {
    const why = staying.get(id)
    if (why !== undefined) holdBack(id, `${why.message} (${why.code})`)
  }
  const [first] = staying.values()
  if (first !== undefined && !leaveOut) return refuse(first.code, `${first.message} Nothing left.`)
  let left = objects.filter(({ id }) => !staying.has(id))
  for (;;) {
    if (left.length === 0) return ok([])
    const { decision, leaving } = decideRelease({ ...request, objects: left.map(({ source }) => source) }, rules)
    const out = new Map<number, string>()
    const waits = decision.waits.map((reason) => ({ ...reason, message: `${reason.message} ${ASKS_NOBODY}` }))
    for (const { object, message, code } of [...decision.refusals, ...waits]) {
      if (object !== undefined) out.set(object.index, `${message} (${code})`)
    }
    for (const [index, message] of out) holdBack(left[index]?.id ?? '', message)
    if (decision.verdict === 'passes' || decision.verdict === 'redacted') {
      report.redactedTotal = decision.altered
      report.redacted = redactedIn(decision.told, limits)
      // As the gate wrote them: it read each of them itself.
      return ok(leaving.flatMap((source) => valueOf(objectOf(source))))
    }
    if (!leaveOut || out.size === 0) {
      if (decision.refusalsTotal === 0 && decision.waitsTotal > 0) report.needsPerson = true
      return refusalOf({ ...decision, waits })
    }
    left = left.filter((_object, index) => !out.has(index))
  }
}

function valueOf<T>(result: Result<T>): T[] {
  return result.ok ? [result.value] : []
}
