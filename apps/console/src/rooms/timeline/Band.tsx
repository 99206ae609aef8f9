// One strip of the picture. Above what is claimed, hollow; below what happened in records, solid as far as others countersigned
// it. What lies beyond the edge is an arrow at it. It says nothing to whoever cannot see it: the table does.

import { memo } from 'react'
import type { Claim, Happening, Row } from './drawn.ts'
import { type View, xOf } from './scale.ts'

const ZONE = 17
const PAD = 2
/** Claims are told apart as far as there is room for them. */
const BARS = 4
/** Marks of one kind nearer than this are one. */
const NEAR_PX = 3
/** How far a side without a bound fades. */
const FADE_PX = 18

export function heightOf(row: Row): number {
  return 2 * PAD + ZONE * Math.max(1, Number(hasClaims(row)) + Number(row.happenings.length > 0))
}

function hasClaims({ claims, moments, happenings }: Row): boolean {
  return claims.length > 0 || moments.length > 0 || happenings.some(({ seen }) => seen !== undefined)
}

export const Band = memo(function Band({ row, view, width }: { row: Row; view: View; width: number }) {
  const height = heightOf(row)
  const claimsAt = PAD + ZONE / 2
  const happeningsAt = hasClaims(row) ? claimsAt + ZONE : claimsAt
  const x = (at: number) => xOf(view, width, at)
  const seen = row.happenings.flatMap((one) => one.seen ?? [])
  const points = [...row.moments.flatMap(({ from }) => from ?? []), ...endsOf(row.claims), ...endsOf(seen)]
  const lowest = row.happenings.map(({ at, lo, hi }) => hi ?? lo ?? at)
  return (
    <svg className="tl-band" width={width} height={height} aria-hidden="true">
      {row.claims.map((claim, at) => {
        const room = (ZONE - 5) / Math.min(row.claims.length, BARS)
        const y = claimsAt - (ZONE - 5) / 2 + room * (at % BARS)
        return <Bar key={keyOf(claim, at)} claim={claim} x={x} y={y} height={Math.max(room - 1, 3)} width={width} />
      })}
      {seen.map((claim, at) => (
        <Bar
          key={keyOf(claim, at)}
          claim={claim}
          x={x}
          y={claimsAt + ZONE / 2 - 3}
          height={3}
          width={width}
          kind="seen"
        />
      ))}
      {unlike(row.moments, ({ from, properties }) => `${properties[0]} ${Math.round(x(from ?? 0) / NEAR_PX)}`).map(
        ({ from, properties }) =>
          from === null ? null : (
            <path
              key={`${properties[0]} ${from}`}
              className="tl-moment"
              data-property={properties[0]}
              d={`M${x(from)} ${claimsAt - 5}l5 5l-5 5l-5 -5z`}
            />
          ),
      )}
      {unlike(row.happenings, (one) => `${markOf(one)} ${Math.round(x(one.at) / NEAR_PX)}`).map((one) => (
        <Mark key={`${markOf(one)} ${one.event.record} ${one.at}`} of={one} x={x} y={happeningsAt} width={width} />
      ))}
      <Edge points={points} view={view} y={claimsAt} width={width} />
      <Edge points={lowest} view={view} y={happeningsAt} width={width} isProved />
    </svg>
  )
})

interface Placed {
  x: (at: number) => number
  y: number
  width: number
}

function Bar({ claim, x, y, height, width, kind = 'span' }: Placed & { claim: Claim; height: number; kind?: string }) {
  const { from, until, isReversed } = claim
  const [a, b] = [from === null ? -width : x(from), until === null ? 2 * width : x(until)]
  const [left, right] = [Math.min(a, b), Math.max(a, b, Math.min(a, b) + 3)]
  if (right < 0 || left > width) return null
  const [isBegun, isEnded] = isReversed ? [true, true] : [from !== null, until !== null]
  const outline = `M${left} ${y}H${right}M${left} ${y + height}H${right}`
  return (
    <g className="tl-claim" data-kind={kind} data-reversed={isReversed}>
      <rect x={left} y={y} width={right - left} height={height} />
      <path d={`${outline}${isBegun ? `M${left} ${y}v${height}` : ''}${isEnded ? `M${right} ${y}v${height}` : ''}`} />
    </g>
  )
}

function Mark({ of, x, y }: Placed & { of: Happening }) {
  const { lo, hi, at, event } = of
  const isProved = hi !== null
  const [left, right] = [
    lo === null ? (hi === null ? undefined : x(hi) - FADE_PX) : x(lo),
    hi === null ? (lo === null ? undefined : Math.max(x(at), x(lo) + FADE_PX)) : x(hi),
  ]
  return (
    <g className="tl-event" data-mark={markOf(of)} data-proved={isProved} data-refused={event.refused}>
      {left !== undefined && right !== undefined && lo !== null && hi !== null && (
        <rect className="tl-interval" x={left} y={y - 3} width={Math.max(right - left, 2)} height={6} />
      )}
      {left !== undefined && right !== undefined && (lo === null || hi === null) && (
        <path className="tl-open" d={`M${left} ${y}H${right}`} />
      )}
      {lo !== null && <path className="tl-bound" d={`M${x(lo)} ${y - 6}v12`} />}
      {hi !== null && <path className="tl-bound" d={`M${x(hi)} ${y - 6}v12`} />}
      <Glyph of={markOf(of)} x={x(at)} y={y} />
    </g>
  )
}

export type Glyphs = 'theirs' | 'ours' | 'sighting' | 'opinion' | 'takenBack'

export function Glyph({ of, x, y }: { of: Glyphs; x: number; y: number }) {
  switch (of) {
    case 'theirs':
      return <path className="tl-glyph" d={`M${x - 5.5} ${y - 4.5}h11l-5.5 9.5z`} />
    case 'ours':
      return <path className="tl-glyph" d={`M${x - 5.5} ${y + 4.5}h11l-5.5 -9.5z`} />
    case 'sighting':
      return <circle className="tl-glyph" cx={x} cy={y} r={4.5} />
    case 'opinion':
      return <rect className="tl-glyph" x={x - 4} y={y - 4} width={8} height={8} />
    case 'takenBack':
      return <path className="tl-glyph tl-cross" d={`M${x - 4.5} ${y - 4.5}l9 9m0 -9l-9 9`} />
  }
}

function Edge({ points, view, y, width, isProved = false }: EdgeProps) {
  const [isBefore, isAfter] = [points.some((at) => at < view.from), points.some((at) => at > view.until)]
  return (
    <>
      {isBefore && <path className="tl-edge" data-proved={isProved} d={`M8 ${y - 4}l-5 4l5 4`} />}
      {isAfter && <path className="tl-edge" data-proved={isProved} d={`M${width - 8} ${y - 4}l5 4l-5 4`} />}
    </>
  )
}

interface EdgeProps {
  points: readonly number[]
  view: View
  y: number
  width: number
  isProved?: boolean
}

function markOf({ event: { kind, ours } }: Happening): Glyphs {
  return kind === 'said' ? (ours ? 'ours' : 'theirs') : kind
}

function endsOf(claims: readonly Claim[]): number[] {
  return claims.flatMap(({ from, until }) => [from, until]).filter((at) => at !== null)
}

function keyOf({ properties, from, until }: Claim, at: number): string {
  return `${properties.join(' ')} ${from} ${until} ${at}`
}

/** The first of those that would lie one upon the other. */
function unlike<One>(all: readonly One[], keyOfOne: (one: One) => string): One[] {
  const seen = new Set<string>()
  return all.filter((one) => {
    const key = keyOfOne(one)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
