// What the page and the worker that reads drafts say to each other. A draft stays where the browser has it, on the disk
// mostly: the worker keeps of each object where it stands, and reads again those that are shown.

/** What breaks the standard at one place of an object; the path is empty where it is about the object as a whole. */
export interface Remark {
  path: string
  message: string
  section: string
}

/** How the standard judges one object. */
export const MARK = { fine: 0, advice: 1, broken: 2, unreadable: 3 } as const

/** One file or text that was read. Offsets and lengths are bytes of `blob`; a length is 0 where the object is unreadable. */
export interface Taken {
  /** STIX: what was given, or what was made of a MISP event. */
  blob: Blob
  offsets: Float64Array<ArrayBuffer>
  lengths: Uint32Array<ArrayBuffer>
  marks: Uint8Array<ArrayBuffer>
  /** What is said of the bundle itself. */
  errors: Remark[]
  warnings: Remark[]
  misp?: MispTaken
}

export interface MispTaken {
  events: number
  attributes: number
  mapped: number
  /** What is carried as it is, or left behind: the first, and how many. */
  notices: string[]
  noticesTotal: number
}

/** One object as it is shown. */
export interface DraftRow {
  id: string
  type: string
  name: string
  unreadable?: string
  errors: Remark[]
  warnings: Remark[]
}

/** What is wrong with a pattern at one place of its text; `shown` are two lines, the second with carets under the place. */
export interface PatternRemark {
  isError: boolean
  message: string
  offset: number
  length: number
  line: number
  column: number
  shown: string
}

export type Asked =
  | { kind: 'read'; source: number; blob: Blob }
  | { kind: 'rows'; source: number; indexes: number[] }
  | { kind: 'pattern'; text: string }

export interface Answers {
  read: { ok: true; value: Taken } | { ok: false; message: string }
  rows: DraftRow[]
  /** None where it is a pattern that keeps every rule. */
  pattern: PatternRemark[]
}

export type Said =
  | { n: number; done: number; total: number }
  | { n: number; answer: Answers[keyof Answers] }
  | { n: number; broken: string }
