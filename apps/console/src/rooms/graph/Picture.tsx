// The picture of a graph: a canvas that is dragged, zoomed, and gone through by keyboard. What it shows stands in words
// beside it. It draws when something changed, and never more than once for one image of the screen.

import { ActionIcon, VisuallyHidden } from '@mantine/core'
import { IconArrowsMaximize, IconMinus, IconPlus } from '@tabler/icons-react'
import {
  type KeyboardEvent,
  type PointerEvent,
  type Ref,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from 'react'
import { useTranslation } from 'react-i18next'
import { plain } from '../../marks/Foreign.tsx'
import { type Drawn, type Shown } from './drawn.ts'
import { layOut } from './layout.ts'
import { edgeAt, nodeAt, type Palette, paint, paletteOf, type Scene } from './painting.ts'
import { fitted, towards, zoomed } from './view.ts'

const STEP = 1.3
/** A pointer that moved less than this has clicked. */
const CLICK_PX = 4
const ARROWS: Record<string, { x: number; y: number }> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

export interface PictureHandle {
  /** Brings an object to the middle, and the picture into sight. */
  show(at: number): void
}

interface PictureProps {
  drawn: Drawn
  shown: Shown
  icons: ReadonlyMap<string, readonly Path2D[]>
  chosen: number | undefined
  /** What is said of the chosen object to whoever does not see it. */
  saying: string
  choose: (at: number | undefined) => void
  /** Opens an object, by its id. */
  open: (id: string) => void
  handle: Ref<PictureHandle>
}

/** What the pointers are about: `node` where one is dragged, `span` where two pinch. */
interface Drag {
  node: number | undefined
  moved: number
  span: number | undefined
}

export function Picture({ drawn, shown, icons, chosen, saying, choose, open, handle }: PictureProps) {
  const { t } = useTranslation()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [isPlaced, setPlaced] = useState(false)
  const [failed, setFailed] = useState('')
  const palette = useRef<Palette>(undefined)
  const due = useRef(0)
  const scene = useRef<Scene>({
    ...{ drawn, shown, icons, chosen, over: undefined, isFocused: false },
    positions: new Float32Array(2 * drawn.nodes.length),
    view: { x: 0, y: 0, scale: 1 },
    size: { width: 0, height: 0 },
  })
  /** Objects that were dragged stay where they were put, whatever the layout says. */
  const held = useRef(new Set<number>())
  /** Until a person moves it, all of it is kept in sight. */
  const isOurs = useRef(true)
  const pointers = useRef(new Map<number, { x: number; y: number }>())
  const drag = useRef<Drag>({ node: undefined, moved: 0, span: undefined })

  const redraw = (change: Partial<Scene> = {}) => {
    Object.assign(scene.current, change)
    if (due.current !== 0) return
    due.current = requestAnimationFrame(() => {
      due.current = 0
      const context = canvas.current?.getContext('2d')
      if (canvas.current === null || context == null) return
      palette.current ??= paletteOf(canvas.current)
      const ratio = window.devicePixelRatio || 1
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      paint(context, scene.current, palette.current)
    })
  }
  const fit = () => {
    isOurs.current = true
    const { positions, size } = scene.current
    redraw({ view: fitted(positions, scene.current.shown.nodes, size) })
  }
  const zoom = (factor: number, at?: { x: number; y: number }) => {
    isOurs.current = false
    const { view, size } = scene.current
    redraw({ view: zoomed(view, factor, at ?? { x: size.width / 2, y: size.height / 2 }) })
  }
  const show = (at: number) => {
    isOurs.current = false
    const { positions, view, size } = scene.current
    const scale = Math.max(view.scale, 0.9)
    const [x, y] = [positions[2 * at] ?? 0, positions[2 * at + 1] ?? 0]
    redraw({ view: { x: size.width / 2 - x * scale, y: size.height / 2 - y * scale, scale } })
  }
  useImperativeHandle(handle, () => ({
    show(at) {
      show(at)
      canvas.current?.scrollIntoView({ block: 'nearest' })
    },
  }))

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is drawn anew when one of these is another
  useEffect(() => redraw({ shown, icons, chosen }), [shown, icons, chosen])

  // biome-ignore lint/correctness/useExhaustiveDependencies: one layout for one graph
  useEffect(() => {
    held.current.clear()
    isOurs.current = true
    setPlaced(false)
    const positions = new Float32Array(2 * drawn.nodes.length)
    redraw({ drawn, shown, positions, over: undefined })
    const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    return layOut(
      drawn,
      (told) => {
        if (isStill && !told.isLast) return
        const now = scene.current.positions
        for (const at of held.current) told.positions.set([now[2 * at] ?? 0, now[2 * at + 1] ?? 0], 2 * at)
        redraw({ positions: told.positions })
        if (isOurs.current) fit()
        if (told.isLast) setPlaced(true)
      },
      setFailed,
    )
  }, [drawn])

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for the canvas
  useEffect(() => {
    const element = canvas.current
    if (element === null) return
    const sized = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element
      const ratio = window.devicePixelRatio || 1
      element.width = Math.round(width * ratio)
      element.height = Math.round(height * ratio)
      redraw({ size: { width, height } })
      if (isOurs.current) fit()
    })
    sized.observe(element)
    const painted = new MutationObserver(() => {
      palette.current = undefined
      redraw()
    })
    painted.observe(document.documentElement, { attributes: true, attributeFilter: ['data-mantine-color-scheme'] })
    const lettered = () => redraw()
    document.fonts.addEventListener('loadingdone', lettered)
    // React listens to the wheel passively, and the page would scroll as well.
    const wheel = (event: WheelEvent) => {
      event.preventDefault()
      zoom(Math.exp(-event.deltaY * (event.deltaMode === 0 ? 0.0016 : 0.05)), { x: event.offsetX, y: event.offsetY })
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => {
      sized.disconnect()
      painted.disconnect()
      document.fonts.removeEventListener('loadingdone', lettered)
      element.removeEventListener('wheel', wheel)
      cancelAnimationFrame(due.current)
      due.current = 0
    }
  }, [])

  const placeOf = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  const spanOf = () => {
    const [a, b] = [...pointers.current.values()]
    return a === undefined || b === undefined ? undefined : Math.hypot(a.x - b.x, a.y - b.y)
  }
  const onDown = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.button !== 0) return
    const place = placeOf(event)
    event.currentTarget.setPointerCapture(event.pointerId)
    pointers.current.set(event.pointerId, place)
    const isFirst = pointers.current.size === 1
    drag.current = {
      node: isFirst ? nodeAt(scene.current, place.x, place.y) : undefined,
      moved: isFirst ? 0 : CLICK_PX + 1,
      span: spanOf(),
    }
  }
  const onMove = (event: PointerEvent<HTMLCanvasElement>) => {
    const place = placeOf(event)
    const before = pointers.current.get(event.pointerId)
    if (before === undefined) return hover(event, place)
    pointers.current.set(event.pointerId, place)
    const { current } = drag
    const [dx, dy] = [place.x - before.x, place.y - before.y]
    current.moved += Math.hypot(dx, dy)
    if (current.moved <= CLICK_PX) return
    isOurs.current = false
    const { view, positions } = scene.current
    const span = spanOf()
    if (span !== undefined && current.span !== undefined) {
      const [a, b] = [...pointers.current.values()]
      const middle = { x: ((a?.x ?? 0) + (b?.x ?? 0)) / 2, y: ((a?.y ?? 0) + (b?.y ?? 0)) / 2 }
      const moved = { ...view, x: view.x + dx / 2, y: view.y + dy / 2 }
      redraw({ view: zoomed(moved, span / Math.max(current.span, 1), middle) })
      current.span = span
    } else if (current.node === undefined) {
      redraw({ view: { ...view, x: view.x + dx, y: view.y + dy } })
    } else {
      held.current.add(current.node)
      const at = 2 * current.node
      positions[at] = (positions[at] ?? 0) + dx / view.scale
      positions[at + 1] = (positions[at + 1] ?? 0) + dy / view.scale
      redraw()
    }
  }
  const hover = (event: PointerEvent<HTMLCanvasElement>, { x, y }: { x: number; y: number }) => {
    if (event.pointerType === 'touch') return
    const over = nodeAt(scene.current, x, y)
    const isLink = over === undefined && edgeAt(scene.current, x, y) !== undefined
    event.currentTarget.style.cursor = over !== undefined || isLink ? 'pointer' : 'grab'
    if (over !== scene.current.over) redraw({ over })
  }
  const onUp = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!pointers.current.delete(event.pointerId)) return
    const { node, moved } = drag.current
    drag.current = { ...drag.current, node: undefined, span: undefined }
    if (event.type === 'pointercancel' || moved > CLICK_PX || pointers.current.size > 0) return
    const { x, y } = placeOf(event)
    if (node !== undefined) {
      // A finger hovers over nothing: it is told first what it touched, and opens it from there.
      if (event.pointerType === 'touch') choose(node)
      else enter(node)
      return
    }
    const edge = edgeAt(scene.current, x, y)
    if (edge?.by != null && event.pointerType !== 'touch') open(edge.by)
    else choose(undefined)
  }
  const enter = (at: number) => {
    const node = drawn.nodes[at]
    choose(at)
    if (node !== undefined && node.state !== 'missing') open(node.id)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const direction = ARROWS[event.key]
    if (direction !== undefined) {
      const { positions } = scene.current
      const first = shown.nodes.indexOf(true)
      const next = chosen === undefined ? first : towards(positions, shown.nodes, chosen, direction)
      if (next !== undefined && next >= 0) {
        choose(next)
        keepInSight(next)
      }
    } else if (event.key === 'Enter' && chosen !== undefined) enter(chosen)
    else if (event.key === '+' || event.key === '=') zoom(STEP)
    else if (event.key === '-') zoom(1 / STEP)
    else if (event.key === '0') fit()
    else if (event.key === 'Escape' && chosen !== undefined) choose(undefined)
    else return
    event.preventDefault()
  }
  const keepInSight = (at: number) => {
    const { positions, view, size } = scene.current
    const [x, y] = [(positions[2 * at] ?? 0) * view.scale + view.x, (positions[2 * at + 1] ?? 0) * view.scale + view.y]
    if (x < 30 || y < 30 || x > size.width - 30 || y > size.height - 30) show(at)
  }

  return (
    <div className="graph-picture" data-placed={isPlaced}>
      <canvas
        ref={canvas}
        role="application"
        aria-label={t('graph.picture')}
        aria-describedby="graph-hint"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is gone through by keyboard
        tabIndex={0}
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerCancel={onUp}
        onPointerLeave={() => scene.current.over !== undefined && redraw({ over: undefined })}
        onKeyDown={onKey}
        onFocus={() => redraw({ isFocused: true })}
        onBlur={() => redraw({ isFocused: false })}
      />
      <div className="graph-tools">
        <ActionIcon aria-label={t('graph.larger')} onClick={() => zoom(STEP)}>
          <IconPlus aria-hidden size={16} stroke={1.8} />
        </ActionIcon>
        <ActionIcon aria-label={t('graph.smaller')} onClick={() => zoom(1 / STEP)}>
          <IconMinus aria-hidden size={16} stroke={1.8} />
        </ActionIcon>
        <ActionIcon aria-label={t('graph.fit')} onClick={fit}>
          <IconArrowsMaximize aria-hidden size={16} stroke={1.8} />
        </ActionIcon>
      </div>
      <p className="graph-laying" role="status">
        {failed !== '' ? plain(failed, 200) : isPlaced ? '' : t('graph.laying')}
      </p>
      <VisuallyHidden>
        <p id="graph-hint">{t('graph.pictureHint')}</p>
        <p aria-live="polite">{saying}</p>
      </VisuallyHidden>
    </div>
  )
}
