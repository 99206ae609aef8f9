// What the records of a share are: of which type, under which id and with which body. Feedback goes the same way.

import { v7 as uuidv7 } from 'uuid'
import type { Surroundings } from '../surroundings.ts'
import type { KeptShare } from './kept-share.ts'
import type { ShareRequest } from './saying.ts'
import type { Draft } from './speaker.ts'

export function typeOf({ feedback }: Pick<ShareRequest, 'feedback'>): KeptShare['type'] {
  return feedback === undefined ? 'intel/share' : 'intel/sighting'
}

/** Its first statement has an id from the beginning, with the end of the share's: by that the log shows that it was said. */
export function statementOf(
  { feedback }: Pick<ShareRequest, 'feedback'>,
  share: string,
  { now, random }: Pick<Surroundings, 'now' | 'random'>,
): { statement?: string } {
  if (feedback === undefined) return {}
  const begins = uuidv7({ msecs: now(), random: random(16) }).slice(0, -END_CHARS)
  return { statement: `${begins}${share.slice(-END_CHARS)}` }
}

const END_CHARS = 17

/** The body of a share tells which piece of it this is; that of feedback is empty. */
export function draftFor(
  { feed, feedback, statement }: Pick<KeptShare, 'feed' | 'feedback' | 'statement'>,
  blank: Draft,
  body: Draft['body'],
): Draft {
  if (feedback === undefined) return { ...blank, body: feed === undefined ? body : { ...body, feed } }
  return statement !== undefined && body.piece === 1 ? { ...blank, id: statement } : blank
}
