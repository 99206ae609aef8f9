// Removing here only: an object that another party shared is not shown to our tools and pages any more. Its record stays
// what it is, its author is told nothing, and everybody else has it as before. Which objects these are is true in our
// private store alone; the views are told at each start.

import { ok, type Result, refuse } from '@countersign/log'
import type { EngineParts } from '../engine-parts.ts'

export interface RemoveRequest {
  pact: string
  /** A STIX id. */
  id: string
  /** `all`, `first`, `last` or exact versions; without it every one. */
  versions?: readonly string[]
  /** Of STIX; without it every one. */
  specVersions?: readonly string[]
  /** Who wants it, private to this node. */
  account: string
}

/** Durable once this returns; how many versions are gone. Refuses `not-found/object`. */
export function removeHere(parts: EngineParts, request: RemoveRequest): Result<number> {
  const { pact, id, versions, specVersions, account } = request
  const meant = parts.views.versionsMeant({ pact, collection: 'inbox', id }, versions, specVersions)
  if (meant.length === 0) {
    return refuse('not-found/object', 'There is no such object, or no such version of it, in this inbox.')
  }
  parts.store.noteRemoved(meant, account, parts.around.now())
  parts.views.removeHere(meant)
  return ok(meant.length)
}
