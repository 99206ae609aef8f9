// Where an agreement stands: icon, word, colour.

import { IconCircleCheckFilled, IconCircleDashed, IconClockX, IconWritingSign } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Pact } from '../../api.ts'

const LOOKS = {
  draft: { icon: IconCircleDashed, as: 'said' },
  signed: { icon: IconWritingSign, as: 'held' },
  'in-force': { icon: IconCircleCheckFilled, as: 'delivered' },
  expired: { icon: IconClockX, as: 'void' },
} as const

export function PactMark({ state }: { state: Pact['state'] }) {
  const { t } = useTranslation()
  const { icon: Icon, as } = LOOKS[state]
  return (
    <span className="mark" data-state={as}>
      <Icon aria-hidden size="1.05em" stroke={2} />
      <span>{t(`agreement.state.${state}`)}</span>
    </span>
  )
}
