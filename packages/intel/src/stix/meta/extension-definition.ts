/** Extension Definition (section 7.3). */

import { own } from '../../properties.ts'
import { must, rule } from '../checks.ts'
import { PROPERTY_NAME } from '../extensions.ts'
import { objectType } from '../object-type.ts'
import { enumeration, list, text } from '../property-types.ts'
import { referenceTo } from '../references.ts'
import { EXTENSION_TYPE } from '../vocabularies.ts'

const SECTION = '7.3.1'

const propertyName = text.check(
  must(
    (name: string) => PROPERTY_NAME.test(name),
    'stix/property-name',
    'A property is named by 3 to 250 lower-case letters, digits and underscores.',
    '7.3.2.1',
  ),
)

export const extensionDefinition = objectType('meta', 'extension-definition', SECTION, {
  without: ['confidence', 'lang', 'extensions'],
  shape: {
    created_by_ref: referenceTo('3.2', 'identity'),
    name: text,
    description: text.optional(),
    schema: text,
    version: text,
    extension_types: list(enumeration(EXTENSION_TYPE)),
    extension_properties: list(propertyName).optional(),
  },
  rules: [
    rule((object, tell) => {
      const types = own(object, 'extension_types')
      if (!Array.isArray(types)) return
      const atTop = types.includes('toplevel-property-extension')
      const path = ['extension_properties']
      if (own(object, 'extension_properties') === undefined) {
        const message = 'An extension of the properties at the top should name them.'
        if (atTop) tell({ code: 'stix/required', message, section: SECTION, path, remark: true })
      } else if (!atTop) {
        const message = 'Only an extension of type toplevel-property-extension names properties here.'
        tell({ code: 'stix/beside', message, section: SECTION, path })
      }
    }),
  ],
})
