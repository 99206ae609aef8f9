// An indicator composed by hand: the value makes the pattern, the parser shows what is wrong in it and where, and the object
// goes the way of every draft.

import { Button, Checkbox, NativeSelect, Textarea, TextInput, type TextInputProps } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  INDICATOR_TYPES,
  indicatorText,
  labelsOf,
  OBSERVABLES,
  type ObservableKind,
  patternOf,
  TLP_MARKINGS,
} from '../../intake/indicator.ts'
import type { PatternRemark } from '../../intake/protocol.ts'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { type Taking, textGiven } from './taking.ts'

const TYPING_MS = 200
const HINT = { descriptionProps: { className: 'hint' } }
const BELOW: TextInputProps['inputWrapperOrder'] = ['label', 'input', 'description', 'error']
const HINT_BELOW = { ...HINT, inputWrapperOrder: BELOW }
const LONGEST = { value: 4_000, pattern: 100_000, name: 200, description: 10_000, labels: 1_000 }

export function Compose({ taking }: { taking: Taking }) {
  const { t } = useTranslation()
  const [kind, setKind] = useState<ObservableKind>('ipv4-addr')
  const [value, setValue] = useState('')
  /** As it was changed by hand; undefined while it is made of the value. */
  const [own, setOwn] = useState<string>()
  const [text, setText] = useState({ name: '', description: '', labels: '' })
  const [types, setTypes] = useState<readonly string[]>([])
  const [from, setFrom] = useState(() => localInput(Date.now()))
  const [until, setUntil] = useState('')
  const [tlp, setTlp] = useState('')
  const [added, setAdded] = useState('')
  const patternField = useRef<HTMLTextAreaElement>(null)
  const made = value.trim() === '' ? undefined : patternOf(kind, value)
  const pattern = own ?? (made?.ok === true ? made.pattern : '')
  const remarks = usePatternRemarks(taking, pattern)
  const [validFrom, validUntil] = [epochOf(from), epochOf(until)]
  const isInOrder = validUntil === undefined || validFrom === undefined || validUntil > validFrom
  const isReady =
    pattern.trim() !== '' && remarks?.every(({ isError }) => !isError) === true && validFrom !== undefined && isInOrder
  const add = (event: FormEvent) => {
    event.preventDefault()
    if (!isReady || validFrom === undefined) return
    const given = { ...trimmed(text), pattern, indicatorTypes: types, labels: labelsOf(text.labels) }
    const object = indicatorText(
      { ...given, validFrom, validUntil, marking: TLP_MARKINGS[tlp] },
      { uuid: crypto.randomUUID(), now: Date.now() },
    )
    const name = given.name === '' ? pattern : given.name
    void taking.take([textGiven(object, name)]).then(() => setAdded(name))
    setValue('')
    setOwn(undefined)
    setText({ ...text, name: '' })
  }
  const write = (field: keyof typeof text) => (event: { currentTarget: { value: string } }) => {
    setText({ ...text, [field]: event.currentTarget.value })
    setAdded('')
  }
  return (
    <form className="compose" onSubmit={add} noValidate>
      <div className="place">
        <NativeSelect
          label={t('compose.kind')}
          value={kind}
          data={OBSERVABLES.map((one) => ({ value: one, label: t(`compose.kinds.${one}`) }))}
          onChange={(event) => {
            setKind(OBSERVABLES.find((one) => one === event.currentTarget.value) ?? 'ipv4-addr')
            setOwn(undefined)
          }}
        />
        <TextInput
          className="wide-field"
          label={t('compose.value')}
          description={t(`compose.examples.${kind}`)}
          {...HINT_BELOW}
          value={value}
          maxLength={LONGEST.value}
          spellCheck={false}
          autoCapitalize="off"
          error={made?.ok === false && own === undefined ? t(`compose.faults.${made.fault}`) : undefined}
          onChange={(event) => {
            setValue(event.currentTarget.value)
            setOwn(undefined)
            setAdded('')
          }}
        />
      </div>
      <div className="pattern">
        <Textarea
          ref={patternField}
          label={t('compose.pattern')}
          description={t(own === undefined ? 'compose.patternHint' : 'compose.patternOwn')}
          value={pattern}
          rows={2}
          size="xs"
          {...HINT}
          maxLength={LONGEST.pattern}
          spellCheck={false}
          aria-describedby="pattern-remarks"
          aria-invalid={remarks?.some(({ isError }) => isError) === true}
          onChange={(event) => {
            setOwn(event.currentTarget.value)
            setAdded('')
          }}
        />
        <div id="pattern-remarks" aria-live="polite">
          {remarks?.length === 0 && <p className="quiet">{t('compose.patternFine')}</p>}
          {remarks !== undefined && remarks.length > 0 && (
            <PatternRemarks
              remarks={remarks}
              goTo={({ offset, length }) => {
                patternField.current?.focus()
                patternField.current?.setSelectionRange(offset, offset + Math.max(1, length))
              }}
            />
          )}
        </div>
      </div>
      <div className="place">
        <TextInput
          label={t('compose.name')}
          description={t('compose.nameHint')}
          {...HINT_BELOW}
          value={text.name}
          maxLength={LONGEST.name}
          onChange={write('name')}
        />
        <TextInput
          label={t('compose.labels')}
          description={t('compose.labelsHint')}
          {...HINT_BELOW}
          value={text.labels}
          maxLength={LONGEST.labels}
          onChange={write('labels')}
        />
        <NativeSelect
          label={t('compose.tlp')}
          value={tlp}
          data={[{ value: '', label: t('compose.unmarked') }, ...Object.keys(TLP_MARKINGS)]}
          onChange={(event) => setTlp(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label={t('compose.from')}
          value={from}
          error={validFrom === undefined ? t('compose.noFrom') : undefined}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label={t('compose.until')}
          description={t('compose.untilHint')}
          {...HINT_BELOW}
          value={until}
          error={isInOrder ? undefined : t('compose.order')}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      </div>
      <p className="quiet small">
        {t('compose.zone', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC' })}
      </p>
      <fieldset className="recipients">
        <legend>{t('compose.types')}</legend>
        <div className="ticks">
          {INDICATOR_TYPES.map((type) => (
            <Checkbox
              key={type}
              label={type}
              checked={types.includes(type)}
              onChange={(event) => {
                const others = types.filter((one) => one !== type)
                setTypes(event.currentTarget.checked ? [...others, type] : others)
              }}
            />
          ))}
        </div>
      </fieldset>
      <Textarea
        label={t('compose.description')}
        value={text.description}
        rows={3}
        size="xs"
        maxLength={LONGEST.description}
        onChange={write('description')}
      />
      <div className="actions">
        <Button type="submit" variant="filled" disabled={!isReady}>
          {t('compose.add')}
        </Button>
        <span role="status" className="quiet">
          {added === '' ? '' : t('compose.added', { name: plain(added, 200) })}
        </span>
      </div>
    </form>
  )
}

function PatternRemarks({ remarks, goTo }: { remarks: PatternRemark[]; goTo: (remark: PatternRemark) => void }) {
  const { t } = useTranslation()
  return (
    <ul className="remarks">
      {remarks.map((remark) => (
        <li key={`${remark.offset} ${remark.message}`}>
          <span className={remark.isError ? 'tag bad' : 'tag warn'}>
            {t(remark.isError ? 'share.error' : 'share.advice')}
          </span>{' '}
          {t('compose.patternAt', { line: remark.line, column: remark.column })}{' '}
          <Foreign max={500}>{remark.message}</Foreign>
          <pre className="pointed">{plain(remark.shown, 1_000)}</pre>
          <Button onClick={() => goTo(remark)}>{t('compose.goThere')}</Button>
        </li>
      ))}
    </ul>
  )
}

/** Undefined until the pattern as it stands was looked at. */
function usePatternRemarks({ intake }: Taking, pattern: string): PatternRemark[] | undefined {
  const [settled] = useDebouncedValue(pattern, TYPING_MS)
  const { data, isPlaceholderData } = useQuery({
    queryKey: ['pattern', settled],
    queryFn: () => intake.pattern(settled),
    enabled: settled.trim() !== '',
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  })
  return settled === pattern && settled.trim() !== '' && !isPlaceholderData ? data : undefined
}

function trimmed({ name, description }: { name: string; description: string }) {
  return { name: name.trim(), description: description.trim() }
}

/** As a field of the browser has it: in its own zone, to the minute. */
function localInput(epochMs: number): string {
  const shifted = new Date(epochMs - new Date(epochMs).getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 16)
}

function epochOf(input: string): number | undefined {
  const epochMs = input === '' ? Number.NaN : new Date(input).getTime()
  return Number.isFinite(epochMs) ? epochMs : undefined
}
