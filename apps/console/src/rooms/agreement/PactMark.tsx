// Where an agreement stands: icon, word, colour.

import type { PactRow } from '@countersign/client'
import { IconCircleCheckFilled, IconCircleDashed, IconClockX, IconWritingSign } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

const LOOKS = {
  draft: { icon: IconCircleDashed, as: 'said' },
  signed: { icon: IconWritingSign, as: 'held' },
  'in-force': { icon: IconCircleCheckFilled, as: 'delivered' },
  expired: { icon: IconClockX, as: 'void' },
} as const

export function PactMark({ state }: { state: PactRow['state'] }) {
  const { t } = useTranslation()
  const { icon: Icon, as } = LOOKS[state]
  return (
    <span className="mark" data-state={as}>
      <Icon aria-hidden size="1.05em" stroke={2} />
      <span>{t(`agreement.state.${state}`)}</span>
    </span>
  )
}
