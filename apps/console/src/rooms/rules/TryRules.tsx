// Trying rules on objects before they count: what the gate says of each by the rules in force, and with the draft.

import type { ObjectVerdict, PactRow, RulesLook, RulesTry, TriedSide } from '@countersign/client'
import { Button, NativeSelect, Textarea } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import '../../look/share.css'
import { Block } from '../../marks/Blocks.tsx'
import { Drop } from '../../marks/Drop.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code } from '../../marks/Marks.tsx'
import { failureWords, Loading } from '../../marks/Notice.tsx'
import { GateMark, GateVerdict, Why } from '../share/gate-marks.tsx'
import { markingsUnder } from '../share/place.ts'
import type { Drafting } from './draft.ts'
import { caseOf, objectsIn, type Sides, sideBySide, triedOf } from './trying.ts'

const TRIED_CHARS_MAX = 2_097_152

interface Input {
  pact: string
  tlp: string
  objects: RulesTry['objects']
}

interface TryProps {
  look: RulesLook
  drafting: Drafting
  pacts: readonly PactRow[]
}

export function TryRules({ look, drafting, pacts }: TryProps) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<string>()
  const [tlp, setTlp] = useState<string>()
  const [stix, setStix] = useState('')
  const [ids, setIds] = useState('')
  const [tried, setTried] = useState<Input>()
  const ofScope = pacts.filter(({ id, agreement }) => {
    return look.scope === 'house' || id === look.scope || agreement.parties.some(({ party }) => party === look.scope)
  })
  const pact = ofScope.find(({ id }) => id === chosen) ?? ofScope[0]
  if (pact === undefined) {
    return (
      <Block title={t('rules.try.title')}>
        <p className="quiet">{t('rules.try.noAgreement')}</p>
      </Block>
    )
  }
  const marking = tlp ?? pact.agreement.marking.max
  const named = ids.split(/\s+/).filter((id) => id !== '')
  const isTooLarge = stix.length > TRIED_CHARS_MAX
  const take = (files: FileList | null) => {
    const [file] = files ?? []
    void file?.text().then((text) => setStix(text))
  }
  const start = () => setTried({ pact: pact.id, tlp: marking, objects: stix.trim() === '' ? { ids: named } : { stix } })
  return (
    <Block title={t('rules.try.title')}>
      <p className="quiet">{t('rules.try.intro')}</p>
      <Drop words={t('rules.try.drop')} choose={take} />
      <Textarea
        label={t('rules.try.stix')}
        rows={5}
        size="xs"
        spellCheck={false}
        value={stix}
        className="mono-field"
        error={isTooLarge ? t('rules.try.tooLarge') : undefined}
        onChange={(event) => setStix(event.currentTarget.value)}
      />
      {stix.trim() === '' && (
        <Textarea
          label={t('rules.try.ids')}
          rows={2}
          size="xs"
          spellCheck={false}
          value={ids}
          className="mono-field"
          onChange={(event) => setIds(event.currentTarget.value)}
        />
      )}
      <div className="place">
        {ofScope.length > 1 && (
          <NativeSelect
            label={t('rules.try.agreement')}
            value={pact.id}
            data={ofScope.map(({ id, title }) => ({ value: id, label: plain(title, 100) }))}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        )}
        <NativeSelect
          label={t('rules.try.marking')}
          value={marking}
          data={markingsUnder(pact.agreement)}
          onChange={(event) => setTlp(event.currentTarget.value)}
        />
      </div>
      <div className="actions">
        <Button
          variant="filled"
          disabled={(stix.trim() === '' && named.length === 0) || isTooLarge || drafting.isOutdated}
          onClick={start}
        >
          {t('rules.try.button')}
        </Button>
      </div>
      {tried !== undefined && <Tried key={JSON.stringify(tried)} input={tried} look={look} drafting={drafting} />}
    </Block>
  )
}

/** Asked again by itself as the draft changes. */
function Tried({ input, look, drafting }: { input: Input; look: RulesLook; drafting: Drafting }) {
  const { t } = useTranslation()
  const isOfChange = drafting.isEmpty && look.open !== null
  const of = isOfChange && look.open !== null ? { change: look.open.id } : { draft: drafting.asked }
  const query = useQuery({
    queryKey: ['rules-try', of, look.base, input],
    queryFn: () => api.tryRules({ of, ...input }),
    enabled: !drafting.isOutdated,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (query.isError)
    return (
      <p className="form-failure" role="alert">
        {failureWords(query.error, t)}
      </p>
    )
  if (query.data === undefined) return <Loading words={t('rules.try.working')} />
  const { now, then } = query.data
  const rows = sideBySide(now, then)
  const otherwise = rows.filter(({ isOtherwise }) => isOtherwise).length
  const objects = 'stix' in input.objects ? objectsIn(input.objects.stix) : []
  const thenWords = t(isOfChange ? 'rules.try.thenChange' : 'rules.try.then')
  return (
    <div className="tried" aria-live="polite" aria-busy={query.isPlaceholderData}>
      <h3>{t('rules.try.result')}</h3>
      <div className="rule-sides">
        <Whole words={t('rules.try.now')} side={now} />
        <Whole words={thenWords} side={then} />
      </div>
      <p>
        <strong>
          {otherwise === 0
            ? t('rules.try.same', { count: rows.length })
            : t('rules.try.otherwise', { count: otherwise })}
        </strong>
      </p>
      <ul className="plain-list tried-objects">
        {rows.map((sides) => (
          <OneObject
            key={sides.index}
            {...{ sides, drafting, thenWords, object: objects[sides.index], tlp: input.tlp }}
            keeps={!isOfChange && !query.isPlaceholderData}
          />
        ))}
      </ul>
    </div>
  )
}

function Whole({ words, side }: { words: string; side: TriedSide }) {
  const { t } = useTranslation()
  const tried = triedOf(side)
  const whole = tried?.refusals.filter(({ object }) => object === undefined) ?? []
  return (
    <div className="tried-side">
      <span className="quiet small">{words}</span>
      {tried === undefined ? (
        <p className="form-failure">
          <Foreign max={1_000}>{t('rules.try.cannot', { message: 'message' in side ? side.message : '' })}</Foreign>
        </p>
      ) : (
        <GateVerdict of={tried.verdict} words={t(`rules.try.verdict.${tried.verdict}`)} />
      )}
      {whole.map(({ code, message }) => (
        <p key={code} className="small">
          <Foreign max={500}>{message}</Foreign>
        </p>
      ))}
    </div>
  )
}

interface ObjectProps {
  sides: Sides
  drafting: Drafting
  thenWords: string
  object: unknown
  tlp: string
  keeps: boolean
}

function OneObject({ sides, drafting, thenWords, object, tlp, keeps }: ObjectProps) {
  const { t } = useTranslation()
  const { id, index, now, then, isOtherwise } = sides
  const name = nameOf(object, id)
  const expected = t(then?.leftOut === true ? 'share.cutWhole' : `share.${then?.verdict ?? 'untold'}`)
  const caseName = `${plain(name, 150)}: ${expected}`
  const isKept = drafting.cases.some((one) => one.case === caseName)
  return (
    <li data-otherwise={isOtherwise}>
      <p>
        <strong>
          <Foreign max={200}>{name}</Foreign>
        </strong>{' '}
        {isOtherwise && <span className="tag accent">{t('rules.try.differs')}</span>} <Code>{id}</Code>
      </p>
      <div className="rule-sides">
        <Side words={t('rules.try.now')} told={now} />
        <Side words={thenWords} told={then} />
      </div>
      {keeps && then !== undefined && typeof object === 'object' && object !== null && (
        <div className="actions">
          {isKept ? (
            <span className="quiet">{t('rules.try.kept')}</span>
          ) : (
            <Button
              size="compact-xs"
              aria-label={t('rules.try.keepOne', { name: plain(name === '' ? String(index + 1) : name, 100) })}
              onClick={() => drafting.setCases([...drafting.cases, caseOf(object, then, caseName, tlp)])}
            >
              {t('rules.try.keep')}
            </Button>
          )}
        </div>
      )}
    </li>
  )
}

function Side({ words, told }: { words: string; told: ObjectVerdict | undefined }) {
  return (
    <div className="tried-side">
      <span className="quiet small">{words}</span>
      <GateMark sign={told === undefined ? 'untold' : told.leftOut ? 'cutWhole' : told.verdict} />
      {told !== undefined && <Why told={told} />}
    </div>
  )
}

function nameOf(object: unknown, id: string): string {
  const named = typeof object === 'object' && object !== null ? (object as Record<string, unknown>) : {}
  const found = [named['name'], named['value'], named['pattern']].find((one) => typeof one === 'string' && one !== '')
  return typeof found === 'string' ? found : id
}
