// Both directions with one party: each a bar as long as what went that way, beside the longest of all; in it what became of
// each object; below it how much was new; and how long before the first sighting the warning came. Colours are never the only
// sign: each part has its word and figure beneath.

import type { BalanceAnswer, Exchanged } from '@countersign/client'
import { IconArrowLeft, IconArrowRight, IconClockBolt } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { showNumber } from '../../marks/amounts.ts'
import { plain } from '../../marks/Foreign.tsx'
import { VERDICT_LOOKS } from '../triage/verdict-marks.tsx'
import { VERDICTS } from '../triage/verdicts.ts'
import { useAmounts } from './balance-words.ts'

/** A direction with one object among thousands is still to be seen. */
const LEAST_PERCENT = 3

type OfParty = BalanceAnswer['parties'][number]

export function Picture({ balance: { party, received, given }, most }: { balance: OfParty; most: number }) {
  const { t } = useTranslation()
  const name = plain(party, 128)
  return (
    <div className="balance">
      <Way way={received} most={most} title={t('balance.received', { party: name })} isIn />
      <Way way={given} most={most} title={t('balance.given', { party: name })} />
    </div>
  )
}

function Way(props: { way: Exchanged; most: number; title: string; isIn?: boolean }) {
  const { way, most, title, isIn = false } = props
  const { t, i18n } = useTranslation()
  const { partOf, spanOf } = useAmounts()
  const number = (value: number) => showNumber(value, i18n.language)
  const Arrow = isIn ? IconArrowLeft : IconArrowRight
  const { objects, fresh, answered, untouched, verdicts, leadMs, leads } = way
  const judged = VERDICTS.reduce((sum, verdict) => sum + verdicts[verdict], 0)
  const parts = [
    ...VERDICTS.map((verdict) => ({ key: verdict, count: verdicts[verdict], word: t(`triage.word.${verdict}`) })),
    { key: 'otherwise' as const, count: Math.max(0, answered - judged), word: t('balance.otherwise') },
    { key: 'open' as const, count: untouched, word: t('balance.unanswered') },
  ].filter(({ count }) => count > 0)
  return (
    <figure className="balance-way">
      <figcaption>
        <Arrow aria-hidden size={16} stroke={2} />
        <strong>{title}</strong>
        <span>{t('balance.objects', { count: objects, number: number(objects) })}</span>
      </figcaption>
      {objects === 0 ? (
        <p className="quiet small">{t('balance.nothing')}</p>
      ) : (
        <>
          <div
            aria-hidden
            className="balance-bars"
            style={{ width: `${Math.max(LEAST_PERCENT, (100 * objects) / most)}%` }}
          >
            <div className="balance-bar">
              {parts.map(({ key, count, word }) => (
                <span key={key} data-verdict={key} style={{ flexGrow: count }} title={`${word}: ${number(count)}`} />
              ))}
            </div>
            <div className="balance-bar thin">
              {fresh > 0 && (
                <span
                  data-fresh="true"
                  style={{ flexGrow: fresh }}
                  title={`${t('balance.freshWord')}: ${number(fresh)}`}
                />
              )}
              {objects > fresh && (
                <span
                  style={{ flexGrow: objects - fresh }}
                  title={`${t('balance.knownWord')}: ${number(objects - fresh)}`}
                />
              )}
            </div>
          </div>
          <ul className="balance-parts">
            {parts.map(({ key, count, word }) => (
              <li key={key}>
                <Swatch of={key} />
                {number(count)} {word}
              </li>
            ))}
          </ul>
          <p className="balance-facts">
            <span>{t('balance.fresh', { part: partOf(fresh, objects) })}</span>
            <span>{t('balance.answered', { part: partOf(answered, objects) })}</span>
            <span className={leadMs !== null && leadMs < 0 ? 'warn-text' : undefined}>
              <IconClockBolt aria-hidden size="1.1em" stroke={1.8} />{' '}
              {leadMs === null
                ? t('balance.leadNone')
                : `${t(leadMs < 0 ? 'balance.leadLate' : 'balance.lead', { span: spanOf(leadMs) })}, ${t('balance.leadOf', { count: leads, number: number(leads) })}`}
            </span>
          </p>
        </>
      )}
    </figure>
  )
}

function Swatch({ of }: { of: keyof typeof VERDICT_LOOKS | 'otherwise' | 'open' }) {
  if (of === 'otherwise' || of === 'open') return <span aria-hidden className="swatch" data-verdict={of} />
  const { icon: Icon } = VERDICT_LOOKS[of]
  return (
    <span aria-hidden className="mark" data-verdict={of}>
      <Icon size="1.1em" stroke={2} />
    </span>
  )
}

/** Of the thin bar; the colours of the thick one stand with their words beneath it. */
export function Legend() {
  const { t } = useTranslation()
  return (
    <ul className="balance-parts" aria-label={t('balance.legend')}>
      <li className="quiet">{t('balance.thin')}</li>
      <li>
        <span aria-hidden className="swatch" data-fresh="true" />
        {t('balance.freshWord')}
      </li>
      <li>
        <span aria-hidden className="swatch" />
        {t('balance.knownWord')}
      </li>
    </ul>
  )
}
