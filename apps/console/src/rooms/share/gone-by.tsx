// By whose word something goes on that came from another: who consented, when, in which record, and how far.

import type { GoneBy } from '@countersign/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { showNumber } from '../../marks/amounts.ts'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { pathOf } from '../record/words.ts'

export function GoneByList({ all }: { all: readonly GoneBy[] }) {
  const { t, i18n } = useTranslation()
  const reach = useReach()
  return (
    <ul className="plain-list">
      {all.map((one) => (
        <li key={one.record}>
          <Foreign max={300}>
            {t('share.goneBy', {
              ...{ count: one.objects, number: showNumber(one.objects, i18n.language) },
              party: plain(one.party, 255),
            })}
          </Foreign>{' '}
          <ConsentLink record={one.record} /> <Time at={one.at / 1000} />
          <div className="quiet small">
            <Foreign max={1_000}>{reach(one)}</Foreign>
          </div>
        </li>
      ))}
    </ul>
  )
}

export function ConsentLink({ record }: { record: string }) {
  const { t } = useTranslation()
  return (
    <Link to="/record/$" params={{ _splat: pathOf(record) }}>
      {t('share.consent')}
    </Link>
  )
}

/** How far a consent reaches, in words. */
export function useReach() {
  const { t } = useTranslation()
  const pacts = useQuery(ask.pacts()).data
  return ({ agreement, parties }: Pick<GoneBy, 'agreement' | 'parties'>): string => {
    const title = pacts?.find(({ id }) => id === agreement)?.title ?? agreement ?? ''
    return t(
      agreement === null
        ? parties === null
          ? 'share.reach.anywhere'
          : 'share.reach.anyTo'
        : parties === null
          ? 'share.reach.under'
          : 'share.reach.underTo',
      { agreement: plain(title, 200), parties: (parties ?? []).map((party) => plain(party, 255)).join(', ') },
    )
  }
}
