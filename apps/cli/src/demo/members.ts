import type { NodeClient } from '@countersign/client'

export interface Member {
  party: string
  name: string
  role: string
  neutral: boolean
  port: number
  dir: string
}

export interface DemoNode extends Member {
  url: string
  client: NodeClient
}

export const MEMBERS = [
  { party: 'alfa.example', name: 'Alfa CERT', role: 'party', neutral: false },
  { party: 'bravo.example', name: 'Bravo CERT', role: 'party', neutral: false },
  { party: 'watch.example', name: 'The Watch', role: 'neutral: depositary and observer', neutral: true },
] as const

export interface Login {
  officer: { email: string; password: string }
  taxii?: { user: string; password: string }
}

/** What the demonstration remembers: how to sign in to its own nodes on this machine. */
export interface Settings {
  v: 1
  port: number
  finished: boolean
  pact: string | null
  logins: Record<string, Login>
}
