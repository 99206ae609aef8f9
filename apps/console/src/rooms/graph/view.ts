// Which part of the plane is seen, and how large: a point of the picture is a point of the plane times `scale`, moved by x, y.

export interface View {
  x: number
  y: number
  scale: number
}

export interface Size {
  width: number
  height: number
}

const SCALE_MIN = 0.04
const SCALE_MAX = 4
/** No graph is drawn larger than this of its own accord. */
const FIT_MAX = 1.4
const MARGIN = 44

/** Larger or smaller by a factor, with one point of the picture held where it is. */
export function zoomed({ x, y, scale }: View, factor: number, at: { x: number; y: number }): View {
  const to = Math.min(SCALE_MAX, Math.max(SCALE_MIN, scale * factor))
  const by = to / scale
  return { x: at.x - (at.x - x) * by, y: at.y - (at.y - y) * by, scale: to }
}

/** All that is shown, in the middle. */
export function fitted(positions: Float32Array, isShown: readonly boolean[], { width, height }: Size): View {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const [at, shown] of isShown.entries()) {
    const [x, y] = [positions[2 * at], positions[2 * at + 1]]
    if (!shown || x === undefined || y === undefined) continue
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  if (left > right) return { x: width / 2, y: height / 2, scale: 1 }
  const room = { x: Math.max(width - 2 * MARGIN, 40), y: Math.max(height - 2 * MARGIN, 40) }
  const scale = Math.max(
    SCALE_MIN,
    Math.min(FIT_MAX, room.x / Math.max(right - left, 1), room.y / Math.max(bottom - top, 1)),
  )
  return { x: width / 2 - ((left + right) / 2) * scale, y: height / 2 - ((top + bottom) / 2) * scale, scale }
}

/** The nearest shown point in the direction of an arrow key, within a right angle of it; undefined where there is none. */
export function towards(
  positions: Float32Array,
  isShown: readonly boolean[],
  from: number,
  direction: { x: number; y: number },
): number | undefined {
  const [x0, y0] = [positions[2 * from] ?? 0, positions[2 * from + 1] ?? 0]
  let best: number | undefined
  let least = Infinity
  for (const [at, shown] of isShown.entries()) {
    if (!shown || at === from) continue
    const [dx, dy] = [(positions[2 * at] ?? 0) - x0, (positions[2 * at + 1] ?? 0) - y0]
    const along = dx * direction.x + dy * direction.y
    const across = Math.abs(dx * direction.y - dy * direction.x)
    if (along <= 0 || across > along) continue
    // What lies straight ahead comes before what is nearer and to the side.
    const cost = along + 2 * across
    if (cost < least) {
      least = cost
      best = at
    }
  }
  return best
}
