/** Relationship (section 5.1). */

import { isId, typeOfId } from '../../identifier.ts'
import { own } from '../../properties.ts'
import { must, rule } from '../checks.ts'
import { after, objectType } from '../object-type.ts'
import { text, timestamp } from '../property-types.ts'
import { referenceToKind } from '../references.ts'
import { fitsItsEnds } from './relationship-types.ts'

const SECTION = '5.1.2'

const relationshipType = text.check(
  must(
    (type: string) => /^[a-z0-9-]{1,250}$/.test(type),
    'stix/spelling',
    'A relationship type is made of lower-case letters, digits and hyphens.',
    SECTION,
  ),
)

const end = referenceToKind(SECTION, 'a domain object or a cyber-observable', 'sdo', 'sco')

export const relationship = objectType('sro', 'relationship', SECTION, {
  shape: {
    relationship_type: relationshipType,
    description: text.optional(),
    source_ref: end,
    target_ref: end,
    start_time: timestamp.optional(),
    stop_time: timestamp.optional(),
  },
  rules: [
    after('start_time', 'stop_time', SECTION),
    rule((object, tell) => {
      const type = own(object, 'relationship_type')
      const source = own(object, 'source_ref')
      const target = own(object, 'target_ref')
      if (typeof type !== 'string' || !isId(source) || !isId(target)) return
      if (fitsItsEnds(type, typeOfId(source), typeOfId(target))) return
      const message = `The standard does not list ${type} from ${typeOfId(source)} to ${typeOfId(target)}.`
      tell({ code: 'stix/relationship-type', message, section: SECTION, path: ['relationship_type'], remark: true })
    }),
  ],
})
