// What a rule says, in sentences for a person.

import type { RuleCase, RuleCondition, RuleEffect, RuleInFile, TableRule } from '@countersign/client'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { Foreign, plain } from '../../marks/Foreign.tsx'

const VALUES_SHOWN = 20
const SHOWN = { max: 1_000 }

export function conditionWords(condition: RuleCondition, t: TFunction): string {
  switch (condition.about) {
    case 'tlp':
    case 'recordMarking':
    case 'pap':
      return t(`rules.about.${condition.about}`, { least: plain(condition.atLeast, 30) })
    case 'confidence':
      return t('rules.about.confidence', { below: condition.below })
    default: {
      const { about, is, of } = condition
      const more = of.length > VALUES_SHOWN ? [t('share.more', { count: of.length - VALUES_SHOWN })] : []
      const values = [...of.slice(0, VALUES_SHOWN).map((value) => plain(value, 250)), ...more].join(t('rules.or'))
      return t(`rules.about.${about}.${is}`, { values })
    }
  }
}

export function effectWords(effect: RuleEffect, t: TFunction): string {
  if (effect.kind !== 'cut') return t(`rules.does.${effect.kind}`)
  return t('rules.does.cut', { properties: plain(effect.properties.join(', '), 500) })
}

/** What a line is about, one condition a line. */
export function About({ when }: Pick<TableRule, 'when'>) {
  const { t } = useTranslation()
  if (when.length === 0) return <span>{t('rules.every')}</span>
  return (
    <ul className="plain-list rule-about">
      {when.map((condition, place) => {
        const words = conditionWords(condition, t)
        return (
          <li key={words}>
            <Foreign {...SHOWN}>{words}</Foreign>
            {place < when.length - 1 && <span className="quiet"> {t('rules.and')}</span>}
          </li>
        )
      })}
    </ul>
  )
}

/** A rule that only a hand could have written. */
export function ByHand({ rule }: { rule: RuleInFile }) {
  const { t } = useTranslation()
  return (
    <>
      <span className="tag">{t('rules.byHand')}</span>
      <pre className="cedar">{rule.text}</pre>
      <p className="quiet small">{t('rules.byHandNote')}</p>
    </>
  )
}

export function caseName({ case: name }: RuleCase): string {
  return typeof name === 'string' ? name : '–'
}

/** What the gate should say of its objects, one after the other. */
export function expectedWords({ expect }: RuleCase, t: TFunction): string {
  const each = [expect].flat().map((one) => {
    const known = EXPECTED.find((word) => word === one)
    return known === undefined ? '–' : t(`rules.tests.expect.${known === 'left out' ? 'leftOut' : known}`)
  })
  return each.join(', ')
}

const EXPECTED = ['passes', 'redacted', 'left out', 'waits', 'refused'] as const

/** One rule in a sentence or two, as a second officer reads it. */
export function RuleInWords({ rule }: { rule: RuleInFile }) {
  const { t } = useTranslation()
  const { table, reason, effect, enabled, text } = rule
  if (table === null) return <pre className="cedar">{text}</pre>
  return (
    <>
      <About when={table.when} />
      <p>
        <strong>
          <Foreign {...SHOWN}>{effectWords(table.effect ?? { kind: effect }, t)}</Foreign>
        </strong>{' '}
        <Foreign max={500}>{reason}</Foreign> {!enabled && <span className="tag warn">{t('rules.disabled')}</span>}
      </p>
    </>
  )
}
