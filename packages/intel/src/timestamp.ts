/**
 * STIX timestamps (STIX 2.1 section 2.16, RFC 3339): UTC with a capital T and Z, any number of digits of a second.
 * They are compared as the text they came as, to the last digit; no Date is made of them, so nothing is rounded.
 */

/** Of the right form and on a day that exists. A leap second `:60` is permitted. */
export function isTimestamp(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > 64 || !FORM.test(text)) return false
  // Every month has these.
  if (text.slice(8, 10) <= '28') return true
  const year = Number(text.slice(0, 4))
  const month = Number(text.slice(5, 7))
  const day = Number(text.slice(8, 10))
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0))
}

/** Whether it names a moment at least to the millisecond, as `created` and `modified` must. */
export function hasMilliseconds(timestamp: string): boolean {
  return timestamp.length >= '2015-07-01T00:00:00.000Z'.length
}

/** Negative, zero or positive as `a` is before, at or after `b`; both as `isTimestamp` takes them. */
export function compareTimestamps(a: string, b: string): number {
  const left = comparable(a)
  const right = comparable(b)
  return left < right ? -1 : left > right ? 1 : 0
}

const FORM =
  /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?Z$/
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Without the Z, and without a fraction's trailing zeros, texts order as moments do: the point sorts before digits. */
function comparable(timestamp: string): string {
  const text = timestamp.slice(0, -1)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
