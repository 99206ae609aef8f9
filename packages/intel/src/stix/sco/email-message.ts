/** Email Message (section 6.6). */

import { z } from 'zod'
import { own } from '../../properties.ts'
import { rule, type Tell } from '../checks.ts'
import { atLeastOne, objectType } from '../object-type.ts'
import { dictionary, flag, headerValues, list, text, timestamp } from '../property-types.ts'
import { referenceTo } from '../references.ts'

const SECTION = '6.6.1'

const mailbox = referenceTo(SECTION, 'email-addr')

/** Section 6.6.2. */
const mimePart = z
  .object({
    body: text.optional(),
    body_raw_ref: referenceTo('6.6.2.1', 'artifact', 'file').optional(),
    content_type: text.optional(),
    content_disposition: text.optional(),
  })
  .check(atLeastOne(['body', 'body_raw_ref'], '6.6.2'))

export const emailMessage = objectType('sco', 'email-message', SECTION, {
  shape: {
    is_multipart: flag,
    date: timestamp.optional(),
    content_type: text.optional(),
    from_ref: mailbox.optional(),
    sender_ref: mailbox.optional(),
    to_refs: list(mailbox).optional(),
    cc_refs: list(mailbox).optional(),
    bcc_refs: list(mailbox).optional(),
    message_id: text.optional(),
    subject: text.optional(),
    received_lines: list(text).optional(),
    additional_header_fields: dictionary(headerValues(SECTION)).optional(),
    body: text.optional(),
    body_multipart: list(mimePart).optional(),
    raw_email_ref: referenceTo(SECTION, 'artifact').optional(),
  },
  rules: [
    rule((message, tell) => {
      forbid(message, 'body', true, tell)
      forbid(message, 'body_multipart', false, tell)
    }),
  ],
  contributing: ['from_ref', 'subject', 'body'],
})

function forbid(object: { readonly [property: string]: unknown }, property: string, when: boolean, tell: Tell): void {
  if (own(object, 'is_multipart') !== when || own(object, property) === undefined) return
  const message = `There must be no ${property} where is_multipart is ${when}.`
  tell({ code: 'stix/beside', message, section: SECTION, path: [property] })
}
