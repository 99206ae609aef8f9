// `fetch` through a Unix socket, for the local door of a running node. Only what the typed client needs of it: a URL, a
// method, headers, and a body of text, bytes or a stream.

import { statSync } from 'node:fs'
import { request } from 'node:http'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Whether the socket belongs to whom the node's private folder belongs: nobody else is told the local token. */
export function isOwnSocket(socket: string, privateFolder: string): boolean {
  const [of, owner] = [statSync(socket, { throwIfNoEntry: false }), statSync(privateFolder)]
  const folder = statSync(dirname(socket), { throwIfNoEntry: false })
  return of?.isSocket() === true && of.uid === owner.uid && folder?.uid === owner.uid
}

export function fetchThrough(socket: string): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input)
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    const sent = request({
      ...{ socketPath: socket, path: `${pathname}${search}`, method: init.method ?? 'GET' },
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(init.signal == null ? {} : { signal: init.signal }),
    })
    sent.on('error', reject)
    sent.on('response', (answer) => {
      const headers = new Headers()
      for (const [name, value] of Object.entries(answer.headers))
        if (typeof value === 'string') headers.set(name, value)
      const body = Readable.toWeb(answer) as ReadableStream<Uint8Array>
      resolve(new Response(body, { status: answer.statusCode ?? 500, headers }))
    })
    const { body } = init
    if (body instanceof ReadableStream) pipeline(Readable.fromWeb(body as never), sent).catch(reject)
    else sent.end(body instanceof Uint8Array || typeof body === 'string' ? body : undefined)
    return promise
  }
}
