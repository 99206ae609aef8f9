// The strip of many objects: an outline as high as how many claim that time, hollow; below it bars as high as how many records
// there are, solid. Both as high as there is room at their most.

import { memo } from 'react'
import { BIN, densityOf } from './density.ts'
import type { Row } from './drawn.ts'
import type { View } from './scale.ts'

const ZONE = 22
const GAP = 4
export const DENSITY_HEIGHT = 2 * ZONE + 3 * GAP

export const DensityBand = memo(function DensityBand({ row, view, width }: { row: Row; view: View; width: number }) {
  const { claimed, happened } = densityOf(row, view, width)
  const [most, mostHappened] = [Math.max(...claimed, 1), Math.max(...happened, 1)]
  const [floor, lower] = [GAP + ZONE, 2 * (GAP + ZONE)]
  const steps = claimed.map((count, bin) => `V${floor - (count / most) * ZONE}H${(bin + 1) * BIN}`).join('')
  return (
    <svg className="tl-band" width={width} height={DENSITY_HEIGHT} aria-hidden="true">
      {claimed.some((count) => count > 0) && (
        <g className="tl-claim" data-kind="many">
          <path d={`M0 ${floor}${steps}V${floor}`} />
        </g>
      )}
      {happened.map((count, bin) =>
        count === 0 ? null : (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
            key={bin}
            className="tl-count"
            x={bin * BIN}
            y={lower - Math.max((count / mostHappened) * ZONE, 3)}
            width={BIN - 1}
            height={Math.max((count / mostHappened) * ZONE, 3)}
          />
        ),
      )}
    </svg>
  )
})
