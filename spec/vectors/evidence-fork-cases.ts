// Evidence of a record beside files that show that its log forked (spec/evidence.md, A fork beside it). The record stands
// at index 2; without a fork its hi for bravo is 1010.

import { toBase64 } from '@countersign/log'
import { canonicalJson, makeForkEvidence } from '@countersign/record'
import { consistencyOf, made, rootOf } from './evidence-making.ts'
import { alfa, checkpointOf, ORIGIN } from './samples.ts'
import { text } from './texts.ts'

export interface EvidenceForkCase {
  name: string
  evidence: string
  /** Names of `forkFiles`. */
  beside: string[]
  /** Codes of the steps that fail, in order; empty where the file holds. */
  fails: string[]
  inFork: 'after' | 'not-shown' | null
  lo?: number | null
  hi?: number | null
}

const entries = (branch: string, size: number) =>
  Array.from({ length: size }, (_, i) => new TextEncoder().encode(i === 0 ? 'opened' : `${branch} ${i}`))

/** A fork whose smaller head is of `m` entries, the other of `n`. */
function fork(m: number, n: number, origin = ORIGIN): string {
  const notes: [Uint8Array, Uint8Array] = [
    checkpointOf(entries('left', m), origin),
    checkpointOf(entries('right', n), origin),
  ]
  const right = entries('right', n)
  const prefix = m === n ? {} : { prefix: { root: rootOf(right.slice(0, m)), consistency: consistencyOf(right, m) } }
  const file = makeForkEvidence({ origin, cards: [alfa.card], notes, ...prefix })
  if (!file.ok) throw new Error(`${file.code}: ${file.message}`)
  return text(file.value)
}

export const forkFiles: Record<string, string> = {
  'of two and seven entries': fork(2, 7),
  'of three entries': fork(3, 3),
  'of four entries': fork(4, 4),
  'of another log': fork(3, 3, ORIGIN.replace('/main/', '/line/')),
  'that shows none': fork(3, 3).replace('"kind":"fork"', '"kind":"folk"'),
}

const whole = text(canonicalJson(made({})))
const changed = made({})
const forged = text(canonicalJson({ ...changed, entry: toBase64(new TextEncoder().encode('{}')) }))
const of = (
  name: string,
  beside: string[],
  inFork: EvidenceForkCase['inFork'],
  hi: number | null,
): EvidenceForkCase => ({ name, evidence: whole, beside, fails: [], inFork, lo: 1000, hi })

export const evidenceForkCases: EvidenceForkCase[] = [
  of('no fork', [], null, 1010),
  of('after the split: both have two entries in common at most', ['of three entries'], 'after', null),
  of('after the split, between two sizes', ['of two and seven entries'], 'after', null),
  of('it is not shown where', ['of four entries'], 'not-shown', 1010),
  of('the least of several decides', ['of four entries', 'of three entries'], 'after', null),
  of('a fork of another log', ['of another log'], null, 1010),
  {
    ...{ name: 'a file that shows no fork', evidence: whole, beside: ['that shows none'] },
    ...{ fails: ['evidence/fork'], inFork: null },
  },
  {
    ...{ name: 'a record that does not hold', evidence: forged, beside: ['of three entries'] },
    ...{ fails: ['evidence/entry'], inFork: null },
  },
]
