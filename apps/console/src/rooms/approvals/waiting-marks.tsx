// How a share that waits is told of, in the list and on its page: its state, what it is in one line, and who is needed.

import type { WaitingShare } from '@countersign/client'
import {
  IconArrowBackUp,
  IconBan,
  IconCircleCheckFilled,
  IconClockHour4,
  IconClockPause,
  IconClockX,
} from '@tabler/icons-react'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { showNumber } from '../../marks/amounts.ts'
import { Foreign, namesOf, plain } from '../../marks/Foreign.tsx'
import { Time } from '../../marks/Time.tsx'

/** Its colours are those of the states of records that mean the same to an officer. */
const LOOKS = {
  open: { icon: IconClockHour4, as: 'undecided' },
  approved: { icon: IconClockPause, as: 'held' },
  done: { icon: IconCircleCheckFilled, as: 'delivered' },
  refused: { icon: IconBan, as: 'void' },
  withdrawn: { icon: IconArrowBackUp, as: 'said' },
  expired: { icon: IconClockX, as: 'said' },
  failed: { icon: IconBan, as: 'void' },
} as const satisfies Record<WaitingShare['state'], unknown>

export function lookOf(state: WaitingShare['state']): string {
  return LOOKS[state].as
}

export function WaitingMark({ state }: { state: WaitingShare['state'] }) {
  const { t } = useTranslation()
  const { icon: Icon, as } = LOOKS[state]
  return (
    <span className="mark" data-state={as}>
      <Icon aria-hidden size="1.05em" stroke={2} />
      <span>{t(`waiting.state.${state}`)}</span>
    </span>
  )
}

export function headlineOf({ type, objects, to }: WaitingShare, t: TFunction, language: string): string {
  const what = { count: objects, number: showNumber(objects, language), parties: namesOf(to) }
  return type === 'intel/sighting' ? t('waiting.feedback', what) : t('waiting.headline', what)
}

/** In whose name it was shared, and that nobody stands behind it whom an account tells. */
export function SharedBy({ share: { author, isOfficers } }: { share: WaitingShare }) {
  const { t } = useTranslation()
  return (
    <>
      <Foreign max={200}>{author}</Foreign>
      {!isOfficers && <span className="quiet"> ({t('waiting.tool')})</span>}
    </>
  )
}

/** Who approved it already, and how many persons it needs still. */
export function Needed({ share: { approvals, needed, state } }: { share: WaitingShare }) {
  const { t } = useTranslation()
  return (
    <>
      {approvals.map(({ name, at }) => (
        <p key={name}>
          <Foreign>{t('waiting.approvedBy', { officer: plain(name, 200) })}</Foreign> <Time at={at / 1000} />
        </p>
      ))}
      {state === 'open' && <p>{t('waiting.needs', { count: needed })}</p>}
    </>
  )
}
