// The checks of an evidence file (spec/evidence.md) in words. What failed is said in our words too, with the verifier's own
// sentence behind it; a check that a newer verifier adds is shown by its name until it has words here.

import type { Report, Step } from '@countersign/client'
import type { TFunction } from 'i18next'
import { plain } from '../../marks/Foreign.tsx'
import { en } from '../../words/en.ts'

type KnownStep = keyof typeof en.verify.stepBad

export function stepWords(step: Step, report: Report, t: TFunction): string {
  const name: string = step.step
  if (!isKnown(name)) return `${t('verify.unknownStep', { step: plain(name, 40) })} ${plain(step.message, 500)}`
  if (!step.ok) return `${t(`verify.stepBad.${name}`)} ${plain(step.message, 500)}`
  const from = plain(report.statement?.from ?? '?', 128)
  switch (name) {
    case 'author':
    case 'signature':
      return t(`verify.step.${name}`, { from })
    case 'place':
      return t('verify.step.place', { index: report.record?.index ?? '?' })
    case 'receipts':
      return receiptWords(report, t)
    case 'form':
    case 'agreement':
    case 'rules':
    case 'times':
    case 'content':
      return t(`verify.step.${name}`)
  }
}

function receiptWords({ receipts }: Report, t: TFunction): string {
  const count = receipts.filter(({ counted }) => counted).length
  const strangers = new Set(receipts.flatMap(({ by, counted }) => (counted ? [] : plain(by, 128))))
  const counts = count === 0 ? t('verify.step.receiptsNone') : t('verify.step.receipts', { count })
  if (strangers.size === 0) return counts
  return `${counts} ${t('verify.step.receiptsNotCounted', { parties: [...strangers].join(', ') })}`
}

function isKnown(name: string): name is KnownStep {
  return Object.hasOwn(en.verify.stepBad, name)
}
