// A record in human words. The body came from a peer and is read field by field: what is not of the expected kind is left
// out of the sentence, and the raw statement is always there below.

import type { RecordRow } from '@countersign/client'
import type { TFunction } from 'i18next'
import { plain } from '../../marks/Foreign.tsx'
import { en } from '../../words/en.ts'

export type KnownType = keyof typeof en.type
type VoidCode = keyof typeof en.void
type Rejection = keyof typeof en.rejection

export const KNOWN_TYPES = Object.keys(en.type).filter(isKnownType)
export const UNREADABLE = '(unreadable)'

export function typeWords(type: string, t: TFunction): string {
  if (isKnownType(type)) return t(`type.${type}`)
  return type === UNREADABLE ? t('typeUnreadable') : t('typeUnknown', { type: plain(type, 70) })
}

/** Why a record counts for nothing, or not yet: our words for the codes of the specification, else the node's. */
export function validityWords(row: RecordRow, t: TFunction): string {
  if (row.validity.kind === 'valid') return ''
  const { code, message } = row.validity
  return isVoidCode(code) ? t(`void.${code}`) : plain(message === '' ? code : message, 500)
}

/** The one line a list shows. Empty where the type says it all. */
export function titleLine(row: RecordRow, t: TFunction): string {
  if (row.validity.kind !== 'valid') return validityWords(row, t)
  if (row.title !== null && row.title !== '') return plain(row.title, 300)
  if (row.type === 'intel/share') return t('objectsCount', { count: count(row.body, 'objects') ?? 0 })
  if (row.type === 'hotline/ack') return t('messageNumber', { number: count(row.body, 'number') ?? '?' })
  if (row.type === 'content/rejected') return t(`rejection.${rejection(row.body)}`)
  if (row.parts.some((part) => part.state === 'awaited')) return t('records.awaited')
  if (row.parts.length > 0) return t('records.sealed')
  return ''
}

/** What was said, in one or two sentences. */
export function sentences(row: RecordRow, t: TFunction): string[] {
  const from = plain(row.from, 128)
  const to = row.to.length === 0 ? t('sentence.nobody') : row.to.map((name) => plain(name, 128)).join(', ')
  const body = row.body
  switch (row.type) {
    case 'log/open':
      return [t(field(body, 'predecessor') ? 'sentence.log/openSuccessor' : 'sentence.log/open', { from })]
    case 'log/pin':
      return [t('sentence.log/pin', { from })]
    case 'pact/propose':
      return [t('sentence.pact/propose', { from, to, title: plain(row.title ?? '', 300) })]
    case 'pact/sign':
      return [t('sentence.pact/sign', { from, title: plain(row.title ?? '', 300) })]
    case 'intel/share': {
      const said = [t('sentence.intel/share', { from, to, count: count(body, 'objects') ?? 0 })]
      const piece = count(body, 'piece') ?? 1
      const pieces = count(body, 'pieces') ?? 1
      return pieces > 1 ? [...said, t('sentence.intel/sharePiece', { piece, pieces })] : said
    }
    case 'intel/revoke':
      return [t('sentence.intel/revoke', { from, to })]
    case 'intel/sighting':
      return [t('sentence.intel/sighting', { from, to })]
    case 'intel/consent': {
      const agreement = text(body, 'agreement')
      const parties = field(body, 'parties')
      const where =
        agreement !== undefined
          ? t('sentence.intel/consentUnder', { agreement: plain(agreement, 64) })
          : t('sentence.intel/consentAny')
      const whom = Array.isArray(parties)
        ? t('sentence.intel/consentTo', { parties: parties.map((party) => plain(String(party), 128)).join(', ') })
        : t('sentence.intel/consentAnybody')
      return [t('sentence.intel/consent', { from, to, where, whom })]
    }
    case 'intel/retract':
      return [t('sentence.intel/retract', { from, to })]
    case 'hotline/message': {
      const said = [
        t('sentence.hotline/message', {
          from,
          to,
          number: count(body, 'number') ?? '?',
          precedence: plain(text(body, 'precedence') ?? '?', 20),
        }),
      ]
      const clause = text(body, 'clause')
      return clause === undefined ? said : [...said, t('sentence.hotline/messageClause', { clause: plain(clause, 64) })]
    }
    case 'hotline/ack':
      return [t('sentence.hotline/ack', { from, to, number: count(body, 'number') ?? '?' })]
    case 'content/rejected':
      return [
        t('sentence.content/rejected', {
          from,
          to,
          part: (count(body, 'part') ?? 0) + 1,
          reason: t(`rejection.${rejection(body)}`),
        }),
      ]
    case 'content/consent':
    case 'content/hold':
    case 'content/lift':
      return [t(`sentence.${row.type}`, { from })]
    case 'content/destroyed':
      return [
        t(
          text(body, 'ground') === 'consent'
            ? 'sentence.content/destroyedConsent'
            : 'sentence.content/destroyedRetention',
          { from },
        ),
      ]
    case UNREADABLE:
      return [t('sentence.unreadable', { from })]
    default:
      return [t('sentence.unknown', { from, type: plain(row.type, 70) })]
  }
}

/** What the state means for this record. */
export function stateMeaning(row: RecordRow, t: TFunction): string {
  if (row.state === 'held' && row.to.length === 0) return t('stateMeaning.logged')
  return t(`stateMeaning.${row.state}`)
}

/** `origin#index` as the path of its page, and back. */
export function pathOf(record: string): string {
  return record.replace('#', '/')
}

export function recordOf(path: string): string {
  const cut = path.lastIndexOf('/')
  return cut < 0 ? path : `${path.slice(0, cut)}#${path.slice(cut + 1)}`
}

export function isKnownType(type: string): type is KnownType {
  return Object.hasOwn(en.type, type)
}

function isVoidCode(code: string): code is VoidCode {
  return Object.hasOwn(en.void, code)
}

function rejection(body: unknown): Rejection {
  const reason = text(body, 'reason')
  const known = Object.keys(en.rejection).filter((key): key is Rejection => Object.hasOwn(en.rejection, key))
  return known.find((key) => key === reason) ?? 'cannot-open'
}

function field(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) return undefined
  return Object.getOwnPropertyDescriptor(body, name)?.value
}

function text(body: unknown, name: string): string | undefined {
  const value = field(body, name)
  return typeof value === 'string' ? value : undefined
}

function count(body: unknown, name: string): number | undefined {
  const value = field(body, name)
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}
