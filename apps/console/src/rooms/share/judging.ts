// What the gate says of a draft: asked by itself while the draft is small, and when an officer says so where it is large.

import type { ObjectVerdict, TriedShare } from '@countersign/client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api.ts'
import { bytesToSend, type Draft, objectsOf, unreadableIn } from '../../intake/draft.ts'
import { inputOf, type Place } from './place.ts'

const ASKED_UNASKED_BYTES = 4 * 1024 * 1024

export interface Judged {
  tried: TriedShare
  /** By the number of the object in the draft. */
  verdicts: ReadonlyMap<number, ObjectVerdict>
  /** Whether every object that does not pass as it came is among them. */
  isWhole: boolean
}

/** Those of the gate, and where it did not tell of the object by itself. */
export type Verdict = ObjectVerdict['verdict'] | 'untold'

export interface Judging {
  /** Of this draft or, while that is being judged, of the one before. */
  judged: Judged | undefined
  /** Whether `judged` is of what would be sent now. */
  isNow: boolean
  isAsking: boolean
  /** How much of it has left for the node, from 0 to 1. */
  sent: number
  error: Error | null
  /** Where it is not asked by itself. */
  ask: (() => void) | undefined
}

/** `place` is undefined where it is not said yet to whom. */
export function useJudging(draft: Draft, place: Place | undefined): Judging {
  const [sent, setSent] = useState(0)
  const [asked, setAsked] = useState('')
  const key = keyOf(draft, place)
  const included = objectsOf(draft) - draft.leftOut.size
  const canAsk = place !== undefined && included > 0 && unreadableIn(draft).length === 0
  const bytes = draft.sources.reduce((sum, { taken }) => sum + taken.blob.size, 0)
  const isAsked = bytes <= ASKED_UNASKED_BYTES || asked === key
  const query = useQuery({
    queryKey: ['gate', key],
    enabled: canAsk && isAsked,
    queryFn: async () => {
      setSent(0)
      if (place === undefined) throw new Error('It is not said yet to whom.')
      return judgedOf(await api.tryShare(inputOf(place), bytesToSend(draft), setSent), draft)
    },
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  })
  // While this draft is judged, what was said of the one before stays in sight; where it is not, that says nothing.
  const judged = canAsk && isAsked && !query.isError ? query.data : undefined
  return {
    judged,
    isNow: judged !== undefined && !query.isPlaceholderData,
    isAsking: query.isFetching,
    sent,
    error: query.error,
    ask: canAsk && !isAsked ? () => setAsked(key) : query.isError ? () => void query.refetch() : undefined,
  }
}

/** The same for as long as the same would be sent to the same. */
export function keyOf({ version }: Draft, place: Place | undefined): string {
  return JSON.stringify([version, place ?? null])
}

export function verdictOf({ verdicts, isWhole }: Judged, object: number): Verdict {
  return verdicts.get(object)?.verdict ?? (isWhole ? 'passes' : 'untold')
}

function judgedOf(tried: TriedShare, draft: Draft): Judged {
  const byPlace = new Map(tried.told.map((told) => [told.index, told]))
  const verdicts = new Map<number, ObjectVerdict>()
  let place = 0
  for (let object = 0, all = objectsOf(draft); object < all; object++) {
    if (draft.leftOut.has(object)) continue
    const told = byPlace.get(place++)
    if (told !== undefined) verdicts.set(object, told)
  }
  const { passes: _, ...others } = tried.counts
  const notPassing = Object.values(others).reduce((sum, count) => sum + count, 0)
  const told = tried.told.filter(({ verdict }) => verdict !== 'passes').length
  return { tried, verdicts, isWhole: told >= notPassing }
}
