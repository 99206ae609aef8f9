// What the release gate says of a share, as a table for a person: what does not pass as it came first.

import type { GateReason, GoneBy, ObjectVerdict, TriedShare } from '@countersign/client'
import { note, plain, print, table } from './output.ts'
import { some } from './stix-input.ts'

/** Objects shown one by one; the rest is counted. */
const SHOWN = 50

export function printVerdicts({ objects, told, refusals, waits, by }: TriedShare): void {
  const rows = [
    ...recordRows(refusals, 'is refused'),
    ...recordRows(waits, WORDS.waits),
    ...[...told].sort((a, b) => rankOf(a) - rankOf(b)).map(rowOf),
  ]
  print(table([['OBJECT', 'VERDICT', 'RULE', 'WHY'], ...rows.slice(0, SHOWN)]))
  for (const consent of by) note(goneByInWords(consent))
  if (objects > SHOWN) note(`Of ${some(objects, 'object')} ${SHOWN} are shown; those that pass as they came last.`)
}

/** By whose word something goes on that came from another. */
export function goneByInWords({ party, record, at, agreement, parties, objects }: GoneBy): string {
  const under = agreement === null ? 'under any agreement, and outside of all' : `under the agreement ${agreement}`
  const to = parties === null ? 'anybody' : parties.join(', ')
  const given = `${party} gave it (${record}, ${new Date(at).toISOString()})`
  return plain(`By consent: ${some(objects, 'object')} came from others; ${given}, to go on ${under}, to ${to}.`)
}

export function sizeOf({ objects, altered }: Pick<TriedShare, 'objects' | 'altered'>): string {
  return `${some(objects, 'object')}${altered === 0 ? '' : `, ${altered} of them redacted or left out`}`
}

/** What is said of the record itself. */
function recordRows(reasons: readonly GateReason[], verdict: string): string[][] {
  return reasons.flatMap(({ object, code, rule, message }) =>
    object === undefined ? [['the record', verdict, rule ?? code, plain(message)]] : [],
  )
}

function rowOf({ index, id, verdict, reasons, cut, leftOut, by: consents = [] }: ObjectVerdict): string[] {
  const isCut = verdict === 'waits' && cut.length > 0
  const verdictInWords = leftOut ? 'is left out' : isCut ? `is redacted, ${WORDS.waits}` : WORDS[verdict]
  const by = [...new Set(reasons.map(({ rule, code }) => rule ?? code))]
  const why = [...reasons, ...(leftOut ? [] : cut)].map(({ message }) => message)
  for (const { party, record } of consents) why.push(`It goes on by the consent of ${party} (${record}).`)
  return [id ?? `object ${index}`, verdictInWords, by.join(', '), why.join(' ')].map(plain)
}

function rankOf({ verdict }: ObjectVerdict): number {
  return ['refused', 'waits', 'redacted', 'passes'].indexOf(verdict)
}

const WORDS = {
  passes: 'passes',
  redacted: 'is redacted',
  waits: 'waits for approval',
  refused: 'is refused',
}
