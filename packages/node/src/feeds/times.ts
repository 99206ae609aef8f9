// Times that TAXII servers name (TAXII 2.1 section 3.2). The standard wants them in UTC; some write an offset. They are
// reckoned in whole microseconds: what is finer is cut off, so that asking for what came after never asks for less.

const FORM = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,18}))?([Zz]|[+-]\d{2}:?\d{2})$/

/** Microseconds since the epoch; undefined for what is no time. */
export function microsOf(text: string): bigint | undefined {
  const [, day, clock, fraction = '', zone = 'Z'] = FORM.exec(text.trim()) ?? []
  const seconds = day === undefined ? Number.NaN : Date.parse(`${day}T${clock}Z`)
  if (Number.isNaN(seconds)) return undefined
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? []
  const offset = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000)
  return BigInt(seconds - offset) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6))
}

/** As `added_after` takes it. */
export function timeOf(micros: bigint): string {
  const ms = micros / 1000n
  return new Date(Number(ms)).toISOString().replace('Z', `${String(micros - ms * 1000n).padStart(3, '0')}Z`)
}

/** How long a `Retry-After` asks us to stay away, in milliseconds (RFC 9110 section 10.2.3); undefined without one. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text)) * 1000
  const at = /[A-Za-z]/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
