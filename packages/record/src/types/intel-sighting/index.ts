import { z } from 'zod'
import { partyOf } from '../../names.ts'
import type { Statement } from '../../statement.ts'
import { namesRecordsOfChannel } from '../content-parts.ts'
import { bundles, type RecordType } from '../record-type.ts'

/** The definition of the property extension that holds a verdict in an opinion of STIX (spec/records.md, Feedback). */
export const VERDICT_EXTENSION = 'extension-definition--53445626-0cda-4fbe-8466-32d8ddb1c548'

/** What became of an object at the party that got it, each with the opinion of STIX that goes with it. */
export const FEEDBACK_VERDICTS = {
  accepted: 'agree',
  'already-known': 'agree',
  'false-positive': 'strongly-disagree',
  stale: 'disagree',
} as const
export type FeedbackVerdict = keyof typeof FEEDBACK_VERDICTS

/** Sightings and opinions travel back to who shared: all that is said is sealed (spec/records.md, Feedback). */
export const intelSighting: RecordType = {
  name: 'intel/sighting',
  beforeForce: false,
  to: 'some',
  channel: 'main',
  body: z.strictObject({}),
  checkParts: bundles,
  checkStatement: (statement) => namesRecordsOfChannel(statement) ?? othersRecordsFault(statement),
  answers: ['intel/share'],
  standing: 'recipient',
  example: {},
  words: { en: 'Feedback on threat data', ru: 'Отзыв о данных об угрозах', zh: '对威胁数据的反馈' },
}

function othersRecordsFault({ re, from }: Statement): string | undefined {
  return re.some(({ origin }) => partyOf(origin) === from) ? 'it names a record of its own author' : undefined
}
