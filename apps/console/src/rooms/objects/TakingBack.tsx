// Taking back an object that we shared, and removing here one that another party shared: two acts that must not be taken for
// each other. The first is said to the others and stays proved; the second is said to nobody.

import type { ObjectDetail } from '@countersign/client'
import { Button, Checkbox, NativeSelect } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { Block, Sentences } from '../../marks/Blocks.tsx'
import { Confirm } from '../../marks/Confirm.tsx'
import { useDialogs } from '../../marks/Dialogs.tsx'
import { namesOf } from '../../marks/Foreign.tsx'
import { showTime } from '../../marks/Time.tsx'

/** As spec/records.md lists them. */
const REASONS = ['false-positive', 'mistake', 'outdated', 'superseded', 'not-releasable', 'other'] as const

type Version = ObjectDetail['versions'][number]

export function TakingBack({ version }: { version: Version }) {
  const { t } = useTranslation()
  const open = useDialogs()
  const { collection } = version
  if (collection !== 'outbox' && collection !== 'inbox') return null
  const isOurs = collection === 'outbox'
  return (
    <Block title={t('takingBack.title')}>
      <p className="quiet">{t(isOurs ? 'takingBack.ours' : 'takingBack.theirs')}</p>
      <div className="actions">
        <Button
          onClick={() =>
            open((onClose) =>
              isOurs ? <TakeBack {...{ version, onClose }} /> : <RemoveHere {...{ version, onClose }} />,
            )
          }
        >
          {t(isOurs ? 'takingBack.take' : 'takingBack.remove')}
        </Button>
        {isOurs && (
          <Link to="/consents" search={{ pact: version.pact, give: version.id }} className="button-link">
            {t('consents.give')}
          </Link>
        )}
      </div>
      {isOurs && <p className="quiet small">{t('consents.ofObjectWords')}</p>}
    </Block>
  )
}

interface Open {
  version: Version
  onClose: () => void
}

function TakeBack({ version, onClose }: Open) {
  const { t } = useTranslation()
  const { id, pact } = version
  const hasVersions = version.version !== ''
  const [reason, setReason] = useState<string>('mistake')
  const [creator, setCreator] = useState(false)
  const [isAll, setAll] = useState(true)
  return (
    <Confirm
      title={t('takingBack.taking')}
      finality={t('takingBack.doesFinal')}
      button={t('takingBack.button')}
      act={async () => {
        const asked = { pact, ids: [id], reason, ...(creator ? { creator } : {}) }
        const done = await api.revoke(isAll ? asked : { ...asked, versions: [version.version] })
        if (done.state === 'held-here') return t('takingBack.held', { parties: namesOf(done.awaited) })
        const said = t('takingBack.done', { count: done.objects, parties: namesOf(done.to) })
        return done.newVersions.length > 0 ? `${said} ${t('takingBack.doneCreator')}` : said
      }}
      onClose={onClose}
    >
      <Sentences of={t('takingBack.does', { returnObjects: true })} />
      <NativeSelect
        label={t('takingBack.reason')}
        description={t('takingBack.reasonHint')}
        value={reason}
        data={REASONS.map((value) => ({ value, label: t(`takingBack.reasons.${value}`) }))}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {hasVersions && (
        <>
          <Versions version={version} isAll={isAll} choose={setAll} />
          <Checkbox
            label={t('takingBack.creator')}
            description={t('takingBack.creatorHint')}
            checked={creator}
            onChange={(event) => setCreator(event.currentTarget.checked)}
          />
        </>
      )}
    </Confirm>
  )
}

function RemoveHere({ version, onClose }: Open) {
  const { t } = useTranslation()
  const { id, pact } = version
  return (
    <Confirm
      title={t('takingBack.removing')}
      finality={t('takingBack.removingFinality')}
      button={t('takingBack.removingButton')}
      act={async () => t('takingBack.removed', { count: (await api.removeHere({ pact, id })).versions })}
      onClose={onClose}
    >
      <Sentences of={t('takingBack.removingDoes', { returnObjects: true })} />
    </Confirm>
  )
}

function Versions({ version, isAll, choose }: { version: Version; isAll: boolean; choose: (isAll: boolean) => void }) {
  const { t, i18n } = useTranslation()
  const time = showTime(Date.parse(version.version), i18n.language).local
  return (
    <NativeSelect
      label={t('takingBack.which')}
      value={isAll ? 'all' : 'this'}
      data={[
        { value: 'all', label: t('takingBack.all') },
        { value: 'this', label: t('takingBack.this', { time }) },
      ]}
      onChange={(event) => choose(event.currentTarget.value === 'all')}
    />
  )
}
