// Always in sight below the list: what the next verdict is given to, the four of them with their keys, the step that can be
// undone, its reason, and telling all of it.

import { Button, Kbd, TextInput } from '@mantine/core'
import { IconArrowBackUp, IconSend } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSingleKeys } from '../../frame/keyboard.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Foreign } from '../../marks/Foreign.tsx'
import type { TriageDesk } from './desk.ts'
import { VERDICT_LOOKS } from './verdict-marks.tsx'
import { REASON_MAX, VERDICTS } from './verdicts.ts'

export const REASON_FIELD = 'triage-reason'

export function VerdictBar({ desk, tell, elsewhere }: { desk: TriageDesk; tell: () => void; elsewhere: number }) {
  const { t, i18n } = useTranslation()
  const keys = useSingleKeys()
  const number = (value: number) => showNumber(value, i18n.language)
  const { targets, selected, given } = desk
  const [first] = targets
  const count = given.size
  return (
    <section className="verdict-bar" data-many={selected.size > 0} aria-label={t('triage.bar')}>
      <div className="verdict-bar-line">
        <span className="verdict-bar-target">
          {selected.size > 0 ? (
            <>
              <strong>{t('triage.chosen', { count: selected.size, number: number(selected.size) })}</strong>{' '}
              <Button size="compact-xs" variant="subtle" onClick={() => desk.select([...selected], false)}>
                {t('triage.clear')}
              </Button>
            </>
          ) : first === undefined ? (
            <span className="quiet">{t('triage.noneChosen')}</span>
          ) : (
            <strong>
              <Foreign max={80}>{desk.nameOf(first)}</Foreign>
            </strong>
          )}
        </span>
        <span className="verdict-bar-buttons">
          {VERDICTS.map((verdict) => {
            const { icon: Icon, key } = VERDICT_LOOKS[verdict]
            return (
              <Button
                key={verdict}
                data-verdict={verdict}
                title={t(`triage.means.${verdict}`)}
                disabled={targets.length === 0}
                leftSection={<Icon aria-hidden size={16} stroke={1.8} />}
                rightSection={keys && <Kbd className="wide-only">{key}</Kbd>}
                aria-keyshortcuts={key}
                onClick={() => desk.judge(verdict)}
              >
                {t(`triage.word.${verdict}`)}
              </Button>
            )
          })}
        </span>
      </div>
      <div className="verdict-bar-line">
        <span role="status" className="verdict-bar-last">
          <LastStep desk={desk} />
        </span>
        <Button
          leftSection={<IconArrowBackUp aria-hidden size={16} />}
          rightSection={keys && <Kbd className="wide-only">u</Kbd>}
          aria-keyshortcuts="u"
          disabled={desk.undo === undefined}
          onClick={() => desk.undo?.()}
        >
          {t('triage.undo')}
        </Button>
        <Reason key={desk.explained.join(' ')} desk={desk} />
        <Button
          variant="filled"
          leftSection={<IconSend aria-hidden size={16} />}
          rightSection={keys && <Kbd className="wide-only">t</Kbd>}
          aria-keyshortcuts="t"
          disabled={count === 0}
          onClick={tell}
        >
          {t('triage.tell', { count, number: number(count) })}
        </Button>
      </div>
      {elsewhere > 0 && (
        <p className="quiet small">{t('triage.elsewhere', { count: elsewhere, number: number(elsewhere) })}</p>
      )}
    </section>
  )
}

function LastStep({ desk }: { desk: TriageDesk }) {
  const { t, i18n } = useTranslation()
  const { last, given, rows } = desk
  const [first] = last
  if (first === undefined) return <span className="quiet">{t('triage.nothingToTell')}</span>
  const what = { count: last.length, number: showNumber(last.length, i18n.language), name: desk.nameOf(first) }
  const verdict = given.get(first)?.verdict
  const isDone = rows.every(({ id, verdict: said }) => said !== null || given.has(id))
  return (
    <Foreign max={200}>
      {isDone
        ? t('triage.done')
        : verdict === undefined
          ? t('triage.lastTakenBack', what)
          : t('triage.last', { ...what, word: t(`triage.word.${verdict}`) })}
    </Foreign>
  )
}

/** Of one verdict, whichever objects it was given to; written down when the field is left or Enter is pressed. */
function Reason({ desk }: { desk: TriageDesk }) {
  const { t, i18n } = useTranslation()
  const { explained, given } = desk
  const some = explained.map((id) => given.get(id))
  const alike = some.every((one) => one?.reason === some[0]?.reason) ? (some[0]?.reason ?? '') : ''
  const [text, setText] = useState(alike)
  useEffect(() => setText(alike), [alike])
  const [first] = explained
  const verdict = some[0]?.verdict
  const word = verdict === undefined ? '' : t(`triage.word.${verdict}`)
  const label =
    first === undefined || explained.length > 1
      ? t('triage.whyMany', { word, number: showNumber(explained.length, i18n.language) })
      : t('triage.whyOne', { word, name: desk.nameOf(first) })
  return (
    <TextInput
      id={REASON_FIELD}
      className="verdict-bar-reason"
      aria-label={label}
      aria-keyshortcuts="e"
      title={first === undefined ? '' : label}
      placeholder={t('triage.whyHint')}
      maxLength={REASON_MAX}
      disabled={first === undefined}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => text.trim() !== alike && desk.explain(text)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
        event.preventDefault()
        if (text.trim() !== alike) desk.explain(text)
        desk.toRow()
      }}
    />
  )
}
