// What a feed may be: its address, and what signs it in.

import { ok, type Result, refuse } from '@countersign/log'
import { isEndpoint } from '@countersign/record'
import type { FeedLimits } from './limits.ts'
import type { Credential } from './requests.ts'
import { MISP, type Speech, TAXII } from './speech.ts'

/** What a feed is of: a collection of TAXII 2.1, or a MISP. */
export type FeedKind = 'taxii' | 'misp'

export function speechOf(kind: FeedKind | undefined): Speech {
  return kind === 'misp' ? MISP : TAXII
}

export function wordsOf(credential: Credential): string {
  if (credential.kind === 'none') return 'without credentials'
  if (credential.kind === 'key') return 'by the key of a user of MISP'
  return credential.kind === 'basic' ? `as ${credential.user}, by HTTP Basic` : 'by a bearer token'
}

export function feedUrl(text: string, kind: FeedKind | undefined, limits: FeedLimits): Result<string> {
  return kind === 'misp' ? mispUrl(text, limits) : collectionUrl(text, limits)
}

/** The address of a MISP, ending in a slash; it may stand in a folder. */
function mispUrl(text: string, limits: FeedLimits): Result<string> {
  const url = text.length > limits.urlChars ? null : URL.parse(text)
  const bad = (message: string) => refuse('feed/url', message)
  if (url === null) return bad('This is no address; give that of MISP, such as https://misp.example/.')
  if (url.username !== '' || url.password !== '') {
    return bad('An address holds no name and no password; give the key with --password-fd.')
  }
  if (!isEndpoint(`${url.origin}/`)) {
    return bad('Give an address that begins with https://; http:// is taken for this machine alone.')
  }
  if (url.search !== '' || url.hash !== '') return bad('The address of MISP has no “?” and no “#”.')
  const [page] = /\/(?:events|servers|users|attributes)(?:\/.*)?$/.exec(url.pathname) ?? []
  if (page !== undefined) return bad('This is a page of MISP; give the address that all its pages begin with.')
  return ok(`${url.origin}${url.pathname.replace(/\/*$/, '/')}`)
}

/** The address of a collection, ending in a slash; what follows its id is dropped. */
function collectionUrl(text: string, limits: FeedLimits): Result<string> {
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

export function checkCredential(
  credential: Credential,
  kind: FeedKind | undefined,
  limits: FeedLimits,
): Result<undefined> {
  const bad = (message: string) => refuse('feed/credentials', message)
  if (!speechOf(kind).signsIn.includes(credential.kind)) {
    return bad(
      kind === 'misp'
        ? 'A MISP is signed in to by the key of a user; give it with --password-fd or --password-file.'
        : 'The key of a user is for a MISP; for a collection give --user or --token.',
    )
  }
  if (credential.kind === 'none') return ok(undefined)
  const secret = secretOf(credential)
  const all = credential.kind === 'basic' ? `${credential.user}${secret}` : secret
  if (secret === '' || all.length > limits.secretChars) {
    return bad(`A password, token or key has 1 to ${limits.secretChars} characters.`)
  }
  if (/\p{Cc}/u.test(all)) return bad('A name, password, token or key has no control characters.')
  if (credential.kind === 'basic') {
    return credential.user === '' || credential.user.includes(':')
      ? bad('The name for HTTP Basic is not empty and has no colon.')
      : ok(undefined)
  }
  return /^[\x21-\x7e]+$/.test(secret)
    ? ok(undefined)
    : bad(`A ${credential.kind === 'key' ? 'key' : 'bearer token'} has no blanks and only characters of ASCII.`)
}

function secretOf(credential: Exclude<Credential, { kind: 'none' }>): string {
  switch (credential.kind) {
    case 'basic':
      return credential.password
    case 'bearer':
      return credential.token
    case 'key':
      return credential.key
  }
}
