// What is under the officer's hands in triage: the row in hand, what is selected, the verdicts given, and where the next key
// leads. Verdicts are given by id: an object that two parties shared is the same object, and both are told.

import type { ReceivedObject } from '@countersign/client'
import type { FeedbackVerdict } from '@countersign/record'
import { useEffect, useRef, useState } from 'react'
import { plain } from '../../marks/Foreign.tsx'
import type { Kept } from './kept.ts'
import { explain, type Given, give, takeBack, undo } from './verdicts.ts'

export const PAGE = 50

export interface TriageDesk {
  rows: readonly ReceivedObject[]
  page: number
  turn: (to: number) => void
  /** The row that was in focus last. */
  current: ReceivedObject | undefined
  setCurrent: (key: string) => void
  selected: ReadonlySet<string>
  select: (ids: readonly string[], is: boolean) => void
  /** From the row that was selected last to the one in hand, or to `key`. */
  selectTo: (key?: string) => void
  given: ReadonlyMap<string, Given>
  /** What the next verdict is given to. */
  targets: readonly string[]
  judge: (verdict: FeedbackVerdict, ids?: readonly string[]) => void
  takeBack: (ids: readonly string[]) => void
  undo: (() => void) | undefined
  last: readonly string[]
  /** What a reason is said of: those in hand that have a verdict, else those of the last step. */
  explained: readonly string[]
  explain: (reason: string) => void
  toRow: () => void
  nameOf: (id: string) => string
}

/** One row for each party that shared it. */
export function keyOf({ from, channel, mode, id }: ReceivedObject): string {
  return `${from} ${channel} ${mode} ${id}`
}

export function nameOf({ name, id }: Pick<ReceivedObject, 'name' | 'id'>): string {
  return plain(name === null || name === '' ? id : name, 200)
}

export function useTriageDesk(
  rows: readonly ReceivedObject[],
  { verdicts, change, waiting }: Kept,
  [page, setPage]: [number, (to: number) => void],
): TriageDesk {
  const [currentKey, setCurrent] = useState<string>()
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const anchor = useRef<string>(undefined)
  const wanted = useRef<string>(undefined)
  const last = Math.max(0, Math.ceil(rows.length / PAGE) - 1)
  const at = Math.min(page, last)
  const { given } = verdicts
  const placeOf = (key: string | undefined) => (key === undefined ? -1 : rows.findIndex((row) => keyOf(row) === key))
  const current = rows[placeOf(currentKey)]

  useEffect(() => {
    if (wanted.current === undefined) return
    const link = rowLink(wanted.current)
    if (link === undefined) return
    wanted.current = undefined
    link.focus({ preventScroll: true })
    link.scrollIntoView({ block: 'nearest' })
  })

  const turn = (to: number) => setPage(Math.max(0, Math.min(last, to)))
  const goTo = (place: number) => {
    const row = rows[place]
    if (row === undefined) return
    wanted.current = keyOf(row)
    setCurrent(keyOf(row))
    turn(Math.floor(place / PAGE))
  }
  const inHand = selected.size > 0 ? [...selected] : current === undefined ? [] : [current.id]

  const judge = (verdict: FeedbackVerdict, ids: readonly string[] = inHand) => {
    const isOpen = ({ id, verdict: said }: ReceivedObject, but: ReadonlySet<string>) =>
      said === null && !given.has(id) && !but.has(id) && !waiting.has(id)
    if (ids.length === 0) return goTo(rows.findIndex((row) => isOpen(row, new Set())))
    change((before) => give(before, ids, verdict))
    setSelected(new Set())
    const now = new Set(ids)
    const behind = rows.findLastIndex(({ id }) => now.has(id))
    const next = rows.findIndex((row, place) => place > behind && isOpen(row, now))
    goTo(next === -1 ? behind : next)
  }

  const lastIds = (verdicts.steps.at(-1)?.ids ?? []).filter((id) => given.has(id))
  const judgedInHand = inHand.filter((id) => given.has(id))
  const explained = judgedInHand.length > 0 ? judgedInHand : lastIds

  return {
    ...{ rows, page: at, turn, current, setCurrent, selected, given, targets: inHand, judge },
    select: (ids, is) => {
      anchor.current = ids.at(-1)
      setSelected((before) => {
        const next = new Set(before)
        for (const id of ids) {
          if (is) next.add(id)
          else next.delete(id)
        }
        return next
      })
    },
    selectTo: (key) => {
      const to = key === undefined ? placeOf(currentKey) : placeOf(key)
      const from = rows.findIndex(({ id }) => id === anchor.current)
      if (to === -1) return
      const [a, b] = from === -1 ? [to, to] : from < to ? [from, to] : [to, from]
      setSelected((before) => new Set([...before, ...rows.slice(a, b + 1).map(({ id }) => id)]))
    },
    takeBack: (ids) => change((before) => takeBack(before, ids)),
    undo:
      verdicts.steps.length === 0
        ? undefined
        : () => {
            const { ids } = undo(verdicts)
            change((before) => undo(before).verdicts)
            goTo(rows.findIndex(({ id }) => ids.includes(id)))
          },
    last: verdicts.steps.at(-1)?.ids ?? [],
    explained,
    explain: (reason) => change((before) => explain(before, explained, reason)),
    toRow: () => goTo(currentKey === undefined ? 0 : Math.max(0, placeOf(currentKey))),
    nameOf: (id) => nameOf(rows.find((row) => row.id === id) ?? { name: null, id }),
  }
}

function rowLink(key: string): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>('[data-row-link]')].find((link) => link.dataset.rowLink === key)
}
