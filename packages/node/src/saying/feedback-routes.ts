// Whom feedback goes back to, and which records it answers (spec/records.md, Feedback). What one party shared is told to that
// party alone: a sighting or an opinion about objects of several goes to none of them, for each would learn of the others.

import { readObject } from '@countersign/intel'
import { ok, type Result, refuse, utf8 } from '@countersign/log'
import { TLP_LABELS, type TlpLabel } from '@countersign/record'
import { feedbackTargets, type ObjectToFold, type SharedPlace, type Views } from '@countersign/views'
import { LIMITS } from '../limits.ts'

export interface FeedbackRoute extends Pick<SharedPlace, 'channel' | 'mode'> {
  /** Who shared what it is about. */
  to: string
  /** Who got all of that besides. */
  alsoGiven: string[]
  /** The records it answers, `origin#index`. */
  re: string[]
  /** The highest marking of these. */
  tlp: TlpLabel
  /** Texts of STIX: the sightings and opinions with what they refer to. */
  objects: string[]
  /** The UUID under which it is said, where it has one already. */
  share?: string
}

type Piece = Pick<ObjectToFold, 'id' | 'type' | 'source'>

/**
 * Refuses `not-found/object` where one is about an object that nobody shared with us, and `say/feedback` where it cannot be
 * told whom it should go to, or something else stands beside the sightings and opinions.
 */
export function feedbackRoutes(
  views: Pick<Views, 'sharedWithUs'>,
  pact: string,
  objects: readonly Piece[],
): Result<FeedbackRoute[]> {
  const routes = new Map<string, FeedbackRoute[]>()
  const carried = new Set<Piece>()
  const byId = new Map<string, Piece[]>()
  for (const one of objects) byId.set(one.id, [...(byId.get(one.id) ?? []), one])
  for (const saying of objects) {
    const targets = feedbackTargets(saying.type, saying.source)
    if (targets.length === 0) continue
    const places = placesOf(views, pact, saying, targets)
    if (!places.ok) return places
    const dragged = withWhatItNeeds(saying, new Set(targets), byId)
    for (const one of dragged) carried.add(one)
    for (const found of places.value) addTo(routes, found, dragged)
  }
  const beside = objects.find((one) => !carried.has(one))
  if (beside !== undefined) {
    return refuse(
      'say/feedback',
      `${beside.id} is no sighting and no opinion, and none of these refers to it: share it apart from them.`,
    )
  }
  const all = [...routes.values()].flat()
  return all.length === 0 ? refuse('say/feedback', 'There is no sighting and no opinion in it.') : ok(all)
}

export function nobodyShares(id: string) {
  return refuse(
    'not-found/object',
    `Nobody shares ${id.slice(0, 300)} with us under this agreement, so there is nobody to give feedback to. Look at it with: countersign object ID`,
  )
}

/** For each party that shared all it is about, where. */
function placesOf(
  views: Pick<Views, 'sharedWithUs'>,
  pact: string,
  saying: Piece,
  targets: readonly string[],
): Result<SharedPlace[][]> {
  const byAuthor: Map<string, SharedPlace>[] = []
  const read = readObject(utf8(saying.source))
  // A last version takes back what was said, also of what is not shared any more.
  const options = { alsoTakenBack: read.ok && read.value.revoked }
  for (const target of targets) {
    const newest = new Map<string, SharedPlace>()
    for (const place of views.sharedWithUs(pact, target, options)) {
      if (!newest.has(place.from)) newest.set(place.from, place)
    }
    if (newest.size === 0) return nobodyShares(target)
    byAuthor.push(newest)
  }
  const authors = [...(byAuthor[0]?.keys() ?? [])].filter((author) => byAuthor.every((all) => all.has(author)))
  const routes = authors.map((author) => byAuthor.flatMap((all) => all.get(author) ?? []))
  const same = routes.filter((all) =>
    all.every(({ channel, mode }) => channel === all[0]?.channel && mode === all[0]?.mode),
  )
  const fitting = same.filter((all) => new Set(all.map(({ record }) => record)).size <= LIMITS.feedbackRecords)
  if (fitting.length > 0) return ok(fitting)
  return refuse(
    'say/feedback',
    `${saying.id} is about objects that no one party shared with us together: say it of each in one of its own.`,
  )
}

/** With everything that it refers to and that stands beside it, but for what it is about. */
function withWhatItNeeds(saying: Piece, targets: ReadonlySet<string>, byId: ReadonlyMap<string, Piece[]>): Set<Piece> {
  const found = new Set<Piece>([saying])
  for (const one of found) {
    const read = readObject(utf8(one.source))
    if (!read.ok) continue
    for (const id of [...read.value.references.map((to) => to.id), ...read.value.markingRefs]) {
      if (!targets.has(id)) for (const other of byId.get(id) ?? []) found.add(other)
    }
  }
  return found
}

/** Into a record that still has room for the records it answers, or into one more. */
function addTo(routes: Map<string, FeedbackRoute[]>, places: readonly SharedPlace[], objects: Iterable<Piece>): void {
  const [first] = places
  if (first === undefined) return
  const { channel, mode, from } = first
  const key = JSON.stringify([channel, mode, from])
  const all = routes.get(key) ?? []
  routes.set(key, all)
  let route = all.at(-1)
  const added = new Set(places.map(({ record }) => record))
  if (route === undefined || new Set([...route.re, ...added]).size > LIMITS.feedbackRecords) {
    route = { channel, mode, to: from, alsoGiven: first.to, re: [], tlp: 'TLP:CLEAR', objects: [] }
    all.push(route)
  }
  for (const { record, to, tlp } of places) {
    if (!route.re.includes(record)) route.re.push(record)
    route.alsoGiven = route.alsoGiven.filter((party) => to.includes(party))
    const label = TLP_LABELS.find((one) => one === tlp)
    if (label !== undefined && TLP_LABELS.indexOf(label) > TLP_LABELS.indexOf(route.tlp)) route.tlp = label
  }
  for (const { source } of objects) if (!route.objects.includes(source)) route.objects.push(source)
}
