// What would leave of a share that waits, read in this browser as a draft is: so that an officer sees names and texts, and
// not ids alone.

import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, SHOWN_UNASKED_BYTES } from '../../api.ts'
import { Intake } from '../../intake/intake.ts'
import type { DraftRow } from '../../intake/protocol.ts'

/** Of a larger share the objects after these are told by their ids; all of it is in the file. */
const ROWS_READ = 2_000

export interface Leaving {
  /** By id, of objects whose id stands once in what would leave. */
  rows: ReadonlyMap<string, { row: DraftRow; text(): Promise<string> }>
}

export interface LeavingRead {
  leaving: Leaving | undefined
  isReading: boolean
  error: Error | null
  /** Where it is not read by itself. */
  read: (() => void) | undefined
}

/** `judgement` is empty where nothing would leave. */
export function useLeaving(id: string, judgement: string, bytes: number): LeavingRead {
  const [intake] = useState(() => new Intake())
  useEffect(() => () => intake.end(), [intake])
  const next = useRef(0)
  const [asked, setAsked] = useState('')
  const isAsked = bytes <= SHOWN_UNASKED_BYTES || asked === judgement
  const query = useQuery({
    queryKey: ['leaving', id, judgement],
    enabled: judgement !== '' && isAsked,
    queryFn: async ({ signal }): Promise<Leaving> => {
      const blob = new Blob([(await api.leavingOf(id, judgement, signal)) as BlobPart])
      const source = next.current++
      const read = await intake.read(source, blob, () => {})
      if (!read.ok) throw new Error(read.message)
      const { offsets, lengths } = read.value
      const first = Array.from({ length: Math.min(ROWS_READ, lengths.length) }, (_, index) => index)
      const rows: [string, Leaving['rows'] extends ReadonlyMap<string, infer One> ? One : never][] = []
      const times = new Map<string, number>()
      for (const [index, row] of (await intake.rows(source, first)).entries()) {
        times.set(row.id, (times.get(row.id) ?? 0) + 1)
        const start = offsets[index] ?? 0
        rows.push([row.id, { row, text: () => blob.slice(start, start + (lengths[index] ?? 0)).text() }])
      }
      return { rows: new Map(rows.filter(([of]) => times.get(of) === 1)) }
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  })
  return {
    leaving: judgement === '' ? undefined : query.data,
    isReading: query.isFetching,
    error: query.error,
    read: judgement !== '' && !isAsked ? () => setAsked(judgement) : undefined,
  }
}
