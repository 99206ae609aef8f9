/**
 * The old form of observed data (section 2.13, deprecated): observables under keys of their own, which refer to each
 * other by these keys. They may be objects of STIX 2.0, so what is wrong in them is remarked on; a reference that leads
 * nowhere is an error.
 */

import { LIMITS } from '../limits.ts'
import { isRecord, own, type Properties } from '../properties.ts'
import { anObject, issuesOf, judged, type Tell } from './checks.ts'
import { problemOf } from './issue-words.ts'
import type { PathPart } from './problems.ts'
import { SCO_TYPES } from './sco-types.ts'

const SECTION = '2.13'

export const observableContainer = anObject.check(
  judged((container: Properties, tell) => {
    const message = 'Observables should stand beside observed data and be named by object_refs.'
    tell({ code: 'stix/deprecated', message, section: SECTION, remark: true })
    const keys = Object.keys(container)
    if (keys.length === 0)
      tell({ code: 'stix/empty', message: 'There must be at least one object.', section: '4.14.1' })
    let told = 0
    for (const key of keys) {
      judgeObservable(container, key, (finding) => {
        told++
        tell(finding)
      })
      if (told >= LIMITS.issuesPerList) return
    }
  }),
)

function judgeObservable(container: Properties, key: string, tell: Tell): void {
  const object = own(container, key)
  const type = isRecord(object) ? own(object, 'type') : undefined
  if (!isRecord(object) || typeof type !== 'string') {
    return tell({ code: 'stix/required', message: 'Each observable must have a type.', section: SECTION, path: [key] })
  }
  if (!Object.hasOwn(SCO_TYPES, type)) return
  const sco = SCO_TYPES[type as keyof typeof SCO_TYPES]
  for (const issue of issuesOf(sco.schema, object)) {
    const path = [key, ...issue.path]
    // Its name is its key; an id is not asked for.
    if (issue.path[0] === 'id') continue
    if (issue.finding?.code === 'stix/reference') {
      judgeLocal(container, at(object, issue.path), issue.finding.types, (finding) => tell({ ...finding, path }))
    } else {
      tell({ ...problemOf(issue, sco), path, remark: true })
    }
  }
}

function judgeLocal(container: Properties, key: unknown, types: readonly string[] | undefined, tell: Tell): void {
  const named = typeof key === 'string' ? own(container, key) : undefined
  if (!isRecord(named)) {
    const message = 'This is the key of no observable beside it.'
    tell({ code: 'stix/reference', message, section: SECTION })
  } else if (types !== undefined && !types.includes(String(own(named, 'type')))) {
    const message = `This must be the key of one of ${types.join(', ')}.`
    tell({ code: 'stix/reference-type', message, section: SECTION })
  }
}

function at(value: unknown, path: readonly PathPart[]): unknown {
  return path.reduce<unknown>((inside, part) => (inside as { [key: PathPart]: unknown } | undefined)?.[part], value)
}
