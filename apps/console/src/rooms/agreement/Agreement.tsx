// One agreement: who is bound, who watches, on which channels, who has signed where and since when it is in force, its terms,
// and its clauses in the words people agreed on. Beside each party stand the words by which its keys are told apart.

import type { AgreementText, PactRow } from '@countersign/client'
import { IconCircleCheckFilled, IconCircleDashed } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { useKeys } from '../../frame/keyboard.ts'
import { leave } from '../../frame/leave.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Back, Block } from '../../marks/Blocks.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { FingerprintWords, Parties } from '../../marks/Marks.tsx'
import { Failed, Loading } from '../../marks/Notice.tsx'
import { Time } from '../../marks/Time.tsx'
import { ask } from '../../queries.ts'
import { pathOf } from '../record/words.ts'
import { PactMark } from './PactMark.tsx'
import { Terms } from './Terms.tsx'

const route = getRouteApi('/agreement/$id')

export function AgreementRoom() {
  const { t } = useTranslation()
  const { id } = route.useParams()
  const pact = useQuery(ask.pact(id))
  const navigate = useNavigate()
  useKeys({ Escape: () => leave(() => void navigate({ to: '/agreements' })) })
  return (
    <>
      <Back to="/agreements" words={t('agreement.back')} />
      {pact.data !== undefined ? (
        <OneAgreement pact={pact.data} />
      ) : pact.isError ? (
        <Failed error={pact.error} again={() => void pact.refetch()} />
      ) : (
        <Loading words={t('loading.agreements')} />
      )}
    </>
  )
}

function OneAgreement({ pact }: { pact: PactRow }) {
  const { t } = useTranslation()
  const { agreement } = pact
  return (
    <article className="record">
      <header className="record-head">
        <h1>
          <Foreign max={300}>{pact.title}</Foreign>
        </h1>
        <div className="record-state">
          <PactMark state={pact.state} />
          <span>{t(`agreement.stateMeaning.${pact.state}`)}</span>
        </div>
      </header>
      <Block title={t('agreement.parties')}>
        <PartyCards agreement={agreement} />
        {agreement.neutrals.length === 0 && <p className="warn-text">{t('agreement.noNeutral')}</p>}
        <p className="quiet small">{t('agreement.wordsNote')}</p>
      </Block>
      <Block title={t('agreement.channels')}>
        <Channels pact={pact} />
      </Block>
      <div className="record-columns">
        <div className="record-main">
          <Block title={t('agreement.clauses')}>
            <Clauses agreement={agreement} />
          </Block>
        </div>
        <aside className="record-side">
          <Terms pact={pact} />
        </aside>
      </div>
    </article>
  )
}

function PartyCards({ agreement }: { agreement: AgreementText }) {
  const { t } = useTranslation()
  const me = useQuery(ask.me()).data
  const cards = useQuery(ask.cards()).data ?? []
  const wordsOf = (party: string) =>
    party === me?.node.party ? me.node.words : cards.find((card) => card.party === party)?.words
  const all = [
    ...agreement.parties.map((one) => ({ ...one, roles: undefined, operator: undefined })),
    ...agreement.neutrals,
  ]
  return (
    <ul className="party-cards">
      {all.map((one) => {
        const words = wordsOf(one.party)
        return (
          <li key={one.party} className="card">
            <div className="card-line">
              <strong>
                <Foreign max={200}>{one.name}</Foreign>
              </strong>
              {one.party === me?.node.party && <span className="tag">{t('agreement.you')}</span>}
            </div>
            <div>
              <Foreign max={128}>{one.party}</Foreign>
            </div>
            {one.roles !== undefined && (
              <div className="quiet">
                {t('agreement.neutral')}: {one.roles.map((role) => roleWords(role, t)).join(', ')}
                {one.operator !== one.party && (
                  <> · {t('agreement.operator', { operator: plain(one.operator, 128) })}</>
                )}
              </div>
            )}
            {words === undefined ? (
              <p className="warn-text">{t('agreement.wordsNone')}</p>
            ) : (
              <FingerprintWords words={words} />
            )}
          </li>
        )
      })}
    </ul>
  )
}

function Channels({ pact }: { pact: PactRow }) {
  const { t, i18n } = useTranslation()
  return (
    <ul className="channels">
      {pact.channels.map((channel) => (
        <li key={channel.name} className="card">
          <div className="card-line">
            <strong>{plain(channel.name, 32)}</strong>
            <span className="mark" data-state={channel.force === null ? 'said' : 'delivered'}>
              {channel.force === null ? (
                <IconCircleDashed aria-hidden size="1.05em" stroke={2} />
              ) : (
                <IconCircleCheckFilled aria-hidden size="1.05em" />
              )}
              <span>{t(channel.force === null ? 'agreement.notInForce' : 'agreement.inForce')}</span>
            </span>
          </div>
          {channel.force !== null && (
            <p className="force">
              {t('agreement.since')} <Time at={channel.force.since} />
              <br />
              <span className="quiet">
                {t('agreement.forceBy', {
                  by: plain(channel.force.receipt.by, 128),
                  size: showNumber(channel.force.receipt.size, i18n.language),
                })}
              </span>
            </p>
          )}
          <ul className="signatures">
            {channel.signatures.map((signature) => (
              <li key={signature.party}>
                <span className="party">
                  <Parties names={[signature.party]} />
                </span>
                {signature.record === null ? (
                  <span className="mark" data-state="said">
                    <IconCircleDashed aria-hidden size="1.05em" stroke={2} />
                    <span>{t('agreement.notSigned')}</span>
                  </span>
                ) : (
                  <Link
                    to="/record/$"
                    params={{ _splat: pathOf(signature.record) }}
                    className="mark"
                    data-state="delivered"
                    aria-label={t('agreement.openSignature', { party: signature.party })}
                  >
                    <IconCircleCheckFilled aria-hidden size="1.05em" />
                    <span>{t('agreement.signed')}</span>
                  </Link>
                )}
                {signature.time !== null && <Time at={signature.time} stacked />}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  )
}

function Clauses({ agreement }: { agreement: AgreementText }) {
  const { t } = useTranslation()
  if (agreement.clauses.length === 0) return <p className="quiet">{t('agreement.clausesNone')}</p>
  return (
    <ol className="clauses" lang={agreement.language}>
      {agreement.clauses.map((clause) => (
        <li key={clause.id}>
          <h3>{t('agreement.clause', { id: plain(clause.id, 64) })}</h3>
          <p className="prose">
            <Foreign>{clause.text}</Foreign>
          </p>
          {clause.source !== '' && (
            <p className="quiet small">{t('agreement.source', { source: plain(clause.source, 1_000) })}</p>
          )}
        </li>
      ))}
    </ol>
  )
}

function roleWords(role: string, t: TFunction): string {
  return role === 'depositary' || role === 'observer' || role === 'witness' ? t(`role.${role}`) : plain(role, 40)
}
