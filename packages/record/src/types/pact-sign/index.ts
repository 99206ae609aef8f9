import { z } from 'zod'
import { hex32, origin, strictlySorted } from '../../schema-parts.ts'
import { noParts, type RecordType } from '../record-type.ts'

/** Signs a version of an agreement, and names the signer’s logs under it. */
export const pactSign: RecordType = {
  name: 'pact/sign',
  beforeForce: true,
  to: 'all',
  channel: 'every',
  body: z.strictObject({
    base: hex32.nullable(),
    origins: z.array(origin).min(1).max(64).refine(strictlySorted, 'sorted, without duplicates'),
  }),
  checkParts: noParts,
  checkStatement({ body, origin: own, from }) {
    const origins: unknown[] = Array.isArray(body.origins) ? body.origins : []
    if (!origins.includes(own)) return 'it does not name the log it stands in'
    return origins.every((one) => typeof one === 'string' && one.startsWith(`${from}/`))
      ? undefined
      : 'it names a log of another party'
  },
  answers: 'none',
  example: { base: null, origins: [`alfa.example/${'7f'.repeat(16)}/main/09c4000000000000`] },
  words: { en: 'Agreement signed', ru: 'Соглашение подписано', zh: '签署协议' },
}
