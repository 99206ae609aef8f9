/** Location (section 4.10): a region, a country, or a point. */

import { own } from '../../properties.ts'
import { rule, should } from '../checks.ts'
import { goesWith, objectType } from '../object-type.ts'
import { float, openVocabulary, text } from '../property-types.ts'
import { REGION } from '../vocabularies.ts'

const SECTION = '4.10.1'

const country = text.check(
  should(
    (code: string) => /^[A-Za-z]{2}$/.test(code),
    'stix/country',
    'This should be a country code of two letters, ISO 3166-1 alpha-2.',
    SECTION,
  ),
)

export const location = objectType('sdo', 'location', SECTION, {
  shape: {
    name: text.optional(),
    description: text.optional(),
    latitude: float({ min: -90, max: 90, section: SECTION }).optional(),
    longitude: float({ min: -180, max: 180, section: SECTION }).optional(),
    precision: float().optional(),
    region: openVocabulary(REGION).optional(),
    country: country.optional(),
    administrative_area: text.optional(),
    city: text.optional(),
    street_address: text.optional(),
    postal_code: text.optional(),
  },
  rules: [
    rule((object, tell) => {
      const has = (property: string) => own(object, property) !== undefined
      // One of the two alone is told by the rule that they go together.
      if (has('region') || has('country') || has('latitude') || has('longitude')) return
      const message = 'There must be a region, a country, or both latitude and longitude.'
      tell({ code: 'stix/one-of', message, section: '4.10' })
    }),
    goesWith('latitude', 'longitude', SECTION),
    goesWith('longitude', 'latitude', SECTION),
    rule((object, tell) => {
      if (own(object, 'precision') === undefined) return
      if (own(object, 'latitude') !== undefined || own(object, 'longitude') !== undefined) return
      const message = 'Where there is a precision, there must be latitude and longitude.'
      tell({ code: 'stix/required', message, section: SECTION, path: ['precision'] })
    }),
  ],
})
