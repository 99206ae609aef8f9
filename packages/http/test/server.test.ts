// The HTTP side by itself: how it starts, and that nobody keeps it from stopping.

import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, test } from 'vitest'
import { type Parties, startParties } from './parties.ts'

let parties: Parties
const sockets: Socket[] = []
beforeEach(async () => {
  parties = await startParties({ signed: false })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await parties.close()
})

test.each([
  ['on which nothing is asked', ''],
  ['whose request never ends', 'GET /healthz HTTP/1.1\r\nHost: x\r\n'],
  ['whose body never ends', 'POST /hint HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n'],
])('a connection %s does not keep a node from stopping', async (_what, sent) => {
  const socket = connect(parties.alfa.port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {}).resume()
  await new Promise((resolve) => socket.once('connect', resolve))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(sent)
  await new Promise((resolve) => setTimeout(resolve, 100))
  await parties.alfa.stop()
  await closed
})
