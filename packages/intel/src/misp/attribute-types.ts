/**
 * Every attribute type of MISP, as its `describeTypes` lists them: where an attribute of it belongs when nothing else is
 * said, and how it is said in STIX 2.1. Plain data: the mapping, its reading backwards and the page of documentation are
 * all made of it. Where STIX has a place, it is the one that the public converter misp-stix uses, unless the standard
 * advises against it.
 */

import { HASH_TYPES, OBSERVABLE_TYPES } from './observable-types.ts'

/** The sixteen categories of the MISP core format. */
export const MISP_CATEGORIES = [
  ...['Internal reference', 'Targeting data', 'Antivirus detection', 'Payload delivery', 'Artifacts dropped'],
  ...['Payload installation', 'Persistence mechanism', 'Network activity', 'Payload type', 'Attribution'],
  ...['External analysis', 'Financial fraud', 'Support Tool', 'Social network', 'Person', 'Other'],
] as const

export type AttributeMapping =
  | ObservableMapping
  /** The value is a rule in another language: an indicator of this `pattern_type`, whatever `to_ids` says. */
  | { readonly to: 'rule'; readonly patternType: string }
  /** The value is the name of a domain object, or the text of a note. */
  | {
      readonly to: 'object'
      readonly type: 'vulnerability' | 'threat-actor' | 'campaign' | 'identity' | 'note'
      /** The property that the value is. */
      readonly property: 'name' | 'content'
      /** Only within an object of MISP, as what is said of it; alone, and for detection, the type is carried for this reason. */
      readonly within?: string
      /** Other properties that the type of the object asks for. */
      readonly beside?: { readonly [property: string]: string }
    }
  /** STIX has no place for it: it travels in an object `x-misp-attribute`, its value untouched. */
  | { readonly to: 'carried'; readonly why: string }

/**
 * With `to_ids` an indicator, otherwise observed data with observables. In both texts `$0` stands for the value, or for
 * its first half where `split` says at which bar it is cut, and `$1` for the second; what may stand behind a colon is
 * told in `template.ts`.
 */
export interface ObservableMapping {
  readonly to: 'observable'
  /** A STIX pattern. */
  readonly pattern: string
  /** The observables, the one that names the others first; absent where STIX cannot say it but in a pattern. */
  readonly objects?: readonly ObservableTemplate[]
  readonly split?: 'first' | 'last'
}

export type ObservableTemplate = { readonly type: string; readonly [property: string]: unknown }

export interface AttributeType {
  readonly type: string
  readonly category: (typeof MISP_CATEGORIES)[number]
  /** Whether an attribute of the type is for detection when nothing else is said. */
  readonly toIds: boolean
  readonly mapping: AttributeMapping
}

const NO_OBSERVABLE = 'STIX has no observable for it.'
const NO_LANGUAGE = 'The language of the pattern is not said.'
const PERSONAL = 'Particulars of a person: an identity of STIX has a name alone.'
const PAYMENT = 'STIX has no observable for means of payment.'
const PLAIN = 'It means something beside another attribute only.'
const REGISTRATION = 'STIX has no observable for who registered a name.'

function carried(why: string, types: readonly string[]): [string, AttributeMapping][] {
  return types.map((type) => [type, { to: 'carried', why }])
}

function rules(types: { readonly [type: string]: string }): [string, AttributeMapping][] {
  return Object.entries(types).map(([type, patternType]) => [type, { to: 'rule', patternType }])
}

const MAPPINGS = new Map<string, AttributeMapping>([
  ...OBSERVABLE_TYPES,
  ...rules({ yara: 'yara', sigma: 'sigma', snort: 'snort', suricata: 'suricata', 'stix2-pattern': 'stix' }),
  ...rules({ bro: 'bro', zeek: 'zeek', 'kusto-query': 'kusto' }),
  ['vulnerability', { to: 'object', type: 'vulnerability', property: 'name' }],
  ['threat-actor', { to: 'object', type: 'threat-actor', property: 'name' }],
  ['campaign-name', { to: 'object', type: 'campaign', property: 'name' }],
  ['target-org', { to: 'object', type: 'identity', property: 'name', beside: { identity_class: 'organization' } }],
  ...['comment', 'text', 'other'].map((type): [string, AttributeMapping] => {
    return [type, { to: 'object', type: 'note', property: 'content' }]
  }),
  ...carried(NO_OBSERVABLE, [
    ...['pdb', 'ja3-fingerprint-md5', 'jarm-fingerprint', 'favicon-mmh3', 'hassh-md5', 'hasshserver-md5'],
    ...['community-id', 'dom-hash', 'pgp-public-key', 'pgp-private-key', 'ssh-fingerprint', 'named pipe'],
    ...['process-state', 'target-machine', 'target-location', 'target-external', 'campaign-id', 'malware-type'],
    ...['windows-scheduled-task', 'mac-eui-64', 'email-mime-boundary', 'github-repository', 'github-organisation'],
    ...['dkim', 'dkim-signature', 'mobile-application-id', 'azure-application-id', 'chrome-extension-id'],
    ...['edge-extension-id', 'cortex', 'git-commit-id', 'weakness', 'phone-number'],
  ]),
  ...carried(NO_LANGUAGE, ['pattern-in-file', 'pattern-in-traffic', 'pattern-in-memory', 'filename-pattern', 'gene']),
  ...carried(PAYMENT, ['btc', 'dash', 'xmr', 'iban', 'bic', 'bank-account-nr', 'aba-rtn', 'bin', 'cc-number', 'prtn']),
  ...carried(REGISTRATION, [
    ...['whois-registrant-phone', 'whois-registrant-name', 'whois-registrant-org', 'whois-registrar'],
    'whois-creation-date',
  ]),
  ...['hex', 'counter', 'integer', 'float', 'datetime', 'boolean', 'uuid', 'anonymised'].map(
    (type): [string, AttributeMapping] => [type, { to: 'object', type: 'note', property: 'content', within: PLAIN }],
  ),
  ...carried(PERSONAL, [
    ...['identity-card-number', 'first-name', 'middle-name', 'last-name', 'full-name', 'date-of-birth'],
    ...['place-of-birth', 'gender', 'passport-number', 'passport-country', 'passport-expiration', 'redress-number'],
    ...['nationality', 'visa-number', 'issue-date-of-the-visa', 'primary-residence', 'country-of-residence'],
    ...['special-service-request', 'frequent-flyer-number', 'travel-details', 'payment-details'],
    ...['place-port-of-original-embarkation', 'place-port-of-clearance', 'place-port-of-onward-foreign-destination'],
    'passenger-name-record-locator-number',
  ]),
])

/** The types by their default category; `+` before one for detection when nothing else is said. */
const LISTED: { readonly [Category in AttributeType['category']]?: string } = {
  'Payload delivery': [
    '+md5 +sha1 +sha256 +filename',
    ...HASH_TYPES.filter((hash) => !['md5', 'sha1', 'sha256'].includes(hash)).map((hash) => `+${hash}`),
    ...HASH_TYPES.filter((hash) => !['telfhash', 'cdhash'].includes(hash)).map((hash) => `+filename|${hash}`),
    '+email-src email-subject +email-attachment email-body +malware-sample malware-type email-dst-display-name',
    'email-src-display-name email-header email-reply-to email-x-mailer email-mime-boundary email-thread-index',
    'email-message-id +mobile-application-id +azure-application-id +chrome-extension-id +edge-extension-id',
  ].join(' '),
  'Artifacts dropped':
    'pdb gene kusto-query mime-type named_pipe +mutex process-state windows-scheduled-task windows-service-name windows-service-displayname',
  'Network activity': [
    '+ip-src +ip-dst +hostname +domain +domain|ip +eppn +email-dst +url http-method user-agent +ja3-fingerprint-md5',
    '+jarm-fingerprint +favicon-mmh3 +hassh-md5 +hasshserver-md5 AS +snort +suricata +bro +zeek +community-id +dom-hash',
    '+pattern-in-traffic ssh-fingerprint cookie +uri +x509-fingerprint-sha1 +x509-fingerprint-md5',
    '+x509-fingerprint-sha256 port +ip-dst|port +ip-src|port +hostname|port mac-address mac-eui-64 dkim dkim-signature',
    '+onion-address',
  ].join(' '),
  'Social network': '+email github-username github-repository github-organisation jabber-id twitter-id',
  Other: 'float comment text hex other size-in-bytes counter integer datetime boolean uuid anonymised',
  'Internal reference': 'git-commit-id',
  'Persistence mechanism': '+regkey +regkey|value',
  'Payload installation': '+pattern-in-file +pattern-in-memory +filename-pattern +yara +stix2-pattern +sigma',
  'External analysis': 'vulnerability cpe weakness attachment link cortex',
  'Targeting data': 'target-user target-email target-machine target-org target-location target-external',
  'Financial fraud': '+btc +dash +xmr +iban +bic +bank-account-nr +aba-rtn +bin +cc-number +prtn',
  Attribution: [
    'threat-actor campaign-name campaign-id whois-registrant-email whois-registrant-phone whois-registrant-name',
    'whois-registrant-org whois-registrar whois-creation-date dns-soa-email',
  ].join(' '),
  Person: [
    'pgp-public-key pgp-private-key identity-card-number phone-number first-name middle-name last-name full-name',
    'date-of-birth place-of-birth gender passport-number passport-country passport-expiration redress-number',
    'nationality visa-number issue-date-of-the-visa primary-residence country-of-residence special-service-request',
    'frequent-flyer-number travel-details payment-details place-port-of-original-embarkation place-port-of-clearance',
    'place-port-of-onward-foreign-destination passenger-name-record-locator-number',
  ].join(' '),
}

/** By type, in the order of the categories. */
export const ATTRIBUTE_TYPES: ReadonlyMap<string, AttributeType> = new Map(
  MISP_CATEGORIES.flatMap((category) => {
    const words = LISTED[category]?.split(' ') ?? []
    return words.map((word): [string, AttributeType] => {
      const toIds = word.startsWith('+')
      // The one type with a space in its name.
      const type = word.slice(toIds ? 1 : 0).replace('_', ' ')
      const mapping = MAPPINGS.get(type)
      if (mapping === undefined) throw new Error(`The attribute type ${type} of MISP has no mapping.`)
      return [type, { type, category, toIds, mapping }]
    })
  }),
)

/** How an attribute of any type is said in STIX; one that is not in the list is carried. */
export function mappingOf(type: string): AttributeMapping {
  return ATTRIBUTE_TYPES.get(type)?.mapping ?? { to: 'carried', why: 'MISP lists no such type.' }
}
