// Adding objects to a foreign collection (TAXII 2.1 sections 5.5 and 4.3). Nothing leaves that the release gate holds back
// under the marking that was named for this push. What the server says it took is kept, so that a push that was broken
// off goes on with the rest; what it may have taken without an answer is sent once more, which the standard makes no error.

import { fromUtf8, ok, type Result, refuse, utf8 } from '@countersign/log'
import type { Surroundings } from '../surroundings.ts'
import type { FeedStore } from './feed-store.ts'
import type { FeedLimits } from './limits.ts'
import type { PulledObject } from './page.ts'
import { patiently, waited, whyNot } from './patience.ts'
import { emptyPushReport, nameIn, type Release, releasedForPush } from './push-release.ts'
import type { PushReport } from './report.ts'
import type { Answered, ForeignRequests } from './requests.ts'

export interface PushingMeans {
  around: Pick<Surroundings, 'after' | 'now'>
  store: FeedStore
  limits: FeedLimits
  requests: ForeignRequests
  giveWay(): Promise<void>
  stopped: AbortSignal
}

export class Pushing {
  private readonly means: PushingMeans
  private readonly url: URL
  private readonly report: PushReport
  /** Objects that were not taken in an earlier push. */
  private tried = 0

  constructor(name: string, url: string, means: PushingMeans) {
    this.means = means
    this.url = new URL(url)
    this.report = emptyPushReport(name)
  }

  /** Never rejects for what a server does. */
  async push(objects: readonly PulledObject[], release: Release): Promise<PushReport> {
    const { store, limits } = this.means
    const { feed } = this.report
    const released = releasedForPush(objects, release, this.report, limits)
    const sent = released.ok
      ? await this.sendAll(released.value.filter(({ digest }) => !store.isPushed(feed, digest)))
      : released
    if (released.ok) this.report.known = released.value.length - this.tried
    if (!sent.ok) this.report.failure = { code: sent.code, message: sent.message }
    return this.report
  }

  private async sendAll(objects: readonly PulledObject[]): Promise<Result<undefined>> {
    this.tried = objects.length
    const bytesMax = objects.length === 0 ? 0 : await this.bytesMax()
    const { limits, giveWay, stopped } = this.means
    let batch: PulledObject[] = []
    let bytes = 0
    for (const [i, object] of objects.entries()) {
      batch.push(object)
      bytes += object.source.length + 1
      const next = objects[i + 1]
      const isLast = next === undefined || batch.length >= limits.pushObjects || bytes + next.source.length > bytesMax
      if (!isLast) continue
      if (stopped.aborted) return refuse('node/not-ready', 'The node is being ended; the next push goes on here.')
      const sent = await this.send(batch)
      if (!sent.ok) return sent
      batch = []
      bytes = 0
      await giveWay()
    }
    return ok(undefined)
  }

  private async send(batch: readonly PulledObject[]): Promise<Result<undefined>> {
    const { requests } = this.means
    const body = Buffer.concat([
      utf8('{"objects":['),
      ...batch.flatMap(({ source }, i) => (i === 0 ? [source] : [utf8(','), source])),
      utf8(']}'),
    ])
    let answered = await patiently(() => requests.post(new URL('objects/', this.url), body), this.means)
    for (let looks = 0; ; looks++) {
      const status = this.statusIn(answered)
      if (!status.ok) return status
      const { id, isComplete } = status.value
      if (isComplete) return this.conclude(batch, status.value)
      if (looks >= this.means.limits.statusLooks || id === undefined || this.means.stopped.aborted) {
        this.report.open += batch.length
        return ok(undefined)
      }
      await waited(this.means.limits.statusMs, this.means)
      const at = new URL(`../../status/${encodeURIComponent(id)}/`, this.url)
      answered = await patiently(() => requests.get(at, this.means.limits.answerBytes), this.means)
    }
  }

  private conclude(batch: readonly PulledObject[], { failures, failureCount }: Status): Result<undefined> {
    const { store } = this.means
    // It says that some failed, and not which.
    if (failureCount > 0 && failures.size === 0) {
      for (const { id } of batch) this.refuse(id, `One of ${batch.length} objects was refused; it is not said which.`)
      return ok(undefined)
    }
    const taken: Uint8Array[] = []
    for (const { id, version, digest } of batch) {
      const why = failures.get(`${id} ${version ?? ''}`) ?? failures.get(`${id} `)
      if (why === undefined) taken.push(digest)
      else this.refuse(id, why)
    }
    store.keepPushed(this.report.feed, taken)
    this.report.taken += taken.length
    return ok(undefined)
  }

  private statusIn(answered: Answered): Result<Status> {
    if (answered.kind !== 'answer') {
      if (answered.kind === 'wait' && answered.ms !== undefined) {
        this.report.waitUntilMs = this.means.around.now() + answered.ms
      }
      return whyNot(answered)
    }
    const status = statusOf(answered.bytes, this.means.limits)
    if (status !== undefined) return ok(status)
    return refuse(
      'feed/status',
      `${this.url.host} took the objects and gave no status of TAXII 2.1; ask its owner what became of them.`,
    )
  }

  /** What its API root takes in one request (section 4.2), where it says so. */
  private async bytesMax(): Promise<number> {
    const { requests, limits } = this.means
    const answered = await requests.get(new URL('../../', this.url), limits.answerBytes)
    const root = answered.kind === 'answer' ? parsed(answered.bytes) : undefined
    const named = root?.['max_content_length']
    return typeof named === 'number' && named > 0 ? Math.min(named - 14, limits.pushBytes) : limits.pushBytes
  }

  private refuse(object: string, message: string): void {
    nameIn(this.report, 'refused', { object, message }, this.means.limits)
  }
}

interface Status {
  id: string | undefined
  isComplete: boolean
  /** Why, by id and version, and by the id alone where no version is named. */
  failures: Map<string, string>
  failureCount: number
}

/** A status (section 4.3.1); undefined where it is none. */
function statusOf(bytes: Uint8Array, limits: FeedLimits): Status | undefined {
  const value = parsed(bytes)
  const { id, status, failures, failure_count: count } = value ?? {}
  if (status !== 'complete' && status !== 'pending') return undefined
  const why = new Map<string, string>()
  for (const failure of Array.isArray(failures) ? (failures as unknown[]) : []) {
    const { id: of, version, message }: Record<string, unknown> = Object(failure)
    if (typeof of !== 'string') continue
    const told = typeof message === 'string' ? message.slice(0, limits.sentenceChars) : 'It does not say why.'
    why.set(`${of} ${typeof version === 'string' ? version : ''}`, told)
  }
  return {
    id: typeof id === 'string' && id.length <= 200 ? id : undefined,
    isComplete: status === 'complete',
    failures: why,
    failureCount: typeof count === 'number' ? count : why.size,
  }
}

function parsed(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(fromUtf8(bytes) ?? '')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
