// The state of a proof: an icon, a word and a colour, never a colour alone.

import type { RecordState } from '@countersign/client'
import {
  IconBan,
  IconCircle,
  IconCircleCheckFilled,
  IconCircleHalf2,
  IconHelpCircle,
  IconHistory,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

const ICONS = {
  said: IconCircle,
  held: IconCircleHalf2,
  delivered: IconCircleCheckFilled,
  void: IconBan,
  undecided: IconHelpCircle,
  superseded: IconHistory,
} as const satisfies Record<RecordState, unknown>

export function StateMark({ state, long = false }: { state: RecordState; long?: boolean }) {
  const { t } = useTranslation()
  const Icon = ICONS[state]
  return (
    <span className="mark" data-state={state}>
      <Icon aria-hidden size="1.05em" stroke={2} />
      <span>{long ? t(`state.${state}`) : t(`stateShort.${state}`)}</span>
    </span>
  )
}
