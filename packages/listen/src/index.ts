// Where a server of ours listens. Beyond loopback it serves TLS, or is told that it stands behind a proxy that does;
// otherwise it does not start. One rule for every server, in one place.

import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
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
  try {
    const https = { cert: readFileSync(options.tls.certFile), key: readFileSync(options.tls.keyFile) }
    createSecureContext(https)
    return ok({ ...address, written: options.listen, scheme: 'https', https })
  } catch (cause) {
    return refuse(
      'serve/tls-files',
      `The certificate and key cannot be used (${cause instanceof Error ? cause.message : cause}); give a certificate chain and its private key, both PEM.`,
    )
  }
}

/** Fastify’s `trustProxy`: the one proxy in front; what it passes on from its client is the client’s word. */
export function trustProxy(options: ListenOptions): false | ((address: string, hop: number) => boolean) {
  return options.behindProxy === true ? (_address, hop) => hop === 0 : false
}

/** Listens, and gives the URL that is served. A refusal where the address is not to be had; the app is not closed. */
export async function listenOn(app: FastifyInstance, at: Listening): Promise<Result<string>> {
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

/** Answers what was begun, for `graceMs` at most, and takes nothing new. */
export async function closeGently(app: FastifyInstance, graceMs: number): Promise<void> {
  // A connection on which nothing was asked yet is not idle to the server, which would wait for it for ever.
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs)
  await app.close()
  clearTimeout(cut)
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
