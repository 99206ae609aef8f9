// One line of the table in a form: what it is about, what it does, and why. It goes into the draft, and nowhere else.

import type { RuleCondition, RuleEffect, RuleFact, TableRule } from '@countersign/client'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/
const CONDITIONS_MAX = 20
const LONGEST = { name: 64, reason: 500, values: 10_000 }
const EFFECTS = ['hold-back', 'approve', 'leave-out', 'cut', 'cut-marked'] as const
const SET_FACTS = [
  'type',
  'label',
  'property',
  'list',
  'refersTo',
  'recipient',
  'kind',
  'creator',
  'channel',
  'agreement',
] as const
const FACTS = [
  'type',
  'label',
  'property',
  'list',
  'tlp',
  'pap',
  'recordMarking',
  'recipient',
  'refersTo',
  'confidence',
  'kind',
  'creator',
  'channel',
  'agreement',
] as const
const TLP = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED']
const PAP = ['PAP:CLEAR', 'PAP:GREEN', 'PAP:AMBER', 'PAP:RED']

/** A condition as it is typed: the values as one text. */
interface Typed {
  key: number
  about: (typeof FACTS)[number]
  is: 'any' | 'none'
  values: string
}

let keys = 0

interface FormProps {
  /** Undefined where it is a new one. */
  rule: TableRule | undefined
  /** Of the other rules here. */
  taken: readonly string[]
  lists: readonly string[]
  take: (rule: TableRule) => void
  cancel: () => void
}

export function RuleForm({ rule, taken, lists, take, cancel }: FormProps) {
  const { t } = useTranslation()
  const [name, setName] = useState(rule?.name ?? '')
  const [reason, setReason] = useState(rule?.reason ?? '')
  const [effect, setEffect] = useState<RuleEffect['kind']>(rule?.effect.kind ?? 'hold-back')
  const [properties, setProperties] = useState(rule?.effect.kind === 'cut' ? rule.effect.properties.join(', ') : '')
  const [when, setWhen] = useState<readonly Typed[]>(() => rule?.when.map(typedOf) ?? [fresh('type')])
  const [tried, setTried] = useState(false)
  const faults = {
    name: !NAME.test(name) ? t('rules.form.nameFault') : taken.includes(name) ? t('rules.form.nameTaken') : '',
    reason: reason.trim() === '' ? t('rules.form.reasonFault') : '',
    properties: effect === 'cut' && textsOf(properties).length === 0 ? t('rules.form.propertiesFault') : '',
  }
  const read = when.map(conditionOf)
  const isRight = Object.values(faults).every((fault) => fault === '') && read.every((one) => one !== undefined)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (!isRight) return
    const does: RuleEffect = effect === 'cut' ? { kind: 'cut', properties: textsOf(properties) } : { kind: effect }
    const conditions = read.flatMap((one) => one ?? [])
    take({ name, reason: reason.trim(), enabled: rule?.enabled ?? true, effect: does, when: conditions })
  }
  const change = (key: number, more: Partial<Typed>) =>
    setWhen(when.map((one) => (one.key === key ? { ...one, ...more } : one)))
  const shownFault = (fault: string) => (tried && fault !== '' ? fault : undefined)
  return (
    <form className="rule-form" onSubmit={submit} noValidate aria-labelledby="rule-form-title">
      <h3 id="rule-form-title">{t(rule === undefined ? 'rules.form.titleAdd' : 'rules.form.titleEdit')}</h3>
      <div className="place">
        <TextInput
          label={t('rules.form.name')}
          description={t('rules.form.nameHint')}
          value={name}
          maxLength={LONGEST.name}
          spellCheck={false}
          autoCapitalize="off"
          error={shownFault(faults.name)}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          className="wide-field"
          label={t('rules.form.reason')}
          description={t('rules.form.reasonHint')}
          value={reason}
          maxLength={LONGEST.reason}
          error={shownFault(faults.reason)}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </div>
      <fieldset className="rule-conditions">
        <legend>{t('rules.form.conditions')}</legend>
        {when.length === 0 && <p className="quiet">{t('rules.form.none')}</p>}
        {when.map((one, place) => (
          <div className="rule-condition" key={one.key}>
            <NativeSelect
              label={t('rules.form.condition')}
              value={one.about}
              data={FACTS.map((about) => ({ value: about, label: t(`rules.form.facts.${about}`) }))}
              onChange={(event) => {
                const about = FACTS.find((fact) => fact === event.currentTarget.value) ?? 'type'
                change(one.key, { about, values: fresh(about).values })
              }}
            />
            <Value typed={one} lists={lists} tried={tried} change={(more) => change(one.key, more)} />
            <Button
              aria-label={t('rules.form.removeCondition', { place: place + 1 })}
              onClick={() => setWhen(when.filter(({ key }) => key !== one.key))}
            >
              {t('rules.remove')}
            </Button>
          </div>
        ))}
        {when.length < CONDITIONS_MAX && (
          <div className="actions">
            <Button onClick={() => setWhen([...when, fresh('label')])}>{t('rules.form.addCondition')}</Button>
          </div>
        )}
      </fieldset>
      <div className="place">
        <NativeSelect
          label={t('rules.form.effect')}
          value={effect}
          data={EFFECTS.map((kind) => ({
            value: kind,
            label: t(kind === 'cut' ? 'rules.does.cutSome' : `rules.does.${kind}`),
          }))}
          onChange={(event) => setEffect(EFFECTS.find((kind) => kind === event.currentTarget.value) ?? 'hold-back')}
        />
        {effect === 'cut' && (
          <TextInput
            className="wide-field"
            label={t('rules.form.properties')}
            description={t('rules.form.propertiesHint')}
            value={properties}
            maxLength={LONGEST.values}
            spellCheck={false}
            autoCapitalize="off"
            error={shownFault(faults.properties)}
            onChange={(event) => setProperties(event.currentTarget.value)}
          />
        )}
      </div>
      <div className="actions">
        <Button type="submit" variant="filled">
          {t('rules.form.take')}
        </Button>
        <Button onClick={cancel}>{t('rules.form.cancel')}</Button>
      </div>
    </form>
  )
}

interface ValueProps {
  typed: Typed
  lists: readonly string[]
  tried: boolean
  change: (more: Partial<Typed>) => void
}

function Value({ typed, lists, tried, change }: ValueProps) {
  const { t } = useTranslation()
  const { about, is, values, key } = typed
  if (about === 'tlp' || about === 'recordMarking' || about === 'pap') {
    return (
      <NativeSelect
        label={t('rules.form.least')}
        value={values}
        data={about === 'pap' ? PAP : TLP}
        onChange={(event) => change({ values: event.currentTarget.value })}
      />
    )
  }
  if (about === 'confidence') {
    return (
      <TextInput
        label={t('rules.form.below')}
        inputMode="numeric"
        value={values}
        maxLength={3}
        error={tried && conditionOf(typed) === undefined ? '1–100' : undefined}
        onChange={(event) => change({ values: event.currentTarget.value })}
      />
    )
  }
  return (
    <>
      <NativeSelect
        label={t('rules.form.whether')}
        value={is}
        data={(['any', 'none'] as const).map((one) => ({ value: one, label: t(`rules.form.is.${one}`) }))}
        onChange={(event) => change({ is: event.currentTarget.value === 'none' ? 'none' : 'any' })}
      />
      <TextInput
        label={t('rules.form.values')}
        value={values}
        maxLength={LONGEST.values}
        spellCheck={false}
        autoCapitalize="off"
        {...(about === 'list' && lists.length > 0 ? { list: `lists-${key}` } : {})}
        error={tried && textsOf(values).length === 0 ? t('rules.form.valuesFault') : undefined}
        onChange={(event) => change({ values: event.currentTarget.value })}
      />
      {about === 'list' && (
        <datalist id={`lists-${key}`}>
          {lists.map((list) => (
            <option key={list} value={list} />
          ))}
        </datalist>
      )}
    </>
  )
}

function fresh(about: Typed['about']): Typed {
  const values = { tlp: 'TLP:AMBER', recordMarking: 'TLP:AMBER', pap: 'PAP:AMBER', confidence: '50' } as const
  return { key: ++keys, about, is: 'any', values: about in values ? values[about as keyof typeof values] : '' }
}

function typedOf(condition: RuleCondition): Typed {
  const { about } = condition
  if ('of' in condition) return { ...fresh(about), is: condition.is, values: condition.of.join(', ') }
  return { ...fresh(about), values: 'below' in condition ? String(condition.below) : condition.atLeast }
}

/** Undefined where it names nothing. */
function conditionOf({ about, is, values }: Typed): RuleCondition | undefined {
  if (about === 'tlp' || about === 'recordMarking' || about === 'pap') return { about, atLeast: values }
  if (about === 'confidence') {
    const below = Number(values)
    return Number.isInteger(below) && below >= 1 && below <= 100 ? { about, below } : undefined
  }
  const of = textsOf(values)
  const fact: RuleFact | undefined = SET_FACTS.find((one) => one === about)
  return of.length === 0 || fact === undefined ? undefined : { about: fact, is, of }
}

function textsOf(text: string): string[] {
  return [...new Set(text.split(',').map((one) => one.trim()))].filter((one) => one !== '')
}
