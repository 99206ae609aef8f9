// What stands under the pointer, in words. Only for whoever sees it: the table says the same to everybody.

import { type ReactNode, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { counted } from '../../marks/amounts.ts'
import { plain } from '../../marks/Foreign.tsx'
import { BIN, densityOf } from './density.ts'
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

interface TipProps {
  place: TipPlace
  view: View
  width: number
}

export function Tip(props: TipProps) {
  return props.place.row.objects === undefined ? <TipOfOne {...props} /> : <TipOfMany {...props} />
}

function TipOfOne({ place, view, width }: TipProps) {
  const { t, i18n } = useTranslation()
  const { row, x } = place
  const facts = useMemo(() => factsOf(row, t, i18n.language), [row, t, i18n.language])
  const near = facts.filter((fact) => isNear(fact, x, view, width)).sort((a, b) => lengthOf(a) - lengthOf(b))
  if (near.length === 0) return null
  return (
    <Box place={place}>
      {near.slice(0, LINES).map((fact) => (
        <p key={fact.key} data-proved={fact.isProved}>
          <strong>{plain(fact.what, 200)}</strong>
          <span>{rangeWords(fact, t, i18n.language)}</span>
          <span className="quiet">{fact.word}</span>
        </p>
      ))}
      {near.length > LINES && (
        <p className="quiet">{t('timeline.moreFacts', counted(near.length - LINES, i18n.language))}</p>
      )}
    </Box>
  )
}

/** How many claim that time, and how many records there are about then. */
function TipOfMany({ place, view, width }: TipProps) {
  const { t, i18n } = useTranslation()
  const { claimed, happened } = useMemo(() => densityOf(place.row, view, width), [place.row, view, width])
  const bin = Math.floor(place.x / BIN)
  const [claims, records] = [claimed[bin] ?? 0, happened[bin] ?? 0]
  if (claims + records === 0) return null
  return (
    <Box place={place}>
      {claims > 0 && <p>{t('timeline.manyClaims', counted(claims, i18n.language))}</p>}
      {records > 0 && <p data-proved="true">{t('timeline.manyRecords', counted(records, i18n.language))}</p>}
    </Box>
  )
}

function Box({ place: { left, top }, children }: { place: TipPlace; children: ReactNode }) {
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
      {children}
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
