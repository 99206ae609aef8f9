// The calls to a node’s API: what goes with each, and what an answer or a refusal is made of.

import { ok, type Refusal, refuse } from '@countersign/log'
import type { RoundDifference } from './api/rounds.ts'
import type { NodeFacts } from './api/status.ts'

export interface ApiRefusal extends Refusal {
  /** Of the HTTP answer; 0 where none came. */
  status?: number
  /** Given where nobody has signed in: which node this is. */
  node?: NodeFacts
  /** Of the release gate: the objects it is about. */
  refusals?: readonly { code: string; message: string; object?: { index: number; id: string | null } }[]
  refusalsTotal?: number
  /** Of a round that is not what was looked at; null where that is not remembered any more. */
  difference?: RoundDifference | null
}

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

/** Calls to one node: `url` and `token` as NodeClient has them. None is tried a second time. */
export class Calls {
  private readonly url: string
  private readonly token: string | undefined
  private readonly fetch: Reach

  constructor(url: string, token?: string, fetch: Reach = globalThis.fetch) {
    this.url = url
    this.token = token
    this.fetch = fetch
  }

  async getJson<T>(path: string, query: object, signal?: AbortSignal): Promise<Answer<T>> {
    return this.json(await this.call(withQuery(path, query), signal === undefined ? {} : { signal }))
  }

  async getBytes(path: string, query: object, signal?: AbortSignal): Promise<Answer<Uint8Array>> {
    const response = await this.call(withQuery(path, query), signal === undefined ? {} : { signal })
    return response.ok ? ok(new Uint8Array(await response.value.arrayBuffer())) : response
  }

  async postJson<T>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer<T>> {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    return this.json(await this.call(path, signal === undefined ? init : { ...init, signal }))
  }

  async postForBytes(path: string, body: unknown): Promise<Answer<Uint8Array>> {
    const headers = { 'content-type': 'application/json' }
    const response = await this.call(path, { method: 'POST', headers, body: JSON.stringify(body) })
    return response.ok ? ok(new Uint8Array(await response.value.arrayBuffer())) : response
  }

  /** For a body that may be long. Node's fetch wants to be told that the answer comes after the whole of a streamed one. */
  async postBytes<T>(path: string, body: ReadableStream<Uint8Array> | Uint8Array | Blob): Promise<Answer<T>> {
    const init = { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body, duplex: 'half' }
    return this.json(await this.call(path, init as Init))
  }

  /** A successful response, or a refusal: the node’s own where it gave one. Rejects where the caller gave it up. */
  async call(path: string, init: Init): Promise<Answer<Reached>> {
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
  const { node, refusals, refusalsTotal, difference } = said
  return {
    ...refuse(code, message),
    status: response.status,
    ...(node === undefined ? {} : { node }),
    ...(refusals === undefined ? {} : { refusals }),
    ...(refusalsTotal === undefined ? {} : { refusalsTotal }),
    ...(difference === undefined ? {} : { difference }),
  }
}
