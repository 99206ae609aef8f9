// Acts that take two officers.

export interface OfficerSignIn {
  email: string
  password: string
}

/** An act that takes two officers. */
export type Act =
  | { kind: 'log/succeed'; pact: string; channel: string; pins: { origin: string; size: number; root: string } }
  /** Where no log of ours is there that could be succeeded: `readers` are waited for no more. */
  | { kind: 'log/go-on-without'; pact: string; channel: string; readers: string[] }
  | { kind: 'alarm/acknowledge'; code: string; subject: string }

/** An act that an officer asked for. Times in milliseconds since 1970. */
export interface ApprovalRow {
  id: string
  act: Act
  reason: string
  askedBy: string
  askedAt: number
  expiresAt: number
  state: 'open' | 'done' | 'withdrawn' | 'expired' | 'failed'
  endedBy: string | null
  endedAt: number | null
  outcome: string
}
