// The terms of an agreement, each as a person would say it.

import type { AgreementText, PactRow } from '@countersign/client'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { showBytes, showNumber, showSpan } from '../../marks/amounts.ts'
import { Block, Fact } from '../../marks/Blocks.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code, TlpChip } from '../../marks/Marks.tsx'
import { Time } from '../../marks/Time.tsx'
import { typeWords } from '../record/words.ts'

export function Terms({ pact }: { pact: PactRow }) {
  const { t, i18n } = useTranslation()
  const { agreement } = pact
  const { limits, intervals } = agreement
  const number = (value: number) => showNumber(value, i18n.language)
  const bytes = (value: number) => showBytes(value, i18n.language)
  return (
    <Block title={t('agreement.terms')}>
      <dl className="facts">
        <Fact name={t('agreement.term')}>
          <Term agreement={agreement} />
        </Fact>
        <Fact name={t('agreement.offer')}>
          <Time at={agreement.offer.expires} stacked />
        </Fact>
        <Fact name={t('agreement.maxMarking')}>
          <TlpChip tlp={agreement.marking.max} />
        </Fact>
        <Fact name={t('agreement.shared')}>
          <ul className="inline-list">
            {agreement.share.records.map((type) => (
              <li key={type}>{typeWords(type, t)}</li>
            ))}
          </ul>
        </Fact>
        <Fact name={t('agreement.stix')}>{stixWords(agreement.share.stix, t)}</Fact>
        <Fact name={t('agreement.quorum')}>{number(agreement.quorum)}</Fact>
        <Fact name={t('agreement.limits')}>
          {t('agreement.limitEntries', { entries: number(limits.entriesPerDay) })}, {bytes(limits.bytesPerDay)}
        </Fact>
        <Fact name={t('agreement.limitPart')}>
          {t('agreement.limitParts', { count: limits.parts, size: bytes(limits.partBytes) })}
        </Fact>
        <Fact name={t('agreement.proposals')}>{number(limits.openProposals)}</Fact>
        <Fact name={t('agreement.retention')}>{t('time.days', { count: agreement.retention.days })}</Fact>
        <Fact name={t('agreement.intervals')}>
          <ul className="plain-list">
            <li>{t('agreement.poll', { time: showSpan(intervals.pollSeconds, t) })}</li>
            <li>{t('agreement.cosign', { time: showSpan(intervals.cosignSeconds, t) })}</li>
            <li>{t('agreement.pin', { time: showSpan(intervals.pinSeconds, t) })}</li>
            <li>{t('agreement.reject', { time: showSpan(intervals.rejectSeconds, t) })}</li>
          </ul>
        </Fact>
        <Fact name={t('agreement.language')}>
          <Foreign max={35}>{agreement.language}</Foreign>
        </Fact>
        <Fact name={t('agreement.base')}>
          {agreement.base === null ? t('agreement.baseNone') : <Code>{agreement.base}</Code>}
        </Fact>
        <Fact name={t('agreement.version')}>
          <Code>{pact.version}</Code>
        </Fact>
        <Fact name={t('agreement.id')}>
          <Code>{pact.id}</Code>
        </Fact>
      </dl>
    </Block>
  )
}

function Term({ agreement }: { agreement: AgreementText }) {
  const { t } = useTranslation()
  const { from, until } = agreement.term
  return (
    <>
      {from !== null && (
        <div>
          {t('agreement.termFrom')} <Time at={from} stacked />
        </div>
      )}
      {until === null ? (
        t('agreement.termOpen')
      ) : (
        <div>
          {t('agreement.termUntil')} <Time at={until} stacked />
        </div>
      )}
    </>
  )
}

export function stixWords(stix: AgreementText['share']['stix'], t: TFunction): string {
  const list = (types: readonly string[]) => types.map((type) => plain(type, 80)).join(', ')
  if ('allow' in stix) return t('agreement.stixAllow', { types: list(stix.allow) })
  return stix.deny.length === 0 ? t('agreement.stixAll') : t('agreement.stixDeny', { types: list(stix.deny) })
}
