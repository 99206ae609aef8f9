// The keys of the desk. Single letters work only outside fields, without modifiers, and only where the officer has not
// switched them off (a screen reader or speech input may need them). Focus itself moves, so Enter is the browser's own.

import { useEffect, useRef, useSyncExternalStore } from 'react'

const SETTING = 'countersign.single-keys'
/** Of every pair. */
const PREFIX = 'g'
const PREFIX_MS = 1_200
const listeners = new Set<() => void>()

export function singleKeysOn(): boolean {
  return localStorage.getItem(SETTING) !== 'off'
}

export function setSingleKeys(on: boolean): void {
  localStorage.setItem(SETTING, on ? 'on' : 'off')
  for (const tell of listeners) tell()
}

export function useSingleKeys(): boolean {
  return useSyncExternalStore((tell) => {
    listeners.add(tell)
    return () => listeners.delete(tell)
  }, singleKeysOn)
}

/** Acts by key: `j`, `?`, `Escape`, or a pair such as `g r`. Arrow keys and Escape stay on when letters are off. */
export type KeyMap = Record<string, (event: KeyboardEvent) => void>

export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    let prefix = ''
    let prefixAt = 0
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
      if (dialogIsOpen()) return
      if (isField(event.target)) {
        if (event.key === 'Escape' && event.target instanceof HTMLElement) event.target.blur()
        return
      }
      if (event.key.length === 1 && !singleKeysOn()) return
      // The second key of a pair is not one by itself as well: “g p” leaves for a room, and turns no page on the way.
      const isSecond = prefix === PREFIX && event.timeStamp - prefixAt < PREFIX_MS
      const act = latest.current[isSecond ? `${PREFIX} ${event.key}` : event.key]
      prefix = event.key
      prefixAt = event.timeStamp
      if (act === undefined) return
      act(event)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

/** Moves focus among the row links of a list with j and k or the arrows; `/` goes to the search field. */
export function useListKeys(search: string, more: KeyMap = {}): void {
  const move = (step: number) => (event: KeyboardEvent) => {
    const rows = [...document.querySelectorAll<HTMLElement>('[data-row-link]')]
    const at = rows.findIndex((row) => row === document.activeElement)
    const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))]
    if (next === undefined) return
    event.preventDefault()
    next.focus()
    next.scrollIntoView({ block: 'nearest' })
  }
  useKeys({
    j: move(1),
    k: move(-1),
    ArrowDown: move(1),
    ArrowUp: move(-1),
    '/': (event) => {
      const field = document.getElementById(search)
      if (field === null) return
      event.preventDefault()
      field.focus()
      if (field instanceof HTMLInputElement) field.select()
    },
    ...more,
  })
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      (/^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !isTick(target)) ||
      target.getAttribute('role') === 'slider')
  )
}

/** A tick takes no letters and no arrows. */
function isTick(target: HTMLElement): boolean {
  return target instanceof HTMLInputElement && target.type === 'checkbox'
}

function dialogIsOpen(): boolean {
  return document.querySelector('dialog[open], [popover]:popover-open') !== null
}
