// Small marks used in every room: the TLP marking in FIRST's colours, the mode of an exercise or test, a party, a hash.

import type { Mode } from '@countersign/client'
import { useTranslation } from 'react-i18next'
import { Foreign, plain } from './Foreign.tsx'

/** TLP 2.0: coloured text on black, as its definition has it. An unknown marking is shown as it came, without a colour. */
export function TlpChip({ tlp, kind }: { tlp: string; kind?: string | undefined }) {
  return (
    <span className="marking">
      <span className="tlp" data-tlp={tlp}>
        {plain(tlp, 40)}
      </span>
      {kind !== undefined && (
        <span className="kind">
          <Foreign max={64}>{kind}</Foreign>
        </span>
      )}
    </span>
  )
}

export function ModeMark({ mode }: { mode: Mode }) {
  const { t } = useTranslation()
  return mode === 'Actual' ? null : <span className="mode-mark">{t(`mode.${mode}`)}</span>
}

export function ModeBanner({ mode }: { mode: Mode }) {
  const { t } = useTranslation()
  if (mode === 'Actual') return null
  return (
    <p className="mode-banner" role="note">
      {t(mode === 'Exercise' ? 'mode.exerciseBanner' : 'mode.testBanner')}
    </p>
  )
}

export function Parties({ names }: { names: readonly string[] }) {
  return names.map((name, at) => (
    <span className="party" key={name}>
      {at > 0 && ', '}
      <Foreign max={128}>{name}</Foreign>
    </span>
  ))
}

/** A digest or an id: in full for whoever copies or hears it, breaking anywhere. */
export function Code({ children }: { children: string }) {
  return <code className="code">{plain(children, 2_000)}</code>
}

/** Twelve words in three rows of four, as they are read out. */
export function FingerprintWords({ words }: { words: readonly string[] }) {
  return (
    <ol className="words" lang="en">
      {words.map((word, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a word may stand twice, its place is what it is
        <li key={at}>{plain(word, 20)}</li>
      ))}
    </ol>
  )
}
