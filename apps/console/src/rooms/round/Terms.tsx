// When a round is due, how it is marked, and the rounds for other recipients.

import type { PactRow, RoundLook, RoundPlace } from '@countersign/client'
import { Button, Checkbox, NativeSelect } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { localeOf } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { plain } from '../../marks/Foreign.tsx'
import { failureWords } from '../../marks/Notice.tsx'
import { channelsOf, markingsUnder, othersOn } from '../share/place.ts'
import { recipientsOf, searchOf } from './round-place.ts'

const DAYS = [1, 2, 3, 4, 5, 6, 7] as const
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)

interface TermsProps {
  place: RoundPlace
  round: RoundLook
  pact: PactRow
  party: string
}

export function Terms({ place, round, pact, party }: TermsProps) {
  const { t, i18n } = useTranslation()
  const client = useQueryClient()
  const [changed, setChanged] = useState<{ weekday?: number; hour?: number; tlp?: string }>({})
  const weekday = changed.weekday ?? round.weekday
  const hour = changed.hour ?? round.hour
  const tlp = changed.tlp ?? round.marking?.tlp ?? ''
  const setting = useMutation({
    mutationFn: () => api.setRound(place, { weekday, hour, ...(tlp === '' ? {} : { marking: { tlp } }) }),
    onSuccess: () => {
      setChanged({})
      return client.invalidateQueries({ predicate: ({ queryKey: [what] }) => what === 'round' || what === 'rounds' })
    },
  })
  const isChanged = weekday !== round.weekday || hour !== round.hour || tlp !== (round.marking?.tlp ?? '')
  return (
    <>
      <Block title={t('round.terms')}>
        <NativeSelect
          label={t('round.weekday')}
          value={String(weekday)}
          data={DAYS.map((day) => ({ value: String(day), label: dayName(day, i18n.language) }))}
          onChange={(event) => setChanged({ ...changed, weekday: Number(event.currentTarget.value) })}
        />
        <NativeSelect
          label={t('round.hour')}
          value={String(hour)}
          data={HOURS.map((value) => ({
            value: String(value),
            label: t('round.hourHere', { utc: clock(value), local: localClock(round.dueAtMs, value, i18n.language) }),
          }))}
          onChange={(event) => setChanged({ ...changed, hour: Number(event.currentTarget.value) })}
        />
        <NativeSelect
          label={t('round.marking')}
          value={tlp}
          data={[
            ...(round.marking === undefined ? [{ value: '', label: t('round.markingUsual') }] : []),
            ...markingsUnder(pact.agreement).map((value) => ({ value, label: value })),
          ]}
          onChange={(event) => setChanged({ ...changed, tlp: event.currentTarget.value })}
        />
        {round.feed !== undefined && <p className="quiet">{t('round.feed', { feed: plain(round.feed, 64) })}</p>}
        <p role="alert" className="form-failure">
          {setting.isError ? failureWords(setting.error, t) : ''}
        </p>
        <div className="actions">
          <Button disabled={!isChanged || setting.isPending} onClick={() => setting.mutate()}>
            {t('round.set')}
          </Button>
          <span role="status" className="quiet">
            {setting.isSuccess && !isChanged ? t('round.isSet') : ''}
          </span>
        </div>
      </Block>
      <OtherRecipients round={round} pact={pact} party={party} />
    </>
  )
}

/** Each choice of recipients has a round of its own: choosing others leads to it, and moves nothing. */
function OtherRecipients({ round, pact, party }: Omit<TermsProps, 'place'>) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const now = recipientsOf(round, pact, party)
  const [channel, setChannel] = useState(round.channel)
  const [to, setTo] = useState(now)
  const others = othersOn(pact.agreement, channel, party)
  const channels = channelsOf(pact.agreement, party)
  const isOther = channel !== round.channel || to.join() !== now.join()
  if (channels.length < 2 && others.length < 2) return null
  return (
    <Block title={t('round.recipients')}>
      <p className="quiet small">{t('round.recipientsIntro')}</p>
      {channels.length > 1 && (
        <NativeSelect
          label={t('round.channel')}
          value={channel}
          data={channels.map(({ name }) => name)}
          onChange={(event) => {
            setChannel(event.currentTarget.value)
            setTo(othersOn(pact.agreement, event.currentTarget.value, party))
          }}
        />
      )}
      {others.map((one) => (
        <Checkbox
          key={one}
          label={plain(one, 128)}
          checked={to.includes(one)}
          onChange={(event) => {
            const rest = to.filter((other) => other !== one)
            setTo(event.currentTarget.checked ? [...rest, one].sort() : rest)
          }}
        />
      ))}
      {to.length === 0 && (
        <p role="alert" className="form-failure">
          {t('round.recipientsMissing')}
        </p>
      )}
      <div className="actions">
        <Button
          disabled={to.length === 0 || !isOther}
          onClick={() => {
            const isAll = others.every((one) => to.includes(one))
            void navigate({ to: '/round', search: searchOf({ pact: pact.id, channel, to: isAll ? null : to }) })
          }}
        >
          {t('round.openThat')}
        </Button>
      </div>
    </Block>
  )
}

/** From 1 for Monday. */
function dayName(day: number, language: string): string {
  // 5 January 1970 was a Monday.
  return new Intl.DateTimeFormat(localeOf(language), { weekday: 'long', timeZone: 'UTC' }).format(
    Date.UTC(1970, 0, 4 + day),
  )
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`
}

/** On the day when it is due next; the clocks of the reader may change later. */
function localClock(dueAtMs: number, hour: number, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    new Date(dueAtMs).setUTCHours(hour),
  )
}
