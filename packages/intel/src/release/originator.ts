/**
 * What a house takes for common knowledge: types, and creators by their identities, of objects that are nobody's for whoever
 * shared them first. All other objects that came from another party are that party's.
 */

import { ok, type Result, refuse } from '@countersign/log'
import { publishedPap, publishedTlp } from '../markings.ts'
import { isRecord, own } from '../properties.ts'
import type { StixObject } from '../stix-object.ts'

export interface CommonKnowledge {
  readonly types: readonly string[]
  /** Ids of identities. */
  readonly creators: readonly string[]
}

const MAX = 1_000
const TYPE = /^[a-z0-9][a-z0-9-]{0,249}$/
const CREATOR = /^identity--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Reads `{ types, creators }`, each optional, from parsed JSON. Refuses `release/terms`. */
export function readCommon(value: unknown): Result<CommonKnowledge> {
  const fault =
    'The common of the terms must have types, a list of STIX types, or creators, a list of ids of identities.'
  if (!isRecord(value)) return refuse('release/terms', fault)
  const { types = [], creators = [], ...more } = value
  if (Object.keys(more).length > 0 || !isList(types, TYPE) || !isList(creators, CREATOR)) {
    return refuse('release/terms', fault)
  }
  return ok({ types, creators })
}

export function joinCommon(all: readonly CommonKnowledge[]): CommonKnowledge {
  return {
    types: [...new Set(all.flatMap(({ types }) => types))].sort(),
    creators: [...new Set(all.flatMap(({ creators }) => creators))].sort(),
  }
}

/** What is common for each recipient. */
export function commonForAll(each: readonly CommonKnowledge[]): CommonKnowledge {
  const { types, creators } = joinCommon(each)
  return {
    types: types.filter((type) => each.every((one) => one.types.includes(type))),
    creators: creators.filter((creator) => each.every((one) => one.creators.includes(creator))),
  }
}

/** Of whom an object came, and in which of its records, `origin#index`. */
export interface Originator {
  readonly party: string
  readonly pact: string
  readonly record: string
}

const NAMED = 4

/** Why what came from other parties stays here: at least one. */
export function originatorWords(of: readonly Originator[]): string {
  const came = of.slice(0, NAMED).map(({ party, pact, record }) => `${party} under the agreement ${pact} (${record})`)
  const more = of.length > NAMED ? ` and from ${of.length - NAMED} more` : ''
  const whose = of.length === 1 ? 'its consent' : 'the consent of each of them'
  return `It came from ${came.join(' and from ')}${more}, and goes on to others only with ${whose}.`
}

/** Published markings are anybody's. */
export function isCommon(
  { id, type, value }: Pick<StixObject, 'id' | 'type' | 'value'>,
  common?: CommonKnowledge,
): boolean {
  if (publishedTlp(id) !== undefined || publishedPap(id) !== undefined) return true
  const creator = own(value, 'created_by_ref')
  return common !== undefined && (common.types.includes(type) || common.creators.some((one) => one === creator))
}

function isList(value: unknown, form: RegExp): value is string[] {
  return Array.isArray(value) && value.length <= MAX && value.every((one) => typeof one === 'string' && form.test(one))
}
