// When a record was held, one small picture for each recipient: the span between “not yet there” and “held”, both signed by
// others, and beside it the author's own clock, which proves nothing. An open side fades into dashes. All pictures of
// one record share one scale. The sentence says all that the picture does.

import type { DeliveryRow } from '@countersign/client'
import { useTranslation } from 'react-i18next'
import { showSpan } from '../../marks/amounts.ts'
import { Foreign } from '../../marks/Foreign.tsx'
import { StateMark } from '../../marks/StateMark.tsx'
import { showClock, showTime } from '../../marks/Time.tsx'

const WIDTH = 480
const HEIGHT = 46
const MARGIN = 48
const LINE_Y = 22
const LEAST_SPAN_SECONDS = 2
/** A claim further off than this many times the proved span is drawn at the edge, so that the span can still be seen. */
const FAR = 12

interface Scale {
  x(seconds: number): number
}

export function Times({ delivery, claim }: { delivery: DeliveryRow[]; claim: string }) {
  const claimed = Date.parse(claim) / 1000
  const scale = scaleOf(delivery, claimed)
  return (
    <ul className="times">
      {delivery.map((one) => (
        <li key={one.recipient}>
          <div className="times-head">
            <span className="party">
              <Foreign max={128}>{one.recipient}</Foreign>
            </span>
            <StateMark state={one.state} long />
          </div>
          <p className="times-sentence">
            <HeldBetween lo={one.lo} hi={one.hi} />
          </p>
          <Picture one={one} claimed={claimed} scale={scale} />
        </li>
      ))}
    </ul>
  )
}

/** The interval as a sentence. */
export function HeldBetween({ lo, hi }: { lo: number | null; hi: number | null }) {
  const { t, i18n } = useTranslation()
  const say = (seconds: number) => {
    const shown = showTime(seconds * 1000, i18n.language)
    return shown.same ? t('time.utc', { time: shown.local }) : `${shown.local} (${t('time.utc', { time: shown.utc })})`
  }
  if (lo !== null && hi !== null) {
    const span = hi === lo ? t('time.now') : t('time.apart', { span: showSpan(hi - lo, t) })
    return t('time.between', { lo: say(lo), hi: say(hi), span })
  }
  if (hi !== null) return t('time.before', { hi: say(hi) })
  if (lo !== null) return t('time.after', { lo: say(lo) })
  return t('time.never')
}

function Picture({ one, claimed, scale }: { one: DeliveryRow; claimed: number; scale: Scale }) {
  const { t, i18n } = useTranslation()
  const left = one.lo === null ? MARGIN / 2 : scale.x(one.lo)
  const right = Math.max(one.hi === null ? WIDTH - MARGIN / 2 : scale.x(one.hi), left + 3)
  const clock = (seconds: number) => showClock(seconds * 1000, i18n.language)
  const close = one.lo !== null && one.hi !== null && right - left < 110
  return (
    <svg
      className="times-picture"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={t('time.picture', { recipient: one.recipient })}
    >
      <line className="axis" x1="0" x2={WIDTH} y1={LINE_Y} y2={LINE_Y} />
      <rect className="span" x={left} y={LINE_Y - 6} width={right - left} height="12" />
      {one.lo === null ? <line className="open" x1="0" x2={left} y1={LINE_Y} y2={LINE_Y} /> : <Bound x={left} />}
      {one.hi === null ? <line className="open" x1={right} x2={WIDTH} y1={LINE_Y} y2={LINE_Y} /> : <Bound x={right} />}
      {Number.isFinite(claimed) && <Claim x={scale.x(claimed)} label={t('time.claimLabel')} />}
      {one.lo !== null && (
        <text x={left} y={HEIGHT - 2} textAnchor={close ? 'end' : 'middle'}>
          {clock(one.lo)}
        </text>
      )}
      {one.hi !== null && (
        <text x={right} y={HEIGHT - 2} textAnchor={close ? 'start' : 'middle'}>
          {clock(one.hi)}
        </text>
      )}
    </svg>
  )
}

function Bound({ x }: { x: number }) {
  return <line className="bound" x1={x} x2={x} y1={LINE_Y - 9} y2={LINE_Y + 9} />
}

function Claim({ x, label }: { x: number; label: string }) {
  const anchor = x < WIDTH / 4 ? 'start' : x > (WIDTH * 3) / 4 ? 'end' : 'middle'
  return (
    <g className="claim">
      <path d={`M ${x} ${LINE_Y - 5} l 5 5 l -5 5 l -5 -5 z`} />
      <text x={x} y="9" textAnchor={anchor}>
        {label}
      </text>
    </g>
  )
}

function scaleOf(delivery: DeliveryRow[], claimed: number): Scale {
  const bounds = delivery.flatMap((one) => [one.lo, one.hi]).filter((bound) => bound !== null)
  const from = bounds.length > 0 ? Math.min(...bounds) : claimed
  const until = bounds.length > 0 ? Math.max(...bounds) : claimed
  const span = Math.max(until - from, LEAST_SPAN_SECONDS)
  const near = Number.isFinite(claimed) && claimed > from - FAR * span && claimed < until + FAR * span
  const first = near ? Math.min(from, claimed) : from
  const last = Math.max(near ? Math.max(until, claimed) : until, first + LEAST_SPAN_SECONDS)
  return {
    x: (seconds) => {
      const at = MARGIN + ((seconds - first) / (last - first)) * (WIDTH - 2 * MARGIN)
      return Math.min(WIDTH - 8, Math.max(8, at))
    },
  }
}
