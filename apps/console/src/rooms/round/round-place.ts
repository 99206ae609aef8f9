// Which round a page is about: it stands in the address, so that a colleague finds the same.

import type { PactRow, RoundPlace, RoundState } from '@countersign/client'
import { othersOn } from '../share/place.ts'

const USUAL_CHANNEL = 'main'

export type RoundSearch = { pact?: string; channel?: string; to?: string }

export function placeIn({ pact = '', channel, to }: RoundSearch): RoundPlace {
  return {
    pact,
    ...(channel === undefined ? {} : { channel }),
    ...(to === undefined ? {} : { to: to.split(',') }),
  }
}

export function searchOf({ pact, channel, to }: Pick<RoundState, 'pact' | 'channel' | 'to'>): RoundSearch {
  return {
    pact,
    ...(channel === USUAL_CHANNEL ? {} : { channel }),
    ...(to === null ? {} : { to: to.join(',') }),
  }
}

export function recipientsOf(round: Pick<RoundState, 'channel' | 'to'>, pact: PactRow, party: string): string[] {
  return round.to ?? othersOn(pact.agreement, round.channel, party)
}
