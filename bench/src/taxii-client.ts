// A tool that speaks TAXII 2.1 over real HTTP and does as little as may be itself: pages are counted and not parsed.

import { Agent, type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const MEDIA = 'application/taxii+json;version=2.1'
const EACH_HAS = Buffer.from('"spec_version":"2.1"')

export class TaxiiClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 })
  private readonly root: string
  private readonly authorization: string

  constructor({ url, pact, user, password }: { url: string; pact: string; user: string; password: string }) {
    this.root = `${url}taxii2/${pact}/`
    this.authorization = `Basic ${btoa(`${user}:${password}`)}`
  }

  /** Reads a collection to its end, page by page; `read` is told how many objects there were after each. */
  async readAll(collection: string, limit: number, read: (objects: number) => void): Promise<number> {
    let objects = 0
    for (let next: string | undefined = ''; next !== undefined; ) {
      const asked: string = next === '' ? '' : `&next=${encodeURIComponent(next)}`
      const page = await this.get(`collections/${collection}/objects/?limit=${limit}${asked}`)
      objects += count(page)
      read(objects)
      next = /^\{"more":true,"next":"([^"]+)"/.exec(page.subarray(0, 200).toString())?.[1]
    }
    return objects
  }

  /** Adds an envelope to the outbox; resolves once it is taken, with what waits until all of it is shared. */
  async add(envelope: AsyncIterable<Uint8Array> | Uint8Array): Promise<{ complete(): Promise<void> }> {
    const body = envelope instanceof Uint8Array ? Readable.from([envelope]) : Readable.from(envelope)
    const answer = Promise.withResolvers<IncomingMessage>()
    const headers = { accept: MEDIA, 'content-type': MEDIA, authorization: this.authorization }
    const path = `${this.root}collections/outbox/objects/`
    const posted = request(path, { method: 'POST', agent: this.agent, headers }, answer.resolve)
    posted.once('error', answer.reject)
    await pipeline(body, posted)
    const status = await answer.promise
    const text = (await bytesOf(status)).toString()
    if (status.statusCode !== 202) throw new Error(`The server answered ${status.statusCode}: ${text}`)
    return { complete: () => this.complete(JSON.parse(text)) }
  }

  close(): void {
    this.agent.destroy()
  }

  private async complete(status: { id: string; status: string; failure_count: number }): Promise<void> {
    while (status.status !== 'complete') {
      await new Promise((resolve) => setTimeout(resolve, 50))
      status = JSON.parse((await this.get(`status/${status.id}/`)).toString())
    }
    if (status.failure_count > 0) throw new Error(JSON.stringify(status).slice(0, 1_000))
  }

  private async get(path: string): Promise<Buffer> {
    const answer = Promise.withResolvers<IncomingMessage>()
    const headers = { accept: MEDIA, authorization: this.authorization }
    request(`${this.root}${path}`, { agent: this.agent, headers }, answer.resolve).once('error', answer.reject).end()
    const page = await answer.promise
    const bytes = await bytesOf(page)
    if (page.statusCode !== 200) throw new Error(`The server answered ${page.statusCode}: ${bytes}`)
    return bytes
  }
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function count(page: Buffer): number {
  let objects = 0
  for (let at = page.indexOf(EACH_HAS); at !== -1; at = page.indexOf(EACH_HAS, at + EACH_HAS.length)) objects++
  return objects
}
