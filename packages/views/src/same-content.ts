// Whether two texts of an object say the same: the order of keys, white space and how a number or character is written
// make no other content (RFC 8785 is the measure). A text that is no JSON is like none but itself.

export function sameContent(a: string, b: string): boolean {
  if (a === b) return true
  const [one, other] = [canonicalText(a), canonicalText(b)]
  return one !== undefined && one === other
}

/** One text for all that say the same; undefined for what is no JSON. */
export function canonicalText(text: string): string | undefined {
  try {
    return written(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** How deep it goes is bounded where the text was taken (`objectDepth` of intel). */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = value as Record<string, unknown>
  return `{${Object.keys(members)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${written(members[key])}`)
    .join(',')}}`
}
