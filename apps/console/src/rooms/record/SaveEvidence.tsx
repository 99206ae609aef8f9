// “Save evidence”: one file of this record, or of the whole exchange it belongs to, for somebody who has neither an account
// nor a node. It is fetched before it is saved, so that a refusal is read here and not found in a file.

import { Button, Checkbox, Radio } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { showBytes } from '../../marks/amounts.ts'
import { failureWords } from '../../marks/Notice.tsx'
import { saveFile } from '../../marks/save-file.ts'

const SCOPES = ['record', 'exchange'] as const
type Scope = (typeof SCOPES)[number]

export function SaveEvidence({ record, opened, isAlone }: { record: string; opened: boolean; isAlone: boolean }) {
  const { t, i18n } = useTranslation()
  const [reveal, setReveal] = useState(false)
  const [chosen, setScope] = useState<Scope>('record')
  const scope = isAlone ? 'record' : chosen
  const save = useMutation({
    mutationFn: async () => {
      const file = await api.evidence(record, { reveal, exchange: scope === 'exchange' })
      saveFile(file, `${scope}.evidence`, 'application/octet-stream')
      return { name: `${scope}.evidence`, bytes: file.length }
    },
  })
  return (
    <div className="evidence">
      <h3>{t('evidence.title')}</h3>
      <p className="quiet">{t('evidence.intro')}</p>
      {!isAlone && (
        <Radio.Group
          size="sm"
          label={t('evidence.scope')}
          value={scope}
          onChange={(value) => setScope(SCOPES.find((one) => one === value) ?? 'record')}
        >
          <div className="scopes">
            {SCOPES.map((value) => (
              <Radio
                key={value}
                value={value}
                label={t(`evidence.${value}`)}
                description={t(`evidence.${value}Note`)}
              />
            ))}
          </div>
        </Radio.Group>
      )}
      {(opened || scope === 'exchange') && (
        <Checkbox
          size="sm"
          label={t('verify.reveal')}
          description={t(scope === 'exchange' ? 'evidence.revealAllNote' : 'verify.revealNote')}
          checked={reveal}
          onChange={(event) => setReveal(event.currentTarget.checked)}
        />
      )}
      <div className="actions">
        <Button
          leftSection={<IconDownload aria-hidden size={16} stroke={1.8} />}
          disabled={save.isPending}
          onClick={() => save.mutate()}
        >
          {save.isPending ? t('evidence.cutting') : t('verify.save')}
        </Button>
        <span role="status" className="quiet">
          {save.data !== undefined &&
            t('evidence.saved', { name: save.data.name, size: showBytes(save.data.bytes, i18n.language) })}
        </span>
      </div>
      <p role="alert" className="form-failure">
        {save.isError ? failureWords(save.error, t) : ''}
      </p>
    </div>
  )
}
