// One record of ours on its way into the log: its parts are sealed one after another, each durable before the next is
// begun, and then it is said. Sealed content is kept before the entry that names it, so that a log never promises a file
// that was not kept; what was sealed and never said is named by nobody and read by nobody.

import { ok, type Result, refuse } from '@countersign/log'
import { type ContentPart, type Sealer, sealPart } from '@countersign/record'
import type { Draft, Speaker } from './speaker.ts'

export interface PartToSeal {
  role: string
  mediaType: string
  bytes: Uint8Array
}

export class RecordInMaking {
  private readonly speaker: Speaker
  private readonly draft: Draft
  private readonly means: { desk: Sealer; random(bytes: number): Uint8Array; recipients: readonly string[] }
  private readonly descriptors: ContentPart[] = []

  private constructor(speaker: Speaker, draft: Draft, means: RecordInMaking['means']) {
    this.speaker = speaker
    this.draft = draft
    this.means = means
  }

  /** Refuses where an addressee’s sealing key is not known: nothing is sealed to some of them only. */
  static begin(
    speaker: Speaker,
    draft: Draft,
    means: { desk: Sealer; random(bytes: number): Uint8Array; sealingKey(party: string): string | undefined },
  ): Result<RecordInMaking> {
    const recipients: string[] = []
    for (const party of [...new Set([speaker.party, ...draft.to])].sort()) {
      const key = means.sealingKey(party)
      if (key === undefined) {
        return refuse(
          'say/no-sealing-key',
          `No sealing key of ${party} is believed here: trust its card first, or ask it for a new one where it gave its keys up as compromised.`,
        )
      }
      recipients.push(key)
    }
    const { desk, random } = means
    return ok(new RecordInMaking(speaker, draft, { desk, random, recipients }))
  }

  async seal({ role, mediaType, bytes }: PartToSeal): Promise<void> {
    const { id } = this.draft
    const context = { id, origin: this.speaker.log.origin, part: this.descriptors.length, role, mediaType }
    const { desk, random, recipients } = this.means
    const sealed = await sealPart({ context, plaintext: bytes, salt: random(32), recipients }, desk)
    await this.speaker.log.putAddendum(sealed.file)
    this.descriptors.push(sealed.descriptor)
  }

  /** Resolves with `origin#index` once the record is durable. */
  async say(): Promise<Result<string>> {
    const said = await RecordInMaking.sayAll([this])
    return said.ok ? ok(said.value[0] ?? '') : said
  }

  /** Says records of one log that belong together: all of them are in the log, or none is. */
  static async sayAll(makings: readonly RecordInMaking[]): Promise<Result<string[]>> {
    const speaker = makings[0]?.speaker
    if (speaker === undefined) return ok([])
    const said = await speaker.sayAll(makings.map(({ draft, descriptors }) => ({ ...draft, content: descriptors })))
    return said.ok ? ok(said.value.map(({ index }) => `${speaker.log.origin}#${index}`)) : said
  }
}
