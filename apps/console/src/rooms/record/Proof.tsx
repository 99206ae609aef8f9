// “Verify here” and “Save evidence”. What is verified is the evidence file itself, in this browser, against the cards this
// node trusts; each check is shown with its result, whatever the node says of the record elsewhere on the page.

import type { RecordRow } from '@countersign/client'
import { Button } from '@mantine/core'
import { IconCircleCheck, IconCircleX, IconShieldCheck } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ApiFailure, api } from '../../api.ts'
import { showBytes, showNumber } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { Foreign } from '../../marks/Foreign.tsx'
import { FingerprintWords } from '../../marks/Marks.tsx'
import { failureWords } from '../../marks/Notice.tsx'
import { bytesOfBase64, verifyHere } from '../../verify/verify.ts'
import type { VerifyAnswer } from '../../verify/worker.ts'
import { SaveEvidence } from './SaveEvidence.tsx'
import { stepWords } from './step-words.ts'
import { HeldBetween } from './Times.tsx'

interface Verified extends VerifyAnswer {
  bytes: number
}

/** `isAlone`: nothing is known that it answers or that answers it. */
export function Proof({ row, isAlone }: { row: RecordRow; isAlone: boolean }) {
  const { t } = useTranslation()
  const opened = row.parts.some((part) => part.state === 'opened')
  const verify = useMutation({ mutationFn: () => runVerification(row, opened) })
  return (
    <Block title={t('verify.title')}>
      <p className="quiet">{t('verify.intro')}</p>
      <div className="actions">
        <Button
          variant="filled"
          leftSection={<IconShieldCheck aria-hidden size={16} stroke={1.8} />}
          disabled={verify.isPending}
          onClick={() => verify.mutate()}
        >
          {verify.isPending ? t('verify.working') : verify.data === undefined ? t('verify.here') : t('verify.again')}
        </Button>
      </div>
      <div aria-live="polite">
        {verify.isError && (
          <p className="verdict" data-ok={false}>
            {t('verify.failed', {
              reason: verify.error instanceof ApiFailure ? failureWords(verify.error, t) : `${verify.error.message}.`,
            })}
          </p>
        )}
        {verify.data !== undefined && <Verdict verified={verify.data} />}
      </div>
      <SaveEvidence record={row.record} opened={opened} isAlone={isAlone} />
    </Block>
  )
}

function Verdict({ verified }: { verified: Verified }) {
  const { t, i18n } = useTranslation()
  const { report, trusted, bytes, tookMs } = verified
  return (
    <>
      <p className="verdict" data-ok={report.holds}>
        {report.holds ? <IconCircleCheck aria-hidden size={20} /> : <IconCircleX aria-hidden size={20} />}
        <span>{report.holds ? t('verify.proved', { count: report.steps.length }) : t('verify.notProved')}</span>
      </p>
      <ol className="steps">
        {report.steps.map((step, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the steps of one finished run never move
          <li key={at} data-ok={step.ok}>
            {step.ok ? <IconCircleCheck aria-hidden size="1.2em" /> : <IconCircleX aria-hidden size="1.2em" />}
            <span>
              <strong>{t(step.ok ? 'verify.ok' : 'verify.bad')}</strong> <Foreign>{stepWords(step, report, t)}</Foreign>
            </span>
          </li>
        ))}
      </ol>
      {report.times.map((one) => (
        <p key={one.recipient} className="times-sentence">
          {one.recipient !== '' && (
            <>
              <Foreign max={128}>{one.recipient}</Foreign>:{' '}
            </>
          )}
          <HeldBetween lo={one.lo} hi={one.hi} />
        </p>
      ))}
      <p className="not-shown-title">{t('verify.notShown')}</p>
      <ul className="not-shown">
        {report.notShown.map(({ code }) => (
          <li key={code}>{t(`verify.notShownOf.${code}`)}</li>
        ))}
      </ul>
      <p className="quiet small">
        {t('verify.bytes', { size: showBytes(bytes, i18n.language) })},{' '}
        {t('verify.took', { ms: showNumber(Math.round(tookMs), i18n.language) })}
      </p>
      <p>{t('verify.cards')}</p>
      <ul className="card-words">
        {trusted.map((card) => (
          <li key={card.party}>
            <span className="party">
              <Foreign max={128}>{card.party}</Foreign>
            </span>
            <FingerprintWords words={card.words} />
          </li>
        ))}
      </ul>
    </>
  )
}

async function runVerification(row: RecordRow, reveal: boolean): Promise<Verified> {
  const [evidence, cards] = await Promise.all([api.evidence(row.record, { reveal }), api.cards()])
  const answer = await verifyHere({ evidence, cards: cards.map((card) => bytesOfBase64(card.bytes)) })
  return { ...answer, bytes: evidence.length }
}
