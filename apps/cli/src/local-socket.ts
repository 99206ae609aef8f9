// Calls through a Unix socket, for the local door of a running node, as the typed client makes them over the network.

import { statSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { arrayBuffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Reach, Reached } from '@countersign/client'

// An import of it would load `fetch` and all that belongs to it as well, which takes a quarter of a short command.
const { request } = process.getBuiltinModule('node:http')

/** Whether the socket belongs to whom the node's private folder belongs: nobody else is told the local token. */
export function isOwnSocket(socket: string, privateFolder: string): boolean {
  const [of, owner] = [statSync(socket, { throwIfNoEntry: false }), statSync(privateFolder)]
  const folder = statSync(dirname(socket), { throwIfNoEntry: false })
  return of?.isSocket() === true && of.uid === owner.uid && folder?.uid === owner.uid
}

export function fetchThrough(socket: string): Reach {
  return (url, init) => {
    const { promise, resolve, reject } = Promise.withResolvers<Reached>()
    const sent = request({
      ...{ socketPath: socket, path: `${url.pathname}${url.search}`, method: init.method ?? 'GET' },
      headers: init.headers,
      ...(init.signal === undefined ? {} : { signal: init.signal }),
    })
    sent.on('error', reject)
    sent.on('response', (answer) => resolve(reached(answer)))
    const { body } = init
    if (body instanceof ReadableStream) pipeline(Readable.fromWeb(body as never), sent).catch(reject)
    else sent.end(body)
    return promise
  }
}

function reached(answer: IncomingMessage): Reached {
  const { statusCode: status = 500 } = answer
  return {
    ...{ status, ok: status >= 200 && status < 300 },
    text: () => text(answer),
    arrayBuffer: () => arrayBuffer(answer),
    get body() {
      return Readable.toWeb(answer) as ReadableStream<Uint8Array<ArrayBuffer>>
    },
  }
}
