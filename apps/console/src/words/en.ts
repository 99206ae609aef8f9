// The words of the console in English: the catalogue from which the keys of every other language are typed. A key is
// never built from anything a peer sent unless it is first found here. Words of the field stay as the specifications
// have them: record, statement, receipt, neutral, marking. Each page has its own file under en/.

import { agreement } from './en/agreement.ts'
import { approvals } from './en/approvals.ts'
import { balance } from './en/balance.ts'
import { check } from './en/check.ts'
import { compose } from './en/compose.ts'
import { consents } from './en/consents.ts'
import { contentLife } from './en/content-life.ts'
import { frame } from './en/frame.ts'
import { graph } from './en/graph.ts'
import { node } from './en/node.ts'
import { objects } from './en/objects.ts'
import { ownKeys } from './en/own-keys.ts'
import { record } from './en/record.ts'
import { records } from './en/records.ts'
import { round } from './en/round.ts'
import { rules } from './en/rules.ts'
import { share } from './en/share.ts'
import { takingBack } from './en/taking-back.ts'
import { timeline } from './en/timeline.ts'
import { triage } from './en/triage.ts'
import { waiting } from './en/waiting.ts'

export const en = {
  ...frame,
  ...check,
  ...records,
  ...record,
  ...objects,
  ...graph,
  ...agreement,
  ...approvals,
  ...balance,
  ...consents,
  ...contentLife,
  ...ownKeys,
  ...node,
  ...round,
  ...rules,
  ...share,
  ...takingBack,
  ...timeline,
  ...triage,
  ...waiting,
  ...compose,
} as const

type Plural = 'zero' | 'one' | 'two' | 'few' | 'many'
type Stem<Key> = Key extends `${infer Name}_other` ? Name : never

/** Another language: every key of English, and the plural forms that language has beside `_other`. */
export type Catalogue<Words = typeof en> = {
  readonly [Key in keyof Words as Key extends `${string}_${Plural}` ? never : Key]: Words[Key] extends string
    ? string
    : Catalogue<Words[Key]>
} & { readonly [Key in `${Stem<keyof Words>}_${Plural}`]?: string }
