// Pages of a list that is read by cursor. A cursor only leads onward, so the way back is remembered here for as long as the
// page lives; after a reload there is still the newest page.

import { useNavigate } from '@tanstack/react-router'
import { PAGE_ROWS } from '../api.ts'

const cameFrom = new Map<string, { cursor: string | undefined; first: number }>()

export interface Pages {
  /** Rows before this page, where known. */
  first: number | undefined
  older: (() => void) | undefined
  newer: (() => void) | undefined
  newest: (() => void) | undefined
}

export function usePages(cursor: string | undefined, next: string | null | undefined): Pages {
  const navigate = useNavigate()
  const back = cursor === undefined ? undefined : cameFrom.get(cursor)
  const first = cursor === undefined ? 0 : back === undefined ? undefined : back.first + PAGE_ROWS
  const goTo = (to: string | undefined) => {
    void navigate({ to: '.', search: (search: object) => ({ ...search, cursor: to }), resetScroll: true })
  }
  return {
    first,
    older:
      next === null || next === undefined
        ? undefined
        : () => {
            cameFrom.set(next, { cursor, first: first ?? 0 })
            goTo(next)
          },
    newer: back === undefined ? undefined : () => goTo(back.cursor),
    newest: cursor === undefined ? undefined : () => goTo(undefined),
  }
}
