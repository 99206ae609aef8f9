/** References to other objects (sections 2.9 and 3.3): an identifier, of a type that the property may name. */

import { z } from 'zod'
import { isId, typeOfId } from '../identifier.ts'
import { judged, must } from './checks.ts'
import { kindOfType, type ObjectKind } from './object-kinds.ts'

const NOT_AN_ID = 'This is not the id of a STIX object, such as identity--f431f809-377b-45e0-aa1c-6a4751cae5ff.'

/** The id of an object of the given type. */
export function idOf(type: string) {
  return z
    .string()
    .check(
      must((id: string) => isId(id) && typeOfId(id) === type, 'stix/id', `This is not the id of a ${type}.`, '2.9'),
    )
}

/** To an object of one of the types; `section` is the one that names them. */
export function referenceTo(section: string, ...types: [string, ...string[]]) {
  const asked = `This must be the id of ${types.length === 1 ? '' : 'one of '}${types.join(', ')}.`
  return z.string().check(
    judged((id: string, tell) => {
      if (!isId(id)) tell({ code: 'stix/reference', message: NOT_AN_ID, section: '2.9', types })
      else if (!types.includes(typeOfId(id))) tell({ code: 'stix/reference-type', message: asked, section })
    }),
  )
}

/** To an object of one of the kinds; a type outside the standard may be of any of them. */
export function referenceToKind(section: string, words: string, ...kinds: ObjectKind[]) {
  return z.string().check(
    judged((id: string, tell) => {
      if (!isId(id)) return tell({ code: 'stix/reference', message: NOT_AN_ID, section: '2.9' })
      const type = typeOfId(id)
      const kind = kindOfType(type)
      if (type === 'bundle' || (kind !== undefined && !kinds.includes(kind))) {
        tell({ code: 'stix/reference-type', message: `This must be the id of ${words}.`, section })
      }
    }),
  )
}

/** To any STIX object; a bundle is none (section 8). */
export function referenceToAny() {
  return referenceToKind('8', 'a STIX object, and a bundle is none', 'sdo', 'sro', 'sco', 'meta')
}
