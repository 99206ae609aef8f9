import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkJson, type JsonFaultCode, type JsonLimits } from '../src/strict-json.ts'

const LIMITS: JsonLimits = { maxBytes: 1 << 26, maxDepth: 64 }

function check(text: string | number[], limits: Partial<JsonLimits> = {}) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : Uint8Array.from(text)
  return checkJson(bytes, { ...LIMITS, ...limits })
}

function quoted(...inside: number[]): number[] {
  return [0x22, ...inside, 0x22]
}

function parses(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

describe('accepts what is one JSON text', () => {
  for (const text of [
    'null',
    ' true ',
    'false',
    '0',
    '-0',
    '-0.5e+10',
    '12E-3',
    '9007199254740993',
    '""',
    '"\u007f"',
    '"é 漢 \u{1f512}"',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\udd12"',
    '[]',
    '{}',
    '[ [ ] , { } ]',
    '\t\r\n {"a" : [1, 2, {"b":null}], "":""} \n',
    '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
    '{"__proto__":{"x":1},"constructor":2}',
  ]) {
    test(JSON.stringify(text), () => {
      expect(check(text)).toBeUndefined()
      expect(parses(new TextEncoder().encode(text))).toBe(true)
    })
  }
})

describe('refuses what is not JSON, and says where', () => {
  for (const [text, offset] of [
    ['', 0],
    ['  ', 2],
    ['{', 1],
    ['[1,]', 3],
    ['[,1]', 1],
    ['[1 2]', 3],
    ['{"a"}', 4],
    ['{"a":}', 5],
    ['{"a":1,}', 7],
    ['{a:1}', 1],
    ["{'a':1}", 1],
    ['{"a":1]', 6],
    ['[1}', 2],
    ['01', 1],
    ['-', 1],
    ['+1', 0],
    ['1.', 2],
    ['.5', 0],
    ['1e', 2],
    ['1e+', 3],
    ['tru', 3],
    ['nul1', 3],
    ['NaN', 0],
    ['"a', 2],
    ['"\n"', 1],
    ['"\t"', 1],
    ['"\\x"', 1],
    ['"\\u12g4"', 1],
    ['"\\u12', 1],
    ['1 2', 2],
    ['{} {}', 3],
    ['[]\u0000', 2],
    ['\u00a0[]', 0],
    ['// no\n1', 0],
  ] as const) {
    test(JSON.stringify(text), () => {
      expect(check(text)).toMatchObject({ code: 'json/syntax', offset })
    })
  }
})

describe('refuses bytes that are not UTF-8', () => {
  for (const [name, bytes, offset] of [
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x31], 0],
    ['an overlong slash', quoted(0xc0, 0xaf), 1],
    ['an overlong form of three bytes', quoted(0xe0, 0x9f, 0xbf), 1],
    ['an overlong form of four bytes', quoted(0xf0, 0x8f, 0xbf, 0xbf), 1],
    ['an encoded surrogate', quoted(0xed, 0xa0, 0x80), 1],
    ['a point above U+10FFFF', quoted(0xf4, 0x90, 0x80, 0x80), 1],
    ['a lead byte f5', quoted(0xf5, 0x80, 0x80, 0x80), 1],
    ['a continuation byte alone', quoted(0x61, 0x80), 2],
    ['a sequence cut short by the quote', quoted(0xe6, 0xbc), 1],
    ['a sequence cut short by the end', [0x22, 0xe6, 0xbc], 1],
    ['a sequence cut short in a key', [0x7b, 0x22, 0xc3, 0x22, 0x3a, 0x31, 0x7d], 2],
    ['latin-1 outside a string', [0x5b, 0xe9, 0x5d], 1],
  ] as const) {
    test(name, () => {
      expect(check([...bytes])).toMatchObject({ code: 'json/not-utf8', offset })
    })
  }

  test('the ends of every permitted range pass', () => {
    for (const point of [0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]) {
      expect(check(`"${String.fromCodePoint(point)}"`)).toBeUndefined()
    }
  })
})

describe('refuses a key given twice', () => {
  for (const [text, offset] of [
    ['{"a":1,"a":1}', 7],
    ['{"a":1,"b":2,"a":3}', 13],
    ['{"":1,"":2}', 6],
    ['{"a":1,"\\u0061":2}', 7],
    ['{"\\u0061":1,"a":2}', 12],
    ['{"\\u0061\\u0062":1,"\\u0061b":2}', 18],
    ['{"/":1,"\\/":2}', 7],
    ['{"\\n":1,"\\u000A":2}', 8],
    ['{"é":1,"\\u00e9":2}', 8],
    ['{"漢":1,"\\u6f22":2}', 9],
    ['{"\u{1f512}":1,"\\ud83d\\udd12":2}', 10],
    ['[{"x":{"a":1,"a":2}}]', 13],
    ['{"x":{"a":1},"y":2,"x":3}', 19],
    ['{"__proto__":1,"__proto__":2}', 15],
  ] as const) {
    test(text, () => {
      expect(check(text)).toMatchObject({ code: 'json/duplicate-key', offset })
    })
  }

  test('among many keys, and names the earliest repetition', () => {
    const members = Array.from({ length: 1000 }, (_, n) => `"k${n}":${n}`)
    expect(check(`{${members.join()}}`)).toBeUndefined()
    const before = `{${members.join()},`
    expect(check(`${before}"k5":0,"k900":0,"k5":0}`)).toMatchObject({
      code: 'json/duplicate-key',
      offset: before.length,
    })
    expect(check(`${before}"\\u006b7":0}`)).toMatchObject({ code: 'json/duplicate-key', offset: before.length })
  })

  test('keys that only share a hash are different keys', () => {
    // In base 31 "Aa" and "BB" collide, and so does every word made of them.
    let words = ['']
    for (let round = 0; round < 10; round++) words = words.flatMap((word) => [`${word}Aa`, `${word}BB`])
    expect(check(`{${words.map((word) => `"${word}":0`).join()}}`)).toBeUndefined()
    expect(check(`{${[...words, words[77]].map((word) => `"${word}":0`).join()}}`)?.code).toBe('json/duplicate-key')
    expect(check('{"Aa":1,"BB":2}')).toBeUndefined()
  })

  test('at every number of keys around the change of method', () => {
    for (let count = 1; count < 60; count++) {
      const members = Array.from({ length: count }, (_, n) => `"k${n}":0`)
      expect(check(`{${members.join()}}`)).toBeUndefined()
      expect(check(`{${members.join()},"k${count >> 1}":0}`)?.code).toBe('json/duplicate-key')
    }
  })

  test('a member of an inner object does not count for the outer one, however many there are', () => {
    const inner = `{${Array.from({ length: 40 }, (_, n) => `"\\u006b${n}":0`).join()}}`
    expect(check(`{"k1":${inner},"k2":[${inner},${inner}],"k3":0}`)).toBeUndefined()
    expect(check(`{"k1":${inner},"k2":[${inner},${inner}],"k1":0}`)?.code).toBe('json/duplicate-key')
  })
})

describe('refuses half of a surrogate pair', () => {
  for (const [text, offset] of [
    ['"\\ud83d"', 1],
    ['"\\udd12"', 1],
    ['"x\\ud83dx"', 2],
    ['"\\ud83d\\n"', 1],
    ['"\\ud83d\\ud83d\\udd12"', 1],
    ['"\\udd12\\ud83d"', 1],
    ['"\\udd12\\udd12"', 1],
    ['{"\\uDBFF":1}', 2],
  ] as const) {
    test(text, () => {
      expect(check(text)).toMatchObject({ code: 'json/lone-surrogate', offset })
    })
  }
})

describe('keeps to its limits', () => {
  test('depth: the limit passes, one more is refused at its bracket', () => {
    expect(check(`${'['.repeat(64)}${']'.repeat(64)}`)).toBeUndefined()
    expect(check(`${'['.repeat(65)}${']'.repeat(65)}`)).toMatchObject({ code: 'json/too-deep', offset: 64 })
    expect(check(`${'{"a":'.repeat(64)}{}${'}'.repeat(64)}`)).toMatchObject({ code: 'json/too-deep', offset: 320 })
    expect(check('['.repeat(10_000_000))?.code).toBe('json/too-deep')
    expect(check('1', { maxDepth: 0 })).toBeUndefined()
    expect(check('[]', { maxDepth: 0 })?.code).toBe('json/too-deep')
  })

  test('bytes', () => {
    expect(check('[1]', { maxBytes: 3 })).toBeUndefined()
    expect(check('[1] ', { maxBytes: 3 })).toMatchObject({ code: 'json/too-large', offset: 3 })
  })

  test('strings and keys', () => {
    expect(check('{"abc":"abc"}', { maxStringBytes: 3 })).toBeUndefined()
    expect(check('{"abc":"abcd"}', { maxStringBytes: 3 })).toMatchObject({ code: 'json/string-too-long', offset: 7 })
    expect(check('{"abcd":"abc"}', { maxStringBytes: 3 })).toMatchObject({ code: 'json/string-too-long', offset: 1 })
    expect(check('"\\n\\n"', { maxStringBytes: 3 })?.code).toBe('json/string-too-long')
  })

  test('numbers', () => {
    expect(check('[-1.5]', { maxNumberDigits: 4 })).toBeUndefined()
    expect(check('[-1.55]', { maxNumberDigits: 4 })).toMatchObject({ code: 'json/number-too-long', offset: 1 })
  })

  test('__proto__ where the caller refuses it, escaped or not', () => {
    expect(check('{"a":1,"__proto__":2}', { protoKey: 'refuse' })).toMatchObject({ code: 'json/proto-key', offset: 7 })
    expect(check('{"__pr\\u006fto__":2}', { protoKey: 'refuse' })?.code).toBe('json/proto-key')
    expect(check('{"__proto":2,"a":"__proto__"}', { protoKey: 'refuse' })).toBeUndefined()
  })
})

describe('agrees with JSON.parse', () => {
  const soft: JsonFaultCode[] = ['json/duplicate-key', 'json/lone-surrogate', 'json/too-deep']

  function agree(bytes: Uint8Array) {
    const fault = checkJson(bytes, LIMITS)
    if (fault === undefined) expect(parses(bytes)).toBe(true)
    else if (!soft.includes(fault.code)) expect(parses(bytes)).toBe(false)
  }

  test('on every value it can write', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, noUnicodeString: false }), fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const fault = check(text)
        // A generated string may hold half a pair, which JSON.stringify escapes.
        if (fault !== undefined) expect(fault.code).toBe('json/lone-surrogate')
        if (text.isWellFormed() && !/\\ud[89a-f]/.test(text)) expect(fault).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  test('on texts with one byte changed, added or taken away', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 5 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('change', 'add', 'take')), {
          minLength: 1,
          maxLength: 3,
        }),
        (value, edits) => {
          const bytes = [...new TextEncoder().encode(JSON.stringify(value))]
          for (const [place, byte, edit] of edits) {
            bytes.splice(place % (bytes.length + 1), edit === 'add' ? 0 : 1, ...(edit === 'take' ? [] : [byte]))
          }
          agree(Uint8Array.from(bytes))
        },
      ),
      { numRuns: 5000 },
    )
  })

  test('on strings of JSON-like tokens', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '"b"',
      '1',
      '-',
      '0',
      '.5',
      'e1',
      'null',
      'true',
      ' ',
      '\\',
      '\\u0061',
      '\\ud83d',
      '\\udd12',
      '\n',
      'é',
      '{"a":',
      '"b":',
      '}',
      ']',
    )
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        agree(new TextEncoder().encode(tokens.join('')))
      }),
      { numRuns: 20_000 },
    )
  })

  test('on which objects repeat a key', () => {
    const key = fc.constantFrom('a', '\\u0061', 'b', '\\u0062', 'ab', '\\u0061b', '/', '\\/', '', 'é', '\\u00e9')
    fc.assert(
      fc.property(fc.array(key, { maxLength: 40 }), fc.nat(30), (keys, others) => {
        const all = [...Array.from({ length: others }, (_, n) => `n${n}`), ...keys]
        const read = all.map((k) => JSON.parse(`"${k}"`))
        const fault = check(`{${all.map((k) => `"${k}":[]`).join()}}`)
        expect(fault?.code).toBe(new Set(read).size === read.length ? undefined : 'json/duplicate-key')
      }),
      { numRuns: 5000 },
    )
  })
})
