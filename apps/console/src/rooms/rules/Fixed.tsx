// What is not edited here: what is built into the gate, what the agreement says, which is signed, and the terms of the house,
// which lie in a file of their own.

import type { PactRow, RulesLook } from '@countersign/client'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Block, Fact } from '../../marks/Blocks.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code, TlpChip } from '../../marks/Marks.tsx'
import { stixWords } from '../agreement/Terms.tsx'
import { typeWords } from '../record/words.ts'

export function BuiltIn({ look }: { look: RulesLook }) {
  const { t } = useTranslation()
  const fixed = t('rules.fixed.of', { returnObjects: true })
  const namedBy = (list: string) =>
    look.rules.filter(({ text }) => text.includes(`"${list}"`) || text.includes(`[${list}]`)).map(({ name }) => name)
  return (
    <Block title={t('rules.fixed.title')}>
      <p className="quiet">{t('rules.fixed.intro')}</p>
      <dl className="facts">
        {fixed.map(({ name, why }) => (
          <Fact key={name} name={name}>
            {why}
          </Fact>
        ))}
        <Fact name={t('rules.fixed.lists')}>
          {look.lists.length === 0 ? (
            t('rules.fixed.listsNone')
          ) : (
            <>
              {t('rules.fixed.listsNote')}
              <ul className="plain-list">
                {look.lists.map((list) => {
                  const rules = namedBy(list).join(', ')
                  return (
                    <li key={list}>
                      <Code>{list}</Code>{' '}
                      <span className="quiet">
                        {rules === '' ? t('rules.fixed.listUnnamed') : t('rules.fixed.listNamed', { rules })}
                      </span>
                    </li>
                  )
                })}
              </ul>
            </>
          )}
        </Fact>
      </dl>
    </Block>
  )
}

export function Signed({ pacts, scope }: { pacts: readonly PactRow[]; scope: string }) {
  const { t } = useTranslation()
  const some = pacts.some(({ id }) => id === scope) ? pacts.filter(({ id }) => id === scope) : pacts
  return (
    <Block title={t('rules.signed.title')}>
      <p className="quiet">{t(some.length === 0 ? 'rules.signed.none' : 'rules.signed.note')}</p>
      {some.map(({ id, title, agreement }) => (
        <section key={id} className="signed">
          <h3>
            <Foreign max={200}>{title}</Foreign>
          </h3>
          <dl className="facts">
            <Fact name={t('rules.signed.marking')}>
              <TlpChip tlp={agreement.marking.max} />
            </Fact>
            <Fact name={t('rules.signed.records')}>
              <ul className="inline-list">
                {agreement.share.records.map((type) => (
                  <li key={type}>{typeWords(type, t)}</li>
                ))}
              </ul>
            </Fact>
            <Fact name={t('rules.signed.stix')}>{stixWords(agreement.share.stix, t)}</Fact>
          </dl>
          <p>
            <Link to="/agreement/$id" params={{ id }}>
              {t('rules.signed.open')}
            </Link>
          </p>
        </section>
      ))}
    </Block>
  )
}

const THRESHOLDS = ['marking', 'types', 'objects', 'bytes', 'dayObjects', 'dayBytes'] as const

export function HouseTerms({ look: { terms, scope } }: { look: RulesLook }) {
  const { t } = useTranslation()
  const { approval, common, equivalents = [], papMax } = terms ?? {}
  return (
    <Block title={t('rules.terms.title')}>
      <p className="quiet">{t('rules.terms.note', { file: `${scope}.json` })}</p>
      {terms === null ? (
        <p>{t('rules.terms.none')}</p>
      ) : (
        <dl className="facts">
          <Fact name={t('rules.terms.pap')}>{papMax ?? 'PAP:CLEAR'}</Fact>
          {approval !== undefined && (
            <Fact name={t('rules.terms.approval')}>
              <ul className="plain-list">
                {THRESHOLDS.filter((name) => approval[name] !== undefined).map((name) => (
                  <li key={name}>
                    {t(`rules.terms.thresholds.${name}`, { value: plain([approval[name]].flat().join(', '), 500) })}
                  </li>
                ))}
              </ul>
            </Fact>
          )}
          {equivalents.length > 0 && (
            <Fact name={t('rules.terms.equivalents')}>
              <ul className="plain-list">
                {equivalents.map(({ theirs, tlp }) => (
                  <li key={theirs}>
                    <Foreign max={200}>{theirs}</Foreign> → {tlp}
                  </li>
                ))}
              </ul>
            </Fact>
          )}
          {common !== undefined && (
            <Fact name={t('rules.terms.common')}>
              <Foreign max={500}>{[...common.types, ...common.creators].join(', ')}</Foreign>
            </Fact>
          )}
        </dl>
      )}
    </Block>
  )
}
