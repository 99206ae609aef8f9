// How a kind of server is spoken to: which media types it is asked in, what counts as an answer of it, and the words in
// which a person is told what it refused.

import type { Credential } from './requests.ts'

export interface Speech {
  /** What `Accept` and `Content-Type` say; the next one where a server takes none of the ones before. */
  readonly mediaTypes: readonly [string, ...string[]]
  /** Of `Content-Type` in lower case. */
  isOf(type: string): boolean
  /** What an answer in another media type is not. */
  readonly other: string
  /** Where whoever is not let in is sent to: no answer, although it comes with 200 (OK). */
  isLogin(url: URL): boolean
  /** Headers that say for how many seconds it wants to be left alone, or until when. */
  readonly waitHeaders: readonly string[]
  /** What an error tells in words, the first of these members that is a text. */
  readonly errorMembers: readonly string[]
  readonly refusals: { readonly [status: number]: { readonly code: string; readonly words: string } }
  /** The kinds of what signs us in. */
  readonly signsIn: readonly Credential['kind'][]
}

const TOO_LARGE = { code: 'feed/too-large', words: 'takes no request of this size (413).' }
const NOT_ALLOWED = { code: 'feed/not-allowed', words: 'does not let us do this (403); ask its owner for the right.' }

export const TAXII: Speech = {
  // The one of the standard (section 1.6.8) first; then what servers want that compare texts, or know no parameter.
  mediaTypes: [
    'application/taxii+json;version=2.1',
    'application/taxii+json; version=2.1',
    'application/taxii+json',
    'application/vnd.oasis.taxii+json; version=2.1',
  ],
  isOf: isOfTaxii,
  other: 'not with TAXII 2.1; check the address of the collection',
  isLogin: () => false,
  waitHeaders: ['retry-after'],
  // Of an error object (section 3.6).
  errorMembers: ['title', 'description'],
  refusals: {
    401: {
      code: 'feed/credentials',
      words: 'does not let us in (401); give a name and password, or a token, that it takes.',
    },
    403: NOT_ALLOWED,
    404: {
      code: 'feed/no-collection',
      words: 'has nothing at this address (404); check the address of the collection.',
    },
    406: { code: 'feed/media-type', words: 'takes no media type of TAXII 2.1 (406); it may speak another version.' },
    413: TOO_LARGE,
    415: { code: 'feed/media-type', words: 'takes no media type of TAXII 2.1 (415); it may speak another version.' },
  },
  signsIn: ['none', 'basic', 'bearer'],
}

/**
 * MISP's automation interface, as its OpenAPI document (`app/webroot/doc/openapi.yaml`) and its own synchronisation
 * (`app/Lib/Tools/ServerSyncTool.php`) have it: JSON both ways, the key of a user alone in `Authorization`.
 */
export const MISP: Speech = {
  mediaTypes: ['application/json'],
  isOf: (type) => type.split(';')[0]?.trim() === 'application/json',
  other: 'not with the JSON of MISP; check its address, and that nothing stands between that asks for another sign-in',
  // Whoever has no session is sent there, where a proxy drops `Authorization` for one.
  isLogin: ({ pathname }) => /\/users\/login(?:\/|\.|$)/.test(pathname),
  // The second is that of MISP's own limit of requests, in seconds (RateLimitComponent).
  waitHeaders: ['retry-after', 'x-rate-limit-reset'],
  // Errors have `name`, `message` and `url` (components/responses/ApiErrorResponse).
  errorMembers: ['message', 'name'],
  refusals: {
    401: { code: 'feed/credentials', words: 'does not let us in (401); give the key of a user that it takes.' },
    // It answers so to a key that it does not know, too (UnauthorizedApiErrorResponse).
    403: {
      code: 'feed/not-allowed',
      words: 'does not let us do this (403); its key may be wrong or ended, or its user may lack the right.',
    },
    404: { code: 'feed/not-there', words: 'has nothing at this address (404); check the address of MISP.' },
    // A method or an act that is not permitted (MethodNotAllowedException).
    405: { code: 'feed/not-allowed', words: 'does not let us do this (405).' },
    413: TOO_LARGE,
  },
  signsIn: ['key'],
}

/** However it is spelled: with or without a version, blanks or quotes, under its old name, or as JSON alone. */
function isOfTaxii(type: string): boolean {
  const [name = '', ...parameters] = type.split(';').map((part) => part.trim())
  const version = parameters
    .find((one) => one.startsWith('version='))
    ?.slice(8)
    .replaceAll('"', '')
    .trim()
  if (name === 'application/vnd.oasis.taxii+json') return version === '2.1'
  if (version?.startsWith('2.0') === true) return false
  return ['application/taxii+json', 'application/json', 'application/stix+json'].includes(name)
}
