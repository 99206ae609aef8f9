// Where a share may go: the agreements in force to which this node is a party, their channels, and who else is on them.

import type { Mode, PactRow, ShareInput } from '@countersign/client'

export interface Place {
  pact: string
  channel: string
  to: string[]
  tlp: string
  mode: Mode
}

/** From the one that may go furthest (spec/records.md). */
const TLP = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED']

/** The channel that shares are said on where none is chosen. */
const USUAL_CHANNEL = 'main'

export function pactsToShareUnder(pacts: readonly PactRow[], party: string): PactRow[] {
  return pacts.filter(({ state, agreement }) => state === 'in-force' && channelsOf(agreement, party).length > 0)
}

export function channelsOf({ channels }: PactRow['agreement'], party: string): PactRow['agreement']['channels'] {
  return channels.filter(({ parties }) => parties.includes(party))
}

export function markingsUnder({ marking }: PactRow['agreement']): string[] {
  return TLP.slice(0, TLP.indexOf(marking.max) + 1)
}

/** Everybody on the usual channel, marked as strictly as the agreement allows: an officer takes away from that. */
export function usualPlace({ id, agreement }: PactRow, party: string): Place {
  const channels = channelsOf(agreement, party)
  const channel = channels.find(({ name }) => name === USUAL_CHANNEL) ?? channels[0]
  return {
    pact: id,
    channel: channel?.name ?? '',
    to: othersOn(agreement, channel?.name ?? '', party),
    tlp: agreement.marking.max,
    mode: 'Actual',
  }
}

export function othersOn({ channels }: PactRow['agreement'], channel: string, party: string): string[] {
  return (channels.find(({ name }) => name === channel)?.parties ?? []).filter((one) => one !== party)
}

export function inputOf({ pact, channel, to, tlp, mode }: Place): ShareInput {
  return { pact, channel, to, mode, marking: { tlp } }
}
