/**
 * Whether a text is a URI by RFC 3986: a scheme, then only permitted characters in their places. STIX 2.1 asks it of
 * every URL; the platform's own URL class would mend what is broken (spaces, backslashes) and so see no fault.
 */
export function isUri(text: string): boolean {
  const parts = PARTS.exec(text)
  if (parts === null) return false
  const [, authority, path = ''] = parts
  if (authority === undefined) return !path.startsWith('//')
  return AUTHORITY.test(authority) && (path === '' || path.startsWith('/'))
}

const CHARACTER = "[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}"
const PARTS = new RegExp(
  `^[A-Za-z][A-Za-z0-9+.-]*:(?://([^/?#]*))?((?:${CHARACTER}|/)*)(?:\\?(?:${CHARACTER}|[/?])*)?(?:#(?:${CHARACTER}|[/?])*)?$`,
)
const NAME = "(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
const AUTHORITY = new RegExp(
  `^(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?(?:${NAME}|\\[(?:[0-9A-Fa-f:.]+|v[0-9A-Fa-f]+\\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\\])(?::[0-9]*)?$`,
)
