// What a running node does with its feeds by itself: pulls and pushes what is due, one feed after the other. What fails is
// tried later and later, and after a long time a person is told. A push that would need a second person asks once: it stops,
// with an alarm, until somebody lets it go on.

import type { Refusal } from '@countersign/log'
import type { EngineParts } from '../engine-parts.ts'
import type { Feed, FeedStore } from './feed-store.ts'
import type { FeedLimits } from './limits.ts'
import type { PullReport, PushReport } from './report.ts'
import { afterPull, afterPush, isFailingLong } from './standing.ts'

export interface ByItselfMeans extends Pick<EngineParts, 'alarm' | 'alarmOver'> {
  around: EngineParts['around']
  store: FeedStore
  limits: FeedLimits
  stopped: AbortSignal
  pull(name: string): Promise<Tried<PullReport>>
  push(name: string, what: NonNullable<Feed['settings']['push']>): Promise<Tried<PushReport>>
}

type Tried<R> = { ok: true; value: R } | Refusal

/** All that is due. Rejects for nothing that a server, or a feed, does. */
export async function doWhatIsDue(means: ByItselfMeans): Promise<void> {
  const { store, around, stopped } = means
  for (const { name } of store.all()) {
    for (const act of [pullIfDue, pushIfDue]) {
      // It may be another by now.
      const feed = store.get(name)
      if (stopped.aborted || feed === undefined || feed.paused) break
      try {
        await act(feed, means)
      } catch (cause) {
        around.report('error', 'feeds-failed', { feed: name, message: String(cause) })
        failed(feed, act === pullIfDue ? 'pull' : 'push', means)
      }
    }
  }
}

async function pullIfDue({ name, settings, standing }: Feed, means: ByItselfMeans): Promise<void> {
  const { around, store, limits, alarm, alarmOver } = means
  if (settings.everyMinutes === 0 || (standing.nextTryMs ?? 0) > around.now()) return
  const pulled = await means.pull(name)
  const failure = pulled.ok ? pulled.value.failure : pulled
  around.report(failure === undefined ? 'info' : 'warn', 'feed-pulled', { feed: name, code: failure?.code ?? 'done' })
  const after = store.get(name)?.standing
  if (failure === undefined) alarmOver('feed/failing', `${name}/pull`)
  else if (after !== undefined && isFailingLong(after, around.now(), limits)) {
    alarm('feed/failing', `${name}/pull`, `The feed “${name}” cannot be pulled: ${failure.message}`)
  }
}

async function pushIfDue({ name, settings, standing }: Feed, means: ByItselfMeans): Promise<void> {
  const { around, store, limits, alarm, alarmOver } = means
  const { push: what } = settings
  const { push: before } = standing
  if (what === undefined || before?.stopped !== undefined || (before?.nextTryMs ?? 0) > around.now()) return
  const pushed = await means.push(name, what)
  // Somebody else has it in hand just now.
  if (!pushed.ok && pushed.code === 'feed/busy') return
  const came = pushed.ok ? pushed.value : { failure: { code: pushed.code, message: pushed.message } }
  const { failure } = came
  around.report(failure === undefined ? 'info' : 'warn', 'feed-pushed', { feed: name, code: failure?.code ?? 'done' })
  const now = store.get(name)
  // It was removed, or somebody has it push something else, while it was pushed.
  if (JSON.stringify(now?.settings.push) !== JSON.stringify(what) || now === undefined) return
  const after = afterPush(before, came, { now: around.now(), everyMinutes: what.everyMinutes, limits })
  store.setStanding(name, { ...now.standing, push: after })
  if (failure === undefined) return alarmOver('feed/failing', `${name}/push`)
  if (after.stopped !== undefined) return tellStopped({ ...now, standing: { ...now.standing, push: after } }, alarm)
  if (isFailingLong(after, around.now(), limits)) {
    alarm('feed/failing', `${name}/push`, `Nothing can be pushed to the feed “${name}”: ${failure.message}`)
  }
}

/** Where a push waits for a person to let it go on. */
export function tellStopped({ name, settings, standing }: Feed, alarm: EngineParts['alarm']): void {
  const { push: what } = settings
  const { stopped } = standing.push ?? {}
  if (what === undefined || stopped === undefined) return
  const again = `countersign feed push ${name} --pact ${what.pact}`
  const how = `Look at it with ${again}, then let it go on: ${again} --every ${what.everyMinutes}`
  alarm('feed/push-stopped', name, `The feed “${name}” is not pushed to by itself any more: ${stopped} ${how}`)
}

/** Something of ours went wrong: it is not tried again at once. */
function failed(
  { name, settings, standing }: Feed,
  act: 'pull' | 'push',
  { store, around, limits }: ByItselfMeans,
): void {
  if (store.get(name) === undefined) return
  const failure = { code: 'feed/failed', message: 'Something went wrong here; the log of the node says what.' }
  const { everyMinutes, push } = settings
  const tried = { now: around.now(), limits }
  if (act === 'push') {
    const after = afterPush(standing.push, { failure }, { ...tried, everyMinutes: push?.everyMinutes ?? 0 })
    return store.setStanding(name, { ...standing, push: after })
  }
  const nothing = { failure, fresh: 0, whole: false } as PullReport
  return store.setStanding(name, afterPull(standing, nothing, { ...tried, everyMinutes }))
}
