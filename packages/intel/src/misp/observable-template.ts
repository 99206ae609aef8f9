/** Observables made of a template and a value, and read back. */

import { isRecord, own, type Properties } from '../properties.ts'
import type { ObservableTemplate } from './attribute-types.ts'
import { type Placeholder, placeholderOf } from './conversions.ts'
import type { Parts } from './pattern-template.ts'

/**
 * The observables of a value, their references still the text `@1` for the second of them and so on. Undefined where a part
 * of the value is none of the kind.
 */
export function fillObjects(templates: readonly ObservableTemplate[], parts: Parts): Properties[] | undefined {
  const filled = templates.map((template) => fill(template, parts))
  return filled.every(isRecord) ? filled : undefined
}

/** Puts ids in the places of `@1` and so on, where a property names an object; a value that looks so stays. */
export function withReferences(value: unknown, ids: readonly string[], named = false): unknown {
  if (typeof value === 'string') return named ? (ids[Number(value.slice(1))] ?? value) : value
  if (Array.isArray(value)) return value.map((item) => withReferences(item, ids, named))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withReferences(item, ids, /_refs?$/.test(name))]),
  )
}

interface ReadObjects {
  readonly parts: Parts
  /** The observables that were read, the one that names the others first. */
  readonly taken: readonly Properties[]
  /** False where one of them says what the value does not, such as another protocol. */
  readonly exact: boolean
}

/**
 * The parts of the value that the observables say. `find` gives the object of an id. Undefined where they are not as the
 * template has them; with properties beyond the template they still are.
 */
export function readObjects(
  templates: readonly ObservableTemplate[],
  main: Properties,
  find: (id: string) => Properties | undefined,
): ReadObjects | undefined {
  const parts: [string | undefined, string | undefined] = [undefined, undefined]
  const taken: Properties[] = []
  const written: { readonly placeholder: Placeholder; readonly said: unknown }[] = []
  const [template] = templates
  if (template === undefined || !matches(template, main)) return undefined
  const [first, second] = parts
  if (first === undefined) return undefined
  let exact = true
  for (const { placeholder, said } of written) {
    if (placeholder.conversion.write(parts[placeholder.part] ?? '') === said) continue
    if (placeholder.conversion.loose === undefined) return undefined
    exact = false
  }
  return { parts: second === undefined ? [first] : [first, second], taken, exact }

  function matches(asked: unknown, said: unknown): boolean {
    if (typeof asked === 'string') return matchesText(asked, said)
    if (Array.isArray(asked)) {
      const [item] = asked
      const only = Array.isArray(said) && said.length === 1 ? said[0] : undefined
      const loose = typeof item === 'string' && placeholderOf(item)?.conversion.loose !== undefined
      return (only !== undefined || (loose && Array.isArray(said))) && matches(item, only)
    }
    if (!isRecord(asked)) return asked === said
    if (!isRecord(said)) return false
    if (Object.hasOwn(asked, 'type')) taken.push(said)
    return Object.entries(asked).every(([name, item]) => matches(item, own(said, name)))
  }

  function matchesText(asked: string, said: unknown): boolean {
    if (/^@[0-9]$/.test(asked)) {
      const target = typeof said === 'string' ? find(said) : undefined
      return target !== undefined && matches(templates[Number(asked.slice(1))], target)
    }
    const placeholder = placeholderOf(asked)
    if (placeholder === undefined) return asked === said
    if (placeholder.conversion.read === undefined) {
      written.push({ placeholder, said })
      return true
    }
    if (typeof said !== 'string' && typeof said !== 'number') return false
    const value = placeholder.conversion.read(said)
    if ((parts[placeholder.part] ?? value) !== value) return false
    parts[placeholder.part] = value
    return true
  }
}

function fill(value: unknown, parts: Parts): unknown {
  if (typeof value === 'string') {
    const placeholder = placeholderOf(value)
    if (placeholder === undefined) return value
    const written = placeholder.conversion.write(parts[placeholder.part] ?? '')
    return written === '' ? undefined : written
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => fill(item, parts))
    return items.includes(undefined) ? undefined : items
  }
  if (!isRecord(value)) return value
  const entries = Object.entries(value).map(([name, item]): [string, unknown] => [name, fill(item, parts)])
  return entries.some(([, item]) => item === undefined) ? undefined : Object.fromEntries(entries)
}
