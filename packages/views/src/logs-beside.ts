// The other logs of a party on a channel, as a destruction of content is judged by them too (spec/destruction.md, Several
// logs): whoever speaks in several at once could else say in one what the other had been told it may not. Those that go on
// from its own after it came later, and do not count.

import type { Sight } from '@countersign/pact'
import type { Sqlite } from './database.ts'
import type { Successions } from './successions.ts'

interface Place {
  origin: string
  idx: number
}

export interface BesideLog {
  origin: string
  /** How many entries of it are folded. */
  size: number
  sight: Sight
  /** It says that it goes on from the log of the destruction after it, and that is not held so far yet. */
  mayFollow: boolean
}

export class LogsBeside {
  private readonly successions: Successions
  private readonly sightOf: (origin: string, index: number) => Sight
  private readonly sql

  constructor(sqlite: Sqlite, successions: Successions, sightOf: (origin: string, index: number) => Sight) {
    this.successions = successions
    this.sightOf = sightOf
    this.sql = {
      others: sqlite.prepare<[string], { origin: string; next: number }>(
        `select o.origin, o.next from logs l join logs o
         on o.pact = l.pact and o.channel = l.channel and o.party = l.party and o.origin <> l.origin
         where l.origin = ? order by o.origin`,
      ),
      destructions: sqlite.prepare<[string], Place>(
        "select origin, idx from records where origin = ? and type = 'content/destroyed' order by idx",
      ),
    }
  }

  of({ origin, idx }: Place): BesideLog[] {
    return this.sql.others.all(origin).flatMap(({ origin: other, next }) => {
      const follows = this.follows(other, origin, idx)
      if (follows === 'held') return []
      return [{ origin: other, size: next, sight: this.sightOf(other, next - 1), mayFollow: follows === 'awaited' }]
    })
  }

  shows(log: BesideLog, { origin, idx }: Place): boolean {
    return origin === log.origin ? idx < log.size : idx < log.sight.size(origin)
  }

  /** In the other logs of its author, but for those that this one goes on from after them. */
  destructionsBeside(origin: string): Place[] {
    return this.sql.others
      .all(origin)
      .flatMap(({ origin: other }) =>
        this.sql.destructions.all(other).filter(({ idx }) => this.follows(origin, other, idx) !== 'held'),
      )
  }

  /** Whether a log goes on from another one after an entry of that, directly or through others. */
  private follows(heir: string, origin: string, idx: number): 'held' | 'awaited' | undefined {
    const link = this.successions.linkTo(heir, origin)
    return link === undefined || link.size <= idx ? undefined : link.isHeld ? 'held' : 'awaited'
  }
}
