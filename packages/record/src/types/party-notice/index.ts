import { noticeFileSchema } from '../../notice.ts'
import { noParts, type RecordType } from '../record-type.ts'

/** Passes on that a party’s root gives up keys as compromised. Whether the notice holds, a reader decides that has its cards. */
export const partyNotice: RecordType = {
  name: 'party/notice',
  beforeForce: true,
  to: 'none',
  channel: 'every',
  body: noticeFileSchema,
  checkParts: noParts,
  answers: 'none',
  example: {
    notice: {
      v: 1,
      party: 'alfa.example',
      cards: ['6f'.repeat(32)],
      roles: ['statement'],
      by: '6f'.repeat(32),
    },
    root: [
      {
        key: 0,
        ed25519: `${'A'.repeat(86)}==`,
        mldsa44: `${'A'.repeat(3_227)}=`,
      },
    ],
  },
  words: { en: 'Notice of compromised keys', ru: 'Уведомление о компрометации ключей', zh: '密钥泄露通告' },
}
