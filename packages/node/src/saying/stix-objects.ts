// The objects of one opened bundle, as the views keep them. Nothing is folded until the whole bundle was read and found
// to be one; the event loop turns between steps, so that a large bundle keeps no call waiting.

import {
  BundleSplitter,
  judgeObject,
  MarkingDefinitions,
  readObject,
  type SplitElement,
  type StixObject,
  searchName,
  tlpOf,
} from '@countersign/intel'
import { fromUtf8, ok, type Result, refuse } from '@countersign/log'
import type { ObjectToFold } from '@countersign/views'
import type { GiveWay } from '../folding/right-of-way.ts'

const CHUNK_BYTES = 65_536
const OBJECTS_PER_TURN = 50

export interface BundleObjects {
  objects: ObjectToFold[]
  /** Elements of the bundle that are no STIX objects; they stay in the content and are shown nowhere else. */
  faulty: number
}

/** Refuses what is no bundle. */
export async function objectsIn(bundle: Uint8Array, giveWay: GiveWay): Promise<Result<BundleObjects>> {
  const elements: SplitElement[] = []
  const splitter = new BundleSplitter((element) => elements.push(element))
  for (let at = 0; at < bundle.length; at += CHUNK_BYTES) {
    const pushed = splitter.push(bundle.subarray(at, at + CHUNK_BYTES))
    if (!pushed.ok) return pushed
    await giveWay()
  }
  const summary = splitter.end()
  if (!summary.ok) return summary
  if (summary.value.objects === 0) return refuse('stix/empty', 'The bundle holds no object.')

  // A marking may stand behind the objects it marks, so all are read before any is judged.
  const definitions = new MarkingDefinitions()
  const objects: ObjectToFold[] = []
  const marked: { markingRefs: Parameters<typeof tlpOf>[0]['markingRefs'] }[] = []
  let faulty = 0
  for (const [position, element] of elements.entries()) {
    if (position % OBJECTS_PER_TURN === 0) await giveWay()
    const read = element.ok ? readObject(element.source) : undefined
    const source = element.ok ? fromUtf8(element.source) : undefined
    if (read?.ok !== true || source === undefined) {
      faulty++
      continue
    }
    const { id, type, version, specVersion, revoked, markingRefs } = read.value
    definitions.learn(read.value)
    marked.push({ markingRefs })
    objects.push({
      ...{ position, source, id, type, version, specVersion, revoked },
      name: searchName(read.value),
      tlp: null,
      warnings: remarksOn(read.value),
    })
  }
  for (const [i, object] of objects.entries()) {
    const marking = tlpOf(marked[i] ?? { markingRefs: [] }, definitions)
    if (marking.kind === 'tlp') object.tlp = marking.tlp
  }
  return ok({ objects, faulty })
}

/** What the console shows beside the object: errors first. */
function remarksOn(object: StixObject): ObjectToFold['warnings'] {
  const { errors, warnings } = judgeObject(object)
  return [
    ...errors.map(({ path, message, section }) => ({ path, message, section, error: true })),
    ...warnings.map(({ path, message, section }) => ({ path, message, section, error: false })),
  ]
}
