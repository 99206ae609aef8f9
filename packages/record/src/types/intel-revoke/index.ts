import { z } from 'zod'
import { objectPlaces, ownObjectsFault } from '../object-places.ts'
import { noParts, type RecordType } from '../record-type.ts'

export const REVOCATION_REASONS = [
  ...['false-positive', 'mistake', 'outdated', 'superseded', 'not-releasable', 'other'],
] as const

/** Takes back STIX objects that its author shared (spec/records.md, Taking back). */
export const intelRevoke: RecordType = {
  name: 'intel/revoke',
  beforeForce: false,
  to: 'some',
  channel: 'main',
  body: z.strictObject({ reason: z.enum(REVOCATION_REASONS), objects: objectPlaces }),
  checkParts: noParts,
  checkStatement: ownObjectsFault,
  answers: ['intel/share'],
  standing: 'sharer',
  example: { reason: 'mistake', objects: [{ record: 0, part: 0, places: [2, 7] }] },
  words: { en: 'Threat data taken back', ru: 'Данные об угрозах отозваны', zh: '撤回威胁数据' },
}
