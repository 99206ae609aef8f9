// Who takes part in an agreement, and as what.

import type { Agreement, Role } from './agreement.ts'

export type Channel = Agreement['channels'][number]
export type Neutral = Agreement['neutrals'][number]

export function channelOf(agreement: Agreement, name: string): Channel | undefined {
  return agreement.channels.find((channel) => channel.name === name)
}

/** Who may read the logs of a channel: its parties and every neutral. Empty where there is no such channel. */
export function readersOf(agreement: Agreement, channel: string): string[] {
  const parties = channelOf(agreement, channel)?.parties
  return parties === undefined ? [] : [...parties, ...agreement.neutrals.map(({ party }) => party)]
}

export function neutralsOf(agreement: Agreement): Neutral[] {
  return agreement.neutrals
}

export function depositaryOf(agreement: Agreement): Neutral | undefined {
  return agreement.neutrals.find(({ roles }) => roles.includes('depositary'))
}

/** The roles of a neutral; none for a party or a stranger. */
export function rolesOf(agreement: Agreement, party: string): readonly Role[] {
  return agreement.neutrals.find((neutral) => neutral.party === party)?.roles ?? []
}

/** The root that the agreement pins for a party or neutral. */
export function pinnedRoot(agreement: Agreement, party: string): string | undefined {
  return [...agreement.parties, ...agreement.neutrals].find((one) => one.party === party)?.root
}
