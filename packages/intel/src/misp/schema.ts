/**
 * The MISP core format (draft-dulaunoy-misp-core-format-18) as files and feeds have it. Members that MISP writes as a text
 * in one place and as a number in another are read either way; a member that is null counts as absent; members that are
 * not known are permitted, and kept by whoever maps the event (`restOf`). Every size has a limit.
 */

import { z } from 'zod'
import { LIMITS } from '../limits.ts'
import { isRecord, type Properties } from '../properties.ts'

const bounded = (most: number) => z.string().max(most, `This is longer than ${most} characters.`)
const short = bounded(LIMITS.mispShortChars)
const long = bounded(LIMITS.mispTextChars)
const value = bounded(LIMITS.mispValueChars)

/** In any version, in either case; kept as it came. */
export const mispUuid = z
  .string()
  .regex(/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'This is not a UUID.')

const flag = z
  .union([z.boolean(), z.literal([0, 1, '0', '1'])], 'This must be true or false.')
  .transform((said) => said === true || said === 1 || said === '1')

/** Seconds since 1970, up to the end of the year 9999. */
const seconds = z
  .union([z.string().regex(/^[0-9]{1,12}$/), z.int().min(0)], 'This must be whole seconds since 1970.')
  .transform(Number)
  .refine((time) => time <= 253_402_300_799, 'This is later than the year 9999.')

/** A small number that MISP writes as a text. */
const code = z
  .union([z.string().regex(/^[0-9]{1,3}$/), z.int().min(0).max(999)], 'This must be a small whole number.')
  .transform(String)

const number = z
  .union([z.string().regex(/^[0-9]{1,12}$/), z.int().min(0)], 'This must be a whole number.')
  .transform(String)

/** Absent and null are the same. */
function maybe<T extends z.ZodType>(schema: T) {
  return z.preprocess((said) => (said === null ? undefined : said), schema.optional())
}

function many<T extends z.ZodType>(schema: T, most: number) {
  return maybe(z.array(schema).max(most, `There are more than ${most} of them.`))
}

const day = z.iso.date('This must be a day, such as 2026-01-31.')
/** As it came: MISP writes microseconds and an offset. */
const moment = z.iso.datetime({
  offset: true,
  message: 'This must be a time, such as 2026-01-31T12:00:00.000000+00:00.',
})

/** MISP writes an empty text where there is none. */
const maybeUuid = z.preprocess((said) => (said === null || said === '' ? undefined : said), mispUuid.optional())

const organisation = z.looseObject({ uuid: maybeUuid, name: maybe(short) })

const tag = z.looseObject({
  name: short.min(1, 'A tag must have a name.'),
  colour: maybe(short),
  exportable: maybe(flag),
  local: maybe(flag),
  relationship_type: maybe(short),
})

const sharingGroup = z.looseObject({ uuid: maybeUuid, name: maybe(short), releasability: maybe(long) })

const cluster = z.looseObject({
  uuid: maybeUuid,
  type: maybe(short),
  value: short.min(1, 'A cluster must have a value.'),
  tag_name: maybe(short),
  description: maybe(long),
  source: maybe(long),
  meta: maybe(z.looseObject({})),
})

const galaxy = z.looseObject({
  uuid: maybeUuid,
  name: maybe(short),
  type: short.min(1, 'A galaxy must have a type.'),
  description: maybe(long),
  version: maybe(number),
  GalaxyCluster: many(cluster, LIMITS.mispTags),
})

const sighting = z.looseObject({
  uuid: maybeUuid,
  type: maybe(code),
  date_sighting: maybe(seconds),
  source: maybe(long),
  Organisation: maybe(organisation),
})

const attribute = z.looseObject({
  uuid: mispUuid,
  type: short.min(1, 'An attribute must have a type.'),
  category: maybe(short),
  to_ids: maybe(flag),
  value,
  timestamp: maybe(seconds),
  distribution: maybe(code),
  comment: maybe(long),
  deleted: maybe(flag),
  disable_correlation: maybe(flag),
  object_relation: maybe(short),
  first_seen: maybe(moment),
  last_seen: maybe(moment),
  data: maybe(z.string().max(LIMITS.mispBytes)),
  SharingGroup: z.unknown().optional(),
  Tag: many(tag, LIMITS.mispTags),
  Galaxy: many(galaxy, LIMITS.mispTags),
  Sighting: many(sighting, LIMITS.mispSightings),
})

const reference = z.looseObject({
  uuid: maybeUuid,
  referenced_uuid: mispUuid,
  relationship_type: maybe(short),
  timestamp: maybe(seconds),
  comment: maybe(long),
  deleted: maybe(flag),
})

const object = z.looseObject({
  uuid: mispUuid,
  name: short.min(1, 'An object must have a name.'),
  'meta-category': maybe(short),
  description: maybe(long),
  template_uuid: maybeUuid,
  template_version: maybe(number),
  timestamp: maybe(seconds),
  distribution: maybe(code),
  comment: maybe(long),
  deleted: maybe(flag),
  first_seen: maybe(moment),
  last_seen: maybe(moment),
  SharingGroup: z.unknown().optional(),
  ObjectReference: many(reference, LIMITS.mispReferences),
  Attribute: many(attribute, LIMITS.mispAttributes),
})

const report = z.looseObject({
  uuid: mispUuid,
  name: short,
  content: value,
  timestamp: maybe(seconds),
  distribution: maybe(code),
  deleted: maybe(flag),
})

export const mispEvent = z.looseObject({
  uuid: mispUuid,
  info: bounded(LIMITS.mispTextChars),
  date: day,
  timestamp: maybe(seconds),
  publish_timestamp: maybe(seconds),
  published: maybe(flag),
  threat_level_id: maybe(code),
  analysis: maybe(code),
  distribution: maybe(code),
  extends_uuid: maybeUuid,
  Org: maybe(organisation),
  Orgc: maybe(organisation),
  SharingGroup: maybe(z.union([sharingGroup, z.array(z.unknown()).max(0)])),
  Tag: many(tag, LIMITS.mispTags),
  Galaxy: many(galaxy, LIMITS.mispTags),
  Attribute: many(attribute, LIMITS.mispAttributes),
  Object: many(object, LIMITS.mispObjects),
  EventReport: many(report, LIMITS.mispReports),
})

export type MispOrganisation = z.infer<typeof organisation>
export type MispTag = z.infer<typeof tag>
export type MispCluster = z.infer<typeof cluster>
export type MispGalaxy = z.infer<typeof galaxy>
export type MispSighting = z.infer<typeof sighting>
export type MispAttribute = z.infer<typeof attribute>
export type MispObject = z.infer<typeof object>
export type MispReport = z.infer<typeof report>
export type MispEvent = z.infer<typeof mispEvent>

/** Of what an element has beside the members named: none that is null, an empty list or an empty object. */
export function restOf(element: Properties, known: readonly string[]): Properties {
  return Object.fromEntries(
    Object.entries(element).filter(([name, said]) => {
      if (known.includes(name) || said === null || said === undefined) return false
      if (Array.isArray(said)) return said.length > 0
      return !isRecord(said) || Object.keys(said).length > 0
    }),
  )
}
