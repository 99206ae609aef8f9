// What was changed of these rules before: what, by whom, when and why; and how it is put back.

import type { RuleChange, RulesLook } from '@countersign/client'
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { Block } from '../../marks/Blocks.tsx'
import { Confirm } from '../../marks/Confirm.tsx'
import { useDialogs } from '../../marks/Dialogs.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Time } from '../../marks/Time.tsx'
import { Diff } from './Diff.tsx'

export function History({ look }: { look: RulesLook }) {
  const { t } = useTranslation()
  const { history } = look
  return (
    <Block title={t('rules.history.title')}>
      {history.length === 0 ? (
        <p className="quiet">{t('rules.history.none')}</p>
      ) : (
        <details>
          <summary>{t('rules.history.count', { count: history.length })}</summary>
          <ul className="approvals">
            {history.map((change) => (
              <Past key={change.id} change={change} look={look} />
            ))}
          </ul>
        </details>
      )}
    </Block>
  )
}

function Past({ change, look }: { change: RuleChange; look: RulesLook }) {
  const { t } = useTranslation()
  const open = useDialogs()
  const { state, askedBy, askedAt, endedBy, endedAt, reason, outcome, putsBack, diff } = change
  const why = plain(reason, 100)
  return (
    <li>
      <p>
        <strong>{t(`rules.history.state.${state}`)}</strong> {endedAt !== null && <Time at={endedAt / 1000} />}{' '}
        {endedBy !== null && <Foreign>{t('rules.history.endedBy', { officer: plain(endedBy, 100) })}</Foreign>}
      </p>
      <p className="quiet">
        <Foreign>{t('rules.history.askedBy', { officer: plain(askedBy, 100) })}</Foreign> <Time at={askedAt / 1000} />{' '}
        {putsBack !== '' && t('rules.history.wasBack')}
      </p>
      <blockquote className="quoted">
        <Foreign max={2_000}>{reason}</Foreign>
      </blockquote>
      {outcome !== '' && (
        <p>
          <Foreign max={2_000}>{outcome}</Foreign>
        </p>
      )}
      <Diff diff={diff} />
      {state === 'done' && look.open === null && (
        <div className="actions">
          <Button
            aria-label={t('rules.history.putBackOne', { reason: why })}
            onClick={() => open((close) => <PutBack change={change} look={look} onClose={close} />)}
          >
            {t('rules.history.putBack')}
          </Button>
        </div>
      )}
    </li>
  )
}

function PutBack({ change, look, onClose }: { change: RuleChange; look: RulesLook; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Confirm
      title={t('rules.history.puttingBack')}
      reason={{ label: t('rules.asking.reason'), hint: t('rules.asking.reasonHint') }}
      button={t(look.needsSecond ? 'rules.asking.ask' : 'rules.asking.put')}
      act={async (reason) => {
        const { state } = await api.putRulesBack(change.id, reason)
        return t(state === 'done' ? 'rules.asking.done' : 'rules.asking.asked')
      }}
      onClose={onClose}
    >
      <p>{t('rules.history.puttingBackDoes')}</p>
    </Confirm>
  )
}
