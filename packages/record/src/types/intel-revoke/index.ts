import { z } from 'zod'
import { LIMITS } from '../../limits.ts'
import { partyOf } from '../../names.ts'
import type { Statement } from '../../statement.ts'
import { namesRecordsOfChannel } from '../content-parts.ts'
import { noParts, type RecordType } from '../record-type.ts'

export const REVOCATION_REASONS = [
  ...['false-positive', 'mistake', 'outdated', 'superseded', 'not-releasable', 'other'],
] as const
/** The last place of an object in a bundle, and how many places one revocation names at most. */
const PLACE_MAX = 999_999
export const REVOKED_PLACES_MAX = 2_000

const place = (most: number) => z.number().int().min(0).max(most)
const revokedObjects = z
  .array(
    z.strictObject({
      record: place(LIMITS.listed - 1),
      part: place(LIMITS.parts - 1),
      places: z
        .array(place(PLACE_MAX))
        .min(1)
        .max(REVOKED_PLACES_MAX)
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
    (all) => all.reduce((sum, { places }) => sum + places.length, 0) <= REVOKED_PLACES_MAX,
    `at most ${REVOKED_PLACES_MAX} places`,
  )
  .nullable()

/** The objects that a revocation takes back: all of each record it names, or those at these places of them. */
export type RevokedObjects = z.infer<typeof revokedObjects>

/** Takes back STIX objects that its author shared (spec/records.md, Taking back). */
export const intelRevoke: RecordType = {
  name: 'intel/revoke',
  beforeForce: false,
  to: 'some',
  channel: 'main',
  body: z.strictObject({ reason: z.enum(REVOCATION_REASONS), objects: revokedObjects }),
  checkParts: noParts,
  checkStatement: (statement) => namesRecordsOfChannel(statement) ?? ownRecordsFault(statement),
  answers: ['intel/share'],
  standing: 'sharer',
  example: { reason: 'mistake', objects: [{ record: 0, part: 0, places: [2, 7] }] },
  words: { en: 'Threat data taken back', ru: 'Данные об угрозах отозваны', zh: '撤回威胁数据' },
}

/** A sentence where it names what another party said, or not exactly the records that its list is about. */
function ownRecordsFault({ re, from, body }: Statement): string | undefined {
  if (re.some(({ origin }) => partyOf(origin) !== from)) return 'it names a record of another party'
  const objects = body.objects as RevokedObjects
  if (objects === null) return undefined
  const listed = new Set(objects.map(({ record }) => record))
  return listed.size === re.length && re.every((_, i) => listed.has(i))
    ? undefined
    : 'its list is not about exactly the records it names'
}

function orderOf(of: { record: number; part: number } | undefined): number {
  return of === undefined ? -1 : of.record * LIMITS.parts + of.part
}
