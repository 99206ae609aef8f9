// Content of one record, sealed to its addressees and to ourselves (spec/content.md).

import { ok, refuse, type Result } from '@countersign/log'
import { type Sealer, sealPart, type Statement } from '@countersign/record'

export interface PartToSeal {
  role: string
  mediaType: string
  bytes: Uint8Array
}

export interface SealedPart {
  file: Uint8Array
  descriptor: Statement['content'][number]
}

/** Refuses where an addressee’s sealing key is not known; nothing is sealed to some of them only. */
export async function sealParts(
  statement: { id: string; origin: string; from: string; to: readonly string[] },
  parts: readonly PartToSeal[],
  means: { desk: Sealer; random(bytes: number): Uint8Array; sealingKey(party: string): string | undefined },
): Promise<Result<SealedPart[]>> {
  const recipients: string[] = []
  for (const party of [...new Set([statement.from, ...statement.to])].sort()) {
    const key = means.sealingKey(party)
    if (key === undefined)
      return refuse('say/no-sealing-key', `No trusted card of ${party} is held here; trust it first.`)
    recipients.push(key)
  }
  const sealed: SealedPart[] = []
  for (const [part, { role, mediaType, bytes }] of parts.entries()) {
    sealed.push(
      await sealPart(
        {
          context: { id: statement.id, origin: statement.origin, part, role, mediaType },
          plaintext: bytes,
          salt: means.random(32),
          recipients,
        },
        means.desk,
      ),
    )
  }
  return ok(sealed)
}
