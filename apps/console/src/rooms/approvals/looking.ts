// Looking at a share that waits: what the gate says of it now, and whether that is what the officer has looked at.

import type { TriedShare, WaitingShare } from '@countersign/client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiFailure } from '../../api.ts'
import { ask } from '../../queries.ts'

/** Its `judgement` is of what is shown, and empty where the gate refuses it. */
export type Looked = WaitingShare & { tried: TriedShare }

export interface Looking {
  looked: Looked | undefined
  /** What the officer looked at before, where the gate decides otherwise now. */
  before: Looked | undefined
  /** The officer has looked at what is shown now. */
  lookedAgain: () => void
  error: Error | null
}

export function useLooking(id: string): Looking {
  const { data, error } = useQuery(ask.waitingShare(id))
  const [seen, setSeen] = useState<Looked>()
  if (seen === undefined && data !== undefined) setSeen(data)
  const isOther = seen !== undefined && data !== undefined && seen.judgement !== data.judgement
  // What cannot be judged now cannot be approved either: what was shown before would only look as if it could.
  const looked = error === null ? data : undefined
  // Another person has decided on it: the list says so in a moment.
  const isOver = error instanceof ApiFailure && error.code === 'not-found/approval'
  const before = isOther ? seen : undefined
  return { looked, before, lookedAgain: () => setSeen(data), error: isOver ? null : error }
}
