// How a feed stands after a pull or a push, and when it is tried by itself again: on its interval, after failures later and
// later, and never before its server wants to hear from us. Pure.

import type { Standing } from './feed-store.ts'
import type { FeedLimits } from './limits.ts'
import type { PullReport, PushReport } from './report.ts'

/** How what is pushed by itself stands. Times are milliseconds since the epoch. */
export interface PushStanding {
  lastMs?: number
  nextTryMs?: number
  failures: number
  failingSinceMs?: number
  error?: string
  /** Objects that the last push gave, and that may not leave. */
  taken: number
  heldBack: number
  /** Why it asks no more by itself: a person has to look first. */
  stopped?: string
}

interface Tried {
  now: number
  everyMinutes: number
  limits: FeedLimits
}

export function afterPull(before: Standing, report: PullReport, { now, everyMinutes, limits }: Tried): Standing {
  const { failure, fresh, doubt, waitUntilMs, whole } = report
  const failures = failure === undefined ? 0 : before.failures + 1
  const next = nextTry({ now, everyMinutes, limits }, { failures, isDone: whole || failure !== undefined, waitUntilMs })
  return {
    ...{ lastPullMs: now, lastNew: fresh, totalNew: before.totalNew + fresh, failures },
    ...(failure === undefined ? {} : { failingSinceMs: before.failingSinceMs ?? now, error: failure.message }),
    ...(everyMinutes === 0 ? {} : { nextTryMs: next }),
    ...(waitUntilMs === undefined ? {} : { waitUntilMs }),
    ...(doubt === undefined ? {} : { doubt }),
    ...(before.push === undefined ? {} : { push: before.push }),
  }
}

/** `failure` may also be why nothing could be asked at all. */
export function afterPush(
  before: PushStanding | undefined,
  { taken, heldBackTotal, failure, needsPerson, waitUntilMs }: Partial<PushReport>,
  { now, everyMinutes, limits }: Tried,
): PushStanding {
  const failures = failure === undefined ? 0 : (before?.failures ?? 0) + 1
  return {
    ...{ lastMs: now, failures, taken: taken ?? 0, heldBack: heldBackTotal ?? 0 },
    nextTryMs: nextTry({ now, everyMinutes, limits }, { failures, isDone: true, waitUntilMs }),
    ...(failure === undefined ? {} : { failingSinceMs: before?.failingSinceMs ?? now, error: failure.message }),
    ...(failure !== undefined && needsPerson === true ? { stopped: failure.message } : {}),
  }
}

/** Whether it failed so often, and for so long, that a person is told. */
export function isFailingLong(
  { failures, failingSinceMs }: Pick<PushStanding, 'failures' | 'failingSinceMs'>,
  now: number,
  limits: FeedLimits,
): boolean {
  return failures >= limits.failuresTold && failingSinceMs !== undefined && now - failingSinceMs >= limits.failingMs
}

/** What was not done to its end goes on at once. */
function nextTry(
  { now, everyMinutes, limits }: Tried,
  { failures, isDone, waitUntilMs = 0 }: { failures: number; isDone: boolean; waitUntilMs: number | undefined },
): number {
  const later = failures === 0 ? 0 : Math.min(limits.backoffMsMax, limits.backoffMsMin * 2 ** (failures - 1))
  return Math.max(now + Math.max(isDone ? everyMinutes * 60_000 : 0, later), waitUntilMs)
}
