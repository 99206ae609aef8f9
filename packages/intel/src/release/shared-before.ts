/**
 * Why an object stays here for what was shared before, by us or by others: who knows that is not this package, which only
 * has the words for it.
 */

import type { ReleaseReason } from './decision.ts'
import { type Originator, originatorWords } from './originator.ts'

/** Its id and version were shared before with another content: no reader would take the other. */
export function otherBytes(version: string): ReleaseReason {
  const message = `Another content was shared before under this id and version (${version}); give the change a new “modified”.`
  return { code: 'release/other-bytes', message }
}

/** We share it as revoked: STIX 2.1 section 3.6 knows no version after that. */
export function afterRevoked(): ReleaseReason {
  const message = 'We share this object as revoked, and what is revoked has no other version: give it a new id.'
  return { code: 'release/revoked', message }
}

/** It is other parties' to pass on. */
export function ofOriginators(of: readonly Originator[]): ReleaseReason {
  return { code: 'release/originator', message: originatorWords(of) }
}
