import { z } from 'zod'
import { isPactId, isPartyDomain } from '../../names.ts'
import { type ObjectPlaces, objectPlaces, ownObjectsFault } from '../object-places.ts'
import { noParts, type RecordType } from '../record-type.ts'

/** How many parties one consent names at most. */
export const CONSENTED_PARTIES_MAX = 32

const parties = z
  .array(z.string().refine(isPartyDomain, 'a party'))
  .min(1)
  .max(CONSENTED_PARTIES_MAX)
  .refine((all) => all.every((party, i) => i === 0 || (all[i - 1] ?? party) < party), 'sorted, none twice')
  .nullable()

/** Under which agreement and to whom it may go; null for any, and for anybody. */
export interface ConsentBody {
  agreement: string | null
  objects: ObjectPlaces
  parties: string[] | null
}

/** Lets those it addresses pass on STIX objects that its author shared (spec/records.md, Passing on). */
export const intelConsent: RecordType = {
  name: 'intel/consent',
  beforeForce: false,
  to: 'some',
  channel: 'main',
  body: z.strictObject({
    agreement: z.string().refine(isPactId, 'the id of an agreement').nullable(),
    objects: objectPlaces,
    parties,
  }),
  checkParts: noParts,
  checkStatement: ownObjectsFault,
  answers: ['intel/share'],
  standing: 'sharer',
  example: { agreement: '9e107d9d372bb6826bd81d3542a419d6', objects: null, parties: ['carol.example'] },
  words: { en: 'Consent to passing on', ru: 'Согласие на передачу', zh: '同意转交' },
}
