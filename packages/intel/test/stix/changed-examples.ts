// Objects that are nearly right: an example of the standard's types with a few places in it changed, taken out, or given
// the value of another.

import fc from 'fast-check'
import { EXAMPLES, type Example, id } from './examples.ts'

/** What a place may hold instead: wrong types, edges, and what is nearly right. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 1.5, 101, 65_536, 999_999_999, 1e9, 2 ** 53, -90.5, 180.5],
  ...['', ' ', 'a', 'A b', 'name', 'x', 'é', '2.0', 'white', 'tlp', 'stix', 'cve', 'capec', 'CVE-2016-1234', 'CAPEC-1'],
  ...[
    '2026-01-20T12:31:12Z',
    '2026-01-20T12:31:12.123Z',
    '2026-02-30T00:00:00.000Z',
    '2025-01-01T00:00:00.000Z',
    '2026-01-01',
  ],
  ...[
    'https://example.com/',
    'http://a b/',
    'urn:a',
    'example.com',
    'a@example.com',
    '198.51.100.1',
    '2001:db8::1',
    '::ffff:1.2.3.4',
  ],
  ...['00:00:ab:cd:ef:01', 'abc', 'ABCD', 'abcd', 'AA==', 'A', 'HKLM\\a', "[file:name = 'a']", '[malware:name = 1]'],
  ...['a'.repeat(32), 'a'.repeat(64), 'a'.repeat(70), '3:a:b', 'en', 'not a language', 'application/pdf'],
  ...['identity', 'file', 'tool', 'relationship', 'sighting', 'bundle', 'marking-definition', 'language-content'].map(
    (type) => id(type),
  ),
  ...['ipv4-addr', 'artifact', 'process', 'x-example-thing', 'extension-definition', 'observed-data'].map((type) =>
    id(type),
  ),
  ...[
    [],
    {},
    [1],
    ['a'],
    [{}],
    { a: 1 },
    { MD5: 'a'.repeat(32) },
    { x_own: 'a' },
    { 'X-Mailer': 'a' },
    { de: { name: 'a' } },
  ],
]

const NAMES = [
  'name',
  'severity',
  'action',
  'x_own',
  'rank',
  'own_ref',
  'own_refs',
  'own_hex',
  'own_bin',
  'url',
  'payload_bin',
  'body',
  'objects',
  'lang',
  'defanged',
  'labels',
  'is_active',
  'X',
]

interface Change {
  readonly how: 'set' | 'remove' | 'add' | 'move'
  readonly place: number
  readonly value: unknown
  readonly name: string
}

const change: fc.Arbitrary<Change> = fc.record({
  how: fc.constantFrom('set' as const, 'set' as const, 'remove' as const, 'add' as const, 'move' as const),
  place: fc.nat(1_000),
  value: fc.constantFrom(...VALUES),
  name: fc.constantFrom(...NAMES),
})

export const nearlyRight: fc.Arbitrary<{ type: string; object: Example }> = fc
  .record({ type: fc.constantFrom(...EXAMPLES.keys()), changes: fc.array(change, { minLength: 1, maxLength: 3 }) })
  .map(({ type, changes }) => {
    const object = structuredClone(EXAMPLES.get(type) ?? {}) as Record<string, unknown>
    for (const one of changes) apply(object, one)
    return { type, object }
  })

function apply(object: Record<string, unknown>, { how, place, value, name }: Change): void {
  const places = placesIn(object)
  const chosen = places[place % places.length]
  if (chosen === undefined) return
  const [holder, key] = chosen
  if (how === 'set') holder[key] = structuredClone(value)
  else if (how === 'remove' && Array.isArray(holder)) holder.splice(Number(key), 1)
  else if (how === 'remove') delete holder[key]
  else if (how === 'move') holder[key] = structuredClone(Object.values(object)[place % Object.keys(object).length])
  else if (!Array.isArray(holder)) holder[name] = structuredClone(value)
  else holder.push(structuredClone(value))
}

type Holder = { [key: string]: unknown }

/** Every place of the object and of what it holds, but for its type. */
function placesIn(object: Record<string, unknown>): [Holder, string][] {
  const places: [Holder, string][] = []
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    for (const key of Object.keys(value)) {
      if (value !== object || key !== 'type') places.push([value as Holder, key])
      walk((value as Holder)[key])
    }
  }
  walk(object)
  return places
}
