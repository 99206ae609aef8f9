// Agreements and the cards of their parties.

export interface AgreementText {
  v: 1
  id: string
  base: string | null
  title: string
  language: string
  parties: { party: string; name: string; root: string }[]
  neutrals: { party: string; name: string; root: string; operator: string; roles: string[] }[]
  quorum: number
  channels: { name: string; parties: string[] }[]
  term: { from: string | null; until: string | null }
  offer: { expires: string }
  marking: { scheme: string; max: string }
  share: { records: string[]; stix: { deny: string[] } | { allow: string[] } }
  limits: { entriesPerDay: number; bytesPerDay: number; partBytes: number; parts: number; openProposals: number }
  retention: { days: number }
  intervals: { pollSeconds: number; cosignSeconds: number; pinSeconds: number; rejectSeconds: number }
  clauses: { id: string; text: string; source: string }[]
}

export interface ForceRow {
  /** POSIX seconds. */
  since: number
  covers: { origin: string; index: number }[]
  receipt: { by: string; origin: string; size: number; digest: string }
}

export interface PactRow {
  id: string
  version: string
  title: string
  state: 'draft' | 'signed' | 'in-force' | 'expired'
  agreement: AgreementText
  channels: {
    name: string
    signatures: { party: string; record: string | null; time: string | null }[]
    force: ForceRow | null
  }[]
  cards: string[]
}

export interface CardRow {
  party: string
  name: string
  words: string[]
  digest: string
  serial: number
  /** RFC 3339. */
  notAfter: string
  /** The card file, base64. */
  bytes: string
}
