// The status of one request to add objects (TAXII 2.1 section 4.3.1). A share is said as a whole or not at all, so one
// object that is refused fails all of its request: the refused ones carry the reason, the others say that. What a rule of
// the house leaves out of what is shared was not added, and fails by itself. The counts always add up, and a list of objects
// is either all of them or left out, as clients check.

import type { Shared, ShareRefusal } from '@countersign/node'
import { LIMITS } from '../limits.ts'

export interface Detail {
  id: string
  version: string
  message?: string
}

export interface Status {
  id: string
  status: 'pending' | 'complete'
  /** RFC 3339 in UTC with microseconds. */
  request_timestamp: string
  total_count: number
  success_count: number
  successes?: Detail[]
  failure_count: number
  failures?: Detail[]
  pending_count: number
  pendings?: Detail[]
  /** In one sentence why it failed, or what it waits for. */
  x_countersign_message?: string
  /** Where there are too many objects to name each: the first that were refused. */
  x_countersign_failures?: Detail[]
}

/** The version told of an object that has neither `modified` nor `created`, as the manifest has it. */
const UNVERSIONED = '1970-01-01T00:00:00.000Z'
const NOT_ALONE =
  'Nothing of this request was shared, for other objects of it were refused. Mend or leave out those and send the rest again.'

/** The objects of one request, as they are met while it is read. */
export class Adding {
  private readonly objects: Detail[] = []
  private count = 0
  private leaving: number | undefined
  /** What a rule of the house did with an object that it changed or left out, by its place. */
  private readonly told = new Map<number, { leftOut: boolean; message: string }>()
  private lastMet: { id: string; version: string | null } | undefined

  met(object: { id: string; version: string | null } | undefined): void {
    const index = this.count++
    if (object !== undefined) this.lastMet = { id: object.id, version: object.version }
    if (index >= LIMITS.statusObjectsMax) return
    this.objects.push({ id: object?.id ?? `element ${index}`, version: object?.version ?? UNVERSIONED })
  }

  get total(): number {
    return this.count
  }

  /** What the gate lets go of it. */
  decided({ objects, redacted }: Pick<Shared, 'objects' | 'redacted'>): void {
    this.leaving = objects
    this.told.clear()
    for (const { index, leftOut, reasons } of redacted) {
      this.told.set(index, { leftOut, message: reasons.map(({ message, code }) => `${message} (${code})`).join(' ') })
    }
  }

  /** How many a rule of the house left out. */
  get leftOut(): number {
    return Math.max(0, this.count - (this.leaving ?? this.count))
  }

  /** Where they are few enough to be named: those that go, and those that are left out, each with what was done with it. */
  split(): { go: Detail[]; stay: Detail[] } | undefined {
    const details = this.details()
    const stay = this.leftOutToldOf()
    if (details === undefined || stay.length !== this.leftOut) return undefined
    const go = details.flatMap((detail, index) => {
      const told = this.told.get(index)
      if (told?.leftOut === true) return []
      return [told === undefined ? detail : { ...detail, message: told.message }]
    })
    return { go, stay }
  }

  /** Of those that are left out the ones whose reason is known. */
  leftOutToldOf(): Detail[] {
    return [...this.told].flatMap(([index, { leftOut, message }]) =>
      leftOut ? [{ ...(this.objects[index] ?? { id: `element ${index}`, version: UNVERSIONED }), message }] : [],
    )
  }

  /** The one met last that has an id and goes. */
  get last(): { id: string; version: string | null } | undefined {
    if (this.leftOut === 0) return this.lastMet
    const go = this.split()?.go.at(-1)
    return go === undefined ? undefined : { id: go.id, version: go.version === UNVERSIONED ? null : go.version }
  }

  /** Of each object, where they are few enough to be named. */
  details(): Detail[] | undefined {
    return this.count === 0 || this.count > this.objects.length ? undefined : this.objects
  }

  at(index: number): Detail | undefined {
    return this.objects[index]
  }
}

export function pendingStatus(id: string, at: number): Status {
  const counts = { total_count: 0, success_count: 0, failure_count: 0, pending_count: 0 }
  return { id, status: 'pending', request_timestamp: timestamp(at), ...counts }
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}

/** The same request with all its objects in one state. */
function allIn(status: Status, state: 'success' | 'failure' | 'pending', total: number, details?: Detail[]): Status {
  const { id, request_timestamp } = status
  return {
    ...{ id, status: state === 'pending' ? 'pending' : 'complete', request_timestamp, total_count: total },
    success_count: state === 'success' ? total : 0,
    ...(state === 'success' && details !== undefined ? { successes: details } : {}),
    failure_count: state === 'failure' ? total : 0,
    ...(state === 'failure' && details !== undefined ? { failures: details } : {}),
    pending_count: state === 'pending' ? total : 0,
    ...(state === 'pending' && details !== undefined ? { pendings: details } : {}),
  }
}

export function shared(status: Status, adding: Adding): Status {
  return goingIn(status, 'success', adding)
}

/** Taken in, and not shared yet. */
export function waiting(status: Status, adding: Adding, why: string): Status {
  return { ...goingIn(status, 'pending', adding), x_countersign_message: why }
}

/** What goes is in one state; what is left out was not added, and is not going to be. */
function goingIn(status: Status, state: 'success' | 'pending', adding: Adding): Status {
  const { total, leftOut } = adding
  const lists = adding.split()
  if (leftOut === 0) return allIn(status, state, total, lists?.go)
  const first = adding.leftOutToldOf().slice(0, LIMITS.statusObjectsMax)
  return {
    ...allIn(status, state, total - leftOut, lists?.go),
    ...{ total_count: total, failure_count: leftOut },
    ...(lists === undefined ? {} : { failures: lists.stay }),
    ...(lists !== undefined || first.length === 0 ? {} : { x_countersign_failures: first }),
  }
}

export function refused(status: Status, adding: Adding, whole: ShareRefusal): Status {
  const refusal = discreet(whole)
  const general = `${refusal.message} (${refusal.code})`
  const refusals = refusal.refusals ?? []
  const details = adding.details()
  if (adding.total === 0) {
    const one = { id: 'envelope', version: UNVERSIONED, message: general }
    return { ...allIn(status, 'failure', 1, [one]), x_countersign_message: general }
  }
  const reasons = new Map<number, string>()
  for (const one of refusals) {
    if (one.object === undefined) continue
    const before = reasons.get(one.object.index)
    const reason = `${one.message} (${one.code})`
    reasons.set(one.object.index, before === undefined ? reason : `${before} ${reason}`)
  }
  const rest = reasons.size === 0 ? general : NOT_ALONE
  const failures = details?.map((detail, i) => ({ ...detail, message: reasons.get(i) ?? rest }))
  const first = [...reasons].slice(0, LIMITS.statusObjectsMax).map(([index, message]) => ({
    ...(adding.at(index) ?? { id: idIn(refusals, index), version: UNVERSIONED }),
    message,
  }))
  return {
    ...allIn(status, 'failure', adding.total, failures),
    x_countersign_message: general,
    ...(failures !== undefined || first.length === 0 ? {} : { x_countersign_failures: first }),
  }
}

/**
 * A tool may have no right to read what came under another agreement: that something did, and whose it is, the people of
 * the house are told, and not whoever holds the secret of a tool.
 */
function discreet(refusal: ShareRefusal): ShareRefusal {
  const isTheirs = ({ code }: { code: string }) => code === 'release/originator'
  const { refusals } = refusal
  return {
    ...refusal,
    ...(isTheirs(refusal) ? { message: `${OF_ANOTHER} Nothing left.` } : {}),
    ...(refusals && { refusals: refusals.map((one) => (isTheirs(one) ? { ...one, message: OF_ANOTHER } : one)) }),
  }
}

const OF_ANOTHER =
  'It is another party’s to pass on; whose, and under which agreement it came, countersign gate try tells.'

function idIn(refusals: NonNullable<ShareRefusal['refusals']>, index: number): string {
  return refusals.find(({ object }) => object?.index === index)?.object?.id ?? `element ${index}`
}

/**
 * One that an earlier run of this node left open. `reason` is what was said when it was not approved; `left`, how many
 * objects its records hold, where they say that.
 */
export function concluded(
  status: Status,
  outcome: 'said' | 'ended' | 'unknown',
  { reason = '', left }: { reason?: string; left?: number | undefined } = {},
): Status {
  const total = Math.max(status.total_count, outcome === 'said' ? 0 : 1)
  if (outcome === 'said') return concludedSaid(status, left)
  const notApproved = `It waited for a second person and was not approved; nothing of it left.${reason === '' ? '' : ` ${reason}`}`
  const unknown =
    'The node was ended before this was shared, or refused it in the end; nothing of it left. Look at its alarms, and send it again.'
  const why = outcome === 'ended' ? notApproved : unknown
  const waited = status.pendings ?? (total === 1 ? [{ id: 'envelope', version: UNVERSIONED }] : undefined)
  const failures = waited && [...waited.map((one) => ({ ...one, message: why })), ...(status.failures ?? [])]
  return { ...allIn(status, 'failure', total, failures), x_countersign_message: why }
}

/** What was known to be left out before the run ended stays so; of more than that it is known how many. */
function concludedSaid(status: Status, left: number | undefined): Status {
  const { total_count: total, failure_count: out, failures, pendings } = status
  const gone = Math.min(left ?? total - out, total)
  const said = { ...allIn(status, 'success', gone), total_count: total, failure_count: total - gone }
  if (gone !== total - out) return { ...said, x_countersign_message: LEFT_OUT }
  return {
    ...said,
    ...(pendings === undefined ? {} : { successes: pendings }),
    ...(failures === undefined ? {} : { failures }),
  }
}

const LEFT_OUT = 'Rules of this house left out those that failed; ask the outbox for what was shared.'
