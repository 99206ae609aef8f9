// The filters of a request (TAXII 2.1 section 3.4). What cannot be understood is refused with a sentence, for a filter that
// is passed over would show what was not asked for; a field of `match` that no standard names is passed over.

import { ok, type Result, refuse } from '@countersign/log'
import type { CollectionQuery } from '@countersign/views'
import { LIMITS } from '../limits.ts'

export type Field = 'id' | 'type' | 'version' | 'spec_version'
export type Filters = Omit<CollectionQuery, 'pact' | 'collection'>

const FIELDS: readonly Field[] = ['id', 'type', 'version', 'spec_version']
/** STIX 2.1 section 3.2. */
const TIMESTAMP =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?Z$/

/** What is asked for, where the endpoint has these fields of `match`. */
export function filtersOf(query: Record<string, unknown>, fields: readonly Field[]): Result<Filters> {
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== 'string') {
      return bad(`${name} stands twice; give its values in one parameter, with commas between them.`)
    }
    if (value.length > LIMITS.queryChars) {
      return bad(`${name} has more than the ${LIMITS.queryChars} characters that are taken; ask several times.`)
    }
  }
  const { limit, next, added_after: addedAfter } = query as Record<string, string | undefined>
  if (limit !== undefined && !/^[1-9][0-9]{0,15}$/.test(limit)) return bad('limit is a whole number above zero.')
  if (next === '') return bad('next is empty; begin again without it.')
  if (addedAfter !== undefined && !TIMESTAMP.test(addedAfter)) {
    return bad('added_after is one time in UTC, such as 2026-03-01T09:30:00.000000Z.')
  }
  const match: NonNullable<CollectionQuery['match']> = {}
  for (const field of FIELDS) {
    const value = query[`match[${field}]`] as string | undefined
    if (value === undefined) continue
    if (!fields.includes(field)) return bad(`match[${field}] is no filter of this endpoint; leave it out.`)
    const values = value.split(',')
    if (values.some((one) => one === '')) return bad(`match[${field}] has an empty value.`)
    if (new Set(values).size < values.length) return bad(`match[${field}] names a value twice.`)
    match[field === 'spec_version' ? 'specVersion' : field] = values
  }
  const versions = match.version ?? []
  if (versions.includes('all') && versions.length > 1)
    return bad('match[version]=all stands alone, without another version.')
  const odd = versions.find((one) => !['all', 'first', 'last'].includes(one) && !TIMESTAMP.test(one))
  if (odd !== undefined) return bad('match[version] is all, or first, last and times such as 2026-03-01T09:30:00.000Z.')
  return ok({
    limit: Math.min(Number(limit ?? LIMITS.taxiiPageDefault), LIMITS.taxiiPageMax),
    match,
    ...(next === undefined ? {} : { next }),
    ...(addedAfter === undefined ? {} : { addedAfter }),
  })
}

function bad(message: string): Result<never> {
  return refuse('taxii/query', message)
}
