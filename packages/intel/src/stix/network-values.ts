/** The forms of names and addresses that cyber-observables hold, but for those of IP. Defanged values are not judged by them. */

/** A MAC-48 address, colons between its octets, in lower case (section 6.10). */
export function isMac(text: string): boolean {
  return /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(text)
}

/**
 * A domain name (section 6.4): labels of at most 63 characters between single dots. RFC 1034 permits any character in a
 * label, and names such as `_dmarc.example.com` are in use; what no name has (space, a slash, an at) is refused.
 */
export function isDomainName(text: string): boolean {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  return (
    name.length > 0 &&
    name.length <= 253 &&
    !/[\s\p{Cc}/@:,;?#[\]<>"\\]/u.test(name) &&
    name.split('.').every((label) => label.length > 0 && label.length <= 63)
  )
}

/** An addr-spec of RFC 5322, without a display name (section 6.5). */
export function isEmailAddress(text: string): boolean {
  return text.length <= 998 && EMAIL.test(text)
}

const ATOM = '[^\\s\\p{Cc}()<>[\\]:;@\\\\,."]+'
const DOT_ATOM = `${ATOM}(?:\\.${ATOM})*`
const EMAIL = new RegExp(
  `^(?:${DOT_ATOM}|"(?:[^"\\\\\\p{Cc}]|\\\\[^\\p{Cc}])*")@(?:${DOT_ATOM}|\\[[^\\s\\p{Cc}[\\]\\\\]*\\])$`,
  'u',
)
