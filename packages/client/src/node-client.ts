// A typed client of one’s own node: its API over HTTP. What a node says of a record is its word; provedRecord (proved.ts)
// fetches the evidence and verifies it here.

import { ok, type Refusal, refuse, toBase64 } from '@countersign/log'
import type { FeedbackVerdict } from '@countersign/record'
import type {
  Act,
  ApprovalRow,
  BalanceAnswer,
  CardRow,
  CarriedIn,
  ConflictPage,
  ConflictSource,
  ContentState,
  DestroyAnswer,
  Discovered,
  FeedbackPage,
  FeedCredential,
  FeedRow,
  KeyStatus,
  Me,
  NewFeed,
  NodeFacts,
  NodeStatus,
  ObjectDetail,
  ObjectPage,
  ObjectQuery,
  PactRow,
  PullReport,
  PushReport,
  RecordDetail,
  RecordPage,
  RecordQuery,
  RotatedAnswer,
  WaitingShare,
} from './answers.ts'

export interface OfficerSignIn {
  email: string
  password: string
}

export interface SayInput {
  pact: string
  type: string
  channel?: string
  to?: string[]
  marking?: { tlp: string; class?: string }
  mode?: string
  body: Record<string, unknown>
  content?: { role: string; mediaType: string; bytes: Uint8Array }[]
  re?: string[]
}

export type SaidOutcome = { state: 'said'; record: string } | { state: 'held-here'; awaited: string[] }

export interface ShareInput {
  pact: string
  channel?: string
  to?: string[]
  marking?: { tlp: string; class?: string }
  mode?: string
  /** The feed it is shared in. */
  feed?: string
  /** A fresh UUID: asked for again under it, after an answer that was lost, it is not said twice. */
  share?: string
}

export interface RevokeInput {
  pact: string
  /** STIX ids. */
  ids: string[]
  /** As spec/records.md lists them. */
  reason: string
  /** `all`, `first`, `last` or exact versions; otherwise every one. */
  versions?: string[]
  /** We created them: a new version of each that has versions is shared as well, with `revoked` set to true. */
  creator?: boolean
}

export interface Revoked {
  /** `held-here`: some of it is kept, and said once the start-up check of the log is over. */
  state: 'said' | 'held-here'
  awaited: string[]
  /** The revocations. */
  records: string[]
  objects: number
  /** In how many records of ours they stood. */
  shares: number
  /** Whom it was said to. */
  to: string[]
  /** Ids among them that have versions. */
  versioned: string[]
  /** Records in which new versions of them were shared. */
  newVersions: string[]
}

export interface FeedbackInput {
  pact: string
  /** STIX ids of objects that others shared, each of which `sighting` and `opinion` are said of. */
  ids?: string[]
  /** `count` 0 says that it was looked for and not seen; times in RFC 3339. */
  sighting?: { count?: number; first?: string; last?: string; description?: string }
  opinion?: { verdict?: FeedbackVerdict; opinion?: string; explanation?: string }
  /** Instead of these: sightings and opinions of STIX, as text. */
  stix?: string
  /** Instead of these: ids of sightings and opinions of ours that are taken back. */
  takeBack?: string[]
  /** Who saw it, for agreements that want it named or leave it open. */
  sighter?: string
  namesSighter?: boolean
  /** Others who were given the same, and are told too. */
  to?: string[]
  marking?: { tlp: string; class?: string }
}

export interface FeedbackGiven {
  state: 'said' | 'held-here' | 'waits'
  awaited: string[]
  records: string[]
  objects: number
  to: string[]
  /** Of the sightings and opinions. */
  ids: string[]
  redacted: ObjectVerdict[]
  redactedTotal: number
}

export interface ShareOutcome {
  /**
   * `held-here`: kept, and said once the start-up check of the log is over. `waits`: kept until a second person approves
   * it. No record has a place yet.
   */
  state: 'said' | 'held-here' | 'waits'
  awaited: string[]
  share: string
  records: string[]
  objects: number
  /** It was asked for before under this UUID; what was sent now was not read. */
  saidBefore?: boolean
  /** What the gate cut or left out: the first of it, and how many objects it is. */
  redacted: ObjectVerdict[]
  redactedTotal: number
  /** Where STIX 2.1 is broken, and where its advice is not followed: the first of them, and how many there are. */
  errors: ShareRemark[]
  errorsTotal: number
  warnings: ShareRemark[]
  warningsTotal: number
  /** Why it waits for a second person: the first reasons, and how many there are. */
  waits: readonly GateReason[]
  waitsTotal: number
}

/** Of the whole, or of one object. */
export interface GateReason {
  code: string
  message: string
  /** The rule of the house, or the threshold in its terms. */
  rule?: string
  object?: { index: number; id: string | null }
}

export interface TriedShare
  extends Pick<
    ShareOutcome,
    'objects' | 'errors' | 'errorsTotal' | 'warnings' | 'warningsTotal' | 'waits' | 'waitsTotal'
  > {
  /** Whether all of it would leave at once, but for what is redacted. */
  passes: boolean
  verdict: GateVerdict
  counts: Record<GateVerdict, number>
  /** How many objects are cut or left out. */
  altered: number
  /** How many records it would be said in; 0 where it is refused. */
  records: number
  /** What happens with each object: the first that do not pass as they came, and the first that do. */
  told: readonly ObjectVerdict[]
  refusals: readonly GateReason[]
  refusalsTotal: number
}

/** `waits`: it leaves once a second person approves, cut where `cut` says so. */
export type GateVerdict = 'passes' | 'redacted' | 'waits' | 'refused'

/** What the release gate decided on one object, by its place in the share. */
export interface ObjectVerdict {
  index: number
  id: string | null
  verdict: GateVerdict
  /** Why it does not pass as it came, and by which rule of the house where one decided. */
  reasons: readonly { code: string; message: string; rule?: string }[]
  /** What of it is cut, by its selector in the object as it came. */
  cut: readonly { selector: string; message: string }[]
  /** Whether it does not leave at all, and the rest does. */
  leftOut: boolean
}

interface ShareRemark {
  object: string
  path: string
  message: string
  section: string
}

export interface ApiRefusal extends Refusal {
  /** Of the HTTP answer; 0 where none came. */
  status?: number
  /** Given where nobody has signed in: which node this is. */
  node?: NodeFacts
  /** Of the release gate: the objects it is about. */
  refusals?: readonly { code: string; message: string; object?: { index: number; id: string | null } }[]
  refusalsTotal?: number
}

/** A bundle, an envelope or one object; a page gives a Blob, which the browser reads from the disk as it is sent. */
export type StixBody = ReadableStream<Uint8Array> | Uint8Array | Blob

export type Answer<T> = { ok: true; value: T } | ApiRefusal

/** How a node is reached: as `fetch` does it, of which no more is used than this. */
export type Reach = (
  url: URL,
  init: {
    method?: string
    headers: Record<string, string>
    body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>
    /** Given where the body is a stream. */
    duplex?: 'half'
    signal?: AbortSignal
    credentials?: 'same-origin'
  },
) => Promise<Reached>
export type Reached = Pick<Response, 'ok' | 'status' | 'text' | 'arrayBuffer' | 'body'>
type Init = Omit<Parameters<Reach>[1], 'headers'> & { headers?: Record<string, string> }

export class NodeClient {
  private readonly url: string
  private readonly token: string | undefined
  private readonly fetch: Reach

  /**
   * `url` is the node’s root. `token` is its local API token; a page of the node itself is known by its session instead.
   * `fetch` is how the node is reached, where that is not the network.
   */
  constructor(url: string, token?: string, fetch: Reach = globalThis.fetch) {
    this.url = url
    this.token = token
    this.fetch = fetch
  }

  me(signal?: AbortSignal): Promise<Answer<Me>> {
    return this.getJson('api/me', {}, signal)
  }

  status(signal?: AbortSignal): Promise<Answer<NodeStatus>> {
    return this.getJson('api/status', {}, signal)
  }

  records(query: RecordQuery = {}, signal?: AbortSignal): Promise<Answer<RecordPage>> {
    return this.getJson('api/records', query, signal)
  }

  record(ref: string, signal?: AbortSignal): Promise<Answer<RecordDetail>> {
    return this.getJson('api/record', { ref }, signal)
  }

  objects(query: ObjectQuery = {}, signal?: AbortSignal): Promise<Answer<ObjectPage>> {
    return this.getJson('api/objects', query, signal)
  }

  object(id: string, signal?: AbortSignal): Promise<Answer<ObjectDetail>> {
    return this.getJson('api/object', { id }, signal)
  }

  /** What the others say now of objects that we shared. */
  balance(
    query: { pact: string; from?: string; until?: string },
    signal?: AbortSignal,
  ): Promise<Answer<BalanceAnswer>> {
    return this.getJson('api/balance', query, signal)
  }

  feedback(query: Record<string, string> = {}, signal?: AbortSignal): Promise<Answer<FeedbackPage>> {
    return this.getJson('api/feedback', query, signal)
  }

  conflicts(query: Record<string, string> = {}, signal?: AbortSignal): Promise<Answer<ConflictPage>> {
    return this.getJson('api/conflicts', query, signal)
  }

  conflictSources(signal?: AbortSignal): Promise<Answer<ConflictSource[]>> {
    return this.getJson('api/conflict-sources', {}, signal)
  }

  pacts(signal?: AbortSignal): Promise<Answer<PactRow[]>> {
    return this.getJson('api/pacts', {}, signal)
  }

  pact(id: string, signal?: AbortSignal): Promise<Answer<PactRow>> {
    return this.getJson('api/pact', { id }, signal)
  }

  cards(signal?: AbortSignal): Promise<Answer<CardRow[]>> {
    return this.getJson('api/cards', {}, signal)
  }

  content(ref: string, part: number, signal?: AbortSignal): Promise<Answer<Uint8Array>> {
    return this.getBytes('api/record/content', { ref, part: String(part) }, signal)
  }

  evidence(
    ref: string,
    { reveal = false, exchange = false }: { reveal?: boolean; exchange?: boolean },
    signal?: AbortSignal,
  ): Promise<Answer<Uint8Array>> {
    const query = { ref, reveal: reveal ? '1' : '0', exchange: exchange ? '1' : '0' }
    return this.getBytes('api/record/evidence', query, signal)
  }

  /**
   * What a log that succeeds ours would pin now, or whom a channel that has no log of ours would wait for no more; both null
   * where neither is needed.
   */
  succession(
    pact: string,
    channel: string,
    signal?: AbortSignal,
  ): Promise<Answer<{ pins: { origin: string; size: number; root: string } | null; without: string[] | null }>> {
    return this.getJson('api/succession', { pact, channel }, signal)
  }

  approvals(signal?: AbortSignal): Promise<Answer<ApprovalRow[]>> {
    return this.getJson('api/approvals', {}, signal)
  }

  /** `officer` only in the shell of the machine; a console's officer has signed in. */
  askApproval(act: Act, reason: string, officer?: OfficerSignIn): Promise<Answer<ApprovalRow>> {
    return this.postJson('api/approvals/ask', { act, reason, ...(officer === undefined ? {} : { officer }) })
  }

  confirmApproval(id: string, officer?: OfficerSignIn): Promise<Answer<ApprovalRow>> {
    return this.postJson('api/approvals/confirm', { id, ...(officer === undefined ? {} : { officer }) })
  }

  withdrawApproval(id: string, officer?: OfficerSignIn): Promise<Answer<ApprovalRow>> {
    return this.postJson('api/approvals/withdraw', { id, ...(officer === undefined ? {} : { officer }) })
  }

  /** Shares that wait for a second person, and those that did. */
  waitingShares(signal?: AbortSignal): Promise<Answer<WaitingShare[]>> {
    return this.getJson('api/waiting-shares', {}, signal)
  }

  /** One that waits, with what the gate says of it now. */
  waitingShare(id: string, signal?: AbortSignal): Promise<Answer<WaitingShare & { tried: TriedShare }>> {
    return this.getJson('api/waiting-share', { id }, signal)
  }

  /** The STIX that would leave by that judgement. */
  leavingOf(id: string, judgement: string, signal?: AbortSignal): Promise<Answer<Uint8Array>> {
    return this.getBytes('api/waiting-share/leaving', { id, judgement }, signal)
  }

  /** Approves what the gate decided as it was looked at, and nothing else. */
  approveShare(id: string, judgement: string, officer?: OfficerSignIn): Promise<Answer<WaitingShare>> {
    return this.postJson('api/waiting-shares/approve', { id, judgement, ...(officer === undefined ? {} : { officer }) })
  }

  refuseShare(id: string, reason: string, officer?: OfficerSignIn): Promise<Answer<WaitingShare>> {
    return this.postJson('api/waiting-shares/refuse', { id, reason, ...(officer === undefined ? {} : { officer }) })
  }

  withdrawShare(id: string, officer?: OfficerSignIn): Promise<Answer<WaitingShare>> {
    return this.postJson('api/waiting-shares/withdraw', { id, ...(officer === undefined ? {} : { officer }) })
  }

  contentState(ref: string, signal?: AbortSignal): Promise<Answer<ContentState>> {
    return this.getJson('api/content', { ref }, signal)
  }

  keyStatus(signal?: AbortSignal): Promise<Answer<KeyStatus>> {
    return this.getJson('api/key/status', {}, signal)
  }

  rotateKeys(asked: Record<string, unknown>): Promise<Answer<RotatedAnswer>> {
    return this.postJson('api/key/rotate', asked)
  }

  /** `file` in base64: a request that the root has signed. */
  acceptKeys(file: string): Promise<Answer<RotatedAnswer>> {
    return this.postJson('api/key/accept', { file })
  }

  /** `file` in base64: a notice of compromised keys. */
  takeNotice(file: string): Promise<Answer<{ party: string; roles: string[] }>> {
    return this.postJson('api/key/notice', { file })
  }

  destroyContent(record: string, reason: string): Promise<Answer<DestroyAnswer>> {
    return this.postJson('api/content/destroy', { record, reason })
  }

  takeBackDestruction(record: string): Promise<Answer<undefined>> {
    return this.postJson('api/content/take-back', { record })
  }

  holdContent(record: string, reason: string): Promise<Answer<{ hold: string }>> {
    return this.postJson('api/content/hold', { record, reason })
  }

  liftHolds(record: string): Promise<Answer<{ lifted: string[] }>> {
    return this.postJson('api/content/lift', { record })
  }

  signIn(email: string, password: string): Promise<Answer<unknown>> {
    return this.postJson('api/auth/sign-in/email', { email, password })
  }

  signOut(): Promise<Answer<unknown>> {
    return this.postJson('api/auth/sign-out', {})
  }

  say(input: SayInput): Promise<Answer<SaidOutcome>> {
    const content = input.content?.map(({ bytes, ...part }) => ({ ...part, base64: toBase64(bytes) }))
    return this.postJson('api/say', { ...input, ...(content === undefined ? {} : { content }) })
  }

  share(input: ShareInput, body: StixBody): Promise<Answer<ShareOutcome>> {
    return this.sendStix('api/share', input, body)
  }

  /** Takes back objects that we shared. */
  revoke(asked: RevokeInput): Promise<Answer<Revoked>> {
    return this.postJson('api/revoke', asked)
  }

  /** What another party shared is not shown here any more; nobody else is told. Otherwise than `versions` say, all of it. */
  removeHere(asked: { pact: string; id: string; versions?: string[] }): Promise<Answer<{ versions: number }>> {
    return this.postJson('api/remove-here', asked)
  }

  /** Tells those who shared objects what became of them. */
  giveFeedback(asked: FeedbackInput): Promise<Answer<FeedbackGiven>> {
    return this.postJson('api/feedback', asked)
  }

  /** What the gate would say of a share; nothing is said. */
  tryShare(input: ShareInput, body: StixBody): Promise<Answer<TriedShare>> {
    return this.sendStix('api/gate/try', input, body)
  }

  private async sendStix<T>(path: string, input: ShareInput, body: StixBody): Promise<Answer<T>> {
    const { marking, to, ...rest } = input
    const query = new URLSearchParams({
      ...rest,
      ...(marking === undefined
        ? {}
        : { tlp: marking.tlp, ...(marking.class === undefined ? {} : { class: marking.class }) }),
      ...(to === undefined ? {} : { to: to.join(',') }),
    })
    // Node's fetch wants to be told that the answer comes after the whole of a streamed body.
    const init = { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body, duplex: 'half' }
    return this.json(await this.call(`${path}?${query}`, init as Init))
  }

  trust(card: Uint8Array): Promise<Answer<{ party: string; words: string[] }>> {
    return this.postJson('api/trust', { card: toBase64(card) })
  }

  propose(yaml: string): Promise<Answer<{ pact: string; version: string; invitation: string }>> {
    return this.postJson('api/pact/propose', { yaml })
  }

  sign(
    what: { pact: string } | { invitation: string },
  ): Promise<Answer<{ pact: string; version: string; as: string }>> {
    return this.postJson('api/pact/sign', what)
  }

  feeds(signal?: AbortSignal): Promise<Answer<FeedRow[]>> {
    return this.getJson('api/feeds', {}, signal)
  }

  addFeed(feed: NewFeed): Promise<Answer<FeedRow>> {
    return this.postJson('api/feeds/add', feed)
  }

  /** Which collections a foreign TAXII server has. */
  discoverFeeds(url: string, credential: FeedCredential): Promise<Answer<Discovered>> {
    return this.postJson('api/feeds/discover', { url, credential })
  }

  removeFeed(name: string): Promise<Answer<FeedRow>> {
    return this.postJson('api/feeds/remove', { name })
  }

  pauseFeed(name: string, paused: boolean): Promise<Answer<FeedRow>> {
    return this.postJson('api/feeds/pause', { name, paused })
  }

  setFeedCredential(name: string, credential: FeedCredential): Promise<Answer<FeedRow>> {
    return this.postJson('api/feeds/credentials', { name, credential })
  }

  pullFeed(name: string, now: boolean): Promise<Answer<PullReport>> {
    return this.postJson('api/feeds/pull', { name, now })
  }

  /** Adds the STIX of `body`, or what was shared under `pact`, to the collection of a feed. */
  async pushFeed(
    asked: { name: string; tlp: string; pact?: string },
    body: ReadableStream<Uint8Array> | Uint8Array,
  ): Promise<Answer<PushReport>> {
    const init = { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body, duplex: 'half' }
    return this.json(await this.call(withQuery('api/feeds/push', asked), init as Init))
  }

  /** Takes in a folder that the node's machine sees; `progress` is told how far that is. */
  async carryIn(
    input: { from: string; pact?: string },
    progress: (done: number, total: number) => void = () => {},
  ): Promise<Answer<CarriedIn>> {
    const headers = { 'content-type': 'application/json' }
    const response = await this.call('api/carry/in', { method: 'POST', headers, body: JSON.stringify(input) })
    if (!response.ok) return response
    for await (const line of linesOf(response.value.body)) {
      const said = JSON.parse(line) as Partial<{ report: CarriedIn; code: string; message: string } & Progress>
      if (said.report !== undefined) return ok(said.report)
      if (said.code !== undefined) return refuse(said.code, said.message ?? '')
      progress(said.done ?? 0, said.total ?? 0)
    }
    return refuse('network/broken', 'The node broke off its answer; see its log, and carry in again.')
  }

  private async getJson<T>(path: string, query: object, signal?: AbortSignal): Promise<Answer<T>> {
    return this.json(await this.call(withQuery(path, query), signal === undefined ? {} : { signal }))
  }

  private async getBytes(path: string, query: object, signal?: AbortSignal): Promise<Answer<Uint8Array>> {
    const response = await this.call(withQuery(path, query), signal === undefined ? {} : { signal })
    return response.ok ? ok(new Uint8Array(await response.value.arrayBuffer())) : response
  }

  private async postJson<T>(path: string, body: unknown): Promise<Answer<T>> {
    const headers = { 'content-type': 'application/json' }
    return this.json(await this.call(path, { method: 'POST', headers, body: JSON.stringify(body) }))
  }

  /** A successful response, or a refusal: the node’s own where it gave one. Rejects where the caller gave it up. */
  private async call(path: string, init: Init): Promise<Answer<Reached>> {
    const headers: Record<string, string> = { ...init.headers, accept: 'application/json' }
    if (this.token !== undefined) headers.authorization = `Bearer ${this.token}`
    let response: Reached
    try {
      response = await this.fetch.call(undefined, new URL(path, this.url), {
        ...init,
        headers,
        credentials: 'same-origin',
      })
    } catch (cause) {
      if (init.signal?.aborted === true) throw cause
      const message = `The node at ${this.url} does not answer; see whether it still runs.`
      return { ...refuse('network/unreachable', message), status: 0 }
    }
    return response.ok ? ok(response) : refusalOf(response)
  }

  private async json<T>(response: Answer<Reached>): Promise<Answer<T>> {
    if (!response.ok) return response
    const text = await response.value.text()
    return ok((text === '' ? undefined : JSON.parse(text)) as T)
  }
}

interface Progress {
  done: number
  total: number
}

async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const reader = body?.getReader()
  let rest = ''
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {}
    rest += decoder.decode(value, { stream: !done })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (done) return
  }
}

/** The path of a call with its query; members that are undefined or empty are left out. */
export function withQuery(path: string, query: object): string {
  const given = Object.entries(query).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1] !== '',
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}

async function refusalOf(response: Reached): Promise<ApiRefusal> {
  const said: Partial<ApiRefusal> = await response
    .text()
    .then((text) => JSON.parse(text))
    .catch(() => ({}))
  const { code = `http/${response.status}`, message = 'The node refused without a reason.' } = said
  const { node, refusals, refusalsTotal } = said
  return {
    ...refuse(code, message),
    status: response.status,
    ...(node === undefined ? {} : { node }),
    ...(refusals === undefined ? {} : { refusals }),
    ...(refusalsTotal === undefined ? {} : { refusalsTotal }),
  }
}
