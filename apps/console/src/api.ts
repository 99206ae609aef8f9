// Every call the console makes to its node, and the shapes it gets back. The node is this console's own and has already
// decided what the signed-in officer may see; still, nothing in an answer is ever used as markup, address or code.
// A failed call throws an ApiFailure, whose message is one sentence that says what to do next.

export type Mode = 'Actual' | 'Exercise' | 'Test'
export type RecordState = 'said' | 'held' | 'delivered' | 'void' | 'undecided' | 'superseded'
export type DeliveryState = 'said' | 'held' | 'delivered'

export interface Me {
  account: { id: string; name: string; email: string }
  node: NodeFacts & { words: string[] }
}

/** What the sign-in room may know before anyone has signed in: given beside the code in the 401 answer of /api/me. */
export interface NodeFacts {
  party: string
  name: string
  neutral: boolean
  demo: boolean
}

export interface Delivery {
  recipient: string
  state: DeliveryState
  /** POSIX seconds; null where there is no bound. */
  lo: number | null
  hi: number | null
}

export interface Part {
  part: number
  role: string
  mediaType: string
  size: number
  sealed: string
  state: 'not-for-us' | 'awaited' | 'held' | 'opened' | 'rejected'
  code?: string
}

export type Validity =
  | { kind: 'valid' }
  | { kind: 'void'; code: string; message: string }
  | { kind: 'undecided'; code: string; message: string }

export interface RecordRow {
  /** `origin#index` */
  record: string
  origin: string
  index: number
  leaf: string
  pact: string
  channel: string
  from: string
  to: string[]
  type: string
  id: string
  time: string
  mode: Mode
  marking: { tlp: string; class?: string }
  body: unknown
  validity: Validity
  delivery: Delivery[]
  state: RecordState
  supersededBy: string | null
  parts: Part[]
  title: string | null
}

export interface ReceiptRow {
  by: string
  role: 'recipient' | 'depositary' | 'neutral' | 'other'
  size: number
  /** POSIX seconds. */
  time: number
  digest: string
}

export interface RecordDetail {
  row: RecordRow
  /** The payload's text, verbatim; null for an unreadable entry. */
  statement: string | null
  receipts: ReceiptRow[]
  re: RecordRow[]
  answers: RecordRow[]
  answersTotal: number
  /** The local account that said it; null for what others said. */
  saidBy: string | null
}

export interface ObjectRow {
  seq: number
  id: string
  type: string
  version: string
  name: string | null
  tlp: string | null
  party: string
  record: string
  collection: 'inbox' | 'outbox'
  addedAt: string
  revoked: boolean
  warnings: { path: string; message: string }[]
  /** How many other texts of the same id and version were refused. */
  conflicts: number
}

export interface ObjectDetail {
  versions: (ObjectRow & { source: string })[]
  relations: ObjectRow[]
}

export interface Agreement {
  v: 1
  id: string
  base: string | null
  title: string
  language: string
  parties: { party: string; name: string; root: string }[]
  neutrals: { party: string; name: string; root: string; operator: string; roles: string[] }[]
  quorum: number
  channels: { name: string; parties: string[] }[]
  term: { from: string | null; until: string | null }
  offer: { expires: string }
  marking: { scheme: string; max: string }
  share: { records: string[]; stix: { deny: string[] } | { allow: string[] } }
  limits: { entriesPerDay: number; bytesPerDay: number; partBytes: number; parts: number; openProposals: number }
  retention: { days: number }
  intervals: { pollSeconds: number; cosignSeconds: number; pinSeconds: number; rejectSeconds: number }
  clauses: { id: string; text: string; source: string }[]
}

export interface Force {
  /** POSIX seconds. */
  since: number
  covers: { origin: string; index: number }[]
  receipt: { by: string; origin: string; size: number; digest: string }
}

export interface Pact {
  id: string
  version: string
  title: string
  state: 'draft' | 'signed' | 'in-force' | 'expired'
  agreement: Agreement
  channels: {
    name: string
    signatures: { party: string; record: string | null; time: string | null }[]
    force: Force | null
  }[]
  cards: string[]
}

export interface CardRow {
  party: string
  name: string
  words: string[]
  digest: string
  /** The card file, base64. */
  bytes: string
}

export interface Alarm {
  /** Epoch milliseconds; not given for what is derived from the logs. */
  at?: number
  code: string
  subject: string
  message: string
  count?: number
  record?: string | null
}

export interface ChannelStatus {
  name: string
  /** Our log of the channel; null where we speak on none. */
  origin: string | null
  /** `checking`: held until peers have answered; `stopped`: the log may not sign any more. */
  state: 'none' | 'checking' | 'ready' | 'stopped'
  awaited: string[]
  size: number
}

export interface NodeStatus {
  party: string
  neutral: boolean
  pacts: {
    id: string
    title: string
    channels: ChannelStatus[]
    peers: { party: string; role: 'party' | 'neutral'; reachable: boolean; lastHeardMs: number | null }[]
  }[]
  /** What was said here and waits for the start-up check before it is signed. */
  heldHere: number
  alarms: Alarm[]
}

export interface RecordFilters {
  pact?: string | undefined
  channel?: string | undefined
  type?: string | undefined
  party?: string | undefined
  state?: string | undefined
  q?: string | undefined
  cursor?: string | undefined
}

export interface ObjectFilters {
  q?: string | undefined
  type?: string | undefined
  party?: string | undefined
  collection?: string | undefined
  cursor?: string | undefined
}

/** Rows asked for at once: what a person pages through without waiting. */
export const PAGE_ROWS = 50
/** A content part is shown unasked up to this size; above it, a person says so first. */
export const SHOWN_UNASKED_BYTES = 512 * 1024

export class ApiFailure extends Error {
  readonly status: number
  readonly code: string
  readonly node: NodeFacts | undefined

  constructor(status: number, code: string, message: string, node?: NodeFacts) {
    super(message)
    this.name = 'ApiFailure'
    this.status = status
    this.code = code
    this.node = node
  }
}

export const api = {
  me: (signal?: AbortSignal) => getJson<Me>('/api/me', {}, signal),
  status: (signal?: AbortSignal) => getJson<NodeStatus>('/api/status', {}, signal),
  records: (filters: RecordFilters, signal?: AbortSignal) =>
    getJson<{ records: RecordRow[]; next: string | null; total: number }>(
      '/api/records',
      { ...filters, limit: String(PAGE_ROWS) },
      signal,
    ),
  record: (ref: string, signal?: AbortSignal) => getJson<RecordDetail>('/api/record', { ref }, signal),
  objects: (filters: ObjectFilters, signal?: AbortSignal) =>
    getJson<{ objects: ObjectRow[]; next: string | null; total: number; totalIsLeast?: boolean }>(
      '/api/objects',
      { ...filters, limit: String(PAGE_ROWS) },
      signal,
    ),
  object: (id: string, signal?: AbortSignal) => getJson<ObjectDetail>('/api/object', { id }, signal),
  pacts: (signal?: AbortSignal) => getJson<Pact[]>('/api/pacts', {}, signal),
  pact: (id: string, signal?: AbortSignal) => getJson<Pact>('/api/pact', { id }, signal),
  cards: (signal?: AbortSignal) => getJson<CardRow[]>('/api/cards', {}, signal),
  content: async (ref: string, part: number, signal?: AbortSignal) => {
    const answer = await call(address('/api/record/content', { ref, part: String(part) }), signal ? { signal } : {})
    return new Uint8Array(await answer.arrayBuffer())
  },
  evidence: async (ref: string, reveal: boolean) => {
    const answer = await call(address('/api/record/evidence', { ref, reveal: reveal ? '1' : '0' }))
    return new Uint8Array(await answer.arrayBuffer())
  },
  signIn: (email: string, password: string) => postJson('/api/auth/sign-in/email', { email, password }),
  signOut: () => postJson('/api/auth/sign-out', {}),
}

/** The address of a call with its query, for a link that saves what it answers. */
export function address(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}

async function getJson<Answer>(path: string, query: object, signal?: AbortSignal): Promise<Answer> {
  const answer = await call(address(path, query as Record<string, string>), signal ? { signal } : {})
  return (await answer.json()) as Answer
}

async function postJson(path: string, body: object): Promise<void> {
  await call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

async function call(url: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response
  try {
    answer = await fetch(url, {
      ...init,
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...init.headers },
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiFailure(0, 'network/unreachable', '')
  }
  if (answer.ok) return answer
  const said: { code?: unknown; message?: unknown; node?: NodeFacts } = await answer.json().catch(() => ({}))
  throw new ApiFailure(
    answer.status,
    typeof said.code === 'string' ? said.code : `http/${answer.status}`,
    typeof said.message === 'string' ? said.message : '',
    said.node,
  )
}
