// What a feed may be: its address, and what signs it in.

import { ok, type Result, refuse } from '@countersign/log'
import { isEndpoint } from '@countersign/record'
import type { FeedLimits } from './limits.ts'
import type { Credential } from './requests.ts'

export function wordsOf(credential: Credential): string {
  if (credential.kind === 'none') return 'without credentials'
  return credential.kind === 'basic' ? `as ${credential.user}, by HTTP Basic` : 'by a bearer token'
}

/** The address of a collection, ending in a slash; what follows its id is dropped. */
export function collectionUrl(text: string, limits: FeedLimits): Result<string> {
  const url = text.length > limits.urlChars ? null : URL.parse(text)
  const bad = (message: string) => refuse('feed/url', message)
  if (url === null)
    return bad('This is no address; give that of the collection, such as https://host/root/collections/ID/.')
  if (url.username !== '' || url.password !== '') {
    return bad('An address holds no name and no password; give them with --user and --password-fd.')
  }
  if (!isEndpoint(`${url.origin}/`)) {
    return bad('Give an address that begins with https://; http:// is taken for this machine alone.')
  }
  const [path] = /^.*\/collections\/[^/]+(?=\/|$)/.exec(url.pathname) ?? []
  if (path === undefined || url.search !== '' || url.hash !== '') {
    return bad(
      'This is not the address of a collection, such as https://host/root/collections/ID/; see those of a server: countersign feed discover --url ADDRESS',
    )
  }
  return ok(`${url.origin}${path}/`)
}

export function checkCredential(credential: Credential, limits: FeedLimits): Result<undefined> {
  const bad = (message: string) => refuse('feed/credentials', message)
  if (credential.kind === 'none') return ok(undefined)
  const secret = credential.kind === 'basic' ? credential.password : credential.token
  const all = credential.kind === 'basic' ? `${credential.user}${secret}` : secret
  if (secret === '' || all.length > limits.secretChars) {
    return bad(`A password or token has 1 to ${limits.secretChars} characters.`)
  }
  if (/\p{Cc}/u.test(all)) return bad('A name, password or token has no control characters.')
  if (credential.kind === 'basic') {
    return credential.user === '' || credential.user.includes(':')
      ? bad('The name for HTTP Basic is not empty and has no colon.')
      : ok(undefined)
  }
  return /^[\x21-\x7e]+$/.test(secret)
    ? ok(undefined)
    : bad('A bearer token has no blanks and only characters of ASCII.')
}
