// The agreements of this node: drafts, signed, in force.

import type { PactRow } from '@countersign/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useListKeys } from '../../frame/keyboard.ts'
import { rememberOpened, useReturnToRow } from '../../frame/lastOpened.ts'
import { Foreign } from '../../marks/Foreign.tsx'
import { Parties } from '../../marks/Marks.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { ask } from '../../queries.ts'
import { PactMark } from './PactMark.tsx'

const LIST = 'agreements'

export function Agreements() {
  const { t } = useTranslation()
  const pacts = useQuery(ask.pacts())
  useListKeys('')
  useReturnToRow(LIST, pacts.data !== undefined)
  return (
    <>
      <div className="room-head">
        <h1>{t('agreement.title')}</h1>
      </div>
      {pacts.data === undefined ? (
        pacts.isError ? (
          <Failed error={pacts.error} again={() => void pacts.refetch()} />
        ) : (
          <Loading words={t('loading.agreements')} />
        )
      ) : pacts.data.length === 0 ? (
        <Empty title={t('agreement.emptyTitle')} next={t('agreement.empty')} />
      ) : (
        <ul className="cards wide" aria-label={t('agreement.list')}>
          {pacts.data.map((pact) => (
            <PactCard key={`${pact.id} ${pact.version}`} pact={pact} />
          ))}
        </ul>
      )}
    </>
  )
}

function PactCard({ pact }: { pact: PactRow }) {
  return (
    <li className="card">
      <div className="card-line">
        <PactMark state={pact.state} />
      </div>
      <div className="card-title">
        <Link
          to="/agreement/$id"
          params={{ id: pact.id }}
          className="row-link"
          data-row-link={pact.id}
          onClick={() => rememberOpened(LIST, pact.id)}
        >
          <Foreign max={300}>{pact.title}</Foreign>
        </Link>
      </div>
      <div className="quiet">
        <Parties names={pact.agreement.parties.map((one) => one.party)} />
      </div>
    </li>
  )
}
