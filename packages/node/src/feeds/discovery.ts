// Which collections a foreign TAXII 2.1 server has (sections 4 and 5): from its discovery address, from one of its API
// roots, from a list of collections, or from its name alone. Nothing of it is kept; who looks chooses one for a feed.

import { fromUtf8, ok, type Result, refuse } from '@countersign/log'
import { isEndpoint } from '@countersign/record'
import type { Surroundings } from '../surroundings.ts'
import type { FeedLimits } from './limits.ts'
import { patiently, whyNot } from './patience.ts'
import type { Answered, ForeignRequests } from './requests.ts'

export interface FoundCollection {
  /** For a feed. */
  url: string
  id: string
  title: string
  description: string
  mayRead: boolean
  mayWrite: boolean
}

export interface FoundRoot {
  url: string
  title: string
  collections: FoundCollection[]
  /** Whether it has more collections than are shown. */
  more: boolean
  /** Why its collections are not known, in a sentence. */
  failure?: string
}

export interface Discovered {
  title: string
  roots: FoundRoot[]
  /** API roots on other servers, where our credentials do not go. */
  elsewhere: string[]
  /** Whether it names more API roots than were asked. */
  more: boolean
}

interface Means {
  requests: ForeignRequests
  limits: FeedLimits
  around: Pick<Surroundings, 'after'>
  stopped: AbortSignal
}

/** Where a server is asked: at the well-known address of section 4.1 where only its name is given. */
export function serverUrl(text: string, limits: FeedLimits): Result<URL> {
  const url = text.length > limits.urlChars ? null : URL.parse(text)
  const bad = (message: string) => refuse('feed/url', message)
  if (url === null) return bad('This is no address; give that of the server, such as https://taxii.example/taxii2/.')
  if (url.username !== '' || url.password !== '') {
    return bad('An address holds no name and no password; give them with --user and --password-fd.')
  }
  if (!isEndpoint(`${url.origin}/`)) {
    return bad('Give an address that begins with https://; http:// is taken for this machine alone.')
  }
  if (url.search !== '' || url.hash !== '') return bad('The address of a server has no “?” and no “#”.')
  const path = url.pathname === '/' ? '/taxii2/' : url.pathname.replace(/\/*$/, '/')
  // Of a collection, or what is in it, the list it stands in.
  return ok(new URL(path.replace(/\/collections\/.*$/, '/collections/'), url.origin))
}

export async function discover(start: URL, means: Means): Promise<Result<Discovered>> {
  const read = await ask(start, means)
  if (!read.ok) return read
  const server = read.value
  const { limits } = means
  const alone = (root: FoundRoot): Result<Discovered> => ok({ title: '', roots: [root], elsewhere: [], more: false })
  if (Array.isArray(server.collections)) return alone(collectionsOf(new URL('../', start), '', server, means))
  if (!Array.isArray(server.api_roots)) return alone(await rootAt(start, said(server.title, means), means))
  const found: Discovered = { title: said(server.title, means), roots: [], elsewhere: [], more: false }
  const named = server.api_roots.flatMap((one) => (typeof one === 'string' && one.length <= limits.urlChars ? one : []))
  const distinct = new Map(named.flatMap((one) => rootUrl(one, start)).map((url) => [url.href, url]))
  found.more = distinct.size > limits.roots
  for (const url of [...distinct.values()].slice(0, limits.roots)) {
    if (url.origin !== start.origin) found.elsewhere.push(url.href)
    else found.roots.push(await rootAt(url, '', means))
  }
  return ok(found)
}

function rootUrl(named: string, start: URL): URL[] {
  const url = URL.parse(named.endsWith('/') ? named : `${named}/`, start)
  return url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' ? [] : [url]
}

/** `title` is that of the root where it is known already. */
async function rootAt(url: URL, title: string, means: Means): Promise<FoundRoot> {
  const none = { url: url.href, title, collections: [], more: false }
  let name = title
  if (name === '') {
    const about = await ask(url, means)
    if (about.ok) name = said(about.value.title, means)
  }
  const listed = await ask(new URL('collections/', url), means)
  if (!listed.ok) return { ...none, title: name, failure: listed.message }
  return collectionsOf(url, name, listed.value, means)
}

/** A server with no collection for us may leave the property out (section 5.1). */
function collectionsOf(root: URL, title: string, list: Record<string, unknown>, means: Means): FoundRoot {
  const { limits } = means
  const listed: unknown[] = Array.isArray(list.collections) ? list.collections : []
  const collections = listed.slice(0, limits.collections).flatMap((one): FoundCollection[] => {
    if (typeof one !== 'object' || one === null) return []
    const { id, title: name, description, can_read: mayRead, can_write: mayWrite }: Record<string, unknown> = { ...one }
    if (typeof id !== 'string' || id === '' || id.length > limits.idChars) return []
    const url = new URL(`collections/${encodeURIComponent(id)}/`, root).href
    const words = { title: said(name, means), description: said(description, means) }
    return [{ url, id: said(id, means), ...words, mayRead: mayRead === true, mayWrite: mayWrite === true }]
  })
  return { url: root.href, title, collections, more: listed.length > limits.collections }
}

async function ask(url: URL, means: Means): Promise<Result<Record<string, unknown>>> {
  const answered: Answered = await patiently(() => means.requests.get(url, means.limits.answerBytes), means)
  if (answered.kind !== 'answer') return whyNot(answered)
  try {
    const value: unknown = JSON.parse(fromUtf8(answered.bytes) ?? '')
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return ok({ ...value })
  } catch {
    // Told like every other answer that is none.
  }
  return refuse('feed/answer', `${url.host} answered with no object of JSON; check the address of the server.`)
}

/** For people. */
function said(value: unknown, { requests }: Means): string {
  return typeof value === 'string' ? requests.clean(value).trim() : ''
}
