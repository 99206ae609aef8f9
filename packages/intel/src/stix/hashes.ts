/**
 * Hashes (sections 2.7 and 10.7): a dictionary from the name of an algorithm to the digest. Some properties say that the
 * names MUST come from what they call an open vocabulary, section 2.7 that they SHOULD; its own example has another, so
 * a name outside the vocabulary is remarked on.
 */

import { type DictionaryValue, dictionary } from './property-types.ts'
import { HASH_ALGORITHM } from './vocabularies.ts'

const judgeHash: DictionaryValue = (value, path, tell) => {
  const algorithm = String(path[0])
  if (algorithm.length < 3) {
    const message = 'The name of a hashing algorithm has at least three characters.'
    tell({ code: 'stix/hash-algorithm', message, section: '2.7', path })
  }
  if (typeof value !== 'string') {
    return tell({ code: 'stix/json-type', message: 'A hash must be a text.', section: '2.7', path })
  }
  const form = FORMS.get(algorithm)
  if (form !== undefined && !form.test(value)) {
    tell({ code: 'stix/hash', message: `This is not a hash of ${algorithm}.`, section: '10.7', path })
  }
  if (!HASH_ALGORITHM.terms.has(algorithm)) {
    const message = `This algorithm is not in the open vocabulary ${HASH_ALGORITHM.name}.`
    tell({ code: 'stix/vocabulary', message, section: HASH_ALGORITHM.section, path, remark: true })
  }
}

export const hashes = dictionary(judgeHash)

/** A TLSH digest is 35 bytes; since its version 4 the tool writes `T1` before them. */
const FORMS = new Map([
  ['MD5', /^[0-9A-Fa-f]{32}$/],
  ['SHA-1', /^[0-9A-Fa-f]{40}$/],
  ['SHA-256', /^[0-9A-Fa-f]{64}$/],
  ['SHA-512', /^[0-9A-Fa-f]{128}$/],
  ['SHA3-256', /^[0-9A-Fa-f]{64}$/],
  ['SHA3-512', /^[0-9A-Fa-f]{128}$/],
  ['SSDEEP', /^[0-9]{1,12}:[A-Za-z0-9+/]{0,148}:[A-Za-z0-9+/]{0,148}$/],
  ['TLSH', /^(?:T1)?[0-9A-Fa-f]{70}$/],
])

/** The one hash that contributes to an id: MD5, SHA-1, SHA-256, SHA-512 in this order (section 6), else the first. */
export function contributingHash(value: { readonly [algorithm: string]: unknown }): Record<string, unknown> {
  const names = Object.keys(value)
  const name = ['MD5', 'SHA-1', 'SHA-256', 'SHA-512'].find((preferred) => names.includes(preferred)) ?? names[0]
  return name === undefined ? {} : Object.fromEntries([[name, value[name]]])
}
