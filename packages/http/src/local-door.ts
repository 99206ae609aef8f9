// The door of this machine's owner: the API on a Unix socket that only the owner of the node's folder can reach. It
// depends on no port, certificate or proxy, so the shell finds its node however that serves the world. Whoever comes
// through it still shows the local token.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { closeGently } from '@countersign/listen'
import type { Node } from '@countersign/node'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { LIMITS } from './limits.ts'

export interface LocalDoor {
  socket: string
  close(): Promise<void>
}

/** The node holds its folder's lock, so a socket that lies there was left by a run that was killed. */
export async function openLocalDoor(node: Node, routes: (app: FastifyInstance) => Promise<void>): Promise<LocalDoor> {
  const app = Fastify({
    bodyLimit: LIMITS.jsonBodyBytes,
    logController: new LogController({ disableRequestLogging: true }),
  })
  await routes(app)
  const wanted = join(node.dir, 'private', 'api.sock')
  // A longer path is no address of a Unix socket; a folder that only its maker can enter is as good a place.
  const elsewhere = Buffer.byteLength(wanted) > LIMITS.socketPathBytes
  const socket = elsewhere ? join(mkdtempSync(join(tmpdir(), 'countersign-')), 'api.sock') : wanted
  rmSync(socket, { force: true })
  await app.listen({ path: socket })
  chmodSync(socket, 0o600)
  return {
    socket,
    async close() {
      await closeGently(app, LIMITS.closeGraceMs)
      if (elsewhere) rmSync(dirname(socket), { recursive: true, force: true })
    },
  }
}
