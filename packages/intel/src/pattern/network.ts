/** Addresses and networks as `ipv4-addr` and `ipv6-addr` carry them (STIX 2.1 sections 6.8 and 6.9): CIDR, or one address. */

/** 4 or 6; undefined for what is neither an address nor a network. */
export function networkFamily(text: string): 4 | 6 | undefined {
  const [, address = '', prefix] = /^([0-9A-Fa-f:.]{2,45})(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(text) ?? []
  const family = IPV4.test(address) ? 4 : isIpv6(address) ? 6 : undefined
  if (family === undefined) return undefined
  return Number(prefix ?? 0) <= (family === 4 ? 32 : 128) ? family : undefined
}

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`)

/** RFC 4291 section 2.2: eight groups, `::` once for one or more groups of zeros, the last two groups perhaps as IPv4. */
function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1)
  const dotted = last?.includes('.') === true && !text.endsWith('::')
  if (dotted && !IPV4.test(last)) return false
  if (!(dotted ? groups.slice(0, -1) : groups).every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false
  const count = groups.length + (dotted ? 1 : 0)
  return halves.length === 2 ? count < 8 : count === 8
}
