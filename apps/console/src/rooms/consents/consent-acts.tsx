// Giving a consent to passing on, and taking one back: what each does and does not, before it is said.

import type { Consented, ConsentRow, PactRow } from '@countersign/client'
import { Checkbox, NativeSelect, Textarea } from '@mantine/core'
import type { TFunction } from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { Sentences } from '../../marks/Blocks.tsx'
import { Confirm } from '../../marks/Confirm.tsx'
import { namesOf, plain } from '../../marks/Foreign.tsx'

interface GiveProps {
  pact: PactRow
  pacts: PactRow[]
  us: string
  /** Ids or records that stand in the field already. */
  objects: string
  onClose: () => void
}

const ANY = ''

export function Give({ pact, pacts, us, objects, onClose }: GiveProps) {
  const { t } = useTranslation()
  const [what, setWhat] = useState(objects)
  const [by, setBy] = useState<readonly string[]>(partiesOf(pact, us))
  const [agreement, setAgreement] = useState(pacts.find(({ id }) => id !== pact.id)?.id ?? pact.id)
  const [to, setTo] = useState<readonly string[]>([])
  // The widest reach is chosen, and never what is left over.
  const [isAnybody, setAnybody] = useState(false)
  const under = pacts.filter(({ id }) => agreement === ANY || id === agreement)
  const named = what.split(/[\s,]+/).filter((one) => one !== '')
  const others = partiesOf(pact, us)
  return (
    <Confirm
      title={t('consents.giving')}
      finality={t('consents.givingFinality')}
      button={t('consents.giveButton')}
      isReady={named.length > 0 && by.length > 0 && (isAnybody || to.length > 0)}
      act={async () => {
        const [ids, records] = [named.filter((one) => !one.includes('#')), named.filter((one) => one.includes('#'))]
        const given = await api.consent({
          ...{
            pact: pact.id,
            agreement: agreement === ANY ? null : agreement,
            parties: isAnybody ? null : [...to],
          },
          ...(ids.length === 0 ? {} : { ids }),
          ...(records.length === 0 ? {} : { records }),
          ...(by.length === others.length ? {} : { to: [...by] }),
        })
        return cameOf(given, 'consents.gave', t)
      }}
      onClose={onClose}
    >
      <Sentences of={t('consents.does', { returnObjects: true })} />
      <Textarea
        label={t('consents.whatField')}
        description={t('consents.whatHint')}
        rows={3}
        value={what}
        onChange={(event) => setWhat(event.currentTarget.value)}
      />
      <Choice label={t('consents.byField')} of={others} chosen={by} choose={setBy} />
      <NativeSelect
        label={t('consents.underField')}
        description={t('consents.underHint')}
        value={agreement}
        data={[
          ...pacts.map(({ id, title }) => ({ value: id, label: plain(title, 100) })),
          { value: ANY, label: t('consents.anyAgreement') },
        ]}
        onChange={(event) => {
          setAgreement(event.currentTarget.value)
          setTo([])
        }}
      />
      <Choice
        label={t('consents.toField')}
        of={[...new Set(under.flatMap((one) => partiesOf(one, us)))].sort()}
        chosen={isAnybody ? [] : to}
        choose={(chosen) => {
          setAnybody(false)
          setTo(chosen)
        }}
      />
      <Checkbox
        label={t('consents.anybody')}
        checked={isAnybody}
        onChange={(event) => setAnybody(event.currentTarget.checked)}
      />
    </Confirm>
  )
}

export function Retract({ pact, row, onClose }: { pact: string; row: ConsentRow; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Confirm
      title={t('consents.retracting', { parties: namesOf(row.to) })}
      finality={t('consents.retractingFinality')}
      button={t('consents.retractButton')}
      act={async () => cameOf(await api.retract({ pact, records: [row.record] }), 'consents.tookBack', t)}
      onClose={onClose}
    >
      <Sentences of={t('consents.retractDoes', { returnObjects: true })} />
    </Confirm>
  )
}

interface ChoiceProps {
  label: string
  of: readonly string[]
  chosen: readonly string[]
  choose: (chosen: readonly string[]) => void
}

function Choice({ label, of, chosen, choose }: ChoiceProps) {
  return (
    <Checkbox.Group label={label} value={[...chosen]} onChange={choose}>
      {of.map((party) => (
        <Checkbox key={party} value={party} label={plain(party, 255)} />
      ))}
    </Checkbox.Group>
  )
}

function partiesOf({ agreement }: PactRow, us: string): string[] {
  return [...new Set(agreement.channels.flatMap(({ parties }) => parties))].filter((party) => party !== us).sort()
}

function cameOf(done: Consented, said: 'consents.gave' | 'consents.tookBack', t: TFunction): string {
  if (done.state === 'held-here') return t('consents.held', { parties: namesOf(done.awaited) })
  return t(said, { parties: namesOf(done.to) })
}
