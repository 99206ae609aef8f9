// What the draft would change and whether it could be put in force: the tests beside the rules are run with it.

import type { RulesChecked, RulesLook } from '@countersign/client'
import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { Block, Sentences } from '../../marks/Blocks.tsx'
import { Confirm } from '../../marks/Confirm.tsx'
import { useDialogs } from '../../marks/Dialogs.tsx'
import { Foreign } from '../../marks/Foreign.tsx'
import { failureWords, Loading } from '../../marks/Notice.tsx'
import { Diff } from './Diff.tsx'
import type { Drafting } from './draft.ts'

export function DraftBar({ look, drafting }: { look: RulesLook; drafting: Drafting }) {
  const { t } = useTranslation()
  const open = useDialogs()
  const { asked, isEmpty, isOutdated, discard } = drafting
  const check = useQuery({
    queryKey: ['rules-check', asked],
    queryFn: ({ signal }) => api.checkRules(asked, signal),
    enabled: !isEmpty && !isOutdated,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  })
  if (isEmpty) return <p className="quiet">{t('rules.draft.none')}</p>
  const isNow = check.data !== undefined && !check.isPlaceholderData && !check.isError
  const mayPut = isNow && check.data?.mayBePut === true && look.open === null
  return (
    <Block title={t('rules.draft.title')}>
      <div aria-live="polite" className="draft-says">
        {isOutdated ? (
          <p className="form-failure">{t('rules.draft.outdated')}</p>
        ) : check.isError ? (
          <p className="form-failure">{failureWords(check.error, t)}</p>
        ) : check.data === undefined ? (
          <Loading words={t('rules.draft.checking')} />
        ) : (
          <>
            <Diff diff={check.data.diff} />
            <Checked checked={check.data} />
          </>
        )}
      </div>
      <p className="quiet small">{t(look.needsSecond ? 'rules.draft.second' : 'rules.draft.alone')}</p>
      <div className="actions">
        <Button
          variant="filled"
          disabled={!mayPut}
          onClick={() => open((close) => <Asking look={look} drafting={drafting} onClose={close} />)}
        >
          {t(look.needsSecond ? 'rules.draft.ask' : 'rules.draft.put')}
        </Button>
        <Button onClick={discard}>{t('rules.draft.discard')}</Button>
      </div>
    </Block>
  )
}

function Checked({ checked: { troubles, cases } }: { checked: RulesChecked }) {
  const { t } = useTranslation()
  const [trouble] = troubles
  if (trouble !== undefined) {
    return (
      <p className="form-failure">
        <Foreign max={1_000}>{t('rules.draft.trouble', { trouble })}</Foreign>
      </p>
    )
  }
  const failing = cases.filter(({ holds, failedBefore }) => !holds && !failedBefore)
  const before = cases.filter(({ failedBefore }) => failedBefore)
  const hold = cases.filter(({ holds }) => holds).length
  return (
    <>
      {cases.length === 0 && <p className="quiet">{t('rules.draft.noCases')}</p>}
      {hold > 0 && <p>{t('rules.draft.casesPass', { count: hold })}</p>}
      {failing.length > 0 && <p className="form-failure">{t('rules.draft.casesFail', { count: failing.length })}</p>}
      <ul className="plain-list">
        {[...failing, ...before].map(({ file, case: name, pact, why, failedBefore }) => (
          <li key={`${file} ${name} ${pact}`}>
            <strong>
              <Foreign max={200}>{name}</Foreign>
            </strong>{' '}
            <Foreign max={500}>{why}</Foreign>{' '}
            {failedBefore && <span className="quiet">{t('rules.draft.failedBefore')}</span>}
          </li>
        ))}
      </ul>
    </>
  )
}

function Asking({ look, drafting, onClose }: { look: RulesLook; drafting: Drafting; onClose: () => void }) {
  const { t } = useTranslation()
  const { needsSecond } = look
  return (
    <Confirm
      title={t(needsSecond ? 'rules.asking.titleAsk' : 'rules.asking.titlePut')}
      reason={{ label: t('rules.asking.reason'), hint: t('rules.asking.reasonHint') }}
      button={t(needsSecond ? 'rules.asking.ask' : 'rules.asking.put')}
      act={async (reason) => {
        const { state } = await api.askRules(drafting.asked, reason)
        drafting.discard()
        return t(state === 'done' ? 'rules.asking.done' : 'rules.asking.asked')
      }}
      onClose={onClose}
    >
      <Sentences of={[t(needsSecond ? 'rules.asking.doesAsk' : 'rules.asking.doesPut')]} />
    </Confirm>
  )
}
