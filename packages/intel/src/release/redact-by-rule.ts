/**
 * What a rule, or an object that is left out, cuts from another: the places, to be cut by the same means as what is marked
 * above a ceiling. And whether a text still tells of what was left out.
 */

import type { StixId } from '../identifier.ts'
import type { CutOrder } from '../marking/redaction.ts'
import type { Component } from '../marking/selector.ts'
import { isRecord, own } from '../properties.ts'
import { eachReference } from '../references.ts'
import type { StixObject } from '../stix-object.ts'
import { type AddressList, hostOfUrl } from './address-list.ts'
import type { NamedLists } from './facts.ts'
import type { CutProperty, RuleHit } from './house-rules.ts'

/** The places in the object that a rule cuts; none where it has nothing of the kind. Throws for a list that is not there. */
export function ordersOf({ rule, reason, effect }: RuleHit, object: StixObject, lists: NamedLists): CutOrder[] {
  if (effect.kind !== 'cut') return []
  return effect.properties.flatMap((property) =>
    placesOf(property, object, lists).map((path) => ({ path, because: 'rule' as const, rule, reason })),
  )
}

/** The references of the object to what is left out. */
export function ordersForReferences(object: StixObject, leftOut: ReadonlySet<StixId>): CutOrder[] {
  if (!object.references.some(({ id }) => leftOut.has(id))) return []
  const orders: CutOrder[] = []
  eachReference(object.value, object.type, (_property, id, path) => {
    if (id === undefined || !leftOut.has(id)) return
    orders.push({ path, because: 'reference', rule: null, reason: 'It refers to what is left out.' })
  })
  return orders
}

/** The first id, or UUID of one, of what is left out that stands anywhere in the object; undefined where none does. */
export function tellsOf(value: unknown, leftOut: ReadonlySet<StixId>): string | undefined {
  if (leftOut.size === 0) return undefined
  const uuids = new Set([...leftOut].map((id) => id.slice(-UUID_CHARS)))
  const named = (text: string) => {
    for (const [found, type] of text.toLowerCase().matchAll(ID)) {
      if (type === undefined ? uuids.has(found) : leftOut.has(found as StixId)) return found
    }
    return undefined
  }
  const walk = (at: unknown): string | undefined => {
    if (typeof at === 'string') return named(at)
    if (Array.isArray(at)) return first(at, walk)
    return isRecord(at) ? first(Object.keys(at), (key) => named(key) ?? walk(at[key])) : undefined
  }
  return walk(value)
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

const UUID_CHARS = 36
const ID = /(?:([a-z0-9][a-z0-9-]*)--)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** Where a property stands: its names go through lists, into each item. */
function placesOf({ names, onList }: CutProperty, object: StixObject, lists: NamedLists): Component[][] {
  const places: Component[][] = []
  const walk = (at: unknown, path: Component[], rest: readonly string[]): void => {
    const [name, ...deeper] = rest
    if (name === undefined) places.push(path)
    else if (Array.isArray(at)) at.forEach((item, place) => walk(item, [...path, place], rest))
    else if (isRecord(at) && Object.hasOwn(at, name)) walk(at[name], [...path, name], deeper)
  }
  walk(object.value, [], names)
  if (onList === undefined) return places
  const list = lists.get(onList)
  if (list === undefined) throw new Error(`there is no list “${onList}”`)
  return places.flatMap((path) => itemsOn(list, path.reduce<unknown>(inside, object.value), path))
}

/** Those items of a list whose `url` names a host of the list of addresses. */
function itemsOn(list: AddressList, value: unknown, path: Component[]): Component[][] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item, place) => {
    const url = isRecord(item) ? own(item, 'url') : undefined
    const host = typeof url === 'string' ? hostOfUrl(url) : undefined
    return host !== undefined && list.has(host) ? [[...path, place]] : []
  })
}

function inside(value: unknown, component: Component): unknown {
  return (value as { readonly [component: Component]: unknown })[component]
}
