import { sha256, toHex } from '@countersign/log'
import { z } from 'zod'
import { canonicalJson } from '../../canonical.ts'
import { noParts, type RecordType } from '../record-type.ts'

/** Proposes a version of an agreement: the draft stands in the clear for its readers. */
export const pactPropose: RecordType = {
  name: 'pact/propose',
  beforeForce: true,
  to: 'all',
  channel: 'every',
  body: z.strictObject({ agreement: z.record(z.string(), z.unknown()) }),
  checkParts: noParts,
  checkStatement({ body, pact }) {
    const { agreement } = body
    if (toHex(sha256(canonicalJson(agreement))) !== pact.version) return 'its draft is not the version it names'
    const id = typeof agreement === 'object' && agreement !== null && 'id' in agreement ? agreement.id : undefined
    return id === pact.id ? undefined : 'its draft is of another agreement'
  },
  answers: 'none',
  example: { agreement: { v: 1, id: '7f'.repeat(16) } },
  words: { en: 'Agreement proposed', ru: 'Соглашение предложено', zh: '提出协议' },
}
