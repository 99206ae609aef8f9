// The files of a peer, and GET and hint towards one over the network. Sizes and times are bounded; what comes back is hostile until verified by the caller.

import { toBase64 } from '@countersign/log'
import { LIMITS } from '../limits.ts'
import { type RequestSigner, signRequest } from '../requests.ts'
import type { Surroundings } from '../surroundings.ts'

export type Fetched =
  | { kind: 'bytes'; bytes: Uint8Array; partial: boolean }
  | { kind: 'missing' }
  | { kind: 'refused'; status: number }

/** `total` is the length of the whole file, where the peer names it. */
export type FetchedPart =
  | { kind: 'part'; bytes: Uint8Array; total: number | undefined }
  | Exclude<Fetched, { kind: 'bytes' }>

export class PeerUnreachable extends Error {}

/** What a peer publishes, wherever it is read: at its node, or from a folder that was carried here. */
export interface PeerFiles {
  readonly party: string
  /**
   * The file at `path` below the peer's root, at most `maxBytes` long; from byte `offset` on where ranges are honoured
   * (`partial` says whether they were). Throws PeerUnreachable where no sensible answer comes.
   */
  get(path: string, maxBytes: number, offset?: number): Promise<Fetched>
  /**
   * At most `maxBytes` of a file of any length, from byte `offset` on; none where it ends there. Throws PeerUnreachable
   * where no sensible answer comes.
   */
  part(path: string, maxBytes: number, offset: number): Promise<FetchedPart>
}

export class PeerRequests implements PeerFiles {
  readonly party: string
  /** Whether the last request was answered at all. */
  reachable = false
  /** Milliseconds since the epoch; null before the first answer. */
  lastHeardMs: number | null = null
  private endpoint: string
  private readonly signer: RequestSigner
  private readonly around: Surroundings
  private readonly abort = new AbortController()

  constructor(party: string, endpoint: string, signer: RequestSigner, around: Surroundings) {
    this.party = party
    this.endpoint = endpoint
    this.signer = signer
    this.around = around
  }

  /** Its newest card names another address. */
  moveTo(endpoint: string): void {
    this.endpoint = endpoint
  }

  async get(path: string, maxBytes: number, offset = 0): Promise<Fetched> {
    const range: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {}
    return this.send('GET', path, undefined, range, async (response) => {
      if (response.status === 404) {
        await response.body?.cancel()
        return { kind: 'missing' }
      }
      // An index or bundle with nothing beyond `offset`: the range cannot be satisfied.
      if (response.status === 416) {
        await response.body?.cancel()
        return { kind: 'bytes', bytes: new Uint8Array(), partial: true }
      }
      if (response.status !== 200 && response.status !== 206) {
        await response.body?.cancel()
        if (response.status >= 500) throw new PeerUnreachable(`${this.party} answered ${response.status}`)
        return { kind: 'refused', status: response.status }
      }
      const bytes = await this.read(response, maxBytes + (response.status === 200 ? offset : 0))
      return { kind: 'bytes', bytes, partial: response.status === 206 }
    })
  }

  async part(path: string, maxBytes: number, offset: number): Promise<FetchedPart> {
    const range = { range: `bytes=${offset}-${offset + maxBytes - 1}` }
    return this.send('GET', path, undefined, range, async (response) => {
      const named = /\/([0-9]{1,15})$/.exec(response.headers.get('content-range') ?? '')?.[1]
      const total = named === undefined ? undefined : Number(named)
      if (response.status === 206) return { kind: 'part', bytes: await this.readUpTo(response, maxBytes), total }
      if (response.status === 200) {
        // Ranges are not honoured: what comes before is read past, and never held.
        return { kind: 'part', bytes: await this.readUpTo(response, maxBytes, offset), total }
      }
      await response.body?.cancel()
      if (response.status === 416) return { kind: 'part', bytes: new Uint8Array(), total }
      if (response.status === 404) return { kind: 'missing' }
      if (response.status >= 500) throw new PeerUnreachable(`${this.party} answered ${response.status}`)
      return { kind: 'refused', status: response.status }
    })
  }

  /** “Look again”, and nothing else. Failing is no harm: peers poll. */
  async hint(): Promise<void> {
    try {
      await this.send('POST', 'hint', new Uint8Array(), {}, (response) => response.body?.cancel() ?? Promise.resolve())
    } catch (cause) {
      if (!(cause instanceof PeerUnreachable)) throw cause
    }
  }

  close(): void {
    this.abort.abort()
  }

  /** One exchange, ended after a time with whatever is still being read of the answer. */
  private async send<T>(
    method: string,
    path: string,
    body: Uint8Array | undefined,
    extra: Record<string, string>,
    take: (response: Response) => Promise<T>,
  ): Promise<T> {
    const url = new URL(path, this.endpoint).href
    const nonce = toBase64(this.around.random(18)).replaceAll('+', '-').replaceAll('/', '_')
    const headers = signRequest(
      { method, url, nowMs: this.around.now(), nonce, ...(body === undefined ? {} : { body }) },
      this.signer,
    )
    for (const [name, value] of Object.entries(extra)) headers.set(name, value)
    const timeout = new AbortController()
    const cancel = this.around.after(LIMITS.requestMsMax, () => timeout.abort())
    try {
      const asked = this.around.fetch(url, {
        method,
        headers,
        redirect: 'error',
        signal: AbortSignal.any([this.abort.signal, timeout.signal]),
        ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      })
      return await take(await this.answered(asked))
    } finally {
      cancel()
    }
  }

  private async answered(asked: Promise<Response>): Promise<Response> {
    try {
      const response = await asked
      this.reachable = true
      this.lastHeardMs = this.around.now()
      return response
    } catch (cause) {
      this.reachable = false
      throw new PeerUnreachable(`${this.party} cannot be reached at ${this.endpoint}`, { cause })
    }
  }

  private async read(response: Response, maxBytes: number): Promise<Uint8Array> {
    const bytes = await this.readUpTo(response, maxBytes + 1)
    if (bytes.length > maxBytes)
      throw new PeerUnreachable(`${this.party} sent more than ${maxBytes} bytes for one file`)
    return bytes
  }

  /** What comes after `past` bytes, cut at `maxBytes`; what the peer would still send is not waited for. */
  private async readUpTo(response: Response, maxBytes: number, past = 0): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    let [size, before] = [0, past]
    try {
      for await (const chunk of response.body ?? []) {
        const taken = chunk.subarray(before, before + maxBytes - size)
        before = Math.max(0, before - chunk.length)
        if (taken.length === 0) continue
        size += taken.length
        chunks.push(taken)
        if (size === maxBytes) break
      }
    } catch (cause) {
      throw new PeerUnreachable(`${this.party} broke off an answer`, { cause })
    }
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size)
  }
}
