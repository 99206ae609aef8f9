// A typed client of one's own node: its API over HTTP. What a node says of a record is its word; `proved` fetches the
// evidence and verifies it here, against cards that the caller trusts.

import { ok, type Refusal, type Result, refuse, toBase64 } from '@countersign/log'
import type { Card } from '@countersign/record'
import { type Report, verifyEvidence } from './verify-evidence.ts'

export interface RecordSummary {
  /** `origin#index`. */
  record: string
  pact: string
  channel: string
  from: string
  to: string[]
  type: string
  id: string
  /** The author's claim, RFC 3339. */
  time: string
  mode: string
  marking: { tlp: string; class?: string }
  body: unknown
  validity: { kind: 'valid' } | { kind: 'void' | 'undecided'; code: string; message: string }
  /** POSIX seconds; null where there is no bound. */
  delivery: { recipient: string; state: string; lo: number | null; hi: number | null }[]
  state: string
  title: string | null
}

export interface PactSummary {
  id: string
  version: string
  title: string
  state: 'draft' | 'signed' | 'in-force' | 'expired'
  channels: {
    name: string
    signatures: { party: string; record: string | null; time: string | null }[]
    force: { since: number; receipt: { by: string } } | null
  }[]
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
}

export interface ShareOutcome {
  share: string
  records: string[]
  objects: number
  warnings: { object: string; path: string; message: string }[]
  warningsTotal: number
}

/** A refusal of the release gate, with the objects it is about. */
export interface ShareRefused extends Refusal {
  refusals?: readonly { code: string; message: string; object?: { index: number; id: string | null } }[]
  refusalsTotal?: number
}

export class NodeClient {
  private readonly url: string
  private readonly token: string

  /** `url` is the node's root; `token` its local API token. */
  constructor(url: string, token: string) {
    this.url = url
    this.token = token
  }

  status(): Promise<Result<unknown>> {
    return this.getJson('api/status', {})
  }

  records(
    query: Record<string, string> = {},
  ): Promise<Result<{ records: RecordSummary[]; next: string | null; total: number }>> {
    return this.getJson('api/records', query)
  }

  record(ref: string): Promise<Result<{ row: RecordSummary }>> {
    return this.getJson('api/record', { ref })
  }

  pacts(): Promise<Result<PactSummary[]>> {
    return this.getJson('api/pacts', {})
  }

  async content(ref: string, part: number): Promise<Result<Uint8Array>> {
    return this.getBytes('api/record/content', { ref, part: String(part) })
  }

  evidence(ref: string, reveal: boolean): Promise<Result<Uint8Array>> {
    return this.getBytes('api/record/evidence', { ref, reveal: reveal ? '1' : '0' })
  }

  /** The node's word on a record, checked here: what the evidence proves against the cards given. */
  async proved(ref: string, trusted: readonly Card[]): Promise<Result<Report>> {
    const evidence = await this.evidence(ref, false)
    return evidence.ok ? ok(verifyEvidence(evidence.value, trusted)) : evidence
  }

  say(input: SayInput): Promise<Result<SaidOutcome>> {
    const content = input.content?.map(({ bytes, ...part }) => ({ ...part, base64: toBase64(bytes) }))
    return this.postJson('api/say', { ...input, ...(content === undefined ? {} : { content }) })
  }

  async share(
    input: ShareInput,
    body: ReadableStream<Uint8Array> | Uint8Array,
  ): Promise<Result<ShareOutcome> | ShareRefused> {
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
    return this.answer(await this.call(`api/share?${query}`, init as RequestInit))
  }

  trust(card: Uint8Array): Promise<Result<{ party: string; words: string[] }>> {
    return this.postJson('api/trust', { card: toBase64(card) })
  }

  propose(yaml: string): Promise<Result<{ pact: string; version: string; invitation: string }>> {
    return this.postJson('api/pact/propose', { yaml })
  }

  sign(
    what: { pact: string } | { invitation: string },
  ): Promise<Result<{ pact: string; version: string; as: string }>> {
    return this.postJson('api/pact/sign', what)
  }

  private async getJson<T>(path: string, query: Record<string, string>): Promise<Result<T>> {
    return this.answer(await this.call(`${path}?${new URLSearchParams(query)}`, {}))
  }

  private async getBytes(path: string, query: Record<string, string>): Promise<Result<Uint8Array>> {
    const response = await this.call(`${path}?${new URLSearchParams(query)}`, {})
    if (!response.ok) return response
    if (!response.value.ok) return refusalOf(response.value)
    return ok(new Uint8Array(await response.value.arrayBuffer()))
  }

  private async postJson<T>(path: string, body: unknown): Promise<Result<T>> {
    const headers = { 'content-type': 'application/json' }
    return this.answer(await this.call(path, { method: 'POST', headers, body: JSON.stringify(body) }))
  }

  private async call(path: string, init: RequestInit): Promise<Result<Response>> {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${this.token}`)
    try {
      return ok(await fetch(new URL(path, this.url), { ...init, headers }))
    } catch {
      return refuse('network/unreachable', `The node at ${this.url} does not answer; see whether it still runs.`)
    }
  }

  private async answer<T>(response: Result<Response>): Promise<Result<T>> {
    if (!response.ok) return response
    if (!response.value.ok) return refusalOf(response.value)
    return ok((await response.value.json()) as T)
  }
}

async function refusalOf(response: Response): Promise<ShareRefused> {
  const said: Partial<ShareRefused> = await response.json().catch(() => ({}))
  const {
    code = `http/${response.status}`,
    message = 'The node refused without a reason.',
    refusals,
    refusalsTotal,
  } = said
  return {
    ...refuse(code, message),
    ...(refusals === undefined ? {} : { refusals }),
    ...(refusalsTotal === undefined ? {} : { refusalsTotal }),
  }
}
