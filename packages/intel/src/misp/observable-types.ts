/** The attribute types of MISP that are observables of STIX 2.1, and what each of them looks like there. */

import type { AttributeMapping, ObservableMapping, ObservableTemplate } from './attribute-types.ts'

/** Hashes of a file: the type in MISP, the name of the algorithm in STIX (section 10.7, and others beside it). */
const HASHES: { readonly [type: string]: string } = {
  md5: 'MD5',
  sha1: 'SHA-1',
  sha224: 'SHA-224',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
  // A key of a dictionary has no slash (section 2.3).
  'sha512/224': 'SHA-512-224',
  'sha512/256': 'SHA-512-256',
  'sha3-224': 'SHA3-224',
  'sha3-256': 'SHA3-256',
  'sha3-384': 'SHA3-384',
  'sha3-512': 'SHA3-512',
  authentihash: 'AUTHENTIHASH',
  vhash: 'VHASH',
  ssdeep: 'SSDEEP',
  imphash: 'IMPHASH',
  telfhash: 'TELFHASH',
  pehash: 'PEHASH',
  impfuzzy: 'IMPFUZZY',
  tlsh: 'TLSH',
  cdhash: 'CDHASH',
}

export const HASH_TYPES: readonly string[] = Object.keys(HASHES)

type More = Omit<ObservableMapping, 'to' | 'pattern' | 'objects'>

function seen(pattern: string, objects?: readonly ObservableTemplate[], more: More = {}): ObservableMapping {
  return { to: 'observable', pattern, ...(objects === undefined ? {} : { objects }), ...more }
}

function hash(name: string): ObservableMapping {
  return seen(`[file:hashes.'${name}' = '$0']`, [{ type: 'file', hashes: { [name]: '$0' } }])
}

function namedHash(name: string): ObservableMapping {
  const objects = [{ type: 'file', name: '$0', hashes: { [name]: '$1' } }]
  return seen(`[file:name = '$0' AND file:hashes.'${name}' = '$1']`, objects, { split: 'last' })
}

function value(type: string): ObservableMapping {
  return seen(`[${type}:value = '$0']`, [{ type, value: '$0' }])
}

const address = (type: string): ObservableTemplate => ({ type, value: '$0' })
const message = { type: 'email-message', is_multipart: false }

/** A header that the standard gives no property of its own. */
function header(name: string): ObservableMapping {
  const objects = [{ ...message, additional_header_fields: { [name]: ['$0'] } }]
  return seen(`[email-message:additional_header_fields.'${name}'[*] = '$0']`, objects)
}

/** Which end of the traffic it is stands in the pattern; seen alone, an address is an address. */
function end(side: 'src' | 'dst'): [string, ObservableMapping][] {
  const host = `network-traffic:${side}_ref.type = '$0:ip-type' AND network-traffic:${side}_ref.value = '$0'`
  const traffic = {
    type: 'network-traffic',
    [`${side}_ref`]: '@1',
    [`${side}_port`]: '$1:integer',
    protocols: ['$0:ip-protocol'],
  }
  return [
    [`ip-${side}`, seen(`[${host}]`, [address('$0:ip-type')])],
    [
      `ip-${side}|port`,
      seen(`[${host} AND network-traffic:${side}_port = '$1:integer']`, [traffic, address('$0:ip-type')], {
        split: 'last',
      }),
    ],
  ]
}

function account(property: string, kind?: string): ObservableMapping {
  const type = kind === undefined ? {} : { account_type: kind }
  const asked = kind === undefined ? '' : `user-account:account_type = '${kind}' AND `
  return seen(`[${asked}user-account:${property} = '$0']`, [{ type: 'user-account', ...type, [property]: '$0' }])
}

function service(property: string): ObservableMapping {
  const objects = [{ type: 'process', extensions: { 'windows-service-ext': { [property]: '$0' } } }]
  return seen(`[process:extensions.'windows-service-ext'.${property} = '$0']`, objects)
}

function certificate(name: string): ObservableMapping {
  return seen(`[x509-certificate:hashes.'${name}' = '$0']`, [{ type: 'x509-certificate', hashes: { [name]: '$0' } }])
}

const HTTP = "network-traffic:extensions.'http-request-ext'"
const EMAIL_ADDRESSES = ['email', 'target-email', 'whois-registrant-email', 'dns-soa-email']

export const OBSERVABLE_TYPES: readonly (readonly [string, AttributeMapping])[] = [
  ...Object.entries(HASHES).flatMap(([type, name]): [string, AttributeMapping][] => [
    [type, hash(name)],
    [`filename|${type}`, namedHash(name)],
  ]),
  ['filename', seen("[file:name = '$0']", [{ type: 'file', name: '$0' }])],
  ['attachment', seen("[file:name = '$0']", [{ type: 'file', name: '$0' }])],
  ['malware-sample', namedHash('MD5')],
  ['mime-type', seen("[file:mime_type = '$0']")],
  ['size-in-bytes', seen("[file:size = '$0:integer']")],
  ...end('src'),
  ...end('dst'),
  ['port', seen("[network-traffic:dst_port = '$0:integer']")],
  ...['domain', 'hostname', 'onion-address'].map((type): [string, AttributeMapping] => [type, value('domain-name')]),
  [
    'domain|ip',
    seen(
      "[domain-name:value = '$0' AND domain-name:resolves_to_refs[*].value = '$1']",
      [
        { type: 'domain-name', value: '$0', resolves_to_refs: ['@1'] },
        { type: '$1:ip-type', value: '$1' },
      ],
      { split: 'last' },
    ),
  ],
  [
    'hostname|port',
    seen(
      "[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = '$0' AND network-traffic:dst_port = '$1:integer']",
      [
        { type: 'network-traffic', dst_ref: '@1', dst_port: '$1:integer', protocols: ['$0:any-protocol'] },
        address('domain-name'),
      ],
      { split: 'last' },
    ),
  ],
  ...['url', 'uri', 'link'].map((type): [string, AttributeMapping] => [type, value('url')]),
  ['user-agent', seen(`[${HTTP}.request_header.'User-Agent'[*] = '$0']`)],
  ['cookie', seen(`[${HTTP}.request_header.Cookie[*] = '$0']`)],
  ['http-method', seen(`[${HTTP}.request_method = '$0']`)],
  ['mac-address', seen("[mac-addr:value = '$0:mac']", [{ type: 'mac-addr', value: '$0:mac' }])],
  ['AS', seen("[autonomous-system:number = '$0:as-number']", [{ type: 'autonomous-system', number: '$0:as-number' }])],
  ...EMAIL_ADDRESSES.map((type): [string, AttributeMapping] => [type, value('email-addr')]),
  ['email-src', seen("[email-message:from_ref.value = '$0']", [{ ...message, from_ref: '@1' }, address('email-addr')])],
  [
    'email-dst',
    seen("[email-message:to_refs[*].value = '$0']", [{ ...message, to_refs: ['@1'] }, address('email-addr')]),
  ],
  ['email-src-display-name', seen("[email-message:from_ref.display_name = '$0']")],
  ['email-dst-display-name', seen("[email-message:to_refs[*].display_name = '$0']")],
  ['email-subject', seen("[email-message:subject = '$0']", [{ ...message, subject: '$0' }])],
  ['email-body', seen("[email-message:body = '$0']", [{ ...message, body: '$0' }])],
  ['email-header', seen("[email-message:received_lines[*] = '$0']", [{ ...message, received_lines: ['$0'] }])],
  ['email-message-id', seen("[email-message:message_id = '$0']", [{ ...message, message_id: '$0' }])],
  ['email-reply-to', header('Reply-To')],
  ['email-x-mailer', header('X-Mailer')],
  ['email-thread-index', header('Thread-Index')],
  [
    'email-attachment',
    seen("[email-message:body_multipart[*].body_raw_ref.name = '$0']", [
      { type: 'email-message', is_multipart: true, body_multipart: [{ body_raw_ref: '@1' }] },
      { type: 'file', name: '$0' },
    ]),
  ],
  ['mutex', seen("[mutex:name = '$0']", [{ type: 'mutex', name: '$0' }])],
  [
    'regkey',
    seen("[windows-registry-key:key = '$0:registry-key']", [{ type: 'windows-registry-key', key: '$0:registry-key' }]),
  ],
  [
    'regkey|value',
    seen(
      "[windows-registry-key:key = '$0:registry-key' AND windows-registry-key:values[*].data = '$1']",
      [{ type: 'windows-registry-key', key: '$0:registry-key', values: [{ data: '$1' }] }],
      { split: 'first' },
    ),
  ],
  ['windows-service-name', service('service_name')],
  ['windows-service-displayname', service('display_name')],
  ['x509-fingerprint-md5', certificate('MD5')],
  ['x509-fingerprint-sha1', certificate('SHA-1')],
  ['x509-fingerprint-sha256', certificate('SHA-256')],
  ['cpe', seen("[software:cpe = '$0']", [{ type: 'software', cpe: '$0', name: '$0:cpe-product' }])],
  ['github-username', account('account_login', 'github')],
  ['jabber-id', account('account_login', 'jabber')],
  ['twitter-id', account('user_id', 'twitter')],
  ['eppn', account('account_login')],
  ['target-user', account('account_login')],
]
