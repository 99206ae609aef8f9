/** Observed Data (section 4.14). */

import { isId, typeOfId } from '../../identifier.ts'
import { own } from '../../properties.ts'
import { rule } from '../checks.ts'
import { kindOfType } from '../object-kinds.ts'
import { notBefore, notBeside, objectType } from '../object-type.ts'
import { observableContainer } from '../observable-container.ts'
import { integer, list, timestamp } from '../property-types.ts'
import { referenceToKind } from '../references.ts'

const SECTION = '4.14.1'

export const observedData = objectType('sdo', 'observed-data', SECTION, {
  shape: {
    first_observed: timestamp,
    last_observed: timestamp,
    number_observed: integer({ min: 1, max: 999_999_999, section: SECTION }),
    objects: observableContainer.optional(),
    object_refs: list(referenceToKind('4.14.2', 'a cyber-observable or a relationship', 'sco', 'sro')).optional(),
  },
  rules: [
    notBefore('first_observed', 'last_observed', SECTION),
    notBeside('objects', 'object_refs', '4.14'),
    rule((object, tell) => {
      if (own(object, 'objects') !== undefined || own(object, 'object_refs') !== undefined) return
      tell({ code: 'stix/one-of', message: 'There must be object_refs, or the old objects.', section: '4.14' })
    }),
    rule((object, tell) => {
      const refs = own(object, 'object_refs')
      if (!Array.isArray(refs) || refs.length === 0 || !refs.every((ref) => isId(ref))) return
      // A type outside the standard may be a cyber-observable.
      if (refs.some((ref) => kindOfType(typeOfId(ref)) !== 'sro')) return
      const message = 'At least one of these must be a cyber-observable.'
      tell({ code: 'stix/reference-type', message, section: SECTION, path: ['object_refs'] })
    }),
  ],
})
