// What the gate says of a round: asked by itself while it is small, and when an officer says so where it is large.

import type { ObjectVerdict, RoundLook, RoundLooked, RoundPlace } from '@countersign/client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api.ts'

const ASKED_UNASKED_BYTES = 4 * 1024 * 1024
/** Rules of the house may change while the page is open. */
const AGAIN_MS = 30_000

export interface RoundGate {
  /** Of what is in it now. */
  tried: RoundLooked | undefined
  /** By the id of the object; of several versions the strictest. */
  verdicts: ReadonlyMap<string, ObjectVerdict>
  /** Whether every object that does not pass as it came is among them. */
  isWhole: boolean
  isAsking: boolean
  error: Error | null
  /** Where it is not asked by itself, or failed. */
  ask: (() => void) | undefined
}

const STRICT = ['passes', 'redacted', 'waits', 'refused'] as const

export function useRoundGate(place: RoundPlace, round: RoundLook): RoundGate {
  const { objects, leftOut, bytes, gathered } = round
  const key = JSON.stringify([
    ...[place, objects, leftOut, bytes, gathered.at(-1)?.n ?? 0, round.marking ?? null, round.feed ?? null],
    gathered.filter((one) => one.leftOut !== null).map(({ n }) => n),
  ])
  const [asked, setAsked] = useState('')
  const isSmall = bytes <= ASKED_UNASKED_BYTES
  const isAsked = isSmall || asked === key
  const query = useQuery({
    queryKey: ['gate', 'round', key],
    queryFn: () => api.tryRound(place),
    enabled: objects > 0 && isAsked,
    staleTime: isSmall ? AGAIN_MS : Number.POSITIVE_INFINITY,
    refetchInterval: isSmall ? AGAIN_MS : false,
    gcTime: 0,
    retry: false,
  })
  const tried = objects > 0 && isAsked && !query.isError ? query.data : undefined
  const verdicts = new Map<string, ObjectVerdict>()
  for (const told of tried?.told ?? []) {
    const other = told.id === null ? undefined : verdicts.get(told.id)
    const isStricter = other === undefined || STRICT.indexOf(told.verdict) > STRICT.indexOf(other.verdict)
    if (told.id !== null && isStricter) verdicts.set(told.id, told)
  }
  const notPassing = (tried?.objects ?? 0) - (tried?.counts.passes ?? 0)
  const toldNotPassing = tried?.told.filter(({ verdict }) => verdict !== 'passes').length ?? 0
  return {
    ...{ tried, verdicts, isWhole: toldNotPassing >= notPassing, isAsking: query.isLoading, error: query.error },
    ask:
      objects === 0
        ? undefined
        : !isAsked
          ? () => setAsked(key)
          : query.isError
            ? () => void query.refetch()
            : undefined,
  }
}
