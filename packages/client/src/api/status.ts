// How a node and its channels are, and who asks.

import type { ApprovalRow } from './officers.ts'

export interface Me {
  account: { id: string; name: string; email: string; roles: string[] }
  /** What the roles of the account let it do, by the names of docs/SOUNDNESS.md (Who may do what). */
  may: string[]
  node: NodeFacts & { words: string[] }
}

/** What the sign-in room may know before anyone has signed in: given beside the code in the 401 answer of /api/me. */
export interface NodeFacts {
  party: string
  name: string
  neutral: boolean
  demo: boolean
}

export interface AlarmRow {
  /** Epoch milliseconds; not given for what is derived from the logs. */
  at?: number
  code: string
  subject: string
  message: string
  count?: number
  record?: string | null
  /** It stands until two officers have acknowledged it. */
  twoOfficers?: boolean
}

export interface ChannelStatus {
  name: string
  /** Our log of the channel; null where we speak on none. */
  origin: string | null
  /** `checking`: held until peers have answered; `stopped`: the log may not sign any more. */
  state: 'none' | 'checking' | 'ready' | 'stopped'
  awaited: string[]
  /** Whether two officers may have a log opened that succeeds ours. */
  maySucceed: boolean
  /** Whether it waits for readers who may hold a log of ours, has none itself, and two officers may go on without them. */
  mayGoOnWithout: boolean
  size: number
}

export interface NodeStatus {
  party: string
  neutral: boolean
  pacts: {
    id: string
    title: string
    channels: ChannelStatus[]
    peers: { party: string; role: 'party' | 'neutral'; reachable: boolean; lastHeardMs: number | null }[]
  }[]
  /** What was said here and waits for the start-up check before it is signed. */
  heldHere: number
  /** What one officer asked for and a second may confirm. */
  approvals: ApprovalRow[]
  /** Shares that wait for a second person. */
  toApprove: number
  alarms: AlarmRow[]
}
