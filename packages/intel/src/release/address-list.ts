/**
 * A list of what an indicator should not name: our own infrastructure, or what warning lists publish (public resolvers,
 * well-known sites). One a line: an IPv4 or IPv6 address, a network in CIDR (RFC 4632), or a domain, which stands for
 * itself and all names below it. What follows `#` is a comment; empty lines are none.
 */

import { ok, type Result, refuse } from '@countersign/log'
import ipaddr from 'ipaddr.js'
import { LIMITS } from '../limits.ts'
import { observables } from '../pattern/observables.ts'
import { parsePattern } from '../pattern/parse.ts'
import { own } from '../properties.ts'
import { isDomainName } from '../stix/network-values.ts'
import type { StixObject } from '../stix-object.ts'

export class AddressList {
  /** For each length of a prefix, family first, the networks of that length: their leading bits. */
  readonly #networks = new Map<string, Set<string>>()
  readonly #domains = new Set<string>()

  /** Refuses `release/address-list` with the number of the first line that is none of these. */
  static parse(text: string): Result<AddressList> {
    const list = new AddressList()
    const lines = text.split('\n', LIMITS.addressListLines + 1)
    if (lines.length > LIMITS.addressListLines) {
      return refuse('release/address-list', `The list has more than ${LIMITS.addressListLines} lines.`)
    }
    for (const [i, line] of lines.entries()) {
      const entry = line.replace(/#.*$/s, '').trim()
      if (entry === '' || list.#add(entry)) continue
      const message = `Line ${i + 1} is neither an address, nor a network such as 192.0.2.0/24, nor a domain.`
      return refuse('release/address-list', message)
    }
    return ok(list)
  }

  /** Whether it names an address, a network that lies in one of the list or holds one, or a name at or below a domain. */
  has(value: string): boolean {
    const network = networkOf(value)
    if (network !== undefined) return this.#hasNetwork(network)
    const labels = value.toLowerCase().replace(/\.$/, '').split('.')
    return labels.some((_, at) => this.#domains.has(labels.slice(at).join('.')))
  }

  get isEmpty(): boolean {
    return this.#networks.size === 0 && this.#domains.size === 0
  }

  #add(entry: string): boolean {
    const network = networkOf(entry)
    if (network !== undefined) {
      const { family, prefix, bits } = network
      const key = `${family}/${prefix}`
      const same = this.#networks.get(key) ?? new Set()
      this.#networks.set(key, same.add(bits.slice(0, prefix)))
      return true
    }
    if (!isDomainName(entry) || /^[0-9.]+$/.test(entry)) return false
    this.#domains.add(entry.toLowerCase().replace(/\.$/, ''))
    return true
  }

  #hasNetwork({ family, prefix, bits }: Network): boolean {
    for (const [key, networks] of this.#networks) {
      const [of, length] = key.split('/').map(Number)
      if (of !== family || length === undefined) continue
      if (length <= prefix ? networks.has(bits.slice(0, length)) : holdsOne(networks, bits.slice(0, prefix)))
        return true
    }
    return false
  }
}

/**
 * Every address, network and name of a host that an object is about, or that its STIX pattern names and does not leave out;
 * LIKE and MATCHES name none. Undefined where that pattern cannot be read: nobody knows then what it names.
 */
export function hostsOf(object: StixObject): readonly string[] | undefined {
  const text = (property: string) => {
    const value = own(object.value, property)
    return typeof value === 'string' ? value : undefined
  }
  if (object.type === 'indicator') {
    if (text('pattern_type') !== 'stix') return []
    const parsed = parsePattern(text('pattern') ?? '')
    if (!parsed.ok) return undefined
    return observables(parsed.value).flatMap(({ type, path, value, excluded, operator }) => {
      const isExact = operator === '=' || operator === 'IN' || operator === 'ISSUBSET' || operator === 'ISSUPERSET'
      return excluded || !isExact ? [] : hostIn(type, path, value)
    })
  }
  return hostIn(object.type, 'value', text('value'))
}

function hostIn(type: string, path: string, value: string | undefined): string[] {
  if (value === undefined) return []
  // A reference, such as `dst_ref.value` of network traffic, may lead to any of them.
  if (path !== 'value' && !path.endsWith('_ref.value') && !path.endsWith('_refs[*].value')) return []
  if (type === 'url' || /^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return [hostOfUrl(value) ?? []].flat()
  // The host of an address of e-mail; whatever else has no at sign is it itself.
  return [value.slice(value.lastIndexOf('@') + 1)]
}

/** The host that a URL names, in small letters and without brackets; undefined where it names none. */
export function hostOfUrl(url: string): string | undefined {
  const host = HOST.exec(url)?.[1]?.replace(/^\[(.*)\]$/, '$1') ?? ''
  return host === '' ? undefined : host.toLowerCase()
}

/** What stands between the user, where there is one, and the port or the path (RFC 3986 section 3.2). */
const HOST = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/\\?#]*@)?(\[[^\]]*\]|[^/\\?#:]*)/i

/** IPv4 begins with a digit in every form it is written in, IPv6 has a colon. */
const MAYBE_ADDRESS = /^[0-9]|:/

interface Network {
  family: 4 | 6
  prefix: number
  /** All of its bits, most significant first, as zeros and ones. */
  bits: string
}

function networkOf(text: string): Network | undefined {
  const [address = '', prefix, ...more] = text.split('/')
  // Most texts are names. The library finds that out by an exception, which takes longer than all else a rule costs.
  if (!MAYBE_ADDRESS.test(address)) return undefined
  if (more.length > 0 || !ipaddr.isValid(address) || /^[0-9]+$/.test(address)) return undefined
  // An IPv4 address in IPv6 (RFC 4291 section 2.5.5.2) is that IPv4 address.
  const parsed = ipaddr.parse(address)
  const isMapped = parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()
  const plain = parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed
  const bytes = plain.toByteArray()
  if (prefix !== undefined && !/^(?:0|[1-9][0-9]{0,2})$/.test(prefix)) return undefined
  const length =
    (prefix === undefined ? bytes.length * 8 : Number(prefix)) - (isMapped && prefix !== undefined ? 96 : 0)
  if (length < 0 || length > bytes.length * 8) return undefined
  const bits = bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return { family: bytes.length === 4 ? 4 : 6, prefix: length, bits }
}

function holdsOne(networks: ReadonlySet<string>, prefix: string): boolean {
  for (const network of networks) if (network.startsWith(prefix)) return true
  return false
}
