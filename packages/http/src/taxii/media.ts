// Media types and errors of TAXII 2.1 (sections 1.6.8, 3.1 and 3.6): what a request may ask for and bring, and the error
// object in every answer that is none. Names a thing to do next wherever there is one.

import type { FastifyReply } from 'fastify'

export const TAXII = 'application/taxii+json;version=2.1'
export const STIX = 'application/stix+json;version=2.1'

/** Whether an `Accept` header lets our media type be the answer. Without one anything is accepted (RFC 9110 section 12.5.1). */
export function accepts(header: string | undefined): boolean {
  return (header ?? '*/*').split(',').some((range) => {
    const { type, version, quality } = parse(range)
    if (quality === 0) return false
    if (type === '*/*' || type === 'application/*') return true
    return type === 'application/taxii+json' && (version ?? '2.1') === '2.1'
  })
}

/** Whether a `Content-Type` says that the body is a TAXII 2.1 resource. */
export function isTaxii(header: string | undefined): boolean {
  if (header === undefined) return false
  const { type, version } = parse(header)
  return type === 'application/taxii+json' && (version ?? '2.1') === '2.1'
}

function parse(text: string): { type: string; version: string | undefined; quality: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const valueOf = (name: string) =>
    parameters
      .find((one) => one.startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .replace(/^"(.*)"$/, '$1')
  return { type, version: valueOf('version'), quality: Number(valueOf('q') ?? 1) }
}

/**
 * Sends a text as it is. As bytes: of a text the server would write the media type anew, with quotes and a charset, and
 * clients compare it part by part.
 */
export function sendText(reply: FastifyReply, text: string): FastifyReply {
  return reply.header('content-type', TAXII).send(Buffer.from(text))
}

export function send(reply: FastifyReply, value: unknown): FastifyReply {
  return sendText(reply, JSON.stringify(value))
}

/** An error object; `code` is that of the refusal, where one came from within. */
export function fail(reply: FastifyReply, status: number, title: string, code?: string): FastifyReply {
  const error = { title, ...(code === undefined ? {} : { error_code: code }), http_status: String(status) }
  return send(reply.code(status), error)
}
