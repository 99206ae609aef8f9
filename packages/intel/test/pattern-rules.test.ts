// What STIX 2.1 asks of patterns in words, beyond their grammar; and what a pattern names.

import { describe, expect, test } from 'vitest'
import { checkPattern, type Observable, observables, parsePattern, pointAt } from '../src/index.ts'
import { NEEDS_DATA, realPatterns, withoutRealData } from './real-data.ts'

function parsed(text: string) {
  const result = parsePattern(text)
  if (!result.ok) throw new Error(`${result.message}\n${pointAt(text, result)}`)
  return result.value
}

/** Severity, code and the words it points at. */
function told(text: string): string[] {
  return checkPattern(parsed(text)).map(
    ({ severity, code, at }) => `${severity} ${code} ${text.slice(at.offset, at.offset + at.length)}`,
  )
}

const MD5 = '0123456789abcdef0123456789ABCDEF'

describe('a pattern that keeps the rules has nothing told of it', () => {
  test.each([
    "[file:name = 'a' AND file:size > 1 OR domain-name:value = 'a.example']",
    "[(file:name = 'a' OR domain-name:value = 'b') AND (file:name = 'c' OR url:value = 'd')]",
    "[file:name = 'a' AND (file:name = 'c' OR url:value = 'd')]",
    "[file:name = 'a'] AND [url:value = 'b']",
    "[file:name IN ('a', 'b') OR file:size IN (1, 2.5) OR file:x IN (h'ff', b'AA==')]",
    "[ipv4-addr:value ISSUBSET '192.0.2.0/24' OR ipv4-addr:value ISSUPERSET '192.0.2.7']",
    "[ipv6-addr:value ISSUBSET '2001:db8::/32' OR ipv6-addr:value NOT ISSUBSET '::ffff:192.0.2.1/128']",
    "[network-traffic:dst_ref.value ISSUBSET '192.0.2.0/24' OR domain-name:resolves_to_refs[*].value ISSUBSET '::/0']",
    `[file:hashes.MD5 = '${MD5}' OR file:hashes.MD5 IN ('${MD5}') OR file:hashes.SSDEEP = 'x' OR file:hashes.MD5 LIKE 'a%']`,
    "[file:name = 'a'] REPEATS 2 TIMES WITHIN 0.5 SECONDS START t'2026-01-01T00:00:00Z' STOP t'2026-01-01T00:00:00.1Z'",
    "([file:name = 'a'] WITHIN 5 SECONDS) WITHIN 6 SECONDS",
    '[x-acme-thing:size = 9007199254740991 OR x-acme-thing:size = -9007199254740991]',
  ])('%s', (text) => {
    expect(told(text)).toEqual([])
  })
})

describe('a pattern that breaks a rule is read, and told where', () => {
  test.each<[text: string, ...faults: string[]]>([
    ["[file:name = 'a' AND url:value = 'b']", "error pattern/object-types url:value = 'b'"],
    [
      "[file:name = 'a' AND (url:value = 'b' OR ipv4-addr:value = 'c')]",
      "error pattern/object-types url:value = 'b' OR ipv4-addr:value = 'c'",
    ],
    ["[EXISTS file:name AND url:value IN ('b') AND file:size = 1]", "error pattern/object-types url:value IN ('b')"],
    // Told once, not again of the AND around it.
    [
      "[file:size = 1 AND (file:name = 'a' AND url:value = 'b')] AND [file:name = 'a']",
      "error pattern/object-types url:value = 'b'",
    ],
    ["[file:name IN ('a', 1, 'b', 2)]", 'error pattern/mixed-set 1'],
    ["[file:name IN (t'2026-01-01T00:00:00Z', '2026')]", "error pattern/mixed-set '2026'"],
    ['[file:name IN ()]', 'warning pattern/empty-set file:name IN ()'],
    ["[ipv4-addr:value ISSUBSET 'a.example']", "error pattern/network 'a.example'"],
    ["[ipv4-addr:value ISSUBSET '192.0.2.0/33']", "error pattern/network '192.0.2.0/33'"],
    ["[ipv4-addr:value ISSUBSET '192.0.2.256']", "error pattern/network '192.0.2.256'"],
    ["[ipv4-addr:value ISSUBSET '2001:db8::/32']", "error pattern/network '2001:db8::/32'"],
    ["[ipv6-addr:value ISSUPERSET '2001:db8::1::/32']", "error pattern/network '2001:db8::1::/32'"],
    ["[ipv6-addr:value ISSUPERSET '1:2:3:4:5:6:7']", "error pattern/network '1:2:3:4:5:6:7'"],
    ["[file:name ISSUBSET '192.0.2.0/24']", 'error pattern/network file:name'],
    ["[file:hashes.'SHA-256' = 'f00']", "error pattern/hash 'f00'"],
    [`[file:hashes.MD5 IN ('${MD5}', 'z')]`, "error pattern/hash 'z'"],
    [`[x509-certificate:hashes.'SHA-1' != '${MD5}']`, `error pattern/hash '${MD5}'`],
    ['[file:size = 9007199254740992]', 'error pattern/number-range 9007199254740992'],
    [`[file:size > 1${'0'.repeat(400)}.0]`, `error pattern/number-range 1${'0'.repeat(400)}.0`],
    ['[network-traffic:protocols[-1] = 1]', 'error pattern/list-index [-1]'],
    ["[domain-name:resolves_to_refs.value = 'a']", 'error pattern/list-of-references resolves_to_refs'],
    ["[network-traffic:dst_ref[0].value = 'a']", 'error pattern/list-of-references dst_ref'],
    ["[email:subject = 'a']", 'warning pattern/object-type email:subject'],
    ["[indicator:name = 'a']", 'error pattern/object-type indicator:name'],
    ["[file:name = 'a'] WITHIN 5 SECONDS WITHIN 6 SECONDS", 'error pattern/qualifier-twice WITHIN 6 SECONDS'],
    [
      "[file:name = 'a'] REPEATS 2 TIMES WITHIN 5 SECONDS REPEATS 3 TIMES",
      'error pattern/qualifier-twice REPEATS 3 TIMES',
    ],
    ["[file:name = 'a'] REPEATS 0 TIMES", 'error pattern/qualifier-value 0'],
    ["[file:name = 'a'] WITHIN 0.0 SECONDS", 'error pattern/qualifier-value 0.0'],
    [
      "[file:name = 'a'] START t'2026-01-02T00:00:00Z' STOP t'2026-01-02T00:00:00.0Z'",
      "warning pattern/time-order START t'2026-01-02T00:00:00Z' STOP t'2026-01-02T00:00:00.0Z'",
    ],
  ])('%s', (text, ...faults) => {
    expect(told(text)).toEqual(faults)
  })

  test('several faults come in the order of the text', () => {
    expect(told("[email:a IN ('x', 1)] REPEATS 0 TIMES")).toEqual([
      'warning pattern/object-type email:a',
      'error pattern/mixed-set 1',
      'error pattern/qualifier-value 0',
    ])
  })

  test.skipIf(withoutRealData)(`of 8,699 published patterns 12 ask one object to be of two types${NEEDS_DATA}`, () => {
    const errors = realPatterns().flatMap((text) => told(text).filter((fault) => fault.startsWith('error')))
    expect(errors).toHaveLength(12)
    for (const error of errors) expect(error).toContain('pattern/object-types')
  })
})

describe('what a pattern names', () => {
  const named = (text: string) => observables(parsed(text))
  const brief = ({ type, path, value, operator, excluded }: Observable) =>
    `${excluded ? 'not ' : ''}${type} ${path} ${operator} ${value}`

  test('every comparison, wherever it stands, in the order of the text', () => {
    const text = `([file:hashes.'MD5' = 'a' AND (file:size > 5 OR file:name LIKE '%.example')] WITHIN 5 SECONDS)
      FOLLOWEDBY [network-traffic:dst_ref.value ISSUBSET '192.0.2.0/24'] OR [process:pid IN (1, 2.5) OR EXISTS process:cwd]`
    expect(named(text).map(brief)).toEqual([
      'file hashes.MD5 = a',
      'file size > 5',
      'file name LIKE %.example',
      'network-traffic dst_ref.value ISSUBSET 192.0.2.0/24',
      'process pid IN 1',
      'process pid IN 2.5',
    ])
  })

  test('what is left out is named as left out', () => {
    const text =
      "[ipv4-addr:value != 'a' OR ipv4-addr:value NOT = 'b' OR ipv4-addr:value NOT != 'c' OR ipv4-addr:value NOT IN ('d')]"
    expect(named(text).map(brief)).toEqual([
      'not ipv4-addr value != a',
      'not ipv4-addr value = b',
      'ipv4-addr value != c',
      'not ipv4-addr value IN d',
    ])
  })

  test('one thing written in two ways is one', () => {
    const text = "[artifact:x = h'FFD8' OR artifact:x = b'/9g=' OR artifact:'x' == h'ffd8'] AND [artifact:x=h'ffD8']"
    expect(named(text)).toEqual([
      { type: 'artifact', path: 'x', value: 'ffd8', valueKind: 'octets', operator: '=', excluded: false },
    ])
  })

  test('a text, a number and a truth value that look alike are three', () => {
    expect(named("[a:b = '1' OR a:b = 1 OR a:b = 'true' OR a:b = true]").map(({ valueKind }) => valueKind)).toEqual([
      'string',
      'number',
      'string',
      'boolean',
    ])
  })
})
