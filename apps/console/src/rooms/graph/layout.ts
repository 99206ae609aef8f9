// The page's side of the layout: a worker for one graph, ended when all is placed or nobody looks any more.

import type { Drawn } from './drawn.ts'
import type { LayoutAsked, LayoutTold } from './layout-worker.ts'

/** Tells positions, x and y in turn, as often as they come; gives what ends it. */
export function layOut(
  { nodes, edges }: Drawn,
  tell: (told: LayoutTold) => void,
  fail: (why: string) => void,
): () => void {
  const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }: MessageEvent<LayoutTold>) => {
    if (data.isLast) worker.terminate()
    tell(data)
  }
  worker.onerror = (event) => fail(event.message)
  const links = new Uint32Array(2 * edges.length)
  const isLight = new Uint8Array(edges.length)
  for (const [at, { from, to, kind }] of edges.entries()) {
    links.set([from, to], 2 * at)
    isLight[at] = kind === 'reference' ? 1 : 0
  }
  const asked: LayoutAsked = { nodes: nodes.length, links, isLight }
  worker.postMessage(asked)
  return () => worker.terminate()
}
