/**
 * What STIX 2.1 says of several objects together: versions of one object, markings that mark each other, translations and
 * what they translate, extensions and their definitions. Judged of objects at hand, such as those of one bundle; that
 * an object is not among them is no fault, for references may lead elsewhere (section 3.3).
 */

import type { StixId } from '../identifier.ts'
import { LIMITS } from '../limits.ts'
import { isRecord, own } from '../properties.ts'
import type { StixObject } from '../stix-object.ts'
import { compareTimestamps, isTimestamp } from '../timestamp.ts'
import type { Finding, Tell } from './checks.ts'
import { ProblemList } from './problems.ts'
import { judgeTranslation } from './translations.ts'
import type { Judgement } from './validate.ts'

/** Judges objects together; gives back those of which something is told, in the order in which it was found. */
export function judgeTogether(objects: Iterable<StixObject>): ReadonlyMap<StixId, Judgement> {
  const all = [...objects]
  const found = new Map<StixId, { errors: ProblemList; warnings: ProblemList }>()
  const tell = (id: StixId, { code, path = [], message, section, remark }: Finding) => {
    const of = found.get(id) ?? { errors: new ProblemList(), warnings: new ProblemList() }
    found.set(id, of)
    ;(remark === true ? of.warnings : of.errors).add(code, path, message, section)
  }
  const versions = new Map<StixId, StixObject[]>()
  for (const object of all) {
    const known = versions.get(object.id)
    if (known === undefined) versions.set(object.id, [object])
    else known.push(object)
  }
  for (const [id, ofOne] of versions) {
    if (ofOne.length > 1) judgeVersions(ofOne, (finding) => tell(id, finding))
  }
  judgeUuids(versions, tell)
  judgeMarkings(versions, tell)
  for (const object of all) {
    const say: Tell = (finding) => tell(object.id, finding)
    if (object.type === 'language-content') judgeTranslation(object, versions, say)
    if (object.type === 'relationship') judgeVariant(object, versions, say)
    judgeExtensions(object, versions, say)
  }
  return new Map(
    [...found].map(([id, { errors, warnings }]) => [id, { errors: errors.told(), warnings: warnings.told() }]),
  )
}

/**
 * Keeps objects for `judgeTogether` as they come, while they are few and small enough to be held; past the limits it keeps
 * none, and nothing is told.
 */
export class TogetherJudge {
  readonly #objects: StixObject[] = []
  #bytes = 0
  #full = false

  add(object: StixObject, bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > LIMITS.togetherBytes || this.#objects.length === LIMITS.togetherObjects) this.#full = true
    if (this.#full) this.#objects.length = 0
    else this.#objects.push(object)
  }

  conclude(): ReadonlyMap<StixId, Judgement> {
    return judgeTogether(this.#objects)
  }
}

type Versions = ReadonlyMap<StixId, readonly StixObject[]>

/** Section 3.6: one creator, one time of creation, and nothing after a revocation. */
function judgeVersions(versions: readonly StixObject[], tell: Tell): void {
  const [first] = versions
  if (first === undefined) return
  for (const property of ['created', 'created_by_ref']) {
    if (versions.every(({ value }) => sameMoment(own(value, property), own(first.value, property)))) continue
    const message = `The versions of an object all have the same ${property}.`
    tell({ code: 'stix/versions', message, section: property === 'created' ? '3.2' : '3.6', path: [property] })
  }
  const times = versions.filter(({ revoked }) => revoked).map(({ value }) => own(value, 'modified'))
  const revokedAt = times.filter(isTimestamp).sort(compareTimestamps)[0]
  if (revokedAt === undefined) return
  const later = versions.some(({ value }) => {
    const modified = own(value, 'modified')
    return isTimestamp(modified) && compareTimestamps(modified, revokedAt) > 0
  })
  const message = 'There must be no version after the one that revokes the object.'
  if (later) tell({ code: 'stix/versions', message, section: '3.6', path: ['revoked'] })
}

function sameMoment(a: unknown, b: unknown): boolean {
  return a === b || (isTimestamp(a) && isTimestamp(b) && compareTimestamps(a, b) === 0)
}

/** Section 2.9: a producer gives no UUID to objects of different types. */
function judgeUuids(versions: Versions, tell: (id: StixId, finding: Finding) => void): void {
  const byUuid = new Map<string, StixObject>()
  for (const [id, [object]] of versions) {
    if (object === undefined) continue
    const uuid = id.slice(-36).toLowerCase()
    const other = byUuid.get(uuid)
    if (other === undefined) {
      byUuid.set(uuid, object)
      continue
    }
    const creator = own(object.value, 'created_by_ref')
    const same = creator !== undefined && creator === own(other.value, 'created_by_ref')
    const message = `The UUID is that of ${other.id} too; a producer gives it to objects of one type only.`
    tell(id, { code: 'stix/uuid', message, section: '2.9', path: ['id'], ...(same ? {} : { remark: true as const }) })
  }
}

/** Section 3.2: markings do not mark each other in a circle. */
function judgeMarkings(versions: Versions, tell: (id: StixId, finding: Finding) => void): void {
  const done = new Set<StixId>()
  for (const [start, [object]] of versions) {
    if (object?.type !== 'marking-definition' || done.has(start)) continue
    const path: StixId[] = []
    const stack: { id: StixId; leave: boolean }[] = [{ id: start, leave: false }]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { id, leave } = next
      if (leave) {
        path.pop()
        done.add(id)
        continue
      }
      if (path.includes(id)) {
        // A marking that marks itself is told of it alone, without the others.
        if (path.at(-1) === id) continue
        const message = `These markings mark each other in a circle: ${[...path.slice(path.indexOf(id)), id].join(', ')}.`
        tell(id, { code: 'stix/circular', message, section: '3.2', path: ['object_marking_refs'] })
        continue
      }
      if (done.has(id) || path.length >= LIMITS.markingChain) continue
      path.push(id)
      stack.push({ id, leave: true })
      for (const ref of versions.get(id)?.[0]?.markingRefs ?? []) stack.push({ id: ref, leave: false })
    }
  }
}

/** Section 4.11.2: "Malware family → Malware instance: this relationship MUST NOT be used". */
function judgeVariant({ value }: StixObject, versions: Versions, tell: Tell): void {
  if (own(value, 'relationship_type') !== 'variant-of') return
  const isFamily = (end: string) => {
    const [malware] = versions.get(own(value, end) as StixId) ?? []
    return malware?.type === 'malware' ? own(malware.value, 'is_family') : undefined
  }
  if (isFamily('source_ref') !== true || isFamily('target_ref') !== false) return
  const message = 'A family of malware is no variant of an instance.'
  tell({ code: 'stix/relationship-type', message, section: '4.11.2', path: ['relationship_type'] })
}

/** Section 7.3: an extension is of a type, and has the properties at the top, that its definition says. */
function judgeExtensions({ value }: StixObject, versions: Versions, tell: Tell): void {
  const extensions = own(value, 'extensions')
  if (!isRecord(extensions)) return
  for (const name of Object.keys(extensions).slice(0, LIMITS.issuesPerList)) {
    const [definition] = versions.get(name as StixId) ?? []
    const extension = extensions[name]
    if (definition?.type !== 'extension-definition' || !isRecord(extension)) continue
    const what = own(extension, 'extension_type')
    const types = own(definition.value, 'extension_types')
    if (!Array.isArray(types) || typeof what !== 'string' || types.includes(what)) continue
    const message = `The definition of this extension does not list ${what} among its types.`
    const path = ['extensions', name, 'extension_type']
    tell({ code: 'stix/extension-type', message, section: '7.3.1', path })
  }
}
