// The picture of a timeline: strips beneath one scale, which is dragged, zoomed, and moved by keyboard. Where the pointer is,
// it says in words what stands there; all of it stands in words in the table. The page scrolls as every page does: the wheel
// alone is the page's.

import { ActionIcon } from '@mantine/core'
import { IconArrowsMaximize, IconChevronLeft, IconChevronRight, IconMinus, IconPlus } from '@tabler/icons-react'
import { type PointerEvent, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { showTime } from '../../marks/Time.tsx'
import { Axis, GridLines } from './Axis.tsx'
import { Band, heightOf } from './Band.tsx'
import { DENSITY_HEIGHT, DensityBand } from './DensityBand.tsx'
import type { Row } from './drawn.ts'
import { moved, ticksOf, timeAt, type View, zoomed } from './scale.ts'
import { Tip, type TipPlace } from './Tip.tsx'
import { offsetAt } from './times.ts'

export const ZOOM_STEP = 1.5
export const MOVE_STEP = 0.2
/** A pointer that moved less than this has clicked. */
const CLICK_PX = 4
const TICK_PX = 76

export interface PictureRow extends Row {
  label: ReactNode
  /** On a click into the strip. */
  open?: (() => void) | undefined
}

interface PictureProps {
  rows: readonly PictureRow[]
  view: View
  /** What `change` was asked for by hand, all of it by `fit`. */
  change: (view: View) => void
  fit: () => void
  /** Now, milliseconds. */
  now: number
  label: string
}

/** What the pointers are about: where each began, the stretch then, and how far two were apart. */
interface Drag {
  view: View
  x: number
  moved: number
  span: number | undefined
}

export function Picture({ rows, view, change, fit, now, label }: PictureProps) {
  const { t, i18n } = useTranslation()
  const body = useRef<HTMLDivElement>(null)
  const measure = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const [tip, setTip] = useState<TipPlace>()
  const pointers = useRef(new Map<number, number>())
  const drag = useRef<Drag>(undefined)
  const latest = useRef({ view, change, width })
  useEffect(() => {
    latest.current = { view, change, width }
  })
  // Before it is painted: a picture without a width would be empty.
  useLayoutEffect(() => {
    const [element, box] = [body.current, measure.current]
    if (element === null || box === null) return
    setWidth(box.clientWidth)
    const sized = new ResizeObserver(() => setWidth(box.clientWidth))
    sized.observe(box)
    // React listens to the wheel passively, and the page would grow as well.
    const wheel = (event: WheelEvent) => {
      const isZoom = event.ctrlKey || event.metaKey
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey
      if (!isZoom && !isSideways) return
      event.preventDefault()
      const { view: from, change: to, width: over } = latest.current
      const unit = event.deltaMode === 0 ? 1 : 30
      if (isZoom) {
        const x = event.clientX - box.getBoundingClientRect().left
        to(zoomed(from, Math.exp(-event.deltaY * unit * 0.0022), timeAt(from, over, x)))
      } else to(moved(from, ((event.deltaX || event.deltaY) * unit) / Math.max(over, 1)))
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => {
      sized.disconnect()
      element.removeEventListener('wheel', wheel)
    }
  }, [])
  const ticks = useMemo(() => ticksOf(view, Math.max(Math.floor(width / TICK_PX), 2), offsetAt), [view, width])

  const left = () => measure.current?.getBoundingClientRect().left ?? 0
  const spanOf = () => {
    const [a, b] = [...pointers.current.values()]
    return a === undefined || b === undefined ? undefined : Math.abs(a - b)
  }
  const begin = (movedPx: number) => {
    const all = [...pointers.current.values()]
    const middle = all.reduce((sum, x) => sum + x, 0) / Math.max(all.length, 1)
    drag.current = { view: latest.current.view, x: middle, moved: movedPx, span: spanOf() }
  }
  const onDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0 || rowAt(event) === undefined) return
    pointers.current.set(event.pointerId, event.clientX - left())
    begin(pointers.current.size > 1 ? CLICK_PX + 1 : 0)
    setTip(undefined)
  }
  const onMove = (event: PointerEvent<HTMLDivElement>) => {
    const x = event.clientX - left()
    const before = pointers.current.get(event.pointerId)
    const { current } = drag
    if (before === undefined || current === undefined) {
      const row = event.pointerType === 'touch' ? undefined : rows[rowAt(event) ?? -1]
      setTip(row === undefined ? undefined : { row, x, left: event.clientX, top: event.clientY })
      return
    }
    pointers.current.set(event.pointerId, x)
    current.moved += Math.abs(x - before)
    if (current.moved <= CLICK_PX) return
    // Only now: a click that is captured would not come to what is under it.
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) event.currentTarget.setPointerCapture(event.pointerId)
    const all = [...pointers.current.values()]
    const middle = all.reduce((sum, one) => sum + one, 0) / all.length
    const span = spanOf()
    const factor = span === undefined || current.span === undefined ? 1 : Math.max(span, 8) / Math.max(current.span, 8)
    const pinched = factor === 1 ? current.view : zoomed(current.view, factor, timeAt(current.view, width, current.x))
    change(moved(pinched, (current.x - middle) / Math.max(width, 1)))
  }
  const onUp = (event: PointerEvent<HTMLDivElement>) => {
    if (!pointers.current.delete(event.pointerId)) return
    const movedPx = drag.current?.moved ?? 0
    if (pointers.current.size > 0) return begin(movedPx)
    drag.current = undefined
    if (event.type === 'pointerup' && movedPx <= CLICK_PX) rows[rowAt(event) ?? -1]?.open?.()
  }
  const words = (at: number) => showTime(at, i18n.language).local
  return (
    <section className="tl-picture" aria-label={label}>
      <div className="tl-tools">
        <p className="quiet small" aria-live="polite">
          {t('timeline.shows', { from: words(view.from), until: words(view.until) })}
        </p>
        <span className="tl-buttons">
          <Tool words={t('timeline.earlier')} act={() => change(moved(view, -MOVE_STEP))} icon={IconChevronLeft} />
          <Tool words={t('timeline.later')} act={() => change(moved(view, MOVE_STEP))} icon={IconChevronRight} />
          <Tool words={t('timeline.larger')} act={() => change(zoomed(view, ZOOM_STEP))} icon={IconPlus} />
          <Tool words={t('timeline.smaller')} act={() => change(zoomed(view, 1 / ZOOM_STEP))} icon={IconMinus} />
          <Tool words={t('timeline.fit')} act={fit} icon={IconArrowsMaximize} />
        </span>
      </div>
      <div
        ref={body}
        className="tl-body"
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerCancel={onUp}
        onPointerLeave={() => setTip(undefined)}
      >
        <div className="tl-head">
          <span className="quiet small tl-zone">
            {t(offsetAt(view.from) === 0 && offsetAt(view.until) === 0 ? 'timeline.zoneUtc' : 'timeline.zone')}
          </span>
          <div className="tl-plot" ref={measure}>
            <Axis ticks={ticks} view={view} width={width} />
          </div>
        </div>
        <div className="tl-rows">
          <div className="tl-under" aria-hidden="true">
            <GridLines ticks={ticks} view={view} width={width} now={now} />
          </div>
          <ul aria-label={label}>
            {rows.map((row, at) => (
              <li key={row.key} className="tl-row">
                <div className="tl-label">{row.label}</div>
                <div
                  className="tl-plot"
                  data-row={at}
                  data-opens={row.open !== undefined}
                  style={{ minHeight: row.objects === undefined ? heightOf(row) : DENSITY_HEIGHT }}
                >
                  {row.objects === undefined ? (
                    <Band row={row} view={view} width={width} />
                  ) : (
                    <DensityBand row={row} view={view} width={width} />
                  )}
                </div>
              </li>
            ))}
          </ul>
        </div>
      </div>
      {tip !== undefined && <Tip place={tip} view={view} width={width} />}
    </section>
  )
}

function Tool({ words, act, icon: Icon }: { words: string; act: () => void; icon: typeof IconPlus }) {
  return (
    <ActionIcon aria-label={words} title={words} onClick={act}>
      <Icon aria-hidden size={16} stroke={1.8} />
    </ActionIcon>
  )
}

/** The strip a pointer is in, by its number. */
function rowAt(event: PointerEvent): number | undefined {
  const element = document.elementFromPoint(event.clientX, event.clientY)
  const row = element?.closest<HTMLElement>('[data-row]')?.dataset.row
  return row === undefined ? undefined : Number(row)
}
