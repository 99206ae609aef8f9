/**
 * Selectors of granular markings (STIX 2.1 section 7.2.3): components joined by points, each the name of a property or a
 * place in a list such as `[0]`. A selector that names nothing present is no selector.
 */

import { isRecord } from '../properties.ts'

/** A property or a key, or a place in a list. */
export type Component = string | number

/** The components of a selector that names something present in `value`; undefined otherwise. */
export function resolveSelector(value: unknown, selector: string): readonly Component[] | undefined {
  const components: Component[] = []
  let at = value
  for (const text of selector.split('.')) {
    const place = /^\[(0|[1-9][0-9]{0,9})\]$/.exec(text)?.[1]
    if (place !== undefined && Array.isArray(at) && Number(place) < at.length) {
      components.push(Number(place))
      at = at[Number(place)]
    } else if (isRecord(at) && Object.hasOwn(at, text)) {
      components.push(text)
      at = at[text]
    } else {
      return undefined
    }
  }
  return components
}

export function formatSelector(components: readonly Component[]): string {
  return components.map((component) => (typeof component === 'number' ? `[${component}]` : component)).join('.')
}
