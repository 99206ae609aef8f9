// A bare server of HTTP that reads what is posted to it, counts it and answers: the least that whoever takes a large post
// has to do. Sends its port to whoever began it.

import { createServer } from 'node:http'

const server = createServer(async (request, response) => {
  let bytes = 0
  for await (const chunk of request) bytes += (chunk as Buffer).length
  response.writeHead(202).end(String(bytes))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(address !== null && typeof address === 'object' ? address.port : 0)
})
