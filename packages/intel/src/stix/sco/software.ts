/** Software (section 6.14). */

import { must } from '../checks.ts'
import { objectType } from '../object-type.ts'
import { language, list, text } from '../property-types.ts'

const SECTION = '6.14.1'

/** The formatted string of CPE 2.3: the name of the scheme, the part, and ten values, in which a colon is escaped. */
const cpe = text.check(
  must(
    (name: string) => /^cpe:2\.3:[aho*-](?::(?:[^:\\\s]|\\[^\s])+){10}$/.test(name),
    'stix/cpe',
    'This is not a name of CPE 2.3, such as cpe:2.3:a:example:reader:2.0:*:*:*:*:*:*:*.',
    SECTION,
  ),
)

export const software = objectType('sco', 'software', SECTION, {
  shape: {
    name: text,
    cpe: cpe.optional(),
    swid: text.optional(),
    languages: list(language(SECTION)).optional(),
    vendor: text.optional(),
    version: text.optional(),
  },
  contributing: ['name', 'cpe', 'swid', 'vendor', 'version'],
})
