// What came of a folder that was carried here by hand (spec/directory.md, A carried directory).

import type { ChannelStatus } from './status.ts'

/** A file on a carried folder that is missing or damaged; `why` begins with a verb. */
export interface CarriedFault {
  path: string
  why: string
}

/** What came of a folder that was carried here by hand. */
export interface CarriedIn {
  /** Members of our agreements of whom something lies there. */
  carriers: string[]
  keys: {
    /** Not held before. */
    cards: { party: string; serial: number }[]
    notices: { party: string; roles: string[] }[]
    /** Cards that logs or notices held here wait for, by their digests. */
    awaited: { party: string; card: string }[]
    missing: CarriedFault[]
  }
  logs: {
    origin: string
    entries: number
    content: number
    /** Held here now, and the largest head that the folder shows; 0 where it shows none. */
    size: number
    carried: number
    receipt: 'given' | 'had' | 'none'
    missing: CarriedFault[]
    missingTotal: number
    refused: string[]
  }[]
  receipts: {
    origin: string
    by: string
    taken: number
    covers: number
    waits: boolean
    missing: CarriedFault[]
  }[]
  /** Logs of ours that sign nothing yet. */
  checks: {
    origin: string
    state: ChannelStatus['state']
    awaited: string[]
    answers: { by: string; why: string }[]
  }[]
  leftAlone: string[]
}
