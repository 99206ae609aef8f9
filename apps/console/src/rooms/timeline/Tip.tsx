// What stands under the pointer, in words. Only for whoever sees it: the table says the same to everybody.

import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { plain } from '../../marks/Foreign.tsx'
import type { Row } from './drawn.ts'
import { type Fact, factsOf } from './facts.ts'
import { rangeWords } from './range-words.ts'
import { type View, xOf } from './scale.ts'

const NEAR_PX = 7
const LINES = 6
const TIP_WIDTH = 340
const GAP_PX = 14

export interface TipPlace {
  row: Row
  /** In the strip, and on the screen. */
  x: number
  left: number
  top: number
}

export function Tip({ place, view, width }: { place: TipPlace; view: View; width: number }) {
  const { t, i18n } = useTranslation()
  const { row, x, left, top } = place
  const facts = useMemo(() => factsOf(row, t, i18n.language), [row, t, i18n.language])
  const near = facts.filter((fact) => isNear(fact, x, view, width)).sort((a, b) => lengthOf(a) - lengthOf(b))
  if (near.length === 0) return null
  const isBelow = top < window.innerHeight * 0.6
  return (
    <div
      className="tl-tip"
      aria-hidden="true"
      style={{
        left: Math.max(8, Math.min(left + GAP_PX, window.innerWidth - TIP_WIDTH - 8)),
        ...(isBelow ? { top: top + GAP_PX } : { bottom: window.innerHeight - top + GAP_PX }),
      }}
    >
      {near.slice(0, LINES).map((fact) => (
        <p key={fact.key} data-proved={fact.isProved}>
          <strong>{plain(fact.what, 200)}</strong>
          <span>{rangeWords(fact, t, i18n.language)}</span>
          <span className="quiet">{fact.word}</span>
        </p>
      ))}
      {near.length > LINES && (
        <p className="quiet">{t('timeline.moreFacts', { number: near.length - LINES, count: near.length - LINES })}</p>
      )}
    </div>
  )
}

function isNear({ from, until, happening }: Fact, x: number, view: View, width: number): boolean {
  const ends = [from ?? -Infinity, until ?? Infinity, ...(happening === undefined ? [] : [happening.at])]
  if (happening !== undefined && (from === null || until === null)) {
    return ends.some((at) => Number.isFinite(at) && Math.abs(xOf(view, width, at) - x) <= NEAR_PX)
  }
  const [a, b] = [Math.min(...ends), Math.max(...ends)]
  return xOf(view, width, a) - NEAR_PX <= x && x <= xOf(view, width, b) + NEAR_PX
}

function lengthOf({ from, until }: Fact): number {
  return from === null || until === null ? Infinity : Math.abs(until - from)
}
