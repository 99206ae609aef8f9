// Adding objects to a foreign collection (TAXII 2.1 sections 5.5 and 4.3). Nothing leaves that the release gate holds back
// under the marking that was named for this push. What the server says it took is kept, so that a push that was broken
// off goes on with the rest; what it may have taken without an answer is sent once more, which the standard makes no error.

import { decideRelease, type ReleaseRules, type Tlp } from '@countersign/intel'
import { fromUtf8, ok, type Result, refuse, utf8 } from '@countersign/log'
import { refusalOf } from '../releasing/decide.ts'
import type { Surroundings } from '../surroundings.ts'
import type { FeedStore } from './feed-store.ts'
import type { FeedLimits } from './limits.ts'
import { objectOf, type PulledObject } from './page.ts'
import { patiently, waited, whyNot } from './patience.ts'
import { type PushReport, redactedIn } from './report.ts'
import type { Answered, ForeignRequests } from './requests.ts'

/** Of what a second person would have to approve. */
const ASKS_NOBODY = 'A push asks nobody, so it stays here.'

export interface PushingMeans {
  around: Pick<Surroundings, 'after' | 'now'>
  store: FeedStore
  limits: FeedLimits
  requests: ForeignRequests
  giveWay(): Promise<void>
  stopped: AbortSignal
}

export interface Release {
  marking: Tlp
  rules: ReleaseRules
  /** Why objects that are another party’s to pass on stay here, by their ids. */
  foreign: ReadonlyMap<string, string>
  /** Whether what may not leave is left out; otherwise it holds back everything. */
  leaveOut: boolean
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
    const lists = { refused: [], heldBack: [], redacted: [] }
    this.report = {
      ...{ feed: name, taken: 0, known: 0, refusedTotal: 0, heldBackTotal: 0, redactedTotal: 0, open: 0 },
      ...lists,
    }
  }

  /** Never rejects for what a server does. */
  async push(objects: readonly PulledObject[], release: Release): Promise<PushReport> {
    const { store } = this.means
    const { feed } = this.report
    const released = this.released(objects, release)
    const sent = released.ok
      ? await this.sendAll(released.value.filter(({ digest }) => !store.isPushed(feed, digest)))
      : released
    if (released.ok) this.report.known = released.value.length - this.tried
    if (!sent.ok) this.report.failure = { code: sent.code, message: sent.message }
    return this.report
  }

  /** What may leave, as the gate lets it go; where an object is left out here, the rest is decided on anew. */
  private released(
    objects: readonly PulledObject[],
    { marking, rules, foreign, leaveOut }: Release,
  ): Result<PulledObject[]> {
    const request = { type: 'intel/share', marking, to: rules.parties.slice(1) }
    for (const { id } of objects) {
      const why = foreign.get(id)
      if (why !== undefined) this.name('heldBack', id, `${why} (release/originator)`)
    }
    const [theirs] = foreign.values()
    if (theirs !== undefined && !leaveOut) return refuse('release/originator', `${theirs} Nothing left.`)
    let left = objects.filter(({ id }) => !foreign.has(id))
    for (;;) {
      if (left.length === 0) return ok([])
      const { decision, leaving } = decideRelease({ ...request, objects: left.map(({ source }) => source) }, rules)
      const out = new Map<number, string>()
      const waits = decision.waits.map((reason) => ({ ...reason, message: `${reason.message} ${ASKS_NOBODY}` }))
      for (const { object, message, code } of [...decision.refusals, ...waits]) {
        if (object !== undefined) out.set(object.index, `${message} (${code})`)
      }
      for (const [index, message] of out) this.name('heldBack', left[index]?.id ?? '', message)
      if (decision.verdict === 'passes' || decision.verdict === 'redacted') {
        this.report.redactedTotal = decision.altered
        this.report.redacted = redactedIn(decision.told, this.means.limits)
        // As the gate wrote them: it read each of them itself.
        return ok(leaving.flatMap((source) => valueOf(objectOf(source))))
      }
      if (!leaveOut || out.size === 0) return refusalOf({ ...decision, waits })
      left = left.filter((_object, index) => !out.has(index))
    }
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
      for (const { id } of batch)
        this.name('refused', id, `One of ${batch.length} objects was refused; it is not said which.`)
      return ok(undefined)
    }
    const taken: Uint8Array[] = []
    for (const { id, version, digest } of batch) {
      const why = failures.get(`${id} ${version ?? ''}`) ?? failures.get(`${id} `)
      if (why === undefined) taken.push(digest)
      else this.name('refused', id, why)
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

  private name(list: 'refused' | 'heldBack', object: string, message: string): void {
    this.report[`${list}Total`]++
    if (this.report[list].length < this.means.limits.told) this.report[list].push({ object, message })
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

function valueOf<T>(result: Result<T>): T[] {
  return result.ok ? [result.value] : []
}
