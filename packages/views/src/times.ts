// Times as texts and back. Inside the views a time is a whole number: seconds, milliseconds or microseconds, by its name.

/** RFC 3339 in UTC with six digits, as TAXII's date_added wants it. */
export function microsecondsText(us: number): string {
  const ms = Math.floor(us / 1000)
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us - ms * 1000).padStart(3, '0')}Z`
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d+))?Z$/

/** Microseconds since 1970; digits beyond them are cut off. Undefined for anything but RFC 3339 in UTC. */
export function microsecondsOf(text: string): number | undefined {
  const match = text.length <= 64 ? RFC3339.exec(text) : null
  if (match === null) return undefined
  const ms = Date.parse(`${match[1]}Z`)
  if (Number.isNaN(ms)) return undefined
  return ms * 1000 + Number((match[2] ?? '').slice(0, 6).padEnd(6, '0'))
}

/**
 * A text that sorts as the version's time does: versions are compared as instants, whatever the digits of their
 * fraction (STIX 2.1 section 3.2). What is no timestamp sorts as it is written.
 */
export function versionOrder(version: string): string {
  const match = version.length <= 64 ? RFC3339.exec(version) : null
  if (match === null) return version
  const fraction = (match[2] ?? '').replace(/0+$/, '')
  return fraction === '' ? `${match[1]}` : `${match[1]}.${fraction}`
}
