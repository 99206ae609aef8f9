/** Language Content (section 7.1). Whether it fits the object it translates is judged where both are at hand. */

import { isRecord } from '../../properties.ts'
import { isLanguageTag } from '../language-tag.ts'
import { objectType } from '../object-type.ts'
import { dictionary, timestamp } from '../property-types.ts'
import { referenceToAny } from '../references.ts'

const SECTION = '7.1.1'

export const languageContent = objectType('meta', 'language-content', SECTION, {
  without: ['lang'],
  shape: {
    object_ref: referenceToAny(),
    object_modified: timestamp.optional(),
    contents: dictionary((translation, path, tell) => {
      if (!isLanguageTag(String(path[0]))) {
        const message = 'The key must be a language code as RFC 5646 has it.'
        tell({ code: 'stix/language', message, section: SECTION, path })
      }
      if (!isRecord(translation)) {
        const message = 'A translation must be an object of the translated properties.'
        tell({ code: 'stix/json-type', message, section: SECTION, path })
      } else if (Object.keys(translation).length === 0) {
        tell({ code: 'stix/empty', message: 'A dictionary must not be empty.', section: '2.3', path })
      }
    }),
  },
})
