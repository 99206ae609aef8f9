// The dialogues of a share that waits: approving exactly what was shown, refusing it with a reason, and withdrawing one's
// own.

import type { WaitingShare } from '@countersign/client'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { Sentences } from '../../marks/Blocks.tsx'
import { Confirm } from '../../marks/Confirm.tsx'
import { Foreign } from '../../marks/Foreign.tsx'
import { headlineOf } from './waiting-marks.tsx'

interface Open {
  share: WaitingShare
  onClose: () => void
}

/** `share.judgement` is that which the officer looked at: the node approves it and no other. */
export function Approve({ share, onClose }: Open) {
  const { t } = useTranslation()
  const isLast = share.needed <= 1
  return (
    <Confirm
      title={t('waiting.approving')}
      {...(isLast ? { finality: t('waiting.approvingFinal') } : {})}
      button={t('waiting.approveButton')}
      act={async () => {
        const { state, needed } = await api.approveShare(share.id, share.judgement)
        if (state === 'done') return t('waiting.approved.done')
        return state === 'approved' ? t('waiting.approved.approved') : t('waiting.approved.open', { count: needed })
      }}
      onClose={onClose}
    >
      <Headline share={share} />
      <Sentences of={t('waiting.approvingDoes', { returnObjects: true })} />
      {!isLast && <p>{t('waiting.approvingOne')}</p>}
    </Confirm>
  )
}

export function Refuse({ share, onClose }: Open) {
  const { t } = useTranslation()
  return (
    <Confirm
      title={t('waiting.refusing')}
      reason={{ label: t('waiting.reason'), hint: t('waiting.reasonHint') }}
      button={t('waiting.refuseButton')}
      act={async (reason) => {
        await api.refuseShare(share.id, reason)
        return t('waiting.refused')
      }}
      onClose={onClose}
    >
      <Headline share={share} />
      <p>{t('waiting.refusingDoes')}</p>
    </Confirm>
  )
}

export function WithdrawShare({ share, onClose }: Open) {
  const { t } = useTranslation()
  return (
    <Confirm
      title={t('waiting.withdrawing')}
      button={t('waiting.withdrawButton')}
      act={async () => {
        await api.withdrawShare(share.id)
        return t('waiting.withdrawn')
      }}
      onClose={onClose}
    >
      <Headline share={share} />
      <p>{t('waiting.refusingDoes')}</p>
    </Confirm>
  )
}

function Headline({ share }: { share: WaitingShare }) {
  const { t, i18n } = useTranslation()
  return (
    <p>
      <strong>
        <Foreign max={500}>{headlineOf(share, t, i18n.language)}</Foreign>
      </strong>
    </p>
  )
}
