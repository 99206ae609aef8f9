// What the gate decided, as it is shown wherever somebody decides by it: of the whole, of one object, and why.

import type { GateVerdict as GateVerdictKind, ObjectVerdict } from '@countersign/client'
import { IconBan, IconCircleCheck, IconCircleDashed, IconClockHour4, IconScissors } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code } from '../../marks/Marks.tsx'
import { ConsentLink } from './gone-by.tsx'
import type { Verdict } from './judging.ts'

const CUTS_SHOWN = 20

const SIGNS = {
  passes: { icon: IconCircleCheck, look: 'good' },
  redacted: { icon: IconScissors, look: 'warn' },
  cutWhole: { icon: IconScissors, look: 'warn' },
  waits: { icon: IconClockHour4, look: 'warn' },
  refused: { icon: IconBan, look: 'bad' },
  leftOut: { icon: IconCircleDashed, look: 'quiet' },
  untold: { icon: IconCircleDashed, look: 'quiet' },
  unknown: { icon: IconCircleDashed, look: 'quiet' },
} as const satisfies Record<Verdict | 'cutWhole' | 'leftOut' | 'unknown', unknown>

export function GateVerdict({ of, words }: { of: GateVerdictKind; words: string }) {
  const { icon: Icon, look } = SIGNS[of]
  return (
    <p className="gate-verdict" data-look={look}>
      <Icon aria-hidden size={18} stroke={1.8} />
      <span>{words}</span>
    </p>
  )
}

export function GateMark({ sign }: { sign: keyof typeof SIGNS }) {
  const { t } = useTranslation()
  const { icon: Icon, look } = SIGNS[sign]
  return (
    <span className="mark" data-look={look}>
      <Icon aria-hidden size="1.1em" stroke={2} />
      <span>{t(`share.${sign}`)}</span>
    </span>
  )
}

export function Why({ told }: { told: ObjectVerdict }) {
  const { t } = useTranslation()
  const { by = [] } = told
  if (told.reasons.length + told.cut.length + by.length === 0) return null
  return (
    <ul className="remarks">
      {told.reasons.map(({ code, message, rule }) => (
        <li key={`${code} ${message} ${rule ?? ''}`}>
          <Foreign max={500}>{message}</Foreign>{' '}
          {rule !== undefined && !message.includes(rule) && (
            <span className="quiet">{t('share.rule', { rule: plain(rule, 100) })}</span>
          )}
        </li>
      ))}
      {by.map(({ party, record }) => (
        <li key={record}>
          <Foreign max={300}>{t('share.goesBy', { party: plain(party, 255) })}</Foreign> <ConsentLink record={record} />
        </li>
      ))}
      {told.cut.slice(0, CUTS_SHOWN).map(({ selector, message }) => (
        <li key={selector}>
          <span className="tag warn">{t('share.cut')}</span> {!message.includes(selector) && <Code>{selector}</Code>}{' '}
          <Foreign max={500}>{message}</Foreign>
        </li>
      ))}
      {told.cut.length > CUTS_SHOWN && (
        <li className="quiet">{t('share.more', { count: told.cut.length - CUTS_SHOWN })}</li>
      )}
    </ul>
  )
}
