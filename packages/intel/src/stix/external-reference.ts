/** External references (section 2.5): where something stands outside of STIX. */

import { z } from 'zod'
import { own, type Properties } from '../properties.ts'
import { rule, type Tell } from './checks.ts'
import { hashes } from './hashes.ts'
import { list, text, url } from './property-types.ts'

const externalReference = z
  .object({
    source_name: text,
    description: text.optional(),
    url: url('2.5').optional(),
    hashes: hashes.optional(),
    external_id: text.optional(),
  })
  .check(
    rule((reference, tell) => {
      if (['description', 'url', 'external_id'].some((property) => own(reference, property) !== undefined)) return
      const message = 'Beside source_name there must be a description, a url or an external_id.'
      tell({ code: 'stix/one-of', message, section: '2.5.2' })
    }),
  )

export const externalReferences = list(externalReference)

/**
 * Ids of a well-known list in the references of one object type: `cve` in a vulnerability (section 4.19.1), `capec` in
 * an attack pattern (section 4.1.1). The source named must be the list's, and the id be as the list has it.
 */
export function idsOfList(source: string, form: RegExp, words: string, section: string) {
  return rule((object: Properties, tell: Tell) => {
    const references = own(object, 'external_references')
    if (!Array.isArray(references)) return
    references.forEach((reference: unknown, i) => {
      if (typeof reference !== 'object' || reference === null) return
      const { source_name: name, external_id: id } = reference as { source_name?: unknown; external_id?: unknown }
      if (name === source && id !== undefined && !(typeof id === 'string' && form.test(id))) {
        const path = ['external_references', i, 'external_id']
        tell({ code: 'stix/external-id', message: `With the source ${source} this must be ${words}.`, section, path })
      } else if (name !== source && typeof id === 'string' && form.test(id)) {
        const path = ['external_references', i, 'source_name']
        tell({ code: 'stix/external-id', message: `The source of ${words} must be ${source}.`, section, path })
      }
    })
  })
}
