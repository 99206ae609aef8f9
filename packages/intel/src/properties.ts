/** JSON objects as they were parsed: only their own properties are looked at, for a key may be named `__proto__`. */

export type Properties = { readonly [property: string]: unknown }

export function isRecord(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function own(value: Properties, property: string): unknown {
  return Object.hasOwn(value, property) ? value[property] : undefined
}
