/**
 * Bundle (section 8): a container that is no STIX object. Its objects are judged one by one; this judges what stands around
 * them, as the splitter gives it.
 */

import { z } from 'zod'
import { LIMITS } from '../../limits.ts'
import type { Properties } from '../../properties.ts'
import { anObject, issuesOf } from '../checks.ts'
import { ProblemList } from '../problems.ts'
import { list } from '../property-types.ts'
import { idOf } from '../references.ts'
import type { Judgement } from '../validate.ts'

const bundle = z.object({ type: z.literal('bundle'), id: idOf('bundle'), objects: list(anObject).optional() })

const OWN = new Set(['type', 'id', 'objects'])

/** `container` without its objects, or with them. */
export function judgeBundle(container: Properties): Judgement {
  const errors = new ProblemList()
  const warnings = new ProblemList()
  for (const { path, finding, missing } of issuesOf(bundle, container)) {
    if (finding !== undefined) errors.add(finding.code, path, finding.message, finding.section)
    else if (missing) errors.add('stix/required', path, 'The standard asks for this in every bundle.', '8.1')
    else errors.add('stix/json-type', path, 'This is not of the JSON type that the standard asks for.', '8.1')
  }
  const others = Object.keys(container).filter((property) => !OWN.has(property))
  for (const property of others.slice(0, LIMITS.issuesPerList)) {
    const message = 'Nobody is asked to keep a property of a bundle itself.'
    warnings.add('stix/property-name', [property], message, '8')
  }
  return { errors: errors.told(), warnings: warnings.told() }
}
