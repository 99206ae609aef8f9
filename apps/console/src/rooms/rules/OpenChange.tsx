// A change that waits for a second officer, with what this one may do about it.

import type { RuleChange } from '@countersign/client'
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { Block } from '../../marks/Blocks.tsx'
import { Confirm } from '../../marks/Confirm.tsx'
import { useDialogs } from '../../marks/Dialogs.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Time } from '../../marks/Time.tsx'
import { Diff } from './Diff.tsx'

export function OpenChange({ change, account }: { change: RuleChange; account: string }) {
  const { t } = useTranslation()
  const open = useDialogs()
  // What was decided and could not be written, whoever is there has tried again.
  const isMine = change.askedBy === account && change.state === 'open'
  return (
    <Block title={t('rules.open.title')}>
      <p className="quiet">
        <Foreign>{t('rules.open.by', { officer: plain(change.askedBy, 100) })}</Foreign>{' '}
        <Time at={change.askedAt / 1000} /> · {t('rules.open.until')} <Time at={change.expiresAt / 1000} />
      </p>
      <blockquote className="quoted">
        <Foreign max={2_000}>{change.reason}</Foreign>
      </blockquote>
      <Diff diff={change.diff} />
      <p className="quiet small">{t(isMine ? 'rules.open.yours' : 'rules.open.tryIt')}</p>
      <div className="actions">
        {isMine ? (
          <Button onClick={() => open((close) => <Withdraw change={change} onClose={close} />)}>
            {t('rules.open.withdraw')}
          </Button>
        ) : (
          <>
            <Button variant="filled" onClick={() => open((close) => <PutInForce change={change} onClose={close} />)}>
              {t('rules.open.confirm')}
            </Button>
            <Button onClick={() => open((close) => <Refuse change={change} onClose={close} />)}>
              {t('rules.open.refuse')}
            </Button>
          </>
        )}
      </div>
    </Block>
  )
}

interface Open {
  change: RuleChange
  onClose: () => void
}

function PutInForce({ change, onClose }: Open) {
  const { t } = useTranslation()
  return (
    <Confirm
      title={t('rules.open.confirming', { officer: plain(change.askedBy, 100) })}
      button={t('rules.asking.put')}
      act={async () => {
        await api.confirmRules(change.id)
        return t('rules.open.confirmed')
      }}
      onClose={onClose}
    >
      <Diff diff={change.diff} />
      <p>{t('rules.asking.doesPut')}</p>
    </Confirm>
  )
}

function Refuse({ change, onClose }: Open) {
  const { t } = useTranslation()
  return (
    <Confirm
      title={t('rules.open.refusing')}
      reason={{ label: t('rules.asking.reason'), hint: t('rules.asking.reasonHint') }}
      button={t('waiting.refuseButton')}
      act={async (reason) => {
        await api.refuseRules(change.id, reason)
        return t('rules.open.refused')
      }}
      onClose={onClose}
    >
      <p>{t('rules.open.refusingDoes')}</p>
    </Confirm>
  )
}

function Withdraw({ change, onClose }: Open) {
  const { t } = useTranslation()
  return (
    <Confirm
      title={t('rules.open.withdrawing')}
      button={t('waiting.withdrawButton')}
      act={async () => {
        await api.withdrawRules(change.id)
        return t('rules.open.withdrawn')
      }}
      onClose={onClose}
    >
      <Diff diff={change.diff} />
    </Confirm>
  )
}
