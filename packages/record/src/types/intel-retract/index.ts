import { z } from 'zod'
import { ownRecordsFault } from '../object-places.ts'
import { noParts, type RecordType } from '../record-type.ts'

/** Takes back consents of its author (spec/records.md, Passing on). */
export const intelRetract: RecordType = {
  name: 'intel/retract',
  beforeForce: false,
  to: 'some',
  channel: 'main',
  body: z.strictObject({}),
  checkParts: noParts,
  checkStatement: ownRecordsFault,
  answers: ['intel/consent'],
  standing: 'sharer',
  example: {},
  words: { en: 'Consent to passing on taken back', ru: 'Согласие на передачу отозвано', zh: '撤回转交同意' },
}
