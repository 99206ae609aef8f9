// What the public TAXII 2.1 client of the standard's authors does, as a reading of its source (oasis-open/cti-taxii-client,
// `taxii2client.v21`), for it is written in Python and not at hand everywhere: its requests, headers and addresses, how it goes
// through pages, and everything for which it throws. Written anew; where it and that client differ, that client is right.

const ACCEPT = 'application/taxii+json;version=2.1'

type Json = Record<string, unknown>
export type Filters = Record<string, string | readonly string[] | number>

export class Connection {
  readonly asked: { method: string; path: string }[] = []
  private readonly authorization: string

  constructor(auth: { user: string; password: string } | { key: string }) {
    this.authorization =
      'key' in auth ? `Token ${auth.key}` : `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`
  }

  async get(url: string, params: Record<string, string> = {}): Promise<Response & { value: Json }> {
    const answer = await this.request('GET', withParams(url, params))
    const type = (answer.headers.get('content-type') ?? '').replaceAll(' ', '').split(';')
    const expected = ACCEPT.split(';')
    if (!expected.every((part) => type.includes(part)) || type[0] !== 'application/taxii+json') {
      throw new Error(`Unexpected Response. Got Content-Type: '${answer.headers.get('content-type')}'`)
    }
    return Object.assign(answer, { value: (await answer.json()) as Json })
  }

  async post(url: string, body: string): Promise<Json> {
    return (await this.request('POST', url, body)).json() as Promise<Json>
  }

  async delete(url: string, params: Record<string, string>): Promise<void> {
    await this.request('DELETE', withParams(url, params))
  }

  private async request(method: string, url: string, body?: string): Promise<Response> {
    this.asked.push({ method, path: new URL(url).pathname + new URL(url).search })
    const headers = {
      ...{ accept: ACCEPT, authorization: this.authorization, 'user-agent': 'taxii2-client/2.3.0' },
      ...(body === undefined ? {} : { 'content-type': ACCEPT }),
    }
    const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
    if (!answer.ok) throw new Error(`${answer.status} for ${method} ${url}`)
    return answer
  }
}

function withParams(url: string, params: Record<string, string>): string {
  const query = new URLSearchParams(params).toString()
  return query === '' ? url : `${url}?${query}`
}

/** Filters as its callers write them; what is empty is left out. */
function paramsOf(filters: Filters): Record<string, string> {
  const params: Record<string, string> = {}
  for (const [name, given] of Object.entries(filters)) {
    if (given === '' || given === 0 || (Array.isArray(given) && given.length === 0)) continue
    const text = Array.isArray(given) ? given.join(',') : String(given)
    params[['added_after', 'limit', 'next'].includes(name) ? name : `match[${name}]`] = text
  }
  return params
}

function need(value: unknown, what: string): void {
  if (value === undefined || value === null || value === '') throw new Error(`No '${what}'`)
}

export class Server {
  apiRoots: ApiRoot[] = []
  default: ApiRoot | undefined
  title = ''
  private readonly url: string
  private readonly connection: Connection

  constructor(url: string, connection: Connection) {
    this.url = url
    this.connection = connection
  }

  async refresh(): Promise<this> {
    const { value } = await this.connection.get(this.url)
    need(value['title'], 'title')
    this.title = String(value['title'])
    const roots = (value['api_roots'] ?? []) as string[]
    this.apiRoots = roots.map((root) => new ApiRoot(new URL(root, this.url).href, this.connection))
    this.default = this.apiRoots[roots.indexOf(String(value['default']))]
    return this
  }
}

export class ApiRoot {
  private readonly url: string
  private readonly connection: Connection

  constructor(url: string, connection: Connection) {
    this.url = url
    this.connection = connection
  }

  async information(): Promise<Json> {
    const { value } = await this.connection.get(this.url)
    for (const name of ['title', 'versions', 'max_content_length']) need(value[name], name)
    return value
  }

  async collections(): Promise<Collection[]> {
    const url = `${this.url}collections/`
    const { value } = await this.connection.get(url)
    return ((value['collections'] ?? []) as Json[]).map(
      (item) => new Collection(`${url}${item['id']}/`, this.connection, item),
    )
  }

  async status(id: string): Promise<Status> {
    const url = `${this.url}status/${id}/`
    return new Status(url, this.connection, (await this.connection.get(url)).value)
  }
}

export class Collection {
  readonly info: Json
  private readonly url: string
  private readonly connection: Connection

  constructor(url: string, connection: Connection, info: Json) {
    for (const name of ['id', 'title', 'can_read', 'can_write']) need(info[name], name)
    if (!url.includes(String(info['id']))) throw new Error('The collection does not match the url for queries')
    this.url = url
    this.connection = connection
    this.info = info
  }

  private may(right: 'can_read' | 'can_write'): void {
    if (this.info[right] !== true) throw new Error(`Collection does not allow ${right}`)
  }

  getObjects = (filters: Filters = {}) => this.read('objects/', filters)
  getManifest = (filters: Filters = {}) => this.read('manifest/', filters)
  getObject = (id: string, filters: Filters = {}) => this.read(`objects/${id}/`, filters)
  objectVersions = (id: string, filters: Filters = {}) => this.read(`objects/${id}/versions/`, filters)

  private async read(end: string, filters: Filters): Promise<Json> {
    this.may('can_read')
    return (await this.connection.get(this.url + end, paramsOf(filters))).value
  }

  async deleteObject(id: string, filters: Filters = {}): Promise<void> {
    this.may('can_write')
    await this.connection.delete(`${this.url}objects/${id}/`, paramsOf(filters))
  }

  async addObjects(envelope: string, pollMs: number): Promise<Status> {
    this.may('can_write')
    const posted = await this.connection.post(`${this.url}objects/`, envelope)
    // It puts the slash behind every address that lacks it.
    const url = `${new URL(`../../status/${posted['id']}`, this.url).href}/`
    const status = new Status(url, this.connection, posted)
    while (status.info['status'] !== 'complete') {
      await new Promise((resolve) => setTimeout(resolve, pollMs))
      await status.refresh()
    }
    return status
  }
}

export class Status {
  info: Json
  private readonly url: string
  private readonly connection: Connection

  constructor(url: string, connection: Connection, info: Json) {
    this.url = url
    this.connection = connection
    this.info = checked(info)
  }

  async refresh(): Promise<void> {
    this.info = checked((await this.connection.get(this.url)).value)
  }
}

function checked(info: Json): Json {
  for (const name of ['id', 'status', 'total_count', 'success_count', 'failure_count', 'pending_count'])
    need(info[name], name)
  const count = (name: string) => Number(info[`${name}_count`])
  for (const [list, name] of [
    ['successes', 'success'],
    ['failures', 'failure'],
    ['pendings', 'pending'],
  ] as const) {
    const given = (info[list] ?? []) as unknown[]
    if (given.length > 0 && given.length !== count(name))
      throw new Error(`Found ${list}=${given.length}, but ${name}_count=${count(name)}`)
  }
  if (count('success') + count('pending') + count('failure') !== count('total'))
    throw new Error('The counts do not add up')
  return info
}

/** Pages of get_objects or get_manifest, one after the other, as its `as_pages` gives them. */
export async function* asPages(
  get: (filters: Filters) => Promise<Json>,
  perRequest = 0,
  filters: Filters = {},
): AsyncGenerator<Json> {
  let envelope = await get({ ...filters, limit: perRequest })
  yield envelope
  const total = ((envelope['objects'] ?? []) as unknown[]).length
  const limit = envelope['more'] === true && total !== perRequest ? total : perRequest
  while (envelope['more'] === true) {
    envelope = await get({ ...filters, limit, next: String(envelope['next'] ?? '') })
    yield envelope
  }
}
