import { equalBytes } from '@countersign/log'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BundleSplitter, readObject, type SplitElement, type SplitLimits, splitBundle } from '../src/index.ts'
import { NEEDS_DATA, REAL_BUNDLES, realBundle, withoutRealData } from './real-data.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

function split(input: string | Uint8Array, limits: Partial<SplitLimits> = {}) {
  const elements: SplitElement[] = []
  const bytes = typeof input === 'string' ? encode(input) : input
  const result = splitBundle(bytes, limits, (element) => elements.push(element))
  return { elements, result }
}

/** As text: each object's source, or the code of its fault. */
function told(elements: readonly SplitElement[]) {
  return elements.map((element) => (element.ok ? decode(element.source) : element.code))
}

function splitInChunks(bytes: Uint8Array, sizes: () => number) {
  const elements: SplitElement[] = []
  const splitter = new BundleSplitter((element) => elements.push(element))
  for (let at = 0; at < bytes.length; ) {
    const next = Math.min(bytes.length, at + sizes())
    // A fresh copy each, as a network hands them over.
    splitter.push(bytes.slice(at, next))
    at = next
  }
  return { elements, result: splitter.end() }
}

const bundle = (...objects: string[]) => `{"type":"bundle","id":"bundle--x","objects":[${objects.join(',')}]}`
const GOOD = '{"type":"x-thing","id":"x-thing--1","n":9007199254740993, "e":"\\u00e9"}'

describe('gives each object as the bytes it had', () => {
  test('of a bundle, with its place in the input', () => {
    const input = ` {"type":"bundle" ,"id":"b","objects" : [ ${GOOD} , {"__proto__":{"a":1}}\n]}\n`
    const { elements, result } = split(input)
    expect(result).toEqual({ ok: true, value: { form: 'bundle', objects: 2, faulty: 0, more: false } })
    expect(told(elements)).toEqual([GOOD, '{"__proto__":{"a":1}}'])
    expect(elements.map(({ index, offset }) => [index, offset])).toEqual([
      [0, input.indexOf(GOOD)],
      [1, input.indexOf('{"__proto__')],
    ])
  })

  test('of a TAXII envelope', () => {
    const { elements, result } = split(`{"more":true,"next":"2","objects":[${GOOD}]}`)
    expect(result).toMatchObject({ ok: true, value: { form: 'envelope', more: true } })
    expect(told(elements)).toEqual([GOOD])
  })

  test('of a single bare object, even one that has objects of its own', () => {
    const bare = '{"id":"observed-data--1","type":"observed-data","objects":{"0":{"type":"file"}}}'
    const { elements, result } = split(` ${bare} `)
    expect(result).toMatchObject({ ok: true, value: { form: 'object', objects: 1 } })
    expect(told(elements)).toEqual([bare])
    expect(elements[0]?.offset).toBe(1)
  })

  test('of a bundle without objects', () => {
    expect(split('{"type":"bundle","id":"b"}').result).toMatchObject({
      ok: true,
      value: { form: 'bundle', objects: 0 },
    })
    expect(split('{"type":"bundle","id":"b","objects":[]}').result).toMatchObject({ ok: true, value: { objects: 0 } })
  })

  test('wherever the objects stand among the other members, escaped keys and strange values included', () => {
    const { elements, result } = split(`{"x":[{"objects":[1]}],"\\u006fbjects":[${GOOD}],"y":"]}\\"","type":"bundle"}`)
    expect(result.ok).toBe(true)
    expect(told(elements)).toEqual([GOOD])
  })

  for (const { file, objects } of REAL_BUNDLES) {
    test.skipIf(withoutRealData)(`of ${file}, whole and in chunks${NEEDS_DATA}`, () => {
      const bytes = realBundle(file)
      const whole = split(bytes)
      expect(whole.result).toMatchObject({ ok: true, value: { form: 'bundle', objects, faulty: 0 } })
      const parsed: { objects: unknown[] } = JSON.parse(decode(bytes))
      const chunked = splitInChunks(bytes, () => 4093)
      expect(chunked.result).toEqual(whole.result)
      let end = 0
      for (const [index, element] of whole.elements.entries()) {
        if (!element.ok) throw new Error('a faulty object')
        expect(equalBytes(element.source, bytes.subarray(element.offset, element.offset + element.source.length))).toBe(
          true,
        )
        const other = chunked.elements[index]
        expect(other?.ok === true && other.offset === element.offset && equalBytes(other.source, element.source)).toBe(
          true,
        )
        // Between two objects stand nothing but a comma and space: no byte is lost.
        expect(decode(bytes.subarray(end, element.offset))).toMatch(index === 0 ? /^\s*\{.*\[\s*$/s : /^\s*,\s*$/)
        end = element.offset + element.source.length
        if (index % 97 === 0) expect(JSON.parse(decode(element.source))).toEqual(parsed.objects[index])
      }
      expect(decode(bytes.subarray(end))).toMatch(/^\s*\]\s*[,}]/)
    })
  }

  test('of a bundle of 100,000 objects, without holding it', () => {
    const sources: string[] = []
    const splitter = new BundleSplitter((element) => {
      if (element.ok && element.index % 9999 === 0) sources.push(decode(element.source))
    })
    const object = (n: number) =>
      `{"type":"url","spec_version":"2.1","id":"url--00000000-0000-5000-8000-${String(n).padStart(12, '0')}","value":"http://c2.example/${n}"}`
    splitter.push(encode('{"type":"bundle","id":"bundle--1","objects":['))
    for (let n = 0; n < 100_000; n += 1000) {
      const chunk = Array.from({ length: 1000 }, (_, k) => `${n + k === 0 ? '' : ','}${object(n + k)}`).join('\n')
      expect(splitter.push(encode(chunk)).ok).toBe(true)
    }
    splitter.push(encode(']}'))
    expect(splitter.end()).toMatchObject({ ok: true, value: { objects: 100_000, faulty: 0 } })
    expect(sources).toEqual(Array.from({ length: 11 }, (_, k) => object(k * 9999)))
  })

  test('and reading 100,000 of them finds every one sound', () => {
    let read = 0
    for (let n = 0; n < 100_000; n++) {
      const source = `{"type":"url","id":"url--00000000-0000-5000-8000-${String(n).padStart(12, '0')}","value":"http://c2.example/${n}"}`
      if (readObject(source).ok) read++
    }
    expect(read).toBe(100_000)
  })
})

test('however the input is cut into chunks, the same comes out', () => {
  const element = fc.oneof(
    fc.constantFrom(
      GOOD,
      '{}',
      '{"a":{"b":[1,{"c":"}]\\\\\\""}]}}',
      '[]',
      '12',
      '-1e5',
      '"x\\\\"',
      'null',
      '{"a":1,"a":2}',
    ),
    fc.constantFrom('{"a":"\\ud800"}', '{"漢字":"é\u{1f512}"}', `{"d":${'['.repeat(70)}${']'.repeat(70)}}`),
    fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify({ value })),
  )
  const space = fc.constantFrom('', ' ', '\n\t ', '\r\n')
  const frame = fc.constantFrom(
    ['{"type":"bundle","id":"b","objects":[', ']}'],
    ['{"id":"b" , "x":{"objects":[]}, "objects" :[', '],"type":"bundle","more":false}'],
    ['{"more":true,"objects":[', '],"y":1.5e3 }'],
    ['{"type":"bundle","objects":[', ']'],
    ['{"type":"bundle","objects":[', '],"type":"bundle"}'],
    ['{"objects":[', ',]}'],
    ['{"type":"x-y","z":[', ']}'],
  )
  fc.assert(
    fc.property(
      frame,
      fc.array(fc.tuple(space, element, space), { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      ([head = '', tail = ''], objects, sizes) => {
        const bytes = encode(head + objects.map((parts) => parts.join('')).join(',') + tail)
        const whole = split(bytes)
        let turn = 0
        const chunked = splitInChunks(bytes, () => sizes[turn++ % sizes.length] ?? 1)
        expect(chunked.result).toEqual(whole.result)
        expect(told(chunked.elements)).toEqual(told(whole.elements))
        expect(chunked.elements.map(({ offset }) => offset)).toEqual(whole.elements.map(({ offset }) => offset))
        const json = parse(decode(bytes))
        if (whole.result.ok) {
          expect(json).toBeDefined()
          if (whole.result.value.form !== 'object') expect(json?.objects?.length).toBe(objects.length)
        }
      },
    ),
    { numRuns: 3000 },
  )
})

function parse(text: string): { objects?: unknown[] } | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

describe('tells an object that is faulty by itself and goes on', () => {
  for (const [name, faulty, code] of [
    ['a key given twice', '{"a":1,"a":2}', 'json/duplicate-key'],
    ['a key given twice, deep inside', '{"x":[{"a":1,"\\u0061":2}]}', 'json/duplicate-key'],
    ['half of a surrogate pair', '{"a":"\\ud83d"}', 'json/lone-surrogate'],
    ['nesting too deep', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`, 'json/too-deep'],
    ['nesting a million deep', `{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`, 'json/too-deep'],
    ['too large', `{"a":"${'x'.repeat(1_048_576)}"}`, 'json/too-large'],
    ['a number', '17', 'stix/not-an-object'],
    ['a text', '"x"', 'stix/not-an-object'],
    ['null', 'null', 'stix/not-an-object'],
    ['a list', '[{}]', 'stix/not-an-object'],
  ] as const) {
    test(name, () => {
      const input = encode(bundle(GOOD, faulty, GOOD))
      for (const { elements, result } of [
        split(input),
        splitInChunks(input, () => 65_536),
        splitInChunks(input, () => 65_537),
      ]) {
        expect(result).toMatchObject({ ok: true, value: { objects: 3, faulty: 1 } })
        expect(told(elements)).toEqual([GOOD, code, GOOD])
        expect(elements[1]).toMatchObject({ index: 1, offset: decode(input).indexOf(faulty) })
      }
    })
  }

  test('with the place of the fault in the whole input', () => {
    const input = bundle(GOOD, '{"a":1,"b":2,"a":2}')
    const { elements } = split(input)
    const place = input.lastIndexOf('"a"')
    expect(elements[1]).toMatchObject({ message: `a key appears twice in one object (byte ${place}).` })
  })

  test('the largest object still passes, and one byte more does not', () => {
    const sized = (size: number) => `{"a":"${'x'.repeat(size - 8)}"}`
    expect(told(split(bundle(sized(100), sized(101)), { objectBytes: 100 }).elements)).toEqual([
      sized(100),
      'json/too-large',
    ])
  })

  test('a bare object with a key given twice is one faulty object', () => {
    const { elements, result } = split('{"type":"x-y","a":1,"a":2}')
    expect(result).toMatchObject({ ok: true, value: { form: 'object', objects: 1, faulty: 1 } })
    expect(told(elements)).toEqual(['json/duplicate-key'])
  })
})

describe('refuses the whole', () => {
  for (const [name, input, code] of [
    ['what is empty', '', 'json/syntax'],
    ['what is not JSON', 'STIX', 'json/syntax'],
    ['XML', '<stix:STIX_Package/>', 'json/syntax'],
    ['a byte order mark', `\ufeff${bundle(GOOD)}`, 'json/not-utf8'],
    ['a list of objects without a bundle', `[${GOOD}]`, 'stix/not-a-bundle'],
    ['a text', '"bundle"', 'stix/not-a-bundle'],
    ['an object that is nothing we know', '{}', 'stix/not-a-bundle'],
    ['a report of something else', '{"results":[]}', 'stix/not-a-bundle'],
    ['a type that is no text', '{"type":7,"objects":[]}', 'stix/not-a-bundle'],
    ['objects under another type', `{"type":"grouping","objects":[${GOOD}]}`, 'stix/not-a-bundle'],
    ['objects under another type that comes after', `{"objects":[${GOOD}],"type":"grouping"}`, 'stix/not-a-bundle'],
    ['a bundle whose objects are no list', '{"type":"bundle","objects":{}}', 'stix/not-a-bundle'],
    [
      'a bundle of STIX 2.0',
      `{"type":"bundle","id":"b","spec_version":"2.0","objects":[${GOOD}]}`,
      'stix/spec-version',
    ],
    ['one that says so at the end', `{"type":"bundle","objects":[${GOOD}],"spec_version":"2.0"}`, 'stix/spec-version'],
    ['one that says so first', `{"spec_version":"2.0","type":"bundle","objects":[${GOOD}]}`, 'stix/spec-version'],
    ['two lists of objects', `{"type":"bundle","objects":[],"objects":[${GOOD}]}`, 'json/duplicate-key'],
    ['two types', '{"type":"bundle","type":"bundle","objects":[]}', 'json/duplicate-key'],
    ['a list and something else as objects', '{"objects":1,"objects":[]}', 'json/duplicate-key'],
    [
      'half a surrogate pair outside the objects',
      '{"type":"bundle","objects":[],"x":"\\ud800"}',
      'json/lone-surrogate',
    ],
    ['an input cut short', bundle(GOOD).slice(0, -1), 'json/syntax'],
    ['an object cut short', bundle(GOOD).slice(0, -9), 'json/syntax'],
    ['something after the end', `${bundle(GOOD)}x`, 'json/syntax'],
    ['two bundles', bundle(GOOD) + bundle(GOOD), 'json/syntax'],
    ['a comma too many', `{"type":"bundle","objects":[${GOOD},]}`, 'json/syntax'],
    ['a comma too few', `{"type":"bundle","objects":[${GOOD}${GOOD}]}`, 'json/syntax'],
    ['an object that is not JSON', bundle(GOOD, '{a:1}', GOOD), 'json/syntax'],
    ['an object with crossed brackets', bundle(GOOD, '{"a":[}]', GOOD), 'json/syntax'],
    ['a member without a value', '{"type":"bundle","x":,"objects":[]}', 'json/syntax'],
    ['a member without a colon', '{"type" "bundle"}', 'json/syntax'],
    ['a key that is no text', '{type:"bundle"}', 'json/syntax'],
    ['a frame beyond the limit', `{"type":"bundle","x":"${'x'.repeat(1_048_576)}","objects":[]}`, 'json/too-large'],
    ['a bare object beyond the limit', `{"type":"x-y","x":"${'x'.repeat(1_048_576)}"}`, 'json/too-large'],
  ] as const) {
    test(name, () => {
      const bytes = encode(input)
      for (const { result } of [split(bytes), splitInChunks(bytes, () => 7919)])
        expect(result).toMatchObject({ ok: false, code })
    })
  }

  test('an object that is not UTF-8', () => {
    const bytes = encode(bundle(GOOD, '{"a":"?"}'))
    bytes[bytes.indexOf(0x3f)] = 0xe9
    expect(split(bytes).result).toMatchObject({ ok: false, code: 'json/not-utf8' })
  })

  test('more objects, or more bytes, than the limits', () => {
    expect(split(bundle('{}', '{}'), { bundleObjects: 2 }).result.ok).toBe(true)
    expect(split(bundle('{}', '{}', '{}'), { bundleObjects: 2 }).result).toMatchObject({
      code: 'stix/too-many-objects',
    })
    expect(split(bundle('{}'), { bundleBytes: 20 }).result).toMatchObject({ code: 'json/too-large' })
  })

  test('with the place of the fault, before the objects and after them', () => {
    const before = '{"type":"bundle","x":[1,],"objects":[{},{}]}'
    expect(split(before).result).toMatchObject({ message: expect.stringContaining('(byte 24)') })
    const after = '  {"type":"bundle","objects":[{},{}],"x":[1,]}'
    expect(split(after).result).toMatchObject({ message: expect.stringContaining(`(byte ${after.indexOf(',]') + 1})`) })
  })

  test('and stays with it', () => {
    const splitter = new BundleSplitter(() => {})
    expect(splitter.push(encode('nonsense'))).toMatchObject({ ok: false, code: 'stix/not-a-bundle' })
    expect(splitter.push(encode(bundle(GOOD)))).toMatchObject({ ok: false, code: 'stix/not-a-bundle' })
    expect(splitter.end()).toMatchObject({ ok: false, code: 'stix/not-a-bundle' })
  })
})
