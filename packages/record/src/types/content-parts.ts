// What the records on the life of content have in common (spec/destruction.md, The records): they name records of their own
// channel, and all or some of the parts of these.

import { z } from 'zod'
import { LIMITS } from '../limits.ts'
import { parseOrigin } from '../names.ts'
import type { Statement } from '../statement.ts'

/** Null for every part; else indexes, rising. */
export const partsNamed = z
  .array(
    z
      .number()
      .int()
      .min(0)
      .max(LIMITS.parts - 1),
  )
  .min(1)
  .max(LIMITS.parts)
  .refine((parts) => parts.every((part, i) => i === 0 || (parts[i - 1] ?? part) < part), 'parts, rising')
  .nullable()

/** A sentence where `re` is anything but one or more records of the statement’s own channel, each once. */
export function namesRecordsOfChannel({ re, origin }: Statement): string | undefined {
  if (re.length === 0) return 'it names no record'
  const own = parseOrigin(origin)
  const named = new Set<string>()
  for (const record of re) {
    const of = parseOrigin(record.origin)
    const ofChannel = own.ok && of.ok && of.value.pact === own.value.pact && of.value.channel === own.value.channel
    if (!ofChannel) return 'it names a record of another channel'
    named.add(`${record.origin}#${record.index}`)
  }
  return named.size === re.length ? undefined : 'it names a record twice'
}

/** A sentence where single parts are named of more than one record. */
export function partsNamedFault({ re, body }: Statement): string | undefined {
  return re.length > 1 && body.parts !== null ? 'it names single parts of more than one record' : undefined
}
