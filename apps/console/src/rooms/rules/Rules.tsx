// What decides about leaving, as a table: the rules of this house, which officers change here and try before they count, and
// beside them what is built in and what is signed.

import type { RulesLook } from '@countersign/client'
import { Button, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import '../../look/rules.css'
import { Block } from '../../marks/Blocks.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Empty, Failed, Loading } from '../../marks/Notice.tsx'
import { ask } from '../../queries.ts'
import { DraftBar } from './DraftBar.tsx'
import { type Drafting, type DraftRow, useDraft } from './draft.ts'
import { BuiltIn, HouseTerms, Signed } from './Fixed.tsx'
import { History } from './History.tsx'
import { OpenChange } from './OpenChange.tsx'
import { RuleForm } from './RuleForm.tsx'
import { RuleTable } from './RuleTable.tsx'
import { caseName, expectedWords } from './rule-words.tsx'
import { TryRules } from './TryRules.tsx'

const HOUSE = 'house'

export function RulesRoom() {
  const { t } = useTranslation()
  const { scope = HOUSE } = useSearch({ from: '/rules' })
  const look = useQuery(ask.rules(scope))
  const account = useQuery(ask.me()).data?.account.email
  return (
    <>
      <div className="room-head">
        <h1>{t('rules.title')}</h1>
      </div>
      {look.data === undefined || account === undefined ? (
        look.isError ? (
          <Failed error={look.error} again={() => void look.refetch()} />
        ) : (
          <Loading words={t('rules.loading')} />
        )
      ) : (
        <Standing key={look.data.scope} look={look.data} account={account} />
      )}
    </>
  )
}

function Standing({ look, account }: { look: RulesLook; account: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const pacts = useQuery(ask.pacts()).data ?? []
  const drafting = useDraft(look, account)
  return (
    <div className="rules">
      <p className="quiet">{t('rules.intro')}</p>
      <NativeSelect
        className="rules-scope"
        label={t('rules.scope')}
        value={look.scope}
        data={look.scopes.map(({ scope, kind, title }) => ({
          value: scope,
          label: plain(t(`rules.scopes.${kind}`, { title: title === '' ? scope : title, party: scope }), 150),
        }))}
        onChange={(event) => {
          const scope = event.currentTarget.value
          void navigate({ to: '/rules', search: scope === HOUSE ? {} : { scope } })
        }}
      />
      {look.open !== null && <OpenChange change={look.open} account={account} />}
      <Ours look={look} drafting={drafting} />
      <TryRules look={look} drafting={drafting} pacts={pacts} />
      <Cases look={look} drafting={drafting} />
      <History look={look} />
      <BuiltIn look={look} />
      <Signed pacts={pacts} scope={look.scope} />
      <HouseTerms look={look} />
    </div>
  )
}

function Ours({ look, drafting }: { look: RulesLook; drafting: Drafting }) {
  const { t } = useTranslation()
  const [form, setForm] = useState<{ row: DraftRow | undefined }>()
  const others = drafting.rows.filter((row) => row !== form?.row && row.key !== form?.row?.key)
  return (
    <>
      <Block title={t('rules.ours')}>
        {look.fault !== '' && (
          <p className="form-failure" role="alert">
            <Foreign max={1_000}>{t('rules.fault', { fault: look.fault })}</Foreign>
          </p>
        )}
        {look.changedByHand && <p className="quiet">{t('rules.changedByHand')}</p>}
        {look.rules.length === 0 && look.text !== '' && (
          <details open={look.fault !== ''}>
            <summary>{t('rules.asText')}</summary>
            <pre className="cedar">{look.text}</pre>
          </details>
        )}
        {drafting.rows.length === 0 && look.fault === '' && (
          <Empty title={t('rules.empty')} next={t('rules.emptyNext')} />
        )}
        {drafting.rows.length > 0 && <RuleTable drafting={drafting} edit={(row) => setForm({ row })} />}
        {form !== undefined ? (
          <RuleForm
            key={form.row?.key ?? ''}
            rule={form.row?.now ?? undefined}
            taken={others.flatMap(({ was, now, state }) => (state === 'removed' ? [] : (now?.name ?? was?.name ?? [])))}
            lists={look.lists}
            take={(rule) => {
              drafting.put(form.row, rule)
              setForm(undefined)
            }}
            cancel={() => setForm(undefined)}
          />
        ) : (
          <div className="actions">
            <Button
              {...(drafting.isEmpty ? { variant: 'filled' } : {})}
              disabled={look.fault !== '' && look.rules.length === 0}
              onClick={() => setForm({ row: undefined })}
            >
              {t('rules.add')}
            </Button>
          </div>
        )}
      </Block>
      {(drafting.rows.length > 0 || !drafting.isEmpty) && <DraftBar look={look} drafting={drafting} />}
    </>
  )
}

function Cases({ look, drafting }: { look: RulesLook; drafting: Drafting }) {
  const { t } = useTranslation()
  const { cases } = drafting
  const inForce = new Set(look.cases.map((one) => JSON.stringify(one)))
  return (
    <Block title={t('rules.tests.title')}>
      {look.casesFault !== '' && <p className="form-failure">{t('rules.casesFault', { fault: look.casesFault })}</p>}
      {cases.length === 0 ? (
        <p className="quiet">{t('rules.tests.none')}</p>
      ) : (
        <ul className="plain-list rule-cases">
          {cases.map((one, place) => {
            const name = caseName(one)
            const by = [one.by].flat().filter((rule) => typeof rule === 'string')
            return (
              <li key={`${place} ${name}`}>
                <span>
                  <strong>
                    <Foreign max={200}>{name}</Foreign>
                  </strong>{' '}
                  <span className="quiet">
                    {expectedWords(one, t)}{' '}
                    {by.length > 0 && <Foreign max={200}>{t('rules.tests.by', { by: by.join(', ') })}</Foreign>}
                  </span>{' '}
                  {!inForce.has(JSON.stringify(one)) && <span className="tag accent">{t('rules.tests.added')}</span>}
                </span>
                <Button
                  size="compact-xs"
                  aria-label={t('rules.tests.removeOne', { name: plain(name, 100) })}
                  onClick={() => drafting.setCases(cases.filter((_, other) => other !== place))}
                >
                  {t('rules.tests.remove')}
                </Button>
              </li>
            )
          })}
        </ul>
      )}
    </Block>
  )
}
