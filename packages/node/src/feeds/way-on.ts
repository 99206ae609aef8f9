// Where a pull goes on after a page (TAXII 2.1 section 3.5): by the server's `next`, or by `added_after` with the time it
// named last. Servers in the field leave out `next`, say that there is more when there is nothing, give one page again and
// again, or take `added_after` for “at or after”. None of that may end in an endless loop, or in an object left out: of
// what comes twice the second is known and dropped, so going on may begin a little before, and never after, what is
// missing. Pure.

import type { Page } from './page.ts'
import { microsOf, timeOf } from './times.ts'

/** What the next request asks for. */
export interface Position {
  /** Only what joined after this; everything where it is not given. */
  addedAfter?: string
  next?: string
}

/** How far one feed has come, as it is kept. */
export interface Cursor extends Position {
  /** The latest time that the server has named since this round of pages began. */
  latest?: string
  /** Of a MISP, instead of the rest. */
  events?: EventsPosition
}

/** How far the list of a MISP's events was read. */
export interface EventsPosition {
  /** Nothing that was published before this is wanted: seconds since the epoch. */
  since?: number
  /** All that was published before this is known: seconds since the epoch, by the clock of the server. */
  published?: number
  /** When the list of all was read: milliseconds since the epoch. */
  allMs?: number
  /** All that was seen before this is known: seconds since the epoch, by our clock. */
  sighted?: number
}

/** What a run has learned of a server; forgotten with it. */
export interface Manners {
  pageObjects: number
  /** Its `next` gives the same page again. */
  nextIsUseless: boolean
  /** It was asked for what came after a time, although it may have more with that very time. */
  steppedOver?: boolean
  /** What it did that it should not. */
  doubt?: string
}

export type WayOn =
  | { kind: 'on'; cursor: Cursor; manners: Manners }
  /** The server has no more. `doubt` says what it did that it should not. */
  | { kind: 'end'; cursor: Cursor; doubt?: string }
  /** It says that there is more, and no way leads there. */
  | { kind: 'stuck'; cursor: Cursor; message: string }

export interface PageMet extends Pick<Page, 'more' | 'next' | 'elements'> {
  /** Of its objects, those that are not known here. */
  fresh: number
  /** `X-TAXII-Date-Added-Last`, where there was one. */
  addedLast: string | null
}

/** `latestMax`: microseconds since the epoch; a later time is a mistake of the server, and believed by nobody. */
export function wayOn(
  asked: Cursor,
  page: PageMet,
  before: Manners,
  bounds: { pageObjectsMax: number; latestMax: bigint },
): WayOn {
  const cursor = withLatest(asked, page.addedLast, bounds.latestMax)
  const { latest } = cursor
  const { steppedOver, ...rest } = before
  // Had it nothing but what it gave already, stepping over that would have left nothing out.
  const manners: Manners = steppedOver === true && page.fresh > 0 ? { ...rest, doubt: MAY_LACK } : before
  const end = (doubt = manners.doubt): WayOn => ({
    ...{ kind: 'end', cursor: ended(cursor) },
    ...(doubt === undefined ? {} : { doubt }),
  })
  if (!page.more) return end()
  const repeats = page.next === asked.next && page.fresh === 0
  if (page.next !== undefined && !manners.nextIsUseless && !repeats) {
    return { kind: 'on', cursor: { ...cursor, next: page.next }, manners }
  }
  const byTime = { ...manners, nextIsUseless: manners.nextIsUseless || page.next !== undefined }
  const on = (addedAfter: string, pageObjects = manners.pageObjects): WayOn => ({
    ...{ kind: 'on', cursor: { addedAfter, ...(latest === undefined ? {} : { latest }) } },
    manners: { ...byTime, pageObjects },
  })
  if (latest === undefined) {
    if (page.elements === 0) return end(manners.doubt ?? NO_MORE)
    const message =
      'It says that there is more, but neither names a next page that leads on nor the time of what it gave (X-TAXII-Date-Added-Last); its owner has to mend that.'
    const { next: _, ...again } = cursor
    return { kind: 'stuck', cursor: again, message }
  }
  // A page may end between two objects of one time: what has that time comes once more.
  const justBefore = timeOf((microsOf(latest) ?? 1n) - 1n)
  const isSame = asked.next === undefined && asked.addedAfter !== undefined && !isLater(justBefore, asked.addedAfter)
  if (!isSame || page.fresh > 0) return on(justBefore)
  // More than a page holds may have one time; some servers give more where more is asked for.
  if (page.elements > 0 && manners.pageObjects < bounds.pageObjectsMax) {
    return on(justBefore, Math.min(bounds.pageObjectsMax, manners.pageObjects * 4))
  }
  if (isLater(latest, asked.addedAfter ?? '')) {
    const over = on(latest)
    return over.kind === 'on' ? { ...over, manners: { ...over.manners, steppedOver: true } } : over
  }
  return end(manners.doubt ?? NO_MORE)
}

const NO_MORE = 'Its server says that there is more, and gives nothing more.'
const MAY_LACK =
  'Its server has more objects with one time than it gives in a page, and names no next page: some of them may be missing here.'

/** The round is over: the next one begins after the latest time that was named, or where this one began. */
function ended({ addedAfter, latest }: Cursor): Cursor {
  const from = latest === undefined || !isLater(latest, addedAfter ?? '') ? addedAfter : latest
  return from === undefined ? {} : { addedAfter: from }
}

function withLatest(cursor: Cursor, named: string | null, latestMax: bigint): Cursor {
  const micros = named === null ? undefined : microsOf(named)
  if (micros === undefined || micros > latestMax || micros < 1n) return cursor
  const time = timeOf(micros)
  return cursor.latest !== undefined && !isLater(time, cursor.latest) ? cursor : { ...cursor, latest: time }
}

/** Anything is later than no time at all. */
function isLater(a: string, b: string): boolean {
  return (microsOf(a) ?? -1n) > (microsOf(b) ?? -1n)
}
