// Giving single sightings to a MISP, by the UUID of the attribute they are of (`POST /sightings/add/UUID`). MISP gives each a
// UUID of its own there, so the id of ours stands in `source`: by that it is found after a run that was killed, and told
// from those that persons made there. One never goes where more may see it than its marking permits.

import type { MispJson as Json } from '@countersign/intel'
import { fromUtf8, ok, type Result } from '@countersign/log'
import { listIn, uuidOf } from './event-parts.ts'
import type { SightingStore } from './sighting-store.ts'

export interface SightingToGive {
  /** Of the STIX object; or the UUID of one that a MISP made. */
  id: string
  /** Of the attribute. */
  attribute: string
  type: string
  date: string | undefined
  /** The widest distribution in which it may be seen. */
  distribution: string
}

export interface SightingMeans {
  store: SightingStore
  name: string
  /** Undefined where it was refused, which was told already. */
  post(path: string, body: Json, object: string): Promise<Result<Uint8Array | undefined>>
  refuse(object: string, message: string): void
  giveWay(): Promise<void>
}

/** Those in an event of ours that MISPs made; what else is seen of its attributes is given by itself. */
export function sightingsIn(event: Json): SightingToGive[] {
  return attributesIn(event).flatMap((attribute) =>
    listIn(attribute, 'Sighting').map((one) => ({
      ...{ id: uuidOf(one), attribute: uuidOf(attribute), type: String(one['type'] ?? '0') },
      date: one['date_sighting'] === undefined ? undefined : String(one['date_sighting']),
      distribution: String(event['distribution'] ?? '0'),
    })),
  )
}

/** Gives those that the event there lacks; tells how many it took, and whether all are there now. */
export async function giveSightings(
  sightings: readonly SightingToGive[],
  theirs: Json,
  means: SightingMeans,
): Promise<Result<{ given: number; all: boolean }>> {
  const { store, name, post, refuse, giveWay } = means
  const there = new Map(attributesIn(theirs).map((one) => [uuidOf(one), one]))
  let given = 0
  let all = true
  for (const { id, attribute: uuid, type, date, distribution } of sightings) {
    if (store.isDone(name, id)) continue
    const stays = (message: string) => {
      all = false
      refuse(id, message)
    }
    const attribute = there.get(uuid)
    if (attribute === undefined) {
      stays('What it is of is not there, or was deleted there.')
      continue
    }
    const known = listIn(attribute, 'Sighting').find((one) => uuidOf(one) === id.slice(-36) || one['source'] === id)
    if (known !== undefined) {
      store.done(name, id, uuidOf(known))
      continue
    }
    if (!goesNoFurther(theirs, attribute, distribution)) {
      stays('The event there goes further than its marking permits.')
      continue
    }
    await giveWay()
    store.begin(name, id)
    const body = { type, source: id, ...(date === undefined ? {} : { timestamp: date }) }
    const answered = await post(`sightings/add/${uuid}`, body, id)
    if (!answered.ok) return answered
    if (answered.value === undefined) {
      all = false
      continue
    }
    const answer = readAnswer(answered.value)
    if (answer === undefined) stays('MISP did not take it; its user may lack the right to add sightings.')
    else {
      store.done(name, id, answer.uuid)
      given++
    }
  }
  return ok({ given, all })
}

/** Those that are not deleted, of objects too. */
function attributesIn(event: Json): Json[] {
  const objects = listIn(event, 'Object').filter(isAlive)
  return [event, ...objects].flatMap((one) => listIn(one, 'Attribute').filter(isAlive))
}

function isAlive({ deleted }: Json): boolean {
  return ![true, 1, '1'].includes(deleted as boolean)
}

/** A sighting is seen by whoever sees its attribute. A sharing group may be any few; only the own organisation is surely fewer. */
function goesNoFurther(event: Json, attribute: Json, permitted: string): boolean {
  const wide = [event, attribute].map((one) => String(one['distribution'] ?? '5')).filter((of) => of !== '5')
  if (wide.includes('0')) return true
  if (permitted === '0') return false
  return wide.some((of) => of === '4' || (/^[0-3]$/.test(of) && Number(of) <= Number(permitted)))
}

/** Newer ones answer with the sighting, older ones with a sentence, also where it was not added (`SightingsController::add`). */
function readAnswer(bytes: Uint8Array): { uuid: string | null } | undefined {
  let said: Record<string, unknown>
  try {
    said = Object(JSON.parse(fromUtf8(bytes) ?? ''))
  } catch {
    return undefined
  }
  const sighting = Object(said['Sighting'] ?? said) as Record<string, unknown>
  if (typeof sighting['uuid'] === 'string') return { uuid: sighting['uuid'].toLowerCase().slice(0, 36) }
  return said['message'] === 'Sighting added' ? { uuid: null } : undefined
}
