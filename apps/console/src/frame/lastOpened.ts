// Which row of a list was opened last, so that coming back puts the officer where they were.

import { useEffect, useRef } from 'react'

const lastOpened = new Map<string, string>()

export function rememberOpened(list: string, id: string): void {
  lastOpened.set(list, id)
}

/** Focuses the row opened last, once, as soon as the list shows it. */
export function useReturnToRow(list: string, shown: boolean): void {
  const done = useRef(false)
  useEffect(() => {
    if (!shown || done.current) return
    done.current = true
    const id = lastOpened.get(list)
    lastOpened.delete(list)
    if (id === undefined || document.activeElement !== document.body) return
    const row = [...document.querySelectorAll<HTMLElement>('[data-row-link]')].find(
      (link) => link.dataset.rowLink === id,
    )
    row?.focus({ preventScroll: true })
    row?.scrollIntoView({ block: 'nearest' })
  }, [list, shown])
}
