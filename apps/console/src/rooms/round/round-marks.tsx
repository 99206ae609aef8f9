// What a round is called, to whom it goes, and when it is due, wherever one is told of.

import type { RoundState } from '@countersign/client'
import { IconCalendarDue, IconCalendarWeek } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { namesOf } from '../../marks/Foreign.tsx'
import { Time } from '../../marks/Time.tsx'

export function DueMark({ round: { isDue, dueAtMs } }: { round: Pick<RoundState, 'isDue' | 'dueAtMs'> }) {
  const { t } = useTranslation()
  const Icon = isDue ? IconCalendarDue : IconCalendarWeek
  return (
    <span className="due">
      <span className="mark" data-look={isDue ? 'warn' : 'quiet'}>
        <Icon aria-hidden size="1.1em" stroke={2} />
        <span>{t(isDue ? 'round.dueSince' : 'round.dueOn')}</span>
      </span>{' '}
      <Time at={dueAtMs / 1000} />
    </span>
  )
}

export function ToWhom({ round, parties }: { round: Pick<RoundState, 'channel' | 'to'>; parties: readonly string[] }) {
  const { t } = useTranslation()
  const words = { parties: namesOf(parties), channel: round.channel }
  return <>{t(round.to === null ? 'round.toAll' : 'round.toSome', words)}</>
}
