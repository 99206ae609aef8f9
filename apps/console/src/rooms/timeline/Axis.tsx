// The scale above the strips, and the lines that go down from it.

import { useTranslation } from 'react-i18next'
import { type Tick, type View, xOf } from './scale.ts'
import { tickWords } from './times.ts'

const HEIGHT = 26
/** Room for the words of a tick beside the edge. */
const EDGE_PX = 16

interface Scale {
  ticks: readonly Tick[]
  view: View
  width: number
}

export function Axis({ ticks, view, width }: Scale) {
  const { i18n } = useTranslation()
  return (
    <svg className="tl-axis" width={width} height={HEIGHT} aria-hidden="true">
      <defs>
        <pattern id="tl-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V5" className="tl-hatch" />
        </pattern>
      </defs>
      {ticks.map(({ at, unit, isMajor }) => {
        const x = xOf(view, width, at)
        if (x < EDGE_PX || x > width - EDGE_PX) return null
        return (
          <g key={at} data-major={isMajor}>
            <path d={`M${x} ${HEIGHT}v-5`} />
            <text x={x} y={HEIGHT - 10} textAnchor="middle">
              {tickWords(at, unit, i18n.language)}
            </text>
          </g>
        )
      })}
    </svg>
  )
}

export function GridLines({ ticks, view, width, now }: Scale & { now: number }) {
  const nowAt = xOf(view, width, now)
  return (
    <svg className="tl-grid" width={width} height="100%" aria-hidden="true">
      {ticks.map(({ at }) => {
        const x = xOf(view, width, at)
        return <line key={at} x1={x} x2={x} y1="0" y2="100%" />
      })}
      {nowAt >= 0 && nowAt <= width && (
        <>
          <rect className="tl-future" x={nowAt} y="0" width={width - nowAt} height="100%" />
          <line className="tl-now" x1={nowAt} x2={nowAt} y1="0" y2="100%" />
        </>
      )}
    </svg>
  )
}
