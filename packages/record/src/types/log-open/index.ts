import { z } from 'zod'
import { parseOrigin } from '../../names.ts'
import { hex32, origin, size } from '../../schema-parts.ts'
import { noParts, type RecordType } from '../record-type.ts'

/** Opens a log: names the card its author speaks with, and the log it succeeds, if any. */
export const logOpen: RecordType = {
  name: 'log/open',
  beforeForce: true,
  to: 'none',
  channel: 'every',
  body: z.strictObject({ card: hex32, predecessor: z.strictObject({ origin, size, root: hex32 }).nullable() }),
  checkParts: noParts,
  /** It succeeds another log of its own party, agreement and channel, or none (spec/succession.md). */
  checkStatement({ origin: text, body }) {
    const { predecessor } = body as { predecessor: { origin: string } | null }
    if (predecessor === null) return undefined
    const [own, before] = [parseOrigin(text), parseOrigin(predecessor.origin)]
    if (!own.ok || !before.ok || own.value.text === before.value.text) return 'it succeeds itself'
    const same = (['party', 'pact', 'channel'] as const).every((part) => own.value[part] === before.value[part])
    return same ? undefined : 'it succeeds a log of another party, agreement or channel'
  },
  answers: 'none',
  example: { card: '6f'.repeat(32), predecessor: null },
  words: { en: 'Log opened', ru: 'Журнал открыт', zh: '日志开启' },
}
