// Which objects a list shows, newest first. Gone through in stretches of sequence numbers that grow, with a pause after each
// for others: a question that finds much ends in the first, one that finds nothing has gone through all. How many there
// are is told as far as it was looked, and said to be the least where that was not all.

import type { Sqlite } from './database.ts'
import { FIND_STRETCH, OBJECT_TOTAL_MAX, SEQUENCES_PER_LOOK } from './limits.ts'
import { narrowed } from './object-counts.ts'
import type { ObjectShelf } from './object-shelf.ts'
import { type Narrowing, questionFor } from './search.ts'

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
  /** Asked between two stretches: where nobody waits for the answer any more, it is what there is by then. */
  goesOn?: () => boolean
  /** Length of the first stretch in the index. */
  stretch?: number
}

export async function findObjects(
  sqlite: Sqlite,
  shelf: ObjectShelf,
  wanted: Wanted,
  { goesOn = () => true, stretch: length = FIND_STRETCH }: HowToFind = {},
): Promise<Found> {
  // What stands in withdrawn is found by its id alone, and is no part of the index.
  if (wanted.words !== '' && wanted.collection === 'withdrawn') return { seqs: [], total: 0, totalIsLeast: false }
  const last = sqlite.prepare<[], { seq: number | null }>('select max(seq) as seq from objects').get()?.seq ?? 0
  const from = Math.min(wanted.before - 1, last)
  const look = lookFor(sqlite, shelf, wanted)
  const most = wanted.limit + 1

  const seqs: number[] = []
  let reached = from + 1
  for (const stretch of stretches(from, look, length)) {
    seqs.push(...look.find(stretch, most - seqs.length))
    reached = stretch.from
    if (seqs.length >= most) break
    await pause()
    if (!goesOn()) break
  }
  // What was sought among all is counted all the time; of words it is told what can be told soon.
  if (wanted.words === '') return { seqs, total: shelf.counts.of(wanted), totalIsLeast: false }
  if (seqs.length < most && from === last) return { seqs, total: seqs.length, totalIsLeast: reached > 1 }
  let total = 0
  let counted = last + 1
  // As far as rows are shown, so that no page goes past its total.
  for (const stretch of stretches(last, look, length)) {
    if (total > OBJECT_TOTAL_MAX || counted <= reached || !goesOn()) break
    total += look.count(stretch, OBJECT_TOTAL_MAX + 1 - total)
    counted = stretch.from
    await pause()
  }
  const isLeast = total > OBJECT_TOTAL_MAX || counted > 1
  return { seqs, total: Math.min(total, OBJECT_TOTAL_MAX), totalIsLeast: isLeast }
}

interface Stretch {
  from: number
  to: number
  indexed: boolean
}

interface Look {
  /** What is not above it is found by the index; 0 where that is no help. */
  indexedTo: number
  /** How many sequence numbers are gone through at once where the index is no help. */
  unindexed: number
  find(stretch: Stretch, limit: number): number[]
  count(stretch: Stretch, limit: number): number
}

/** Falling stretches of sequence numbers, from one on down to the first. */
function* stretches(from: number, { indexedTo, unindexed }: Look, first: number): Generator<Stretch> {
  let to = from
  for (; to > indexedTo; to -= unindexed) {
    yield { from: Math.max(to - unindexed, indexedTo) + 1, to, indexed: false }
  }
  to = Math.min(from, indexedTo)
  for (let length = first; to > 0; length *= 2) {
    yield { from: Math.max(to - length, 0) + 1, to, indexed: true }
    to -= length
  }
}

function lookFor(sqlite: Sqlite, shelf: ObjectShelf, wanted: Wanted): Look {
  const { words } = wanted
  const { where, values } = narrowed('o', wanted)
  // Mostly nothing was removed here, and then nothing is looked up for each object.
  const hides = sqlite.prepare('select 1 from removed_here limit 1').get() !== undefined
  const shown = hides ? `${where} and ${NOT_REMOVED}` : where
  const isNarrowed = [wanted.pact, wanted.collection, wanted.type, wanted.party].some((value) => value !== undefined)
  const asksIndex = wanted.collection !== 'withdrawn' && (words !== '' || isNarrowed)
  const indexedTo = asksIndex ? shelf.search.reached() : 0
  const inWords =
    words === ''
      ? { join: '', and: '', values: [] }
      : { join: 'join search_texts t on t.seq = o.seq', and: 'and instr(t.words, ?) > 0', values: [words] }
  const read = {
    sql: `select o.seq from objects o ${inWords.join} where o.seq between ? and ? and ${shown} ${inWords.and}`,
    values: [...values, ...inWords.values],
  }
  const { table, match, isWhole } = questionFor(words, wanted)
  const inAll = isWhole ? { and: '', values: [] } : { and: IN_WORDS, values: [words] }
  const inIndex = `${table} where ${table} match ? and rowid between ? and ?`
  // The index first and then the row of each: the other way round every row would ask the index anew.
  const found = (i: string) => `select ${i}.rowid as seq from ${table} ${i} cross join objects o on o.seq = ${i}.rowid
    where ${i}.${table} match ? and ${i}.rowid between ? and ? and ${shown} ${inAll.and}`
  const seqOf = ({ seq }: { seq: number }) => seq
  const all = (text: string, ...given: unknown[]) => sqlite.prepare<unknown[], { seq: number }>(text).all(...given)
  const countOf = (text: string, ...given: unknown[]) =>
    sqlite.prepare<unknown[], { n: number }>(`select count(*) as n from (${text} limit ?)`).get(...given)?.n ?? 0
  return {
    indexedTo,
    unindexed: words === '' ? Number.MAX_SAFE_INTEGER : SEQUENCES_PER_LOOK,
    find({ from, to, indexed }, limit) {
      if (!indexed) return all(`${read.sql} order by o.seq desc limit ?`, from, to, ...read.values, limit).map(seqOf)
      return all(`${found('i')} order by i.rowid desc limit ?`, match, from, to, ...values, ...inAll.values, limit).map(
        seqOf,
      )
    },
    count({ from, to, indexed }, limit) {
      if (!indexed) return countOf(read.sql, from, to, ...read.values, limit)
      // Without a look at the rows, where all that the index holds is shown.
      if (!hides && isWhole) return countOf(`select rowid from ${inIndex}`, match, from, to, limit)
      return countOf(found('i'), match, from, to, ...values, ...inAll.values, limit)
    },
  }
}

const IN_WORDS = 'and exists (select 1 from search_texts t where t.seq = o.seq and instr(t.words, ?) > 0)'
const NOT_REMOVED = `not exists (select 1 from removed_here r where r.pact = o.pact and r.collection = o.collection
  and r.id = o.id and r.version_order = o.version_order)`

/** Lets others have their turn. */
function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
