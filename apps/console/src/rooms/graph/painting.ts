// Draws a graph on a canvas, in two dimensions: no graphics card is asked for anything. Labels are let in one after the other
// where there is room, the most telling first, so that they never lie over each other.

import type { Drawn, DrawnEdge, DrawnNode, Shown } from './drawn.ts'
import { GROUPS, type Group, outline } from './groups.ts'
import type { Size, View } from './view.ts'

/** Of an object at the scale 1. */
const RADIUS = 12
const RADIUS_MIN = 3
const RADIUS_MAX = 26
/** Below this radius an icon is a blot. */
const ICON_FROM = 8.5
const LABEL_PX = 11.5
const EDGE_LABEL_FROM = 0.75
const LABEL_SHOWN = 32
const NEAR_PX = 6
/** More links than these are not marked one by one. */
const CROWD = 60

export interface Scene {
  drawn: Drawn
  shown: Shown
  positions: Float32Array
  view: View
  size: Size
  /** Icons of the types as paths in a box of 24. */
  icons: ReadonlyMap<string, readonly Path2D[]>
  chosen: number | undefined
  /** Under the pointer. */
  over: number | undefined
  isFocused: boolean
}

export interface Palette {
  face: string
  ground: string
  surface: string
  text: string
  quiet: string
  line: string
  accent: string
  void: string
  groups: Record<Group, string>
}

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element)
  const of = (name: string) => style.getPropertyValue(name).trim()
  return {
    face: style.fontFamily,
    ground: of('--desk-ground'),
    surface: of('--desk-surface'),
    text: of('--desk-text'),
    quiet: of('--desk-quiet'),
    line: of('--desk-line-strong'),
    accent: of('--desk-accent'),
    void: of('--state-void'),
    groups: Object.fromEntries(GROUPS.map((group) => [group, of(`--graph-${group}`)])) as Record<Group, string>,
  }
}

export function radiusAt(scale: number): number {
  return Math.min(RADIUS_MAX, Math.max(RADIUS_MIN, RADIUS * scale))
}

interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

export function paint(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  new Painting(context, scene, palette).all()
}

class Painting {
  private readonly context: CanvasRenderingContext2D
  private readonly scene: Scene
  private readonly palette: Palette
  private readonly radius: number
  private readonly taken: Box[] = []
  /** The chosen object or the one under the pointer, and what it is linked to; empty where there is neither. */
  private readonly near = new Set<number>()
  private readonly nearEdges = new Set<number>()

  constructor(context: CanvasRenderingContext2D, scene: Scene, palette: Palette) {
    this.context = context
    this.scene = scene
    this.palette = palette
    this.radius = radiusAt(scene.view.scale)
    for (const at of [scene.over, scene.chosen]) {
      const node = at === undefined ? undefined : scene.drawn.nodes[at]
      if (at === undefined || node === undefined || this.near.size > 0) continue
      this.near.add(at)
      for (const one of node.links) {
        const edge = scene.drawn.edges[one]
        if (edge === undefined || scene.shown.edges[one] !== true) continue
        this.nearEdges.add(one)
        this.near.add(edge.from).add(edge.to)
      }
    }
  }

  all(): void {
    const { context, scene } = this
    context.fillStyle = this.palette.ground
    context.fillRect(0, 0, scene.size.width, scene.size.height)
    this.edges()
    this.nodes()
    this.labels()
  }

  private point(at: number): { x: number; y: number } {
    const { positions, view } = this.scene
    return { x: (positions[2 * at] ?? 0) * view.scale + view.x, y: (positions[2 * at + 1] ?? 0) * view.scale + view.y }
  }

  private edges(): void {
    const { context, palette, nearEdges } = this
    const { edges } = this.scene.drawn
    for (const [at, edge] of edges.entries()) {
      if (this.scene.shown.edges[at] !== true) continue
      const isNear = nearEdges.has(at)
      const isOff = edge.state === 'revoked' || edge.state === 'withdrawn'
      const isLight = edge.kind === 'reference'
      // Hundreds of links in the colour of the chosen would be one blot.
      const isCrowd = nearEdges.size > CROWD
      context.globalAlpha = nearEdges.size > 0 && !isNear ? 0.25 : isCrowd ? 0.4 : isLight && !isNear ? 0.55 : 1
      const isMarked = isNear && !isCrowd
      context.strokeStyle = isOff ? palette.void : isMarked ? palette.accent : isLight ? palette.line : palette.quiet
      const width = isMarked ? 2 : isLight ? 0.9 : edge.kind === 'sighting' ? 1.2 : 1.5
      context.lineWidth = width * Math.min(1, Math.max(0.4, this.scene.view.scale * 1.4))
      context.setLineDash(isOff ? [2, 3] : edge.kind === 'sighting' ? [6, 3] : isLight ? [1.5, 2.5] : [])
      this.edge(edge)
    }
    context.setLineDash([])
    context.globalAlpha = 1
  }

  private edge(edge: DrawnEdge): void {
    const { context } = this
    const { from, to, middle } = curveOf(edge, (at) => this.point(at), this.scene.view.scale)
    context.beginPath()
    context.moveTo(from.x, from.y)
    if (edge.bend === 0) context.lineTo(to.x, to.y)
    else context.quadraticCurveTo(middle.x, middle.y, to.x, to.y)
    context.stroke()
    if (this.scene.view.scale < 0.45) return
    // The arrow touches the outline of the object it points to.
    const [dx, dy] = [to.x - middle.x, to.y - middle.y]
    const length = Math.hypot(dx, dy)
    if (length < this.radius * 1.5) return
    const [ux, uy] = [dx / length, dy / length]
    const tip = { x: to.x - ux * (this.radius * 1.25), y: to.y - uy * (this.radius * 1.25) }
    const size = edge.kind === 'reference' ? 4 : 6
    context.setLineDash([])
    context.beginPath()
    context.moveTo(tip.x - ux * size - uy * size * 0.6, tip.y - uy * size + ux * size * 0.6)
    context.lineTo(tip.x, tip.y)
    context.lineTo(tip.x - ux * size + uy * size * 0.6, tip.y - uy * size - ux * size * 0.6)
    context.stroke()
  }

  private nodes(): void {
    for (const [at, node] of this.scene.drawn.nodes.entries()) {
      if (this.scene.shown.nodes[at] === true) this.node(at, node)
    }
  }

  private node(at: number, node: DrawnNode): void {
    const { context, palette, radius, near, scene } = this
    const { x, y } = this.point(at)
    const { width, height } = scene.size
    if (x < -radius * 2 || y < -radius * 2 || x > width + radius * 2 || y > height + radius * 2) return
    const isOff = node.state === 'revoked' || node.state === 'withdrawn'
    const colour = isOff ? palette.void : node.state === 'missing' ? palette.quiet : palette.groups[node.group]
    context.globalAlpha = near.size > 1 && !near.has(at) ? 0.35 : 1
    context.beginPath()
    outline(context, node.group, x, y, radius)
    context.fillStyle = radius < ICON_FROM && node.state === 'shown' ? colour : palette.surface
    context.fill()
    context.strokeStyle = colour
    context.lineWidth = node.depth === 0 ? 2.75 : 1.5
    context.setLineDash(node.state === 'missing' ? [2, 2] : isOff ? [4, 2] : [])
    context.stroke()
    context.setLineDash([])
    this.icon(node, x, y, colour)
    if (isOff) {
      context.beginPath()
      context.moveTo(x - radius * 1.15, y + radius * 1.15)
      context.lineTo(x + radius * 1.15, y - radius * 1.15)
      context.strokeStyle = palette.void
      context.lineWidth = 1.75
      context.stroke()
    }
    if (node.more && radius >= ICON_FROM) this.plus(x + radius * 0.95, y - radius * 0.95)
    if (at === scene.chosen) {
      context.beginPath()
      context.arc(x, y, radius * 1.3 + 5, 0, 2 * Math.PI)
      context.strokeStyle = palette.accent
      context.lineWidth = scene.isFocused ? 3 : 2
      context.stroke()
    }
    context.globalAlpha = 1
  }

  private icon({ type }: DrawnNode, x: number, y: number, colour: string): void {
    const { context, radius } = this
    if (radius < ICON_FROM) return
    const paths = this.scene.icons.get(type) ?? []
    const scale = (radius * 0.68) / 12
    context.save()
    context.translate(x - 12 * scale, y - 12 * scale)
    context.scale(scale, scale)
    context.strokeStyle = colour
    context.lineWidth = 2
    context.lineCap = 'round'
    context.lineJoin = 'round'
    for (const path of paths) context.stroke(path)
    context.restore()
  }

  /** Says that it is linked to more than is shown. */
  private plus(x: number, y: number): void {
    const { context, palette } = this
    context.beginPath()
    context.arc(x, y, 4.5, 0, 2 * Math.PI)
    context.fillStyle = palette.quiet
    context.fill()
    context.beginPath()
    context.moveTo(x - 2.5, y)
    context.lineTo(x + 2.5, y)
    context.moveTo(x, y - 2.5)
    context.lineTo(x, y + 2.5)
    context.strokeStyle = palette.surface
    context.lineWidth = 1.25
    context.stroke()
  }

  private labels(): void {
    const { context, scene, palette, near, taken } = this
    context.textAlign = 'center'
    // No label lies over an object either, but that of the chosen one.
    if (this.radius > RADIUS_MIN) {
      for (const [at, isShown] of scene.shown.nodes.entries()) {
        if (!isShown) continue
        const { x, y } = this.point(at)
        taken.push({ left: x - this.radius, right: x + this.radius, top: y - this.radius, bottom: y + this.radius })
      }
    }
    const order = scene.drawn.nodes
      .map((node, at) => ({ node, at }))
      .filter(({ at }) => scene.shown.nodes[at] === true && (near.size <= 1 || near.has(at)))
      .sort((a, b) => this.rank(a.at, a.node) - this.rank(b.at, b.node))
    for (const { at, node } of order) {
      const isFirst = at === scene.over || at === scene.chosen
      context.font = `${node.depth === 0 || isFirst ? 600 : 450} ${LABEL_PX}px ${palette.face}`
      const { x, y } = this.point(at)
      const text = isFirst ? cut(node.label, 80) : cut(node.label, LABEL_SHOWN)
      const under = y + this.radius * 1.25 + (at === scene.chosen ? 9 : 3)
      this.label(text, x, under, node.state === 'missing' ? palette.quiet : palette.text, isFirst)
    }
    context.font = `450 ${LABEL_PX - 1}px ${palette.face}`
    for (const [at, edge] of scene.drawn.edges.entries()) {
      if (scene.shown.edges[at] !== true || edge.label === '') continue
      const isNear = this.nearEdges.has(at)
      // What is near is always named; the rest once there is room to read it.
      if (!isNear && (this.nearEdges.size > 0 || edge.kind === 'reference' || scene.view.scale < EDGE_LABEL_FROM))
        continue
      const { from, to, middle } = curveOf(edge, (one) => this.point(one), scene.view.scale)
      const x = edge.bend === 0 ? (from.x + to.x) / 2 : (from.x + 2 * middle.x + to.x) / 4
      const y = edge.bend === 0 ? (from.y + to.y) / 2 : (from.y + 2 * middle.y + to.y) / 4
      if (Math.hypot(to.x - from.x, to.y - from.y) < 36) continue
      this.label(edgeWords(edge), x, y - LABEL_PX / 2, isNear ? palette.accent : palette.quiet, false)
    }
  }

  /** The chosen, then what one began with, then what is linked to most. */
  private rank(at: number, node: DrawnNode): number {
    if (at === this.scene.over) return -3e6
    if (at === this.scene.chosen) return -2e6
    return (node.depth === 0 ? -1e6 : 0) + (this.near.has(at) ? -1e5 : 0) - node.links.length
  }

  private label(text: string, middle: number, top: number, colour: string, always: boolean): void {
    const { context, taken, palette, scene } = this
    const half = context.measureText(text).width / 2
    // What begins in sight is read in full.
    const isInSight = middle >= 0 && middle <= scene.size.width
    const x = isInSight ? Math.min(Math.max(middle, half + 4), Math.max(scene.size.width - half - 4, half + 4)) : middle
    const box = { left: x - half - 3, right: x + half + 3, top: top - 1, bottom: top + LABEL_PX + 3 }
    const { width, height } = scene.size
    if (box.right < 0 || box.left > width || box.bottom < 0 || box.top > height) return
    if (!always && taken.some((one) => overlap(one, box))) return
    taken.push(box)
    context.textBaseline = 'top'
    context.lineJoin = 'round'
    context.lineWidth = 3.5
    context.strokeStyle = palette.ground
    context.strokeText(text, x, top)
    context.fillStyle = colour
    context.fillText(text, x, top)
  }
}

/** The ends of a link on the picture, and the point its curve leans to. */
function curveOf(edge: DrawnEdge, point: (at: number) => { x: number; y: number }, scale: number) {
  const [from, to] = [point(edge.from), point(edge.to)]
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  if (edge.bend !== 0) {
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1
    const by = ((edge.from < edge.to ? 1 : -1) * edge.bend * scale * 2) / length
    middle.x -= (to.y - from.y) * by
    middle.y += (to.x - from.x) * by
  }
  return { from, to, middle }
}

function edgeWords({ kind, label }: DrawnEdge): string {
  return kind === 'sighting' ? `× ${label}` : cut(label, LABEL_SHOWN)
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

/** The object at a point of the picture; the one drawn last where several are. */
export function nodeAt(scene: Scene, x: number, y: number): number | undefined {
  const { positions, view, shown } = scene
  const reach = radiusAt(view.scale) * 1.2 + 3
  let found: number | undefined
  let least = reach
  for (const [at, isShown] of shown.nodes.entries()) {
    if (!isShown) continue
    const away = Math.hypot(
      (positions[2 * at] ?? 0) * view.scale + view.x - x,
      (positions[2 * at + 1] ?? 0) * view.scale + view.y - y,
    )
    if (away <= least) {
      least = away
      found = at
    }
  }
  return found
}

/** The relationship or sighting whose line passes near a point of the picture. */
export function edgeAt(scene: Scene, x: number, y: number): DrawnEdge | undefined {
  const { positions, view, drawn, shown } = scene
  const point = (at: number) => ({
    x: (positions[2 * at] ?? 0) * view.scale + view.x,
    y: (positions[2 * at + 1] ?? 0) * view.scale + view.y,
  })
  return drawn.edges.find((edge, at) => {
    if (shown.edges[at] !== true || edge.by === null) return false
    const { from, to, middle } = curveOf(edge, point, view.scale)
    for (let step = 1; step < 24; step++) {
      const t = step / 24
      const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2]
      const [px, py] =
        edge.bend === 0
          ? [from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t]
          : [a * from.x + b * middle.x + c * to.x, a * from.y + b * middle.y + c * to.y]
      const reach = Math.max(NEAR_PX, Math.hypot(to.x - from.x, to.y - from.y) / 48)
      if (Math.hypot(px - x, py - y) <= reach) return true
    }
    return false
  })
}
