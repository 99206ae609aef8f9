// Which objects a list shows, newest first. What the index finds is looked at in steps that grow, with a pause after each
// for others: a question that finds much ends in the first, one that finds nothing has looked at all that the index could
// not rule out. How many there are is told as far as it was looked, and said to be the least where that was not all.

import type { Sqlite } from './database.ts'
import { LOOKS_FIRST, LOOKS_MAX, OBJECT_TOTAL_MAX, SEQUENCES_PER_LOOK } from './limits.ts'
import { narrowed } from './object-counts.ts'
import type { ObjectShelf } from './object-shelf.ts'
import type { Narrowing } from './search.ts'
import { SearchQuestion } from './search-question.ts'

export interface Wanted extends Narrowing {
  /** Folded (object-words.ts); empty for all. */
  words: string
  /** Only what is older than this sequence number. */
  before: number
  limit: number
}

export interface Found {
  /** Sequence numbers, falling; one more than the limit where there are more. */
  seqs: number[]
  total: number
  totalIsLeast: boolean
}

export interface HowToFind {
  /** Asked between two steps: where nobody waits for the answer any more, it is what there is by then. */
  goesOn?: () => boolean
  /** How many are looked at in the first step. */
  looks?: number
}

export async function findObjects(
  sqlite: Sqlite,
  shelf: ObjectShelf,
  wanted: Wanted,
  { goesOn = () => true, looks: first }: HowToFind = {},
): Promise<Found> {
  // What stands in withdrawn is found by its id alone, and is no part of the index.
  if (wanted.words !== '' && wanted.collection === 'withdrawn') return { seqs: [], total: 0, totalIsLeast: false }
  const last = sqlite.prepare<[], { seq: number | null }>('select max(seq) as seq from objects').get()?.seq ?? 0
  const from = Math.min(wanted.before - 1, last)
  const most = wanted.limit + 1
  const look = lookFor(sqlite, shelf, wanted)
  // Nothing is counted of what is sought among all.
  const atFirst = first ?? (wanted.words === '' ? most : LOOKS_FIRST)

  const shown: number[] = []
  let unseen = from
  for await (const step of steps(look, from, atFirst, goesOn)) {
    for (const seq of step.shown) shown.push(seq)
    unseen = step.unseen
    if (shown.length >= most) break
  }
  const seqs = shown.slice(0, most)
  // What was sought among all is counted all the time; of words it is told what can be told soon.
  if (wanted.words === '') return { seqs, total: shelf.counts.of(wanted), totalIsLeast: false }
  let [total, uncounted] = [shown.length, unseen]
  if (from < last) {
    // As far as rows are shown, so that no page goes past its total.
    ;[total, uncounted] = [0, last]
    for await (const step of steps(look, last, atFirst, goesOn)) {
      total += step.shown.length
      uncounted = step.unseen
      if (total > OBJECT_TOTAL_MAX || uncounted <= unseen) break
    }
  }
  const totalIsLeast = total > OBJECT_TOTAL_MAX || uncounted > 0
  return { seqs, total: Math.min(total, OBJECT_TOTAL_MAX), totalIsLeast }
}

/** What one step showed, falling, and the newest sequence number that it left unseen; 0 for none. */
interface Step {
  shown: number[]
  unseen: number
}

/** Looks at no more than so many that may be shown, from one sequence number on down. */
type Look = (to: number, most: number) => Step

async function* steps(look: Look, from: number, first: number, goesOn: () => boolean): AsyncGenerator<Step> {
  let to = from
  for (let most = first; to > 0; most = Math.min(most * 2, LOOKS_MAX)) {
    const step = look(to, most)
    yield step
    to = step.unseen
    await pause()
    if (!goesOn()) return
  }
}

function lookFor(sqlite: Sqlite, shelf: ObjectShelf, wanted: Wanted): Look {
  const { words } = wanted
  const { where, values } = narrowed('o', wanted)
  // Mostly nothing was removed here, and then nothing is looked up for each object.
  const hides = sqlite.prepare('select 1 from removed_here limit 1').get() !== undefined
  const isShown = hides ? `${where} and ${NOT_REMOVED}` : where
  const isNarrowed = [wanted.pact, wanted.collection, wanted.type, wanted.party].some((value) => value !== undefined)
  const asksIndex = wanted.collection !== 'withdrawn' && (words !== '' || isNarrowed)
  const indexedTo = asksIndex ? shelf.search.reached() : 0

  const hasWords = (seq: string) =>
    words === '' ? '1' : `exists (select 1 from search_texts t where t.seq = ${seq} and instr(t.words, ?) > 0)`
  const given = [...(words === '' ? [] : [words]), ...values]
  const inRows = sqlite.prepare<unknown[], { seq: number }>(
    `select o.seq from objects o where o.seq between ? and ? and ${hasWords('o.seq')} and ${isShown}
     order by o.seq desc limit ?`,
  )
  const rows: Look = (to, most) => {
    const length = words === '' ? to : SEQUENCES_PER_LOOK
    const from = Math.max(to - length, indexedTo) + 1
    const shown = inRows.all(from, to, ...given, most).map(({ seq }) => seq)
    return { shown, unseen: (shown.length === most ? (shown.at(-1) ?? from) : from) - 1 }
  }
  if (indexedTo === 0) return rows

  const question = new SearchQuestion(sqlite, words, wanted)
  const { table } = question
  // No lower bound: the index would look for its first beyond all bounds, at each step anew.
  const inIndex = sqlite.prepare<unknown[], { seq: number; shown: number }>(
    `select i.seq, ${hasWords('i.seq')} and exists (select 1 from objects o where o.seq = i.seq and ${isShown}) as shown
     from (select rowid as seq from ${table} where ${table} match ? and rowid <= ? order by rowid desc limit ?) i
     order by i.seq desc`,
  )
  return (to, most) => {
    if (to > indexedTo) return rows(to, most)
    const found = inIndex.all(...given, question.match(indexedTo), to, most)
    const shown = found.filter((row) => row.shown === 1).map(({ seq }) => seq)
    const unseen = found.length === most ? (found.at(-1)?.seq ?? 1) - 1 : 0
    question.answered({ found: found.length, shown: shown.length, among: to - unseen })
    return { shown, unseen }
  }
}

const NOT_REMOVED = `not exists (select 1 from removed_here r where r.pact = o.pact and r.collection = o.collection
  and r.id = o.id and r.version_order = o.version_order)`

/** Lets others have their turn. */
function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
