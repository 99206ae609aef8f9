// To whom a share goes, under which agreement, on which channel and how it is marked.

import type { Mode, PactRow } from '@countersign/client'
import { Checkbox, NativeSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Block } from '../../marks/Blocks.tsx'
import { plain } from '../../marks/Foreign.tsx'
import { channelsOf, markingsUnder, othersOn, type Place, usualPlace } from './place.ts'

const MODES = ['Actual', 'Exercise', 'Test'] as const satisfies readonly Mode[]

interface PlaceChoiceProps {
  pacts: readonly PactRow[]
  pact: PactRow
  place: Place
  party: string
  choose: (place: Place) => void
}

export function PlaceChoice({ pacts, pact, place, party, choose }: PlaceChoiceProps) {
  const { t } = useTranslation()
  const { agreement } = pact
  const nameOf = (one: string) => agreement.parties.find((row) => row.party === one)?.name ?? ''
  return (
    <Block title={t('share.where')}>
      <div className="place">
        {pacts.length > 1 && (
          <NativeSelect
            label={t('share.agreement')}
            value={pact.id}
            data={pacts.map(({ id, title }) => ({ value: id, label: plain(title, 100) }))}
            onChange={(event) => {
              const other = pacts.find(({ id }) => id === event.currentTarget.value)
              if (other !== undefined) choose(usualPlace(other, party))
            }}
          />
        )}
        <NativeSelect
          label={t('share.channel')}
          value={place.channel}
          data={channelsOf(agreement, party).map(({ name }) => name)}
          onChange={(event) => {
            const channel = event.currentTarget.value
            choose({ ...place, channel, to: othersOn(agreement, channel, party) })
          }}
        />
        <NativeSelect
          label={t('share.marking')}
          value={place.tlp}
          data={markingsUnder(agreement)}
          onChange={(event) => choose({ ...place, tlp: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('share.mode')}
          value={place.mode}
          data={MODES.map((value) => ({ value, label: t(`mode.${value}`) }))}
          onChange={(event) => {
            choose({ ...place, mode: MODES.find((mode) => mode === event.currentTarget.value) ?? 'Actual' })
          }}
        />
      </div>
      <p className="quiet small">{t('share.markingHint', { max: agreement.marking.max })}</p>
      <fieldset className="recipients">
        <legend>{t('share.recipients')}</legend>
        {othersOn(agreement, place.channel, party).map((one) => (
          <Checkbox
            key={one}
            label={plain(nameOf(one) === '' ? one : `${one} (${nameOf(one)})`, 200)}
            checked={place.to.includes(one)}
            onChange={(event) => {
              const others = place.to.filter((other) => other !== one)
              choose({ ...place, to: event.currentTarget.checked ? [...others, one].sort() : others })
            }}
          />
        ))}
        {place.to.length === 0 && (
          <p role="alert" className="form-failure">
            {t('share.recipientsMissing')}
          </p>
        )}
      </fieldset>
    </Block>
  )
}
