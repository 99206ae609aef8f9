// What the gate says of the whole, why it keeps all of it here where it does, and what to do then.

import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { objectsOf, unreadableIn } from '../../intake/draft.ts'
import { Block } from '../../marks/Blocks.tsx'
import { Foreign } from '../../marks/Foreign.tsx'
import { failureWords } from '../../marks/Notice.tsx'
import { GateVerdict } from './gate-marks.tsx'
import { GoneByList } from './gone-by.tsx'
import type { Judged, Judging } from './judging.ts'
import { Progress } from './Progress.tsx'
import type { Taking } from './taking.ts'

export function GateSays({ taking, judging }: { taking: Taking; judging: Judging }) {
  const { t } = useTranslation()
  const { draft, leaveOut } = taking
  const { judged, isNow, isAsking, sent, error, ask } = judging
  const unreadable = unreadableIn(draft)
  const refused = judged === undefined || !isNow ? [] : refusedIn(judged)
  return (
    <Block title={t('share.gateTitle')}>
      <div aria-live="polite" className="gate-says">
        {unreadable.length > 0 ? (
          <>
            <GateVerdict of="refused" words={t('share.unreadable', { count: unreadable.length })} />
            <div className="actions">
              <Button onClick={() => leaveOut(unreadable, true)}>{t('share.leaveUnreadable')}</Button>
            </div>
          </>
        ) : draft.leftOut.size === objectsOf(draft) ? (
          <p>{t('share.noneLeft')}</p>
        ) : isAsking ? (
          <Progress
            part={sent === 1 ? 0 : sent}
            words={
              sent === 0 || sent === 1 ? t('share.asking') : t('share.askingAt', { percent: Math.floor(sent * 100) })
            }
          />
        ) : error !== null ? (
          <p className="form-failure">{t('share.gateFailed', { reason: failureWords(error, t) })}</p>
        ) : judged !== undefined && isNow ? (
          <GateVerdict
            of={judged.tried.verdict}
            words={t(`share.verdict.${judged.tried.verdict}`, { count: judged.tried.counts.redacted })}
          />
        ) : (
          ask !== undefined && <p>{t('share.notAsked')}</p>
        )}
      </div>
      {judged !== undefined && isNow && <OfTheWhole judged={judged} />}
      {judged !== undefined && isNow && judged.tried.by.length > 0 && (
        <>
          <h3>{t('share.consentsTitle')}</h3>
          <GoneByList all={judged.tried.by} />
        </>
      )}
      {(refused.length > 0 || (ask !== undefined && !isAsking)) && (
        <div className="actions">
          {refused.length > 0 && (
            <Button onClick={() => leaveOut(refused, true)}>
              {t('share.leaveRefused', { count: refused.length })}
            </Button>
          )}
          {ask !== undefined && !isAsking && (
            <Button variant="filled" onClick={ask}>
              {t(error === null ? 'share.ask' : 'share.again')}
            </Button>
          )}
        </div>
      )}
    </Block>
  )
}

/** Reasons that are about the share itself and not about one of its objects. */
function OfTheWhole({ judged }: { judged: Judged }) {
  const whole = judged.tried.refusals.filter(({ object }) => object === undefined)
  if (whole.length === 0) return null
  return (
    <ul className="plain-list">
      {whole.map(({ code, message }) => (
        <li key={`${code} ${message}`}>
          <Foreign max={500}>{message}</Foreign>
        </li>
      ))}
    </ul>
  )
}

function refusedIn({ verdicts }: Judged): number[] {
  return [...verdicts].filter(([, { verdict }]) => verdict === 'refused').map(([object]) => object)
}
