// How a node stands, in words for its people.

import { derivedSubject, isOutlived, takesTwoOfficers } from './alarm-kinds.ts'
import type { Channel } from './channel/channel.ts'
import type { OwnState } from './channel/own-side.ts'
import type { EngineParts } from './engine-parts.ts'
import type { Approval } from './officers/approvals.ts'
import type { StoredPact } from './pacts.ts'

export interface PeerStatus {
  party: string
  role: 'party' | 'neutral'
  reachable: boolean
  lastHeardMs: number | null
}

export interface ChannelStatus {
  name: string
  origin: string | null
  state: OwnState
  awaited: string[]
  maySucceed: boolean
  /** Whether it waits for readers who may hold a log of ours, has none itself, and two officers may go on without them. */
  mayGoOnWithout: boolean
  size: number
}

export interface NodeStatus {
  party: string
  neutral: boolean
  pacts: { id: string; title: string; channels: ChannelStatus[]; peers: PeerStatus[] }[]
  heldHere: number
  /** What one officer asked for and a second may confirm. */
  approvals: Approval[]
  /** Shares that wait for a second person. */
  toApprove: number
  /** Raised here (with their time), or derived from the logs. */
  alarms: {
    at?: number
    code: string
    subject: string
    message: string
    count?: number
    record?: string | null
    /** It stands until two officers have acknowledged it. */
    twoOfficers?: boolean
  }[]
}

export interface StatusMeans {
  approvals: Approval[]
  toApprove: number
  /** Whom a channel waits for. */
  awaited(channel: Channel): string[]
  peer(party: string): Pick<PeerStatus, 'reachable' | 'lastHeardMs'>
}

export async function statusOf(
  { identity, around, pacts, channels, store, views }: EngineParts,
  means: StatusMeans,
): Promise<NodeStatus> {
  const now = around.now()
  return {
    party: identity.party,
    neutral: identity.neutral,
    pacts: pacts.all().map((pact) => ({
      id: pact.id,
      title: pact.agreement.title,
      channels: pact.agreement.channels
        .flatMap(({ name }) => channels.get(`${pact.id}/${name}`) ?? [])
        .map((channel) => channelStatus(channel, means.awaited(channel))),
      peers: membersOf(pact)
        .filter(({ party }) => party !== identity.party)
        .map((member) => ({ ...member, ...means.peer(member.party) })),
    })),
    heldHere: store.heldCount(),
    approvals: means.approvals,
    toApprove: means.toApprove,
    alarms: [
      ...store.alarms().filter((one) => !isOutlived(one, now)),
      ...(await views.alarms()).filter((one) => !store.isAcknowledged(one.code, derivedSubject(one))),
    ].map((one) => (takesTwoOfficers(one) ? { ...one, twoOfficers: true } : one)),
  }
}

function channelStatus({ name, own }: Channel, awaited: string[]): ChannelStatus {
  const log = own.speaker?.log
  return {
    ...{ name, origin: log?.origin ?? null, state: own.state, awaited },
    ...{ maySucceed: own.maySucceed, size: log?.size ?? 0 },
    mayGoOnWithout: own.mayGoOnWithout && awaited.length > 0,
  }
}

function membersOf({ agreement }: StoredPact): Pick<PeerStatus, 'party' | 'role'>[] {
  return [
    ...agreement.parties.map(({ party }) => ({ party, role: 'party' as const })),
    ...agreement.neutrals.map(({ party }) => ({ party, role: 'neutral' as const })),
  ]
}
