// What a record type is made of. Each stands in a folder of its own beside this file and in the list of index.ts;
// nothing else needs to know of it (spec/records.md).

import type { z } from 'zod'
import type { ContentPart, Statement } from '../statement.ts'

export type Language = 'en' | 'ru' | 'zh'

export interface RecordType {
  /** `family/name`. */
  name: string
  /** Whether it may be said before the agreement is in force. */
  beforeForce: boolean
  /** Whom it addresses: nobody, at least one party, or all other parties of the channel. */
  to: 'none' | 'some' | 'all'
  /** The channel it is said on where nobody names one; `every` for what stands in each log. */
  channel: 'line' | 'main' | 'every'
  body: z.ZodType<Record<string, unknown>>
  /** A sentence where the parts break the type’s rules. */
  checkParts(parts: readonly ContentPart[]): string | undefined
  /** A sentence where the opened plaintext of a part breaks the type’s rules; the parts themselves keep them. */
  checkContent?(part: ContentPart, plaintext: Uint8Array): string | undefined
  /** A sentence where body, references and recipients do not fit together. */
  checkStatement?(statement: Statement): string | undefined
  /**
   * Types it may name in `re`; `any` for every one; none where it answers nothing. Which type a record in another log is
   * of, only a reader of that log can tell: it asks `mayAnswer`.
   */
  answers: 'any' | 'none' | readonly string[]
  /** It answers exactly one record, of another party on its own channel, and means nothing without it. */
  answersOne?: true
  /**
   * Whose records it may be said of, which is decided where these are held: `holder`, by the author or an addressee of
   * records with content; `author`, by the author alone; `sharer`, by the author to those it was said to (spec/records.md,
   * Taking back and Passing on); `recipient`, by an addressee to the author and to other addressees (Feedback).
   */
  standing?: 'holder' | 'author' | 'sharer' | 'recipient'
  /** A valid body. */
  example: Record<string, unknown>
  /** What it is called, for people. */
  words: Record<Language, string>
}

export function noParts(parts: readonly ContentPart[]): string | undefined {
  return parts.length === 0 ? undefined : 'it carries content and may not'
}

export const STIX_MEDIA_TYPE = 'application/stix+json;version=2.1'

/** One or more STIX bundles. */
export function bundles(parts: readonly ContentPart[]): string | undefined {
  return parts.length > 0 && parts.every((part) => part.role === 'bundle' && part.mediaType === STIX_MEDIA_TYPE)
    ? undefined
    : `it needs parts “bundle” of ${STIX_MEDIA_TYPE}`
}

export function exactly(count: number, role: string, mediaType: string) {
  return (parts: readonly ContentPart[]): string | undefined =>
    parts.length === count && parts.every((part) => part.role === role && part.mediaType === mediaType)
      ? undefined
      : `it needs exactly ${count} part “${role}” of ${mediaType}`
}
