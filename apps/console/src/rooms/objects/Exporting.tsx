// Saving objects as a file: how strictly they are marked is said first, stands in the name of the file, and takes a word more
// where it is TLP:RED.

import type { ExportInput, Taking } from '@countersign/client'
import { Checkbox, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { counted } from '../../marks/amounts.ts'
import { Sentences } from '../../marks/Blocks.tsx'
import { Confirm } from '../../marks/Confirm.tsx'
import { TlpChip } from '../../marks/Marks.tsx'
import { failureWords } from '../../marks/Notice.tsx'
import { saveFile } from '../../marks/save-file.ts'
import { ask } from '../../queries.ts'

const RED = 'TLP:RED'

export function Exporting({ taking, onClose }: { taking: Taking; onClose: () => void }) {
  const { t, i18n } = useTranslation()
  const { data: look, error } = useQuery(ask.exportLook(taking))
  const [form, setForm] = useState<ExportInput['form']>('stix')
  const [confirmed, setConfirmed] = useState(false)
  const words = (count: number) => counted(count, i18n.language)
  return (
    <Confirm
      title={t('exporting.title')}
      button={t('exporting.button')}
      isReady={look !== undefined && (look.marking !== RED || confirmed)}
      act={async () => {
        const marking = look?.marking ?? RED
        const bytes = await api.exportObjects({ ...taking, form, marking, ...(marking === RED ? { confirmed } : {}) })
        const name = `objects-${form}-${marking.replace(':', '-')}.json`
        saveFile(bytes, name, 'application/json')
        return t('exporting.done', { name })
      }}
      onClose={onClose}
    >
      <Sentences of={t('exporting.does', { returnObjects: true })} />
      {look === undefined ? (
        <p role="status">{error === null ? t('exporting.looking') : failureWords(error, t)}</p>
      ) : (
        <>
          <p>
            {t('exporting.count', words(look.objects))}{' '}
            {look.definitions > 0 && t('exporting.definitions', words(look.definitions))}{' '}
            {look.missing > 0 && t('exporting.missing', words(look.missing))}
          </p>
          <p>
            {t('exporting.marking')} <TlpChip tlp={look.marking} />
          </p>
          <NativeSelect
            label={t('exporting.form')}
            value={form}
            data={(['stix', 'misp'] as const).map((value) => ({ value, label: t(`exporting.${value}`) }))}
            onChange={(event) => setForm(event.currentTarget.value === 'misp' ? 'misp' : 'stix')}
          />
          {look.marking === RED && (
            <Checkbox
              label={t('exporting.red')}
              checked={confirmed}
              onChange={(event) => setConfirmed(event.currentTarget.checked)}
            />
          )}
        </>
      )}
    </Confirm>
  )
}
