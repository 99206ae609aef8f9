// Where the objects of a graph stand: forces of d3-force, in a worker, so that the page answers all the while. The same graph
// is laid out alike each time. Positions are told on the way, as x and y in turn.

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force'

export interface LayoutAsked {
  nodes: number
  /** From and to in turn. */
  links: Uint32Array<ArrayBuffer>
  /** 1 of a link that draws its ends less together. */
  isLight: Uint8Array<ArrayBuffer>
}

export interface LayoutTold {
  positions: Float32Array<ArrayBuffer>
  isLast: boolean
}

const TICKS = 300
const TOLD_EVERY_MS = 60

interface Body {
  x: number
  y: number
}

self.onmessage = ({ data }: MessageEvent<LayoutAsked>) => {
  const bodies = Array.from({ length: data.nodes }, () => ({}) as Body)
  const links = Array.from(data.isLight, (isLight, at) => ({
    source: data.links[2 * at] ?? 0,
    target: data.links[2 * at + 1] ?? 0,
    isLight: isLight === 1,
  }))
  const simulation = forceSimulation(bodies)
    .force(
      'links',
      forceLink<Body, (typeof links)[number]>(links).distance(({ isLight }) => (isLight ? 150 : 120)),
    )
    .force('apart', forceManyBody<Body>().strength(-520).distanceMax(1600))
    .force('free', forceCollide<Body>(36))
    .force('x', forceX<Body>(0).strength(0.05))
    .force('y', forceY<Body>(0).strength(0.08))
    .stop()
  let toldAt = performance.now()
  for (let tick = 1; tick <= TICKS; tick++) {
    simulation.tick()
    if (performance.now() - toldAt < TOLD_EVERY_MS && tick < TICKS) continue
    toldAt = performance.now()
    const positions = new Float32Array(2 * bodies.length)
    for (const [at, { x, y }] of bodies.entries()) positions.set([x, y], 2 * at)
    const told: LayoutTold = { positions, isLast: tick === TICKS }
    postMessage(told, { transfer: [positions.buffer] })
  }
}
