import { z } from 'zod'
import { type Origin, parseOrigin } from '../../names.ts'
import { hex32, origin, strictlySorted } from '../../schema-parts.ts'
import type { Statement } from '../../statement.ts'
import { noParts, type RecordType } from '../record-type.ts'

/**
 * Signs a version of an agreement, and names the signer’s logs under it. Whether there is one for each of its channels,
 * a reader decides that has the version.
 */
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
  checkStatement({ body, origin: own, from, pact }) {
    const origins = originsOf(body)
    if (!origins.some(({ text }) => text === own)) return 'it does not name the log it stands in'
    if (!origins.every((one) => one.party === from && one.pact === pact.id)) {
      return 'it names a log of another party or under another agreement'
    }
    return new Set(origins.map(({ channel }) => channel)).size === origins.length
      ? undefined
      : 'it names two logs of one channel'
  },
  answers: 'none',
  example: { base: null, origins: [`alfa.example/${'7f'.repeat(16)}/main/09c4000000000000`] },
  words: { en: 'Agreement signed', ru: 'Соглашение подписано', zh: '签署协议' },
}

/** The logs that a `pact/sign` names; those of its body that are no origins are left out. */
export function originsOf(body: Statement['body']): Origin[] {
  const listed: unknown[] = Array.isArray(body.origins) ? body.origins : []
  return listed.flatMap((one) => {
    const parsed = typeof one === 'string' ? parseOrigin(one) : undefined
    return parsed?.ok === true ? parsed.value : []
  })
}
