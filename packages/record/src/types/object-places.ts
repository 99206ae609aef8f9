// Objects by where they stand in records of the author's own (spec/records.md, Taking back and Passing on): what names them
// tells nobody who cannot open these records what they are.

import { z } from 'zod'
import { LIMITS } from '../limits.ts'
import { partyOf } from '../names.ts'
import type { Statement } from '../statement.ts'
import { namesRecordsOfChannel } from './content-parts.ts'

/** The last place of an object in a bundle, and how many places one record names at most. */
const PLACE_MAX = 999_999
export const OBJECT_PLACES_MAX = 2_000

const place = (most: number) => z.number().int().min(0).max(most)

export const objectPlaces = z
  .array(
    z.strictObject({
      record: place(LIMITS.listed - 1),
      part: place(LIMITS.parts - 1),
      places: z
        .array(place(PLACE_MAX))
        .min(1)
        .max(OBJECT_PLACES_MAX)
        .refine((places) => places.every((one, i) => i === 0 || (places[i - 1] ?? one) < one), 'places, rising'),
    }),
  )
  .min(1)
  .max(LIMITS.listed * LIMITS.parts)
  .refine(
    (all) => all.every(({ record, part }, i) => i === 0 || orderOf(all[i - 1]) < orderOf({ record, part })),
    'sorted by record and part, none twice',
  )
  .refine(
    (all) => all.reduce((sum, { places }) => sum + places.length, 0) <= OBJECT_PLACES_MAX,
    `at most ${OBJECT_PLACES_MAX} places`,
  )
  .nullable()

/** All objects of each record that `re` names, or those at these places of them. */
export type ObjectPlaces = z.infer<typeof objectPlaces>

/** A sentence where it names what another party said, or not exactly the records that its list is about. */
export function ownObjectsFault(statement: Statement): string | undefined {
  const objects = statement.body.objects as ObjectPlaces
  const fault = ownRecordsFault(statement)
  if (fault !== undefined || objects === null) return fault
  const listed = new Set(objects.map(({ record }) => record))
  return listed.size === statement.re.length && statement.re.every((_, i) => listed.has(i))
    ? undefined
    : 'its list is not about exactly the records it names'
}

/** A sentence where it names none, what another party said, or what was said on another channel. */
export function ownRecordsFault(statement: Statement): string | undefined {
  const { re, from } = statement
  const fault = namesRecordsOfChannel(statement)
  if (fault !== undefined) return fault
  return re.some(({ origin }) => partyOf(origin) !== from) ? 'it names a record of another party' : undefined
}

function orderOf(of: { record: number; part: number } | undefined): number {
  return of === undefined ? -1 : of.record * LIMITS.parts + of.part
}
