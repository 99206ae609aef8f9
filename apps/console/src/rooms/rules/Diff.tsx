// What is another between two sets of rules, as a second officer reads it.

import type { RuleDiff, RuleInFile } from '@countersign/client'
import { useTranslation } from 'react-i18next'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code } from '../../marks/Marks.tsx'
import { RuleInWords } from './rule-words.tsx'

export function Diff({ diff }: { diff: RuleDiff }) {
  const { t } = useTranslation()
  const { added, removed, changed, casesAdded, casesRemoved, isUnclear } = diff
  if (isUnclear) return <p className="form-failure">{t('rules.diff.unclear')}</p>
  const names = (some: readonly string[]) => plain(some.map((name) => `“${name}”`).join(', '), 1_000)
  return (
    <ul className="plain-list rule-diff">
      {added.map((rule) => (
        <li key={rule.name} data-diff="added">
          <Head word={t('rules.diff.added')} rule={rule} />
          <RuleInWords rule={rule} />
        </li>
      ))}
      {changed.map(({ before, after }) => (
        <li key={after.name} data-diff="changed">
          <Head word={t('rules.diff.changed')} rule={after} />
          <div className="rule-sides">
            <div>
              <span className="quiet small">{t('rules.diff.before')}</span>
              <RuleInWords rule={before} />
            </div>
            <div>
              <span className="quiet small">{t('rules.diff.after')}</span>
              <RuleInWords rule={after} />
            </div>
          </div>
        </li>
      ))}
      {removed.map((rule) => (
        <li key={rule.name} data-diff="removed">
          <Head word={t('rules.diff.removed')} rule={rule} />
          <RuleInWords rule={rule} />
        </li>
      ))}
      {casesAdded.length > 0 && (
        <li>
          <Foreign max={1_200}>{t('rules.diff.casesAdded', { names: names(casesAdded) })}</Foreign>
        </li>
      )}
      {casesRemoved.length > 0 && (
        <li>
          <Foreign max={1_200}>{t('rules.diff.casesRemoved', { names: names(casesRemoved) })}</Foreign>
        </li>
      )}
      {added.length + changed.length + removed.length + casesAdded.length + casesRemoved.length === 0 && (
        <li className="quiet">{t('rules.diff.nothing')}</li>
      )}
    </ul>
  )
}

function Head({ word, rule }: { word: string; rule: RuleInFile }) {
  return (
    <p>
      <span className="tag accent">{word}</span> <Code>{rule.name}</Code>
    </p>
  )
}
