// What was gathered for a round, a page at a time: what the gate would do with each, and whether it is in. What is left out is
// taken in again with one press, by the row or as the last step.

import type { GatheredObject, RoundLook, RoundPlace } from '@countersign/client'
import { Button, Checkbox, NativeSelect } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { useListKeys } from '../../frame/keyboard.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { NARROW } from '../../marks/Filters.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Code } from '../../marks/Marks.tsx'
import { failureWords } from '../../marks/Notice.tsx'
import { Turns } from '../../marks/Pager.tsx'
import { Time } from '../../marks/Time.tsx'
import { StixType } from '../objects/object-marks.tsx'
import { GateMark, Why } from '../share/gate-marks.tsx'
import type { RoundGate } from './gate.ts'

const PAGE = 50
const FILTERS = ['all', 'refused', 'waits', 'redacted', 'leftOut'] as const
type Filter = (typeof FILTERS)[number]

interface Step {
  ids: string[]
  out: boolean
}

interface TableProps {
  place: RoundPlace
  round: RoundLook
  gate: RoundGate
}

export function GatheredTable({ place, round, gate }: TableProps) {
  const { t, i18n } = useTranslation()
  const client = useQueryClient()
  const [filter, setFilter] = useState<Filter>('all')
  const [page, setPage] = useState(0)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [current, setCurrent] = useState<string>()
  const [steps, setSteps] = useState<readonly Step[]>([])
  const choosing = useMutation({
    mutationFn: ({ ids, out }: Step) => api.chooseInRound(place, { ids }, out),
    onSuccess: () => client.invalidateQueries({ predicate: ({ queryKey: [what] }) => /^rounds?$/.test(String(what)) }),
  })
  const lists = listsOf(round, gate)
  const objects = lists[filter]
  const last = Math.max(0, Math.ceil(objects.length / PAGE) - 1)
  const at = Math.min(page, last)
  const rows = objects.slice(at * PAGE, (at + 1) * PAGE)
  const turn = (to: number) => setPage(Math.max(0, Math.min(last, to)))
  const number = (value: number) => showNumber(value, i18n.language)

  const isOut = new Map(round.gathered.map(({ id, leftOut }) => [id, leftOut !== null]))
  const choose = (ids: readonly string[], out: boolean) => {
    const some = [...new Set(ids)].filter((id) => isOut.get(id) === !out)
    if (some.length === 0 || choosing.isPending) return
    choosing.mutate(
      { ids: some, out },
      {
        onSuccess: () => {
          setSteps((before) => [...before, { ids: some, out }])
          setSelected(new Set())
        },
      },
    )
  }
  const lastStep = steps.at(-1)
  const undo = () => {
    if (lastStep === undefined || choosing.isPending) return
    choosing.mutate(
      { ids: lastStep.ids, out: !lastStep.out },
      { onSuccess: () => setSteps((before) => before.slice(0, -1)) },
    )
  }
  const inHand = () => (selected.size > 0 ? [...selected] : current === undefined ? [] : [current])
  const select = (ids: readonly string[], is: boolean) =>
    setSelected((before) => {
      const next = new Set(before)
      for (const id of ids) {
        if (is) next.add(id)
        else next.delete(id)
      }
      return next
    })
  useListKeys('', {
    n: () => turn(at + 1),
    p: () => turn(at - 1),
    x: () => current !== undefined && select([current], !selected.has(current)),
    o: () => choose(inHand(), true),
    i: () => choose(inHand(), false),
    u: undo,
  })
  const refused = lists.refused.map(({ id }) => id)
  const chosenIn = [...selected].filter((id) => isOut.get(id) === false)
  const chosenOut = [...selected].filter((id) => isOut.get(id) === true)
  const pageIds = rows.map(({ id }) => id)
  const picked = pageIds.filter((id) => selected.has(id)).length
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false
  const total = round.objects + round.leftOut
  const parts = { gate, choose, isBusy: choosing.isPending }
  const pick = (row: GatheredObject) => (
    <Checkbox
      aria-label={t('round.select', { name: nameOf(row) })}
      data-row-link={row.n}
      checked={selected.has(row.id)}
      onFocus={() => setCurrent(row.id)}
      onChange={(event) => select([row.id], event.currentTarget.checked)}
    />
  )
  return (
    <Block title={t('round.gathered')}>
      {round.sources.length > 0 && (
        <p className="quiet small">
          <Foreign max={500}>
            {t('round.fromFeeds', {
              sources: round.sources.map(({ source, objects: n }) => `${plain(source, 80)} (${number(n)})`).join(', '),
            })}
          </Foreign>
        </p>
      )}
      <div className="table-head">
        <NativeSelect
          aria-label={t('round.show')}
          value={filter}
          data={FILTERS.filter((one) => one === 'all' || one === filter || lists[one].length > 0).map((value) => ({
            value,
            label: t(`round.filter.${value}`, { number: number(lists[value].length) }),
          }))}
          onChange={(event) => {
            setFilter(FILTERS.find((one) => one === event.currentTarget.value) ?? 'all')
            setPage(0)
          }}
        />
        <Turns at={at} page={PAGE} total={objects.length} turn={turn} />
      </div>
      <div className="actions">
        {refused.length > 0 && (
          <Button onClick={() => choose(refused, true)} disabled={choosing.isPending}>
            {t('round.leaveRefused', { count: refused.length, number: number(refused.length) })}
          </Button>
        )}
        {selected.size > 0 && (
          <span>{t('round.selected', { count: selected.size, number: number(selected.size) })}</span>
        )}
        {chosenIn.length > 0 && (
          <Button onClick={() => choose(chosenIn, true)} disabled={choosing.isPending}>
            {t('round.leaveOutSome', { number: number(chosenIn.length) })}
          </Button>
        )}
        {chosenOut.length > 0 && (
          <Button onClick={() => choose(chosenOut, false)} disabled={choosing.isPending}>
            {t('round.takeInSome', { number: number(chosenOut.length) })}
          </Button>
        )}
        <span role="status">
          {lastStep !== undefined &&
            t(lastStep.out ? 'round.leftOutDone' : 'round.takenInDone', {
              ...{ count: lastStep.ids.length, number: number(lastStep.ids.length) },
            })}
        </span>
        {lastStep !== undefined && (
          <Button onClick={undo} disabled={choosing.isPending} aria-keyshortcuts="u">
            {t('round.undo')}
          </Button>
        )}
      </div>
      <p role="alert" className="form-failure">
        {choosing.isError ? failureWords(choosing.error, t) : ''}
      </p>
      {rows.length === 0 ? (
        <p className="quiet">{t('round.none')}</p>
      ) : narrow ? (
        <ul className="cards" aria-label={t('round.table')}>
          {rows.map((row) => (
            <li className="card" key={row.n} data-quiet={row.leftOut !== null}>
              <div className="card-pick">
                {pick(row)}
                <div>
                  <Named row={row} />
                </div>
              </div>
              <GateCell row={row} gate={gate} />
              <InOrOut row={row} {...parts} />
            </li>
          ))}
        </ul>
      ) : (
        <div className="table-frame">
          <table className="table draft gathered" aria-label={t('round.table')}>
            <thead>
              <tr>
                <th scope="col">
                  <Checkbox
                    aria-label={t('round.selectPage')}
                    checked={picked === pageIds.length}
                    indeterminate={picked > 0 && picked < pageIds.length}
                    onChange={() => select(pageIds, picked < pageIds.length)}
                  />
                </th>
                <th scope="col">{t('round.object')}</th>
                <th scope="col">{t('round.gate')}</th>
                <th scope="col">{t('round.act')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.n} data-quiet={row.leftOut !== null}>
                  <td>{pick(row)}</td>
                  <td className="draft-object">
                    <Named row={row} />
                  </td>
                  <td>
                    <GateCell row={row} gate={gate} />
                  </td>
                  <td>
                    <InOrOut row={row} {...parts} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {round.leftOut > 0 && <p className="quiet small">{t('round.outStays')}</p>}
      {total > round.gathered.length && (
        <p className="quiet">
          {t('round.firstListed', { listed: number(round.gathered.length), total: number(total) })}
        </p>
      )}
    </Block>
  )
}

function listsOf({ gathered }: RoundLook, { verdicts }: RoundGate): Record<Filter, GatheredObject[]> {
  const of = (verdict: string) =>
    gathered.filter(({ id, leftOut }) => leftOut === null && verdicts.get(id)?.verdict === verdict)
  return {
    all: gathered,
    refused: of('refused'),
    waits: of('waits'),
    redacted: of('redacted'),
    leftOut: gathered.filter(({ leftOut }) => leftOut !== null),
  }
}

function nameOf({ name, id }: GatheredObject): string {
  return plain(name === null || name === '' ? id : name, 200)
}

function Named({ row }: { row: GatheredObject }) {
  return (
    <>
      <StixType type={row.type} />{' '}
      {row.name !== null && row.name !== '' && (
        <strong>
          <Foreign max={200}>{row.name}</Foreign>
        </strong>
      )}
      <div className="quiet small">
        <Code>{row.id}</Code>
      </div>
      <div className="quiet small">
        <Foreign max={100}>{row.source}</Foreign> · <Time at={row.at / 1000} />
      </div>
    </>
  )
}

function GateCell({ row, gate }: { row: GatheredObject; gate: RoundGate }) {
  const { t } = useTranslation()
  if (row.leftOut !== null) {
    return (
      <p className="quiet">
        <Foreign max={200}>{t('round.leftOutBy', { officer: plain(row.leftOut, 100) })}</Foreign>
      </p>
    )
  }
  const told = gate.verdicts.get(row.id)
  const unsaid = gate.tried === undefined ? 'unknown' : gate.isWhole ? 'passes' : 'untold'
  const sign = told === undefined ? unsaid : told.leftOut ? 'cutWhole' : told.verdict
  return (
    <div className="gate-cell">
      <GateMark sign={sign} />
      {told !== undefined && <Why told={told} />}
    </div>
  )
}

interface InOrOutProps {
  row: GatheredObject
  choose: (ids: readonly string[], out: boolean) => void
  isBusy: boolean
}

function InOrOut({ row, choose, isBusy }: InOrOutProps) {
  const { t } = useTranslation()
  const isOut = row.leftOut !== null
  return (
    <Button
      disabled={isBusy}
      aria-label={t(isOut ? 'round.takeInOne' : 'round.leaveOutOne', { name: nameOf(row) })}
      onClick={() => choose([row.id], !isOut)}
    >
      {t(isOut ? 'round.takeIn' : 'round.leaveOut')}
    </Button>
  )
}
