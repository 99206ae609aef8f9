/** Media types, as artifacts and files name them: of the form type/subtype, not looked up in the registry. */

import { should } from './checks.ts'
import { text } from './property-types.ts'

export function mimeType(section: string) {
  return text.check(
    should(
      (type: string) =>
        /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}(?:\s*;|$)/.test(type),
      'stix/mime-type',
      'This should be a media type such as application/pdf.',
      section,
    ),
  )
}
