// Requests to a foreign server, of TAXII 2.1 or of MISP. Its answers are hostile: each has a size and a time, a redirect is followed within
// the same origin alone, so that what signs us in reaches nobody else, and what it says of an error is cut, cleaned of
// control characters and of our own secret before anybody reads it.

import { fromUtf8 } from '@countersign/log'
import type { Surroundings } from '../surroundings.ts'
import type { FeedLimits } from './limits.ts'
import type { Speech } from './speech.ts'
import { retryAfterMs } from './times.ts'

/** What signs us in: HTTP Basic (RFC 7617), a bearer token (RFC 6750), the key of a user of MISP, or nothing. */
export type Credential =
  | { kind: 'none' }
  | { kind: 'basic'; user: string; password: string }
  | { kind: 'bearer'; token: string }
  | { kind: 'key'; key: string }

export type Answered =
  | { kind: 'answer'; bytes: Uint8Array; headers: Headers }
  /** It asks us to come later; after `ms`, where it says so. */
  | { kind: 'wait'; ms: number | undefined; message: string }
  /** No answer, or a broken one: worth another try. */
  | { kind: 'broken'; message: string }
  | { kind: 'refused'; status: number; code: string; message: string }

export class ForeignRequests {
  private readonly credential: Credential
  private readonly speech: Speech
  private readonly around: Pick<Surroundings, 'fetch' | 'after' | 'now'>
  private readonly limits: FeedLimits
  private readonly stopped: AbortSignal
  /** Which spelling of the media type this server takes. */
  private spelling = 0

  constructor(
    { credential, speech }: { credential: Credential; speech: Speech },
    around: Pick<Surroundings, 'fetch' | 'after' | 'now'>,
    limits: FeedLimits,
    stopped: AbortSignal,
  ) {
    this.credential = credential
    this.speech = speech
    this.around = around
    this.limits = limits
    this.stopped = stopped
  }

  get(url: URL, bytesMax: number): Promise<Answered> {
    return this.send('GET', url, undefined, bytesMax)
  }

  /** Where it adds or changes what the body holds, that may have arrived although no answer came. */
  post(url: URL, body: Uint8Array, bytesMax: number = this.limits.answerBytes): Promise<Answered> {
    return this.send('POST', url, body, bytesMax)
  }

  private async send(
    method: 'GET' | 'POST',
    url: URL,
    body: Uint8Array | undefined,
    bytesMax: number,
  ): Promise<Answered> {
    for (;;) {
      const answered = await this.timed(method, url, body, bytesMax)
      const isSpelling = answered.kind === 'refused' && (answered.status === 406 || answered.status === 415)
      if (!isSpelling || this.spelling === this.speech.mediaTypes.length - 1) return answered
      this.spelling++
    }
  }

  /** One exchange, ended after a time with whatever is still being read. */
  private async timed(
    method: 'GET' | 'POST',
    url: URL,
    body: Uint8Array | undefined,
    bytesMax: number,
  ): Promise<Answered> {
    const late = new AbortController()
    const cancel = this.around.after(this.limits.requestMs, () => late.abort())
    try {
      return await this.follow(method, url, body, bytesMax, AbortSignal.any([late.signal, this.stopped]))
    } catch (cause) {
      if (this.stopped.aborted) return { kind: 'broken', message: 'The node is being ended.' }
      const seconds = Math.round(this.limits.requestMs / 1000)
      const why = late.signal.aborted ? `it took longer than ${seconds} seconds` : reasonOf(cause)
      return { kind: 'broken', message: this.clean(`${url.host} gave no whole answer: ${why}.`) }
    } finally {
      cancel()
    }
  }

  private async follow(
    method: 'GET' | 'POST',
    start: URL,
    body: Uint8Array | undefined,
    bytesMax: number,
    signal: AbortSignal,
  ): Promise<Answered> {
    let url = start
    for (let redirects = 0; ; redirects++) {
      const response = await this.around.fetch(url.href, {
        ...{ method, signal, redirect: 'manual', headers: this.headers(body !== undefined) },
        ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      })
      if (response.status < 300 || response.status > 399) return this.judge(response, url, bytesMax)
      await response.body?.cancel()
      const { status } = response
      const to = URL.parse(response.headers.get('location') ?? '', url)
      const refused = (message: string): Answered => ({ kind: 'refused', status, code: 'feed/redirect', message })
      if (to === null) return refused(`${url.host} answered ${status} and names no other address.`)
      if (this.speech.isLogin(to)) {
        const message = `${url.host} sends us to its login page (${status}): it does not take the key.`
        return { kind: 'refused', status, code: 'feed/credentials', message }
      }
      if (to.origin !== url.origin || to.username !== '' || to.password !== '') {
        return refused(
          this.clean(
            `${url.host} sends us on to ${to.origin}, where our credentials do not go; if that is right, add the feed with that address.`,
          ),
        )
      }
      if (body !== undefined && status !== 307 && status !== 308) {
        return refused(`${url.host} answered ${status} to what was sent; ask its owner for the right address.`)
      }
      if (redirects >= this.limits.redirects) return refused(`${url.host} sends us on again and again.`)
      url = to
    }
  }

  private headers(hasBody: boolean): Headers {
    const { mediaTypes } = this.speech
    const type = mediaTypes[this.spelling] ?? mediaTypes[0]
    const headers = new Headers({ accept: type })
    if (hasBody) headers.set('content-type', type)
    const { credential } = this
    if (credential.kind === 'basic') {
      const pair = Buffer.from(`${credential.user}:${credential.password}`, 'utf8').toString('base64')
      headers.set('authorization', `Basic ${pair}`)
    } else if (credential.kind === 'bearer') headers.set('authorization', `Bearer ${credential.token}`)
    else if (credential.kind === 'key') headers.set('authorization', credential.key)
    return headers
  }

  private async judge(response: Response, url: URL, bytesMax: number): Promise<Answered> {
    const { status, headers } = response
    const host = url.host
    if (response.ok) {
      const type = (headers.get('content-type') ?? '').toLowerCase()
      if (!this.speech.isOf(type)) {
        await response.body?.cancel()
        const what = type === '' ? 'without a media type' : `of the media type ${type}`
        const message = `${host} answered with something ${what}, ${this.speech.other}.`
        return { kind: 'refused', status, code: 'feed/media-type', message: this.clean(message) }
      }
      const bytes = await read(response, bytesMax)
      if (bytes !== undefined) return { kind: 'answer', bytes, headers }
      const message = `${host} sent more than the ${bytesMax} bytes that one answer may have here.`
      return { kind: 'refused', status, code: 'feed/too-large', message }
    }
    const said = this.wordsIn(await read(response, this.limits.answerBytes).catch(() => undefined))
    const message = (what: string) => this.clean(`${host} ${what}${said}`)
    if (status === 429 || status === 503) {
      const named = this.speech.waitHeaders.map((name) => headers.get(name)).find((one) => one !== null)
      const ms = retryAfterMs(named ?? null, this.around.now())
      const bounded = ms === undefined ? undefined : Math.min(ms, this.limits.waitMsMax)
      return { kind: 'wait', ms: bounded, message: message(`asks us to come later (${status}).`) }
    }
    if (status >= 500 || status === 408) return { kind: 'broken', message: message(`failed (${status}).`) }
    const { code, words } = this.speech.refusals[status] ?? {
      code: 'feed/refused',
      words: `refused the request (${status}).`,
    }
    return { kind: 'refused', status, code, message: message(words) }
  }

  /** What an error says in words, as a sentence of its own. */
  private wordsIn(bytes: Uint8Array | undefined): string {
    try {
      const error: Record<string, unknown> = Object(JSON.parse(fromUtf8(bytes ?? new Uint8Array()) ?? ''))
      const said = this.speech.errorMembers.map((member) => error[member]).find((one) => typeof one === 'string')
      return typeof said === 'string' && said !== '' ? ` It says: ${said}` : ''
    } catch {
      return ''
    }
  }

  /** For people: short, of one line, and without our secret, which a server may send back. */
  clean(text: string): string {
    let cleaned = text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    for (const secret of secretsOf(this.credential)) cleaned = cleaned.replaceAll(secret, '…')
    const { sentenceChars } = this.limits
    return cleaned.length > sentenceChars ? `${cleaned.slice(0, sentenceChars)}…` : cleaned
  }
}

function secretsOf(credential: Credential): string[] {
  if (credential.kind === 'none') return []
  if (credential.kind === 'bearer') return [credential.token]
  if (credential.kind === 'key') return [credential.key]
  const { user, password } = credential
  return [Buffer.from(`${user}:${password}`, 'utf8').toString('base64'), password]
}

/** Undefined where there is more than `bytesMax`. */
async function read(response: Response, bytesMax: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    // Leaving the loop ends the connection: what would still come is not waited for.
    if (size > bytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : ''
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/.test(code)) return `its certificate is not trusted here (${code})`
  return IN_WORDS[code] ?? (code === '' ? 'the connection broke' : `the connection failed (${code})`)
}

const IN_WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens at that address',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNRESET: 'it broke the connection off',
  UND_ERR_SOCKET: 'it broke the connection off',
}
