/** The observables that are one value: addresses, names, URLs (sections 6.4, 6.5, 6.8 to 6.11 and 6.15). */

import { networkFamily } from '../../pattern/network.ts'
import { own } from '../../properties.ts'
import { isUri } from '../../uri.ts'
import { rule } from '../checks.ts'
import { isDomainName, isEmailAddress, isMac } from '../network-values.ts'
import { objectType, type Rule } from '../object-type.ts'
import { list, text } from '../property-types.ts'
import { referenceTo } from '../references.ts'

export const domainName = objectType('sco', 'domain-name', '6.4.1', {
  shape: {
    value: text,
    resolves_to_refs: list(referenceTo('6.4.1', 'ipv4-addr', 'ipv6-addr', 'domain-name')).optional(),
  },
  rules: [valueIs(isDomainName, 'This is not a domain name.', '6.4.1')],
  contributing: ['value'],
})

export const emailAddr = objectType('sco', 'email-addr', '6.5.1', {
  shape: {
    value: text,
    display_name: text.optional(),
    belongs_to_ref: referenceTo('6.5.1', 'user-account').optional(),
  },
  rules: [
    valueIs(isEmailAddress, 'This is not an e-mail address as RFC 5322 has it, without a display name.', '6.5.1'),
  ],
  contributing: ['value'],
})

export const ipv4Addr = objectType('sco', 'ipv4-addr', '6.8.1', {
  shape: ipShape('6.8.1'),
  rules: [
    valueIs(
      (value) => networkFamily(value) === 4,
      'This is not an IPv4 address, or range of them in CIDR notation.',
      '6.8.1',
    ),
  ],
  contributing: ['value'],
})

export const ipv6Addr = objectType('sco', 'ipv6-addr', '6.9.1', {
  shape: ipShape('6.9.1'),
  rules: [
    valueIs(
      (value) => networkFamily(value) === 6,
      'This is not an IPv6 address, or range of them in CIDR notation.',
      '6.9.1',
    ),
  ],
  contributing: ['value'],
})

export const macAddr = objectType('sco', 'mac-addr', '6.10.1', {
  shape: { value: text },
  rules: [valueIs(isMac, 'This is not a MAC address in lower case with colons, such as 00:00:ab:cd:ef:01.', '6.10.1')],
  contributing: ['value'],
})

export const mutex = objectType('sco', 'mutex', '6.11.1', { shape: { name: text }, contributing: ['name'] })

export const urlObject = objectType('sco', 'url', '6.15.1', {
  shape: { value: text },
  rules: [valueIs(isUri, 'This is not a URL as RFC 3986 has it.', '6.15.1')],
  contributing: ['value'],
})

function ipShape(section: string) {
  return {
    value: text,
    resolves_to_refs: list(referenceTo(section, 'mac-addr')).optional(),
    belongs_to_refs: list(referenceTo(section, 'autonomous-system')).optional(),
  }
}

/** A value that was defanged on purpose (section 3.2) no longer has the form. */
function valueIs(holds: (value: string) => boolean, message: string, section: string): Rule {
  return rule((object, tell) => {
    const value = own(object, 'value')
    if (typeof value !== 'string' || own(object, 'defanged') === true || holds(value)) return
    tell({ code: 'stix/value', message, section, path: ['value'] })
  })
}
