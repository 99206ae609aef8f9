// One page of a foreign collection (TAXII 2.1 section 3.7): its objects as the bytes they came in, and what it says of the
// way on. What is no STIX 2.1 object is named and left out, for nobody could share it; the rest of the page is taken. It is
// read piece by piece, and whatever else the node has to do goes on in between: some servers give all they have in one page.

import { createHash } from 'node:crypto'
import { BundleSplitter, readObject, type SplitElement, type SplitSummary } from '@countersign/intel'
import { fromUtf8, ok, type Result, refuse } from '@countersign/log'
import { canonicalText } from '@countersign/views'
import type { FeedLimits } from './limits.ts'

/** What is read of a page between two turns of other work. */
export const PIECE_BYTES = 262_144

type GiveWay = () => Promise<void>

export interface PulledObject {
  id: string
  version: string | null
  source: Uint8Array
  /** Of what it says: the same for every order of keys and every spelling of a character. */
  digest: Uint8Array
}

export interface Page {
  objects: PulledObject[]
  /** All elements, those left out too. */
  elements: number
  unreadable: { object: string; message: string }[]
  unreadableTotal: number
  more: boolean
  next: string | undefined
}

/** The objects in a page, or in a bundle that somebody gave; the frame around them is undefined where it is not known. */
export interface Elements extends Pick<Page, 'objects' | 'elements' | 'unreadable' | 'unreadableTotal'> {
  form: SplitSummary['form']
  frame: Record<string, unknown> | undefined
}

export async function readPage(bytes: Uint8Array, limits: FeedLimits, giveWay: GiveWay): Promise<Result<Page>> {
  const empty = emptyEnvelope(bytes)
  if (empty !== undefined) {
    return ok({ objects: [], elements: 0, unreadable: [], unreadableTotal: 0, ...wayOn(empty, limits) })
  }
  const read = await readElements(bytes, limits, giveWay)
  if (!read.ok) return refuse('feed/page', `The server’s answer is no TAXII envelope: ${read.message}`)
  const { form, frame, ...elements } = read.value
  if (form === 'object') {
    return refuse('feed/page', 'The server’s answer is one object and no TAXII envelope; check the address.')
  }
  if (frame === undefined) return refuse('feed/page', 'The server’s answer is no TAXII envelope.')
  return ok({ ...elements, ...wayOn(frame, limits) })
}

/** Refuses what is no bundle, envelope or object; elements that are no STIX objects are named and left out. */
export async function readElements(bytes: Uint8Array, limits: FeedLimits, giveWay: GiveWay): Promise<Result<Elements>> {
  const objects: PulledObject[] = []
  const unreadable: Page['unreadable'] = []
  let unreadableTotal = 0
  const leaveOut = (object: string, message: string) => {
    unreadableTotal++
    if (unreadable.length < limits.told) unreadable.push({ object, message })
  }
  let first: number | undefined
  let end: number | undefined = 0
  const emit = (element: SplitElement) => {
    first ??= element.offset
    end = element.ok ? element.offset + element.source.length : undefined
    if (!element.ok) return leaveOut(`element ${element.index}`, element.message)
    // A copy: the page itself need not stay in memory.
    const object = objectOf(Uint8Array.from(element.source))
    return object.ok ? void objects.push(object.value) : leaveOut(`element ${element.index}`, object.message)
  }
  const splitter = new BundleSplitter(emit, { bundleObjects: limits.pageElements, bundleBytes: limits.pageBytes })
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const pushed = splitter.push(bytes.subarray(at, at + PIECE_BYTES))
    if (!pushed.ok) return pushed
    await giveWay()
  }
  const split = splitter.end()
  if (!split.ok) return split
  const { form, objects: elements } = split.value
  return ok({ objects, elements, unreadable, unreadableTotal, form, frame: frameOf(bytes, first, end) })
}

export function objectOf(source: Uint8Array): Result<PulledObject> {
  const read = readObject(source)
  if (!read.ok) return read
  const { id, version } = read.value
  // What was read as an object is text, and JSON.
  const canonical = canonicalText(fromUtf8(source) ?? '') ?? ''
  return ok({ id, version, source, digest: createHash('sha256').update(canonical).digest() })
}

/** An envelope with nothing in it may leave `objects` out (section 2). */
function emptyEnvelope(bytes: Uint8Array): Record<string, unknown> | undefined {
  const value = bytes.length > 65_536 ? undefined : parsed(fromUtf8(bytes))
  if (value === undefined) return undefined
  const { objects = [] } = value
  return objects === null || (Array.isArray(objects) && objects.length === 0 && !Object.hasOwn(value, 'id'))
    ? value
    : undefined
}

/** What stands around the objects, without reading these once more. */
function frameOf(
  bytes: Uint8Array,
  first: number | undefined,
  end: number | undefined,
): Record<string, unknown> | undefined {
  // Where the last element is faulty, its end is not known.
  if (end === undefined) return parsed(fromUtf8(bytes))
  const [before, after] = [fromUtf8(bytes.subarray(0, first ?? 0)), fromUtf8(bytes.subarray(end))]
  return parsed(`${before ?? ''}${after ?? ''}`)
}

function parsed(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** `next` may be a number here and there, and stand where `more` was left out; `more` may be a text. */
function wayOn(frame: Record<string, unknown>, limits: FeedLimits): Pick<Page, 'more' | 'next'> {
  const { more, next } = frame
  const token = typeof next === 'number' ? String(next) : next
  const usable = typeof token === 'string' && token !== '' && token.length <= limits.nextChars ? token : undefined
  return { more: more === true || more === 'true' || (more === undefined && usable !== undefined), next: usable }
}
