// What an officer composes by hand says what they meant, by the parser and the rules that judge every draft.

import {
  checkPattern,
  effectiveMarking,
  MarkingDefinitions,
  observables,
  parsePattern,
  readObject,
  TLP_NAMES,
  validateObject,
} from '@countersign/intel'
import { expect, test } from 'vitest'
import { indicatorText, labelsOf, type ObservableKind, patternOf, TLP_MARKINGS } from '../src/intake/indicator.ts'

test.each<[ObservableKind, string, string]>([
  ['ipv4-addr', '192.0.2.7', "[ipv4-addr:value = '192.0.2.7']"],
  ['ipv4-addr', ' 192.0.2.0/24 ', "[ipv4-addr:value ISSUBSET '192.0.2.0/24']"],
  ['ipv6-addr', '2001:db8::1', "[ipv6-addr:value = '2001:db8::1']"],
  ['ipv6-addr', '2001:db8::/32', "[ipv6-addr:value ISSUBSET '2001:db8::/32']"],
  ['domain-name', 'updates.press.example', "[domain-name:value = 'updates.press.example']"],
  ['domain-name', '_dmarc.bücher.example', "[domain-name:value = '_dmarc.bücher.example']"],
  ['url', "https://press.example/a?b='c\\d'", "[url:value = 'https://press.example/a?b=\\'c\\\\d\\'']"],
  ['file', 'A'.repeat(64), `[file:hashes.'SHA-256' = '${'a'.repeat(64)}']`],
  ['file', '0'.repeat(32), `[file:hashes.'MD5' = '${'0'.repeat(32)}']`],
])('a value of %s, %s, becomes a pattern that the parser and the rules take', (kind, value, pattern) => {
  expect(patternOf(kind, value)).toEqual({ ok: true, pattern })
  const parsed = parsePattern(pattern)
  if (!parsed.ok) throw new Error(parsed.message)
  expect(checkPattern(parsed.value)).toEqual([])
  expect([...observables(parsed.value)]).toHaveLength(1)
})

test.each<[ObservableKind, string]>([
  ['ipv4-addr', '192.0.2.256'],
  ['ipv4-addr', '192.0.2'],
  ['ipv4-addr', '192.0.02.1'],
  ['ipv4-addr', '192.0.2.0/33'],
  ['ipv4-addr', '192.0.2.0/24/1'],
  ['ipv6-addr', '192.0.2.1'],
  ['ipv6-addr', '2001:db8:::1'],
  ['ipv6-addr', '2001:db8::/129'],
  ['domain-name', 'localhost'],
  ['domain-name', '192.0.2.1'],
  ['domain-name', 'a b.example'],
  ['domain-name', 'https://press.example/'],
  ['domain-name', '-a.example'],
  ['url', 'press.example/a'],
  ['url', 'https://'],
  ['file', 'abc'],
  ['file', 'g'.repeat(64)],
])('%s “%s” is refused as such', (kind, value) => {
  expect(patternOf(kind, value)).toEqual({ ok: false, fault: kind })
})

test.each(['hxxps://press.example/', 'press[.]example', '192.0.2[.]1'])(
  'the defanged value %s is named so',
  (value) => {
    expect(patternOf('url', value)).toEqual({ ok: false, fault: 'defanged' })
  },
)

test('the object keeps the standard without a remark, and leaves out what was not given', () => {
  const given = {
    ...{ pattern: "[ipv4-addr:value = '192.0.2.7']", name: 'A relay', description: 'Seen twice.' },
    ...{ indicatorTypes: ['malicious-activity'], labels: labelsOf(' relay, botnet,, relay '), validUntil: 3_000 },
    ...{ validFrom: 2_000, marking: 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb' },
  }
  const made = { uuid: '1c9f2e1a-9d67-4a27-a0a2-5f66dd06a001', now: 5_000 }
  const text = indicatorText(given, made)
  const judged = validateObject(text)
  expect(judged).toMatchObject({ errors: [], warnings: [], object: { labels: ['relay', 'botnet'] } })
  expect(JSON.parse(text)).toMatchObject({
    ...{ created: '1970-01-01T00:00:05.000Z', valid_from: '1970-01-01T00:00:02.000Z' },
    valid_until: '1970-01-01T00:00:03.000Z',
  })
  const bare = { ...given, name: '', description: '', indicatorTypes: [], labels: [], marking: undefined }
  expect(Object.keys(JSON.parse(indicatorText({ ...bare, validUntil: undefined }, made)))).toEqual([
    ...['type', 'spec_version', 'id', 'created', 'modified', 'pattern', 'pattern_type', 'valid_from'],
  ])
})

test.each(TLP_NAMES)('an indicator marked %s is read as such by the gate', (tlp) => {
  const given = { ...{ pattern: "[url:value = 'https://press.example/']", name: '', description: '' }, labels: [] }
  const times = { indicatorTypes: [], validFrom: 0, validUntil: undefined, marking: TLP_MARKINGS[tlp] }
  const made = { uuid: '1c9f2e1a-9d67-4a27-a0a2-5f66dd06a001', now: 0 }
  const read = readObject(indicatorText({ ...given, ...times }, made))
  if (!read.ok) throw new Error(read.message)
  expect(effectiveMarking(read.value, new MarkingDefinitions()).whole).toMatchObject({ tlp })
})
