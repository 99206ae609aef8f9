// An indicator that an officer composes by hand: the pattern that says what was observed, and the STIX object around it.
// Times and the id are handed in; whether all of it keeps the standard is judged where every draft is.

/** What may be observed, by the type that STIX has for it. */
export const OBSERVABLES = ['ipv4-addr', 'ipv6-addr', 'domain-name', 'url', 'file'] as const
export type ObservableKind = (typeof OBSERVABLES)[number]

/** What the open vocabulary of STIX 2.1 section 10.10 offers. */
export const INDICATOR_TYPES = [
  'malicious-activity',
  'anomalous-activity',
  'compromised',
  'anonymization',
  'attribution',
  'benign',
  'unknown',
] as const

/** Under which OASIS publishes the colours of TLP 2.0: named by these, they need no definition beside them. */
export const TLP_MARKINGS: Readonly<Record<string, string>> = {
  'TLP:CLEAR': 'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487',
  'TLP:GREEN': 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb',
  'TLP:AMBER': 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421',
  'TLP:AMBER+STRICT': 'marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003',
  'TLP:RED': 'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1',
}

/** Hexadecimal digits of the hashes that STIX names (section 10.7). */
const HASHES: Record<number, string> = { 32: 'MD5', 40: 'SHA-1', 64: 'SHA-256', 128: 'SHA-512' }

export type PatternMade = { ok: true; pattern: string } | { ok: false; fault: ObservableKind | 'defanged' }

/** The pattern that finds one value; a network is found by every address in it. */
export function patternOf(kind: ObservableKind, given: string): PatternMade {
  const value = given.trim()
  if (/\[[.:]\]|\(\.\)|^hxxp/i.test(value)) return { ok: false, fault: 'defanged' }
  const made = (pattern: string): PatternMade => ({ ok: true, pattern })
  const text = `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  switch (kind) {
    case 'ipv4-addr':
    case 'ipv6-addr': {
      const [address = '', bits, ...more] = value.split('/')
      const most = kind === 'ipv4-addr' ? 32 : 128
      const isNetwork = bits !== undefined
      const isBits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most)
      const isAddress = kind === 'ipv4-addr' ? isIpv4(address) : isIpv6(address)
      if (!isAddress || !isBits || more.length > 0) return { ok: false, fault: kind }
      return made(`[${kind}:value ${isNetwork ? 'ISSUBSET' : '='} ${text}]`)
    }
    case 'domain-name':
      return isDomain(value) ? made(`[domain-name:value = ${text}]`) : { ok: false, fault: kind }
    case 'url':
      return /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(value) && URL.canParse(value)
        ? made(`[url:value = ${text}]`)
        : { ok: false, fault: kind }
    case 'file': {
      const name = /^[0-9a-f]+$/i.test(value) ? HASHES[value.length] : undefined
      return name === undefined ? { ok: false, fault: kind } : made(`[file:hashes.'${name}' = ${text.toLowerCase()}]`)
    }
  }
}

export interface IndicatorGiven {
  pattern: string
  name: string
  description: string
  indicatorTypes: readonly string[]
  labels: readonly string[]
  /** Milliseconds since 1970. */
  validFrom: number
  validUntil: number | undefined
  /** The id of its marking definition; none where it is unmarked. */
  marking: string | undefined
}

/** The object as it will be shared (STIX 2.1 section 4.7). `now` in milliseconds since 1970. */
export function indicatorText(given: IndicatorGiven, { uuid, now }: { uuid: string; now: number }): string {
  const { pattern, name, description, indicatorTypes, labels, validFrom, validUntil, marking } = given
  const time = new Date(now).toISOString()
  return JSON.stringify({
    ...{ type: 'indicator', spec_version: '2.1', id: `indicator--${uuid}`, created: time, modified: time },
    ...(name === '' ? {} : { name }),
    ...(description === '' ? {} : { description }),
    ...(indicatorTypes.length === 0 ? {} : { indicator_types: indicatorTypes }),
    ...{ pattern, pattern_type: 'stix', valid_from: new Date(validFrom).toISOString() },
    ...(validUntil === undefined ? {} : { valid_until: new Date(validUntil).toISOString() }),
    ...(labels.length === 0 ? {} : { labels }),
    ...(marking === undefined ? {} : { object_marking_refs: [marking] }),
  })
}

/** Labels as a person lists them, with commas between. */
export function labelsOf(text: string): string[] {
  const labels = text.split(',').map((label) => label.trim())
  return [...new Set(labels.filter((label) => label !== ''))]
}

function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

/** By the reader that the platform has for the host of an address. */
function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`)
}

/** Of two labels at least: an indicator of one alone would find a whole domain of the top, or a slip of the keyboard. */
function isDomain(text: string): boolean {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  const labels = name.split('.')
  return (
    name.length <= 253 &&
    labels.length > 1 &&
    labels.every((label) => /^[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?$/u.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  )
}
