// Free ports on loopback, for what is started beside other things on the same machine.

import { createServer, type Server } from 'node:net'

/** The first of three free ports in a row. */
export async function threeFreePorts(): Promise<number> {
  for (let port = 17_100 + 3 * Math.floor(Math.random() * 4_000); port < 60_000; port += 3) {
    const probes = await Promise.all([0, 1, 2].map((i) => listenOn(port + i).catch(() => undefined)))
    await Promise.all(probes.map((probe) => new Promise((resolve) => probe?.close(resolve) ?? resolve(undefined))))
    if (probes.every((probe) => probe !== undefined)) return port
  }
  throw new Error('There are no three free ports in a row.')
}

/** Listens there alone, as a node would; rejects where something else does. */
export function listenOn(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve(server))
  })
}
