/** Whether language content fits the object it translates (section 7.1.1), where both are at hand. */

import type { StixId } from '../identifier.ts'
import { LIMITS } from '../limits.ts'
import { isRecord, own } from '../properties.ts'
import type { StixObject } from '../stix-object.ts'
import { compareTimestamps, isTimestamp } from '../timestamp.ts'
import type { Tell } from './checks.ts'
import type { PathPart } from './problems.ts'

const SECTION = '7.1.1'

/** Judges it by the version it names; by the newest at hand where it names none. */
export function judgeTranslation(
  { value }: StixObject,
  versions: ReadonlyMap<StixId, readonly StixObject[]>,
  tell: Tell,
): void {
  const targets = versions.get(own(value, 'object_ref') as StixId)
  if (targets === undefined) return
  const asked = own(value, 'object_modified')
  const target = versionOf(targets, asked)
  if (target === undefined) {
    const message = 'No version of the translated object that is here was modified at this time.'
    return tell({ code: 'stix/translation', message, section: SECTION, path: ['object_modified'], remark: true })
  }
  const contents = own(value, 'contents')
  if (!isRecord(contents)) return
  let told = 0
  const say: Tell = (finding) => {
    if (told++ < LIMITS.issuesPerList) tell(finding)
  }
  for (const language of Object.keys(contents)) {
    const path = ['contents', language]
    const translation = contents[language]
    if (isRecord(translation)) mirror(translation, target.value, path, say)
  }
}

function versionOf(targets: readonly StixObject[], asked: unknown): StixObject | undefined {
  const byTime = (object: StixObject) => own(object.value, 'modified')
  if (isTimestamp(asked)) {
    return targets.find((target) => {
      const modified = byTime(target)
      return isTimestamp(modified) && compareTimestamps(modified, asked) === 0
    })
  }
  return [...targets].sort((a, b) => {
    const [left, right] = [byTime(a), byTime(b)]
    return isTimestamp(left) && isTimestamp(right) ? compareTimestamps(right, left) : 0
  })[0]
}

/** Texts stand for texts, lists for lists of the same length, objects for objects; what else it names is ignored. */
function mirror(translation: unknown, original: unknown, path: readonly PathPart[], tell: Tell): void {
  const fault = (message: string) => tell({ code: 'stix/translation', message, section: SECTION, path })
  if (typeof original === 'string') {
    if (typeof translation !== 'string') fault('The translation of a text must be a text.')
  } else if (Array.isArray(original)) {
    if (!Array.isArray(translation)) return fault('The translation of a list must be a list.')
    if (translation.length !== original.length) {
      return fault(`The translated list has ${translation.length} items, the original ${original.length}.`)
    }
    // An empty text stands for an item that is not translated, whatever the item is.
    original.forEach((item: unknown, i) => {
      if (translation[i] !== '') mirror(translation[i], item, [...path, i], tell)
    })
  } else if (isRecord(original)) {
    if (!isRecord(translation)) return fault('The translation of an object must be an object.')
    for (const property of Object.keys(translation)) {
      const below = [...path, property]
      if (Object.hasOwn(original, property)) {
        mirror(translation[property], original[property], below, tell)
      } else {
        const message = 'The translated object has no such property; this is ignored.'
        tell({ code: 'stix/translation', message, section: SECTION, path: below, remark: true })
      }
    }
  } else {
    const message = 'This property cannot be translated; it is ignored.'
    tell({ code: 'stix/translation', message, section: SECTION, path, remark: true })
  }
}
