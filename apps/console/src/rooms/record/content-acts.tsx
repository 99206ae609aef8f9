// The dialogues of what an officer may have said of a record's content: consent, destruction, a hold, its end.

import type { ContentState, DestroyAnswer, RecordRow } from '@countersign/client'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { Confirm } from '../../marks/Confirm.tsx'
import { namesOf } from '../../marks/Foreign.tsx'
import { showDay } from '../../marks/Time.tsx'

export type ContentAct = 'destroy' | 'consent' | 'hold' | 'lift' | 'takeBack'

interface Of {
  act: ContentAct
  row: RecordRow
  state: ContentState
  /** Whose consent is missing beside ours. */
  others: readonly string[]
  onClose: () => void
}

export function ContentActDialog({ act, row: { record }, state, others, onClose }: Of) {
  const { t, i18n } = useTranslation()
  const reason = { label: t('life.reason'), hint: t('life.reasonHint') }
  const button = t(`life.${act}`).replace('…', '')
  const parties = namesOf(others)
  switch (act) {
    case 'destroy':
    case 'consent': {
      const isNow = act === 'destroy'
      const day = state.retainedUntil === null ? undefined : showDay(state.retainedUntil * 1000, i18n.language)
      return (
        <Confirm
          title={t(isNow ? 'life.destroying' : 'life.consenting')}
          finality={t(isNow ? 'life.destroyingFinality' : 'life.consentingFinality')}
          reason={reason}
          button={button}
          act={async (why) => destroyedWords(await api.destroyContent(record, why), t)}
          onClose={onClose}
        >
          <p>
            {isNow
              ? t('life.destroyingDoes')
              : day === undefined
                ? t('life.consentingDoes', { parties })
                : t('life.consentingDoesDay', { parties, day })}
          </p>
        </Confirm>
      )
    }
    case 'hold':
      return (
        <Confirm
          title={t('life.holding')}
          reason={reason}
          button={button}
          act={async (why) => {
            await api.holdContent(record, why)
            return t('life.done.held')
          }}
          onClose={onClose}
        >
          <p>{t('life.holdingDoes')}</p>
        </Confirm>
      )
    case 'lift':
      return (
        <Confirm
          title={t('life.lifting')}
          finality={t('life.liftingFinality')}
          button={button}
          act={async () => {
            await api.liftHolds(record)
            return t('life.done.lifted')
          }}
          onClose={onClose}
        >
          <p>{t('life.liftingDoes')}</p>
        </Confirm>
      )
    case 'takeBack':
      return (
        <Confirm
          title={t('life.takingBack')}
          button={button}
          act={async () => {
            await api.takeBackDestruction(record)
            return t('life.done.takenBack')
          }}
          onClose={onClose}
        >
          <p>{t('life.takingBackDoes')}</p>
        </Confirm>
      )
  }
}

function destroyedWords(answer: DestroyAnswer, t: TFunction): string {
  if (answer.state !== 'asked') return t(`life.done.${answer.state}`)
  return answer.awaited.length === 0
    ? t('life.done.askedAll')
    : t('life.done.asked', { parties: namesOf(answer.awaited) })
}
