// What the signature of a version must name, as far as the version itself says it (spec/records.md, pact/sign).

import { parseOrigin } from '@countersign/record'
import type { Agreement } from './agreement.ts'

/** Whether these origins are one log of `party` for each channel that this version makes it a party of, and no other. */
export function namesEachLog(agreement: Agreement, party: string, origins: readonly string[]): boolean {
  const channels = agreement.channels.flatMap((channel) => (channel.parties.includes(party) ? channel.name : []))
  const named = origins.flatMap((text) => {
    const origin = parseOrigin(text)
    const isOwn = origin.ok && origin.value.party === party && origin.value.pact === agreement.id
    return isOwn ? origin.value.channel : []
  })
  return named.length === origins.length && named.sort().join(' ') === channels.sort().join(' ')
}
