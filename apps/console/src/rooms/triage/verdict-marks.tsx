// The four words that say what became of an object, each with its icon, its colour and its key.

import type { FeedbackVerdict } from '@countersign/record'
import { IconCircleCheck, IconCircleX, IconCopyCheck, IconHourglassEmpty } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

export const VERDICT_LOOKS = {
  accepted: { icon: IconCircleCheck, key: 'a' },
  'already-known': { icon: IconCopyCheck, key: 'w' },
  'false-positive': { icon: IconCircleX, key: 'f' },
  stale: { icon: IconHourglassEmpty, key: 's' },
} as const satisfies Record<FeedbackVerdict, { icon: unknown; key: string }>

export function VerdictMark({ verdict }: { verdict: FeedbackVerdict }) {
  const { t } = useTranslation()
  const { icon: Icon } = VERDICT_LOOKS[verdict]
  return (
    <span className="mark" data-verdict={verdict}>
      <Icon aria-hidden size="1.1em" stroke={2} />
      <span>{t(`triage.word.${verdict}`)}</span>
    </span>
  )
}
