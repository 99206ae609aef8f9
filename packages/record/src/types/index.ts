// Every record type this node knows: one line each. To add one, write its folder and its line.

import type { Statement } from '../statement.ts'
import { contentConsent } from './content-consent/index.ts'
import { contentDestroyed } from './content-destroyed/index.ts'
import { contentHold } from './content-hold/index.ts'
import { contentLift } from './content-lift/index.ts'
import { contentRejected } from './content-rejected/index.ts'
import { hotlineAck } from './hotline-ack/index.ts'
import { hotlineMessage } from './hotline-message/index.ts'
import { intelConsent } from './intel-consent/index.ts'
import { intelRetract } from './intel-retract/index.ts'
import { intelRevoke } from './intel-revoke/index.ts'
import { intelShare } from './intel-share/index.ts'
import { intelSighting } from './intel-sighting/index.ts'
import { logOpen } from './log-open/index.ts'
import { logPin } from './log-pin/index.ts'
import type { ObjectPlaces } from './object-places.ts'
import { pactPropose } from './pact-propose/index.ts'
import { pactSign } from './pact-sign/index.ts'
import { partyKeys } from './party-keys/index.ts'
import { partyNotice } from './party-notice/index.ts'
import type { RecordType } from './record-type.ts'

export const recordTypes: readonly RecordType[] = [
  logOpen,
  logPin,
  pactPropose,
  pactSign,
  intelShare,
  intelRevoke,
  intelConsent,
  intelRetract,
  intelSighting,
  hotlineMessage,
  hotlineAck,
  contentRejected,
  contentConsent,
  contentHold,
  contentLift,
  contentDestroyed,
  partyKeys,
  partyNotice,
]

const byName = new Map(recordTypes.map((type) => [type.name, type]))

export function typeNamed(name: string): RecordType | undefined {
  return byName.get(name)
}

/**
 * Whether a record of `type` may name one of type `answered` in its `re` (spec/records.md, What may be answered). A type
 * that is not known here may name any, and any type that takes `any` may name what is not known here.
 */
export function mayAnswer(type: string, answered: string): boolean {
  const answers = typeNamed(type)?.answers ?? 'any'
  return answers === 'any' || (answers !== 'none' && answers.includes(answered))
}

/**
 * Whether `answer` may answer the very record whose statement is `named`, at that place of its `re` (spec/records.md, What
 * may be answered), where its type means nothing without it. What other types name is their author’s claim, and fits
 * whatever it is.
 */
export function fitsAnswer(answer: Statement, named: Statement, place: number): boolean {
  const rules = typeNamed(answer.type)
  if (rules === undefined || (rules.answersOne !== true && rules.standing === undefined)) return true
  if (!mayAnswer(answer.type, named.type)) return false
  const { body, from } = answer
  if (answer.type === 'content/rejected') {
    return named.to.includes(from) && named.content[Number(body.part)] !== undefined
  }
  if (rules.standing === undefined) return true
  if (rules.standing === 'author') return named.from === from
  if (rules.standing === 'sharer') return mayDispose(answer, named, place)
  if (rules.standing === 'recipient') return mayGiveFeedback(answer, named)
  const parts = Array.isArray(body.parts) ? body.parts : [0]
  return (
    (named.from === from || named.to.includes(from)) && parts.every((part) => named.content[Number(part)] !== undefined)
  )
}

/**
 * Whether feedback may be given on a share: by one whom it addressed, to its author, and besides only to others whom it
 * addressed (spec/records.md, Feedback).
 */
function mayGiveFeedback({ from, to, mode }: Statement, named: Statement): boolean {
  const given = (party: string) => named.to.includes(party)
  if (named.mode !== mode || !given(from) || !to.includes(named.from)) return false
  return to.every((party) => party === named.from || given(party))
}

/**
 * Whether a revocation or a consent may be said of a share, or a retraction of a consent, the one at that place of its `re`
 * (spec/records.md, Taking back and Passing on).
 */
function mayDispose({ from, to, mode, body }: Statement, named: Statement, place: number): boolean {
  if (named.from !== from || named.mode !== mode || !to.every((party) => named.to.includes(party))) return false
  const objects = (body.objects ?? null) as ObjectPlaces
  return objects === null || objects.every(({ record, part }) => record !== place || part < named.content.length)
}
