// What the index (search.ts) is asked for words and for what a list is narrowed by. It holds a list of objects for each piece
// of three letters, and to go through the lists of all pieces of a long word together is to read nearly all of them. So only
// the rarest few are asked for, and what they find is looked at: it may have the pieces and not the words. Nothing that is
// sought is missed, whatever is asked; what is asked decides only how much has to be read.

import type { Statement } from 'better-sqlite3'
import type { Sqlite } from './database.ts'
import { PIECES_WEIGHED_MAX } from './limits.ts'
import { FACETS, facet, letterToken, type Narrowing, type TABLES } from './search.ts'

/** A list is weighed by where the so-and-so-many-th newest of it stands. */
const SAMPLE = 32
/** As long as one look at an object takes, so many entries of a list are gone through. */
const LOOK_COST = 20
/** Of so many that were found one at the least should be shown. */
const SHOWN_OF = 10

interface Piece {
  text: string
  /** What narrows the list, and no part of the words. */
  isFacet: boolean
}

/** A piece, and how far apart the newest that have it stand, in sequence numbers; infinite where there are next to none. */
interface Weighed extends Piece {
  gap: number
}

export class SearchQuestion {
  readonly table: (typeof TABLES)[number]
  private readonly pieces: Piece[]
  private readonly newest: Statement<[match: string], { seq: number }>
  private weighed: readonly Weighed[] | undefined
  private asked: readonly Piece[] = []
  /** How far apart stood what was found; undefined where enough of it was shown. */
  private inVain: number | undefined

  /** Words folded (object-words.ts); these or the narrowing name one piece at the least. */
  constructor(sqlite: Sqlite, words: string, narrowing: Narrowing) {
    const letters = [...words]
    const isShort = words !== '' && letters.length < 3
    this.table = isShort ? 'search_pairs' : 'search_words'
    const facets = FACETS.flatMap((name) => {
      const value = narrowing[name]
      return value === undefined ? [] : [{ text: facet(name, value), isFacet: true }]
    })
    const texts = isShort ? [letters.map(letterToken).join('')] : threes(letters)
    this.pieces = [...texts.map((text) => ({ text, isFacet: false })), ...facets]
    this.newest = sqlite.prepare(
      `select rowid as seq from ${this.table} where ${this.table} match ? order by rowid desc limit 1 offset ${SAMPLE - 1}`,
    )
  }

  /** What the index is to be asked, all being not newer than `last`. */
  match(last: number): string {
    this.weighed ??= this.weigh(last)
    const { weighed } = this
    const isAsked = ({ text }: Piece) => this.inVain !== undefined && this.asked.some((one) => one.text === text)
    const asked = weighed.filter(isAsked)
    let apart = this.inVain ?? 1
    const others = weighed.filter((piece) => !isAsked(piece))
    // Pieces of one word go together; what they found in vain is told apart by what is none of them.
    if (this.inVain !== undefined) others.sort((a, b) => Number(b.isFacet) - Number(a.isFacet))
    for (const piece of others) {
      // Each further list is read between all that was found by the ones before it.
      const rulesOut = this.inVain === undefined ? piece.gap : Math.max(piece.gap, SHOWN_OF)
      if (asked.length > 0 && apart >= LOOK_COST * (rulesOut - 1)) break
      asked.push(piece)
      apart *= piece.gap
    }
    this.asked = asked
    // The rarest first: the others are gone through as far as it leads.
    return asked
      .sort((a, b) => b.gap - a.gap)
      .map(({ text }) => quoted(text))
      .join(' AND ')
  }

  /** What came of the last match: how many were found, among how many sequence numbers, and how many of them are shown. */
  answered({ found, shown, among }: { found: number; shown: number; among: number }): void {
    this.inVain = shown * SHOWN_OF < found ? among / found : undefined
  }

  /** Rarest first, by the newest of each: to come to older ones a list is gone through from its newest end. */
  private weigh(last: number): Weighed[] {
    if (this.pieces.length === 1) return this.pieces.map((piece) => ({ ...piece, gap: 1 }))
    const gapOf = ({ text }: Piece) => {
      const sampled = this.newest.get(quoted(text))
      return sampled === undefined ? Number.POSITIVE_INFINITY : (last - sampled.seq + 1) / SAMPLE
    }
    return this.pieces.map((piece) => ({ ...piece, gap: gapOf(piece) })).sort((a, b) => b.gap - a.gap)
  }
}

/** Every three letters that follow each other, each once; of many some from each part. */
function threes(letters: readonly string[]): string[] {
  const all = [...new Set(letters.slice(2).map((last, i) => `${letters[i]}${letters[i + 1]}${last}`))]
  const every = Math.ceil(all.length / PIECES_WEIGHED_MAX)
  return all.filter((_, i) => i % every === 0)
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
