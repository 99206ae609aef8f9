// The node’s own keys (spec/keys.md).

export interface KeyStatus {
  party: string
  card: string
  serial: number
  words: string[]
  root: { threshold: number; keys: number; here: number }
  validity: { notBefore: string; notAfter: string; daysLeft: number }
  cards: { digest: string; serial: number }[]
  roles: { role: string; serial: number; since: string; givenUp: boolean }[]
  logs: { origin: string; serial: number | null; upToDate: boolean; frozenAt: number | null }[]
  waiting: boolean
  /** Whether the private keys lie under a passphrase. */
  underPassphrase: boolean
  notices: { party: string; digest: string; roles: string[]; cards: string[] }[]
}

export type RotatedAnswer =
  | { state: 'accepted'; serial: number; notice: string | null }
  | { state: 'to-sign'; request: string }
