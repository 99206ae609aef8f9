// RFC 8785 canonical JSON: the one form in which anything is signed or hashed. Reading refuses every other form, after
// a scan of the bytes for what JSON.parse would hide and for what two readers could take differently: numbers that are
// no safe integers, and a key named __proto__. What was read can always be written again, to the same bytes.

import { equalBytes, fromUtf8, ok, type Result, refuse, utf8 } from '@countersign/log'
import canonicalize from 'canonicalize'
import { LIMITS } from './limits.ts'
import { checkJson } from './strict-json.ts'

/** Throws for what is no JSON value of ours (undefined, fractions, unsafe integers, lone surrogates, `__proto__`): a defect. */
export function canonicalJson(value: unknown): Uint8Array {
  assertPlain(value)
  const text = canonicalize(value)
  if (text === undefined) throw new Error('There is nothing to write as JSON.')
  return utf8(text)
}

/** The value of bytes that are their own canonical form; refuses with a `json/…` code otherwise, and never throws. */
export function parseCanonical(
  bytes: Uint8Array,
  limits: { maxBytes: number; maxDepth?: number; maxValues?: number },
): Result<unknown> {
  const fault = checkJson(bytes, {
    ...{ maxDepth: LIMITS.jsonDepth, ...limits },
    ...{ protoKey: 'refuse', numbers: 'safe-integers' },
  })
  if (fault !== undefined) return refuse(fault.code, fault.message)
  const value: unknown = JSON.parse(fromUtf8(bytes) ?? '')
  const text = canonicalize(value)
  if (text === undefined || !equalBytes(utf8(text), bytes))
    return refuse('json/not-canonical', 'the JSON is not in its canonical form')
  return ok(value)
}

function assertPlain(value: unknown): void {
  switch (typeof value) {
    case 'boolean':
      return
    case 'string':
      if (!value.isWellFormed()) throw new Error('A text with half a surrogate pair cannot be written.')
      return
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new Error(`${value} is no safe integer.`)
      return
    case 'object': {
      if (value === null) return
      const prototype: unknown = Object.getPrototypeOf(value)
      if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
        throw new Error('Only plain objects and arrays can be written as JSON.')
      }
      if (Object.hasOwn(value, '__proto__')) throw new Error('A key named __proto__ cannot be written.')
      for (const member of Object.values(value)) assertPlain(member)
      return
    }
    default:
      throw new Error(`A ${typeof value} cannot be written as JSON.`)
  }
}
