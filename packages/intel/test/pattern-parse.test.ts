// STIX patterns (STIX 2.1 section 9): what is one, what is none and where its fault lies, and that writing one and reading
// it again changes nothing.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { INTEL_LIMITS, parsePattern, pointAt, printPattern } from '../src/index.ts'
import { patterns, withoutPlaces } from './pattern-trees.ts'
import { NEEDS_DATA, realPatterns, withoutRealData } from './real-data.ts'

function parsed(text: string) {
  const result = parsePattern(text)
  if (!result.ok) throw new Error(`${result.message}\n${pointAt(text, result)}`)
  return result.value
}

function refused(text: string) {
  const result = parsePattern(text)
  if (result.ok) throw new Error(`Read as ${printPattern(result.value)}`)
  return result
}

describe('a pattern is read, and written in one way', () => {
  test.each([
    // Constants.
    ["[file:name='a']", "[file:name = 'a']"],
    ["[ file : name = 'a' ]", "[file:name = 'a']"],
    ["[file:name = 'it\\'s C:\\\\x']", "[file:name = 'it\\'s C:\\\\x']"],
    ["[file:name = '']", "[file:name = '']"],
    ["[file:name = 'zwei\nZeilen']", "[file:name = 'zwei\nZeilen']"],
    ['[file:size = 0]', '[file:size = 0]'],
    ['[file:size = -12]', '[file:size = -12]'],
    ['[file:size = +12]', '[file:size = 12]'],
    ['[file:size = -0]', '[file:size = 0]'],
    ['[file:x = 7.0]', '[file:x = 7.0]'],
    ['[file:x = .50]', '[file:x = 0.50]'],
    ['[file:x = +007.5]', '[file:x = 7.5]'],
    ['[file:x = -.5]', '[file:x = -0.5]'],
    ['[file:x = true OR file:x = false]', '[file:x = true OR file:x = false]'],
    ["[file:x = h'FFc3' OR file:x = h'']", "[file:x = h'ffc3' OR file:x = h'']"],
    [
      "[file:x = b'ABI=' OR file:x = b'AB\nJ=' OR file:x = b'AAA=']",
      "[file:x = b'ABI=' OR file:x = b'ABI=' OR file:x = b'AAA=']",
    ],
    [
      "[file:x = b'AB==' OR file:x = b'//8=' OR file:x = b'AAAA']",
      "[file:x = b'AA==' OR file:x = b'//8=' OR file:x = b'AAAA']",
    ],
    ["[file:ctime = t'2026-02-28T23:59:60.123456789Z']", "[file:ctime = t'2026-02-28T23:59:60.123456789Z']"],
    // Operators.
    ["[file:x == 1 OR file:x <> 'a']", "[file:x = 1 OR file:x != 'a']"],
    [
      '[file:x < 1 OR file:x <= 1 OR file:x > 1 OR file:x >= 1]',
      '[file:x < 1 OR file:x <= 1 OR file:x > 1 OR file:x >= 1]',
    ],
    ["[file:x NOT = 1 AND file:x NOT < 'a']", "[file:x NOT = 1 AND file:x NOT < 'a']"],
    ['[process:pid IN(1,2 , 3)]', '[process:pid IN (1, 2, 3)]'],
    ["[process:pid NOT IN ('a') OR process:pid IN ()]", "[process:pid NOT IN ('a') OR process:pid IN ()]"],
    ["[file:name LIKE 'a%_' AND file:name NOT LIKE 'b']", "[file:name LIKE 'a%_' AND file:name NOT LIKE 'b']"],
    ["[file:name MATCHES'^a.+\\\\.exe$']", "[file:name MATCHES '^a.+\\\\.exe$']"],
    ["[ipv4-addr:value ISSUBSET '192.0.2.0/24']", "[ipv4-addr:value ISSUBSET '192.0.2.0/24']"],
    ["[ipv6-addr:value NOT ISSUPERSET '2001:db8::/64']", "[ipv6-addr:value NOT ISSUPERSET '2001:db8::/64']"],
    ['[EXISTS file:name AND NOT EXISTS file:size]', '[EXISTS file:name AND NOT EXISTS file:size]'],
    // Paths.
    [
      "[file:hashes.'SHA-256' = 'a' OR file:hashes.'MD5' = 'b']",
      "[file:hashes.'SHA-256' = 'a' OR file:hashes.MD5 = 'b']",
    ],
    ["[file:'a.b'.'IN'.'it\\'s' = 1]", "[file:'a.b'.'IN'.'it\\'s' = 1]"],
    [
      "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0]",
      "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0]",
    ],
    [
      '[network-traffic:protocols[0] = 1 OR network-traffic:a[+2] [ -1 ] = 1]',
      '[network-traffic:protocols[0] = 1 OR network-traffic:a[2][-1] = 1]',
    ],
    [
      "[email-message:body_multipart[*].body_raw_ref.name = 'a']",
      "[email-message:body_multipart[*].body_raw_ref.name = 'a']",
    ],
    ['[t:b.h = 1]', '[t:b.h = 1]'],
    // Precedence and brackets.
    ['[(a:b = 1)]', '[a:b = 1]'],
    ['[a:b = 1 AND (a:b = 2 OR a:b = 3)]', '[a:b = 1 AND (a:b = 2 OR a:b = 3)]'],
    ['[(a:b = 1 AND a:b = 2) OR a:b = 3]', '[a:b = 1 AND a:b = 2 OR a:b = 3]'],
    ['[a:b = 1 OR (a:b = 2 OR a:b = 3)]', '[a:b = 1 OR (a:b = 2 OR a:b = 3)]'],
    ['(([a:b = 1]))', '[a:b = 1]'],
    [
      '([a:b = 1] AND [a:b = 2]) OR [a:b = 3] FOLLOWEDBY [a:b = 4]',
      '[a:b = 1] AND [a:b = 2] OR [a:b = 3] FOLLOWEDBY [a:b = 4]',
    ],
    [
      '[a:b = 1] AND ([a:b = 2] OR ([a:b = 3] FOLLOWEDBY [a:b = 4]))',
      '[a:b = 1] AND ([a:b = 2] OR ([a:b = 3] FOLLOWEDBY [a:b = 4]))',
    ],
    // Qualifiers.
    ['[a:b = 1] REPEATS 5 TIMES WITHIN 1800 SECONDS', '[a:b = 1] REPEATS 5 TIMES WITHIN 1800 SECONDS'],
    ['[a:b = 1]WITHIN .5SECONDS', '[a:b = 1] WITHIN 0.5 SECONDS'],
    [
      "[a:b = 1] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00.5Z'",
      "[a:b = 1] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00.5Z'",
    ],
    ['([a:b = 1] REPEATS 2 TIMES) REPEATS 3 TIMES', '([a:b = 1] REPEATS 2 TIMES) REPEATS 3 TIMES'],
    ['([a:b = 1]) WITHIN 2 SECONDS', '[a:b = 1] WITHIN 2 SECONDS'],
    // White space and comments.
    ['\u2003[a:b\u00a0=\r\n1]\u3000', '[a:b = 1]'],
    ['// one\n[a:b /* [ * ] */ = 1 // two\r] /**/ // three', '[a:b = 1]'],
    ["[a:b = '/* no comment */ // none']", "[a:b = '/* no comment */ // none']"],
  ])('%s', (text, written) => {
    expect(printPattern(parsed(text))).toBe(written)
    expect(printPattern(parsed(written))).toBe(written)
  })

  test('AND binds most, then OR, then FOLLOWEDBY; a qualifier holds for the one expression before it', () => {
    const tree = parsed('[a:b = 1] FOLLOWEDBY [a:b = 2] OR [a:b = 3] AND [a:b = 4] REPEATS 5 TIMES')
    expect(withoutPlaces(tree)).toMatchObject({
      operator: 'FOLLOWEDBY',
      operands: [
        { kind: 'observation' },
        {
          operator: 'OR',
          operands: [
            { kind: 'observation' },
            {
              operator: 'AND',
              operands: [{ kind: 'observation' }, { kind: 'qualified', expression: { kind: 'observation' } }],
            },
          ],
        },
      ],
    })
  })

  test('everything in the tree says where it stands', () => {
    const text = "[a:b = 1]\r\n AND /* \n */ [file:hashes.'SHA-256'\n  = 'x\ny' OR c:d[12] > 4]"
    const tree = parsed(text)
    if (tree.kind !== 'combined' || tree.operands[1]?.kind !== 'observation') throw new Error('Read otherwise.')
    const { comparison } = tree.operands[1]
    if (comparison.kind !== 'boolean') throw new Error('Read otherwise.')
    const [first, second] = comparison.operands
    if (first?.kind !== 'comparison' || second?.kind !== 'comparison') throw new Error('Read otherwise.')
    const places = [tree, tree.operands[1], first, first.path, first.constant, second, second.path.steps[1]].map(
      (node) => {
        const { offset, length, line, column } = node?.at ?? { offset: 0, length: 0, line: 0, column: 0 }
        return [text.slice(offset, offset + length), line, column]
      },
    )
    expect(places).toEqual([
      [text, 1, 1],
      [text.slice(text.indexOf('[file')), 3, 5],
      ["file:hashes.'SHA-256'\n  = 'x\ny'", 3, 6],
      ["file:hashes.'SHA-256'", 3, 6],
      ["'x\ny'", 4, 5],
      ['c:d[12] > 4', 5, 7],
      ['[12]', 5, 10],
    ])
  })

  test('whatever the tree, written and read again it is the same tree', () => {
    fc.assert(
      fc.property(patterns, (tree) => {
        const text = printPattern(tree)
        expect(withoutPlaces(parsed(text)), text).toEqual(tree)
        expect(printPattern(parsed(text))).toBe(text)
      }),
      { numRuns: 1_000 },
    )
  })

  test.skipIf(withoutRealData)(`8,699 patterns that were published are all read${NEEDS_DATA}`, () => {
    const texts = realPatterns()
    expect(texts).toHaveLength(8_699)
    for (const text of texts) {
      const tree = parsed(text)
      expect(withoutPlaces(parsed(printPattern(tree)))).toEqual(withoutPlaces(tree))
    }
  })
})

describe('what is no pattern is refused with the place, and what was expected there', () => {
  test.each<[text: string, at: string, says: RegExp]>([
    ['', '1:1 ', /the pattern ends; expected is “\[” or “\(”/],
    ['file:size = 1280', '1:1 file', /square brackets/],
    ['[]', '1:2 ]', /an object path, EXISTS, NOT EXISTS or “\(”/],
    ['[file:size = ]', '1:14 ]', /a string, a number, a time/],
    ['[file:hashes.MD5 = cead3f77]', '1:20 cead3f77', /between apostrophes/],
    ['[file.size = 1280]', '1:6 .', /colon/],
    ['[file:size]', '1:11 ]', /NOT, =, !=/],
    ['[file:size NOT]', '1:15 ]', /expected is =, !=/],
    ["[NOT file:size = 'a']", '1:6 file', /NOT stands after the object path/],
    ['[file:size = 1280', '1:18 ', /the pattern ends; expected is AND, OR or “\]”/],
    ['[file:size = 1280]]', '1:19 ]', /the end of the pattern/],
    ['[file:size = 1] [file:size = 2]', '1:17 [', /AND, OR, FOLLOWEDBY or the end/],
    ['[(file:size = 1]', '1:16 ]', /“\)”/],
    ['([file:size = 1]', '1:17 ', /“\)”/],
    ['[file:size = 1 AND]', '1:19 ]', /an object path/],
    ['[file:size = 1] AND', '1:20 ', /“\[”/],
    ['[file:size = 1 FOLLOWEDBY file:size = 2]', '1:16 FOLLOWEDBY', /AND, OR or “\]”/],
    ['[file:name MATCHES /.*/]', '1:20 /', /no meaning/],
    ['[file:name LIKE 5]', '1:17 5', /a string/],
    ["[file:name MATCHES h'ff']", "1:20 h'ff'", /a string/],
    ['[file:name > true]', '1:14 true', /no order/],
    ["[file:name IN 'a']", "1:15 'a'", /“\(”/],
    ["[file:name IN ('a' 'b')]", "1:20 'b'", /“,” or “\)”/],
    ["[file:name IN ('a',)]", '1:20 )', /a string/],
    ['[file:name =? 1]', '1:13 ?', /no meaning/],
    ['[file:name ! 1]', '1:12 !', /no meaning/],
    ['[file:name = "a"]', '1:14 "', /apostrophes/],
    ['[file:name = \u202e]', '1:14 \u202e', /U\+202E/],
    ['[file:a-b = 1]', '1:7 a-b', /between apostrophes/],
    ['[file:AND = 1]', '1:7 AND', /between apostrophes/],
    ['[file:a. = 1]', '1:10 =', /the name of a property/],
    ['[file:a[] = 1]', '1:9 ]', /a place in the list/],
    ['[file:a[1.5] = 1]', '1:9 1.5', /a place in the list/],
    ['[file:a[9007199254740993] = 1]', '1:9 9007199254740993', /a place in the list/],
    ['[file:a[1 = 1]', '1:11 =', /“\]”/],
    ["[EXISTS 'a']", "1:9 'a'", /an object path/],
    // Keywords are written in one way.
    ['[file:a = 1] within 2 SECONDS', '1:14 within', /WITHIN is written in just this way/],
    ['[file:a = TRUE]', '1:11 TRUE', /true is written in just this way/],
    // Qualifiers.
    ['[file:a = 1] WITHIN SECONDS', '1:21 SECONDS', /a number of seconds/],
    ['[file:a = 1] WITHIN -5 SECONDS', '1:21 -5', /not negative/],
    ['[file:a = 1] WITHIN 5 HOURS', '1:23 HOURS', /SECONDS/],
    ['[file:a = 1] REPEATS 1.5 TIMES', '1:22 1.5', /an integer/],
    ['[file:a = 1] REPEATS 1', '1:23 ', /TIMES/],
    ["[file:a = 1] START '2026-01-01T00:00:00Z'", "1:20 '2026-01-01T00:00:00Z'", /Write t before/],
    ["[file:a = 1] START t'2026-01-01T00:00:00Z' WITHIN", '1:44 WITHIN', /STOP/],
    ['WITHIN 5 SECONDS', '1:1 WITHIN', /“\[”/],
    // Constants that are none.
    ["[file:a = 'b]", "1:11 '", /does not end/],
    ["[file:a =\n 'b\n\\n']", '3:1 \\n', /Write \\\\ for a backslash/],
    ["[file:a = 'b\\", '1:13 \\', /backslash/],
    ['[file:a = 012]', '1:11 012', /begin with a zero/],
    ["[file:a = h'abc']", "1:11 h'abc'", /pairs/],
    ["[file:a = h'gg']", "1:11 h'gg'", /hexadecimal/],
    ["[file:a = b'====']", "1:11 b'===='", /base64/],
    ["[file:a = b'']", "1:11 b''", /base64/],
    ["[file:a = b'AB']", "1:11 b'AB'", /base64/],
    ["[file:a = t'2026-02-30T00:00:00Z']", "1:11 t'2026-02-30T00:00:00Z'", /a time in UTC/],
    ["[file:a = t'2026-02-03']", "1:11 t'2026-02-03'", /a time in UTC/],
    ['[file:a = 1 /* ]', '1:13 /*', /comment/],
  ])('%s', (text, at, says) => {
    const { at: place, message, code, expected } = refused(text)
    const { offset, length, line, column } = place
    expect(`${line}:${column} ${text.slice(offset, offset + length)}`).toBe(at)
    expect(message).toMatch(says)
    expect(code).toMatch(/^pattern\/(?:syntax|constant)$/)
    for (const what of expected) expect(message).toContain(what)
  })

  test.each([
    ['100,000 round brackets', '('.repeat(100_000), 'pattern/too-deep'],
    ['100,000 round brackets in a square one', `[${'('.repeat(100_000)}`, 'pattern/too-deep'],
    ['100,000 square brackets', '['.repeat(100_000), 'pattern/syntax'],
    ['more characters than are taken', `[file:name = '${'a'.repeat(INTEL_LIMITS.patternChars)}']`, 'pattern/too-long'],
  ])('%s are refused, and exhaust nothing', (_what, text, code) => {
    expect(refused(text).code).toBe(code)
  })

  test('brackets as deep as is permitted are read, and as many side by side as fit', () => {
    const deep = INTEL_LIMITS.patternDepth - 1
    expect(parsePattern(`${'('.repeat(deep)}[a:b = 1]${')'.repeat(deep)}`).ok).toBe(true)
    expect(parsePattern(`${'('.repeat(deep + 1)}[a:b = 1]${')'.repeat(deep + 1)}`).ok).toBe(false)
    const many = parsed(Array.from({ length: 50_000 }, (_, n) => `[a:b = ${n}]`).join(' OR '))
    expect(many.kind === 'combined' && many.operands.length).toBe(50_000)
  })

  test('no text at all makes it throw, and every fault lies within its text', () => {
    const PIECES = [
      '[',
      ']',
      '(',
      ')',
      'a:b',
      '=',
      "'x'",
      '1',
      'AND',
      'OR',
      'NOT',
      'IN',
      '.',
      ',',
      "t'",
      "\\'",
      '/*',
      '\n',
      '🜁',
    ]
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(' ')),
      // A good pattern with a few characters cut out.
      fc.tuple(patterns, fc.nat(), fc.nat({ max: 3 })).map(([tree, at, count]) => {
        const text = printPattern(tree)
        return text.slice(0, at % text.length) + text.slice((at % text.length) + count)
      }),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const result = parsePattern(text)
        if (result.ok) return
        const { offset, length, line, column } = result.at
        expect(offset + length).toBeLessThanOrEqual(text.length)
        const lines = text.slice(0, offset).split(/\r\n|\r|\n/)
        expect([line, column]).toEqual([lines.length, (lines.at(-1)?.length ?? 0) + 1])
        expect(pointAt(text, result).split('\n')).toHaveLength(2)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a fault is shown under its line', () => {
  test('of several lines the one it stands in', () => {
    const text = '[a:b = 1\n AND c:d\t= ]\n'
    expect(pointAt(text, refused(text))).toBe(' AND c:d = ]\n           ^')
  })

  test('of a long line the part round it', () => {
    const text = `[a:b = '${'x'.repeat(500)}' AND ! ${'y'.repeat(500)}`
    const [line = '', carets = ''] = pointAt(text, refused(text)).split('\n')
    expect(line).toMatch(/^…x+' AND ! y+…$/)
    expect(line.length).toBeLessThan(130)
    expect(line[carets.indexOf('^')]).toBe('!')
  })

  test('what a terminal would obey is not printed', () => {
    const text = "[a:b = '\u001b[2J\u202e🜁\u0007' ?"
    const result = refused(text)
    const shown = pointAt(text, result)
    expect(shown).toBe("[a:b = '·[2J·🜁·' ?\n                 ^")
    expect(refused("[a:b '\u001b[2J']").message).not.toContain('\u001b')
  })
})
