/** The common data types of STIX 2.1 (section 2), as schemas of which the properties of every object are made. */

import { z } from 'zod'
import { LIMITS } from '../limits.ts'
import type { Properties } from '../properties.ts'
import { hasMilliseconds, isTimestamp } from '../timestamp.ts'
import { isUri } from '../uri.ts'
import { aList, anObject, judged, must, push, type Schema, should, type Tell, within } from './checks.ts'
import { isLanguageTag } from './language-tag.ts'
import type { PathPart } from './problems.ts'
import type { Vocabulary } from './vocabularies.ts'

/** Section 2.15. */
export const text = z.string()

/** Section 2.2. */
export const flag = z.boolean()

const NOT_A_TIME = 'This is not a timestamp such as 2016-01-20T12:31:12.123Z, in UTC and on a day that exists.'

/** Section 2.16. */
export const timestamp = z.string().check(must(isTimestamp, 'stix/timestamp', NOT_A_TIME, '2.16'))

/** Section 3.2: `created` and `modified` are at least as exact as a millisecond. */
export const versionTime = timestamp.check(
  must(hasMilliseconds, 'stix/milliseconds', 'The time must be exact to the millisecond at least.', '3.2'),
)

/** Section 6.7.6: to the second, no further. */
export const timeToTheSecond = timestamp.check(
  must(
    (time: string) => !time.includes('.'),
    'stix/precision',
    'The time must be exact to the second, without a fraction.',
    '6.7.6',
  ),
)

/** Section 2.10, with the bounds that a property's own description adds. */
export function integer(bounds: { min?: number; max?: number; section?: string } = {}) {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER, section = '2.10' } = bounds
  const asked =
    bounds.max !== undefined ? `This must be from ${min} to ${max}.` : `This must be ${min} or more, and below 2^53.`
  return z.number().check(
    judged((value: number, tell) => {
      if (!Number.isSafeInteger(value)) {
        tell({ code: 'stix/integer', message: 'This must be a whole number between -2^53 and 2^53.', section: '2.10' })
      } else if (value < min || value > max) {
        tell({ code: 'stix/range', message: asked, section })
      }
    }),
  )
}

/** Section 2.6, with bounds. */
export function float(bounds?: { min: number; max: number; section: string }) {
  if (bounds === undefined) return z.number()
  const { min, max, section } = bounds
  return z
    .number()
    .check(
      must(
        (value: number) => value >= min && value <= max,
        'stix/range',
        `This must be from ${min} to ${max}.`,
        section,
      ),
    )
}

/** Section 2.8. Digits in upper case are remarked on only: the standard's own examples have them. */
export const hex = z.string().check(
  judged((value: string, tell) => {
    if (!isHex(value)) {
      tell({ code: 'stix/hex', message: 'This is not an even number of hexadecimal digits.', section: '2.8' })
    } else if (value !== value.toLowerCase()) {
      tell({ code: 'stix/hex', message: 'Hexadecimal digits are written in lower case.', section: '2.8', remark: true })
    }
  }),
)

/** Whether a text is made of whole octets in hexadecimal digits of either case. */
export function isHex(value: unknown): boolean {
  return typeof value === 'string' && value.length % 2 === 0 && /^[0-9A-Fa-f]+$/.test(value)
}

/** Section 2.1, RFC 4648 base64 with its padding. */
export const binary = z
  .string()
  .check(must<string>(isBase64, 'stix/binary', 'This is not base64 as RFC 4648 has it.', '2.1'))

/** Looks at the characters one by one: a pattern of groups would run out of stack on a large content. */
export function isBase64(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0
  return value.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(value.slice(0, value.length - padding))
}

/** RFC 3986, wherever the standard asks for a URL. */
export function url(section: string) {
  return z.string().check(must(isUri, 'stix/uri', 'This is not a URL as RFC 3986 has it.', section))
}

/** RFC 5646. */
export function language(section: string) {
  return z
    .string()
    .check(must(isLanguageTag, 'stix/language', 'This is not a language code as RFC 5646 has it.', section))
}

/** Section 2.14: other words are permitted, if they look like words of a vocabulary. */
export function openVocabulary({ name, section, terms }: Vocabulary) {
  return z
    .string()
    .check(
      should(
        (value: string) => terms.has(value),
        'stix/vocabulary',
        `This word is not in the open vocabulary ${name}.`,
        section,
      ),
    )
}

/** Section 2.4: no other words. */
export function enumeration({ name, section, terms }: Vocabulary) {
  return z
    .string()
    .check(
      must(
        (value: string) => terms.has(value),
        'stix/enumeration',
        `This is none of the values of ${name}: ${[...terms].join(', ')}.`,
        section,
      ),
    )
}

/** Section 2.12: never empty. Past a number of faults the rest of a list is not looked at. */
export function list(item: Schema) {
  return aList.check(
    z.check<readonly unknown[]>((payload) => {
      const { value, issues } = payload
      if (value.length === 0) {
        push(payload, {
          code: 'stix/empty',
          message: 'A list must not be empty; leave the property out.',
          section: '2.12',
        })
      }
      const most = issues.length + LIMITS.issuesPerList
      for (let i = 0; i < value.length && issues.length < most; i++) {
        // Most lists are of plain texts, of which zod would ask no more than this.
        if (item !== text || typeof value[i] !== 'string') within(item, value[i], [i], payload)
      }
    }),
  )
}

/** What one value of a dictionary must be; tells what it is not, below `path`. */
export type DictionaryValue = (value: unknown, path: readonly PathPart[], tell: Tell) => void

/** Section 2.3: never empty, its keys of few characters. Past a number of faults the rest is not looked at. */
export function dictionary(judgeValue: DictionaryValue = isBaseType) {
  return anObject.check(
    judged((value: Properties, tell) => {
      let told = 0
      const count: Tell = (finding) => {
        told++
        tell(finding)
      }
      const keys = Object.keys(value)
      if (keys.length === 0) {
        tell({ code: 'stix/empty', message: 'A dictionary must not be empty; leave the property out.', section: '2.3' })
      }
      for (const key of keys) {
        if (told >= LIMITS.issuesPerList) break
        if (!DICTIONARY_KEY.test(key)) {
          const message = 'A key of a dictionary has at most 250 letters, digits, hyphens and underscores.'
          count({ code: 'stix/dictionary-key', message, section: '2.3', path: [key] })
        }
        judgeValue(value[key], [key], count)
      }
    }),
  )
}

const DICTIONARY_KEY = /^[A-Za-z0-9_-]{0,250}$/

/** Section 2.3: "dictionary values MUST be valid property base types", and none of those is null. */
const isBaseType: DictionaryValue = (value, path, tell) => {
  if (value === null) tell({ code: 'stix/null', message: 'There is no null in STIX.', section: '2.3', path })
}

/** A dictionary whose values are all texts. */
export function textValues(section: string): DictionaryValue {
  return (value, path, tell) => {
    if (typeof value !== 'string') tell({ code: 'stix/json-type', message: 'This must be a text.', section, path })
  }
}

/** A dictionary whose values are all whole numbers. */
export function integerValues(section: string): DictionaryValue {
  return (value, path, tell) => {
    if (!Number.isSafeInteger(value)) {
      tell({ code: 'stix/json-type', message: 'This must be a whole number.', section, path })
    }
  }
}

/** A dictionary whose values are all whole numbers or texts. */
export function integerOrTextValues(section: string): DictionaryValue {
  return (value, path, tell) => {
    if (typeof value !== 'string' && !Number.isSafeInteger(value)) {
      tell({ code: 'stix/json-type', message: 'This must be a whole number or a text.', section, path })
    }
  }
}

/**
 * A dictionary whose values are all lists of texts, as headers are that may come more than once. A single text is
 * remarked on only: an example of section 6.6 has it, and the published JSON Schemas ask for it.
 */
export function headerValues(section: string): DictionaryValue {
  return (value, path, tell) => {
    if (typeof value === 'string') {
      const message = 'This should be a list of texts, as a header may come more than once.'
      tell({ code: 'stix/json-type', message, section, path, remark: true })
    } else if (!Array.isArray(value) || !value.every((line) => typeof line === 'string')) {
      tell({ code: 'stix/json-type', message: 'This must be a list of texts.', section, path })
    } else if (value.length === 0) {
      tell({ code: 'stix/empty', message: 'A list must not be empty.', section: '2.12', path })
    }
  }
}
