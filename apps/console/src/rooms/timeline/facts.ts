// What a timeline says in words: one fact for each mark of the picture, for the table, and for what the pointer is at.

import type { TFunction } from 'i18next'
import { counted } from '../../marks/amounts.ts'
import { plain } from '../../marks/Foreign.tsx'
import { opinionWord } from '../balance/balance-words.ts'
import type { Claim, Happening, Row } from './drawn.ts'

export interface Fact {
  key: string
  what: string
  from: number | null
  until: number | null
  /** By whose word the two times are so. */
  word: string
  /** Whether others countersigned it. */
  isProved: boolean
  isReversed: boolean
  /** One time, and no stretch. */
  isMoment: boolean
  /** Where it is said, and by the author's own clock when. */
  happening: Happening | undefined
}

export function factsOf(row: Row, t: TFunction, language: string): Fact[] {
  const claimed = t('timeline.claimed')
  const own = [...row.claims, ...row.moments].map((claim) => ({
    ...claimFact(claim, claim.properties.join(' – '), claimed),
    key: claim.properties.join(' ') + String(claim.from),
  }))
  const told = row.happenings.flatMap((happening, at) => {
    const party = plain(happening.event.party, 128)
    const { seen } = happening
    const fact: Fact = {
      key: `${happening.event.kind} ${happening.event.record} ${at}`,
      what: wordsOf(happening, t, language),
      from: happening.lo ?? (happening.hi === null ? happening.claimed : null),
      until: happening.hi,
      word: wordOf(happening, party, t),
      isProved: happening.hi !== null,
      isReversed: false,
      isMoment: false,
      happening,
    }
    if (seen === undefined) return [fact]
    const claim = claimFact(seen, t('timeline.seenClaim', { party }), t('timeline.claimedBy', { party }))
    return [fact, { ...claim, key: `${fact.key} seen` }]
  })
  return [...own, ...told]
}

function claimFact({ properties, from, until, isReversed }: Claim, what: string, word: string): Fact {
  const isMoment = properties.length === 1
  return { key: what, what, from, until, word, isProved: false, isReversed, isMoment, happening: undefined }
}

function wordsOf({ event }: Happening, t: TFunction, language: string): string {
  const party = plain(event.party, 128)
  const { kind, seen, opinion, refused } = event
  if (kind === 'takenBack') return t('timeline.takenBack', { party })
  if (kind === 'said') return t(refused ? 'timeline.saidRefused' : 'timeline.said', { party })
  if (kind === 'sighting') {
    const count = seen?.count ?? 1
    return count === 0
      ? t('timeline.notSeen', { party })
      : t('timeline.sighting', { party, ...counted(count, language) })
  }
  const { verdict, opinion: of } = opinion ?? { verdict: null, opinion: null }
  const said = verdict === null ? t(`feedback.opinion.${opinionWord(of)}`) : t(`triage.word.${verdict}`)
  return t('timeline.opinion', { party, opinion: said })
}

function wordOf({ lo, hi }: Happening, party: string, t: TFunction): string {
  if (hi !== null) return t(lo === null ? 'timeline.provedHeld' : 'timeline.proved')
  return lo === null ? t('timeline.unproved', { party }) : t('timeline.provedAfter')
}
