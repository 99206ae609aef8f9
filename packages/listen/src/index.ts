// Where a server of ours listens. Beyond loopback it serves TLS, or is told that it stands behind a proxy that does;
// otherwise it does not start. One rule for every server, in one place.

import { readFileSync } from 'node:fs'
import { isIP, type Socket } from 'node:net'
import { createSecureContext, type SecureContextOptions, Server as TlsServer } from 'node:tls'
import { ok, type Result, refuse } from '@countersign/log'
import type { FastifyInstance } from 'fastify'

export interface ListenOptions {
  /** `host:port`; IPv6 hosts in brackets. Port 0 takes a free one. */
  listen: string
  tls?: { certFile: string; keyFile: string }
  behindProxy?: boolean
}

export interface Listening {
  written: string
  host: string
  port: number
  scheme: 'http' | 'https'
  https?: { cert: Buffer; key: Buffer }
}

/** Reads and checks where to listen, before anything listens. */
export function readListening(options: ListenOptions): Result<Listening> {
  const address = parseListen(options.listen)
  if (address === undefined) {
    return refuse('serve/listen', `“${options.listen}” is no address; give host:port, such as 127.0.0.1:7100.`)
  }
  if (!isLoopback(address.host) && options.tls === undefined && options.behindProxy !== true) {
    return refuse(
      'serve/tls',
      `${address.host} is not this machine alone: give --tls-cert and --tls-key, or --behind-proxy where a proxy speaks TLS.`,
    )
  }
  if (options.tls === undefined) return ok({ ...address, written: options.listen, scheme: 'http' })
  const https = readTlsFiles(options.tls)
  return https.ok ? ok({ ...address, written: options.listen, scheme: 'https', https: https.value }) : https
}

/** Each is looked at by itself first, so that the one at fault is named. */
function readTlsFiles({ certFile, keyFile }: { certFile: string; keyFile: string }) {
  const fault = (message: string) => refuse('serve/tls-files', message)
  const read = (file: string) => {
    try {
      return readFileSync(file)
    } catch {
      return undefined
    }
  }
  const takes = (context: SecureContextOptions) => {
    try {
      createSecureContext(context)
      return true
    } catch {
      return false
    }
  }
  const [cert, key] = [read(certFile), read(keyFile)]
  if (cert === undefined) return fault(`${certFile} cannot be read; give the file with the certificate chain, PEM.`)
  if (key === undefined) return fault(`${keyFile} cannot be read; give the file with the private key, PEM.`)
  if (!takes({ cert }))
    return fault(`${certFile} holds no certificate in PEM; give the certificate of this node, with its chain.`)
  if (!takes({ key }))
    return fault(
      `${keyFile} holds no private key in PEM that is open; give the key of ${certFile}, without a passphrase.`,
    )
  if (!takes({ cert, key }))
    return fault(
      `The key in ${keyFile} is not the one of the certificate in ${certFile}; give the two that belong together.`,
    )
  return ok({ cert, key })
}

/** Fastify’s `trustProxy`: the one proxy in front; what it passes on from its client is the client’s word. */
export function trustProxy(options: ListenOptions): false | ((address: string, hop: number) => boolean) {
  return options.behindProxy === true ? (_address, hop) => hop === 0 : false
}

/** Listens, and gives the URL that is served. A refusal where the address is not to be had; the app is not closed. */
export async function listenOn(app: FastifyInstance, at: Listening): Promise<Result<string>> {
  watchConnections(app)
  try {
    await app.listen({ host: at.host, port: at.port })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    return code === 'EADDRINUSE'
      ? refuse(
          'serve/port-in-use',
          `Port ${at.port} is in use; stop what listens there or choose another with --listen.`,
        )
      : refuse(
          'serve/listen',
          `Nothing can listen on ${at.written} here (${cause instanceof Error ? cause.message : cause}).`,
        )
  }
  const bound = app.addresses().find((one) => typeof one !== 'string')?.port
  const host = at.host.includes(':') ? `[${at.host}]` : at.host
  return ok(`${at.scheme}://${host}:${bound ?? at.port}/`)
}

/**
 * Answers what was asked, for `graceMs` at most, and takes nothing new. A connection on which nothing was asked yet is not
 * idle to a server of Node, which would wait for it for ever; browsers open such ones ahead, so they are ended at once.
 */
export async function closeGently(app: FastifyInstance, graceMs: number): Promise<void> {
  const of = connections.get(app)
  const cut = setTimeout(() => {
    app.server.closeAllConnections()
    for (const socket of of?.open ?? []) socket.destroy()
  }, graceMs)
  const closed = app.close()
  for (const socket of of?.unasked ?? []) socket.destroy()
  await closed
  clearTimeout(cut)
}

interface Connections {
  /** As they were taken, also where no TLS was spoken on them yet. */
  open: Set<Socket>
  /** On which no request has come whole. */
  unasked: Set<Socket>
}

const connections = new WeakMap<FastifyInstance, Connections>()

function watchConnections(app: FastifyInstance): void {
  const { server } = app
  const [open, unasked] = [new Set<Socket>(), new Set<Socket>()]
  const keep = (set: Set<Socket>) => (socket: Socket) => {
    set.add(socket)
    socket.once('close', () => set.delete(socket))
  }
  server.on('connection', keep(open))
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', keep(unasked))
  server.on('request', ({ socket }: { socket: Socket }) => unasked.delete(socket))
  connections.set(app, { open, unasked })
}

function parseListen(listen: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]+)):([0-9]{1,5})$/.exec(listen)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  return host === undefined || port > 65_535 ? undefined : { host, port }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
