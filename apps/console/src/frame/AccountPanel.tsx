// Who is signed in, at which node, and how the desk looks: appearance, language, keys, sign out.

import type { Me } from '@countersign/client'
import { Button, NativeSelect, Switch, useMantineColorScheme } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api } from '../api.ts'
import { SCHEMES } from '../look/theme.ts'
import { Foreign } from '../marks/Foreign.tsx'
import { chooseLanguage, LANGUAGES, parseLanguage } from '../words/index.ts'
import { setSingleKeys, useSingleKeys } from './keyboard.ts'

export function AccountPanel({ me, showKeys }: { me: Me; showKeys: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const singleKeys = useSingleKeys()
  const signOut = async () => {
    await api.signOut().catch(() => undefined)
    // Nothing of what the officer read stays behind in this page.
    client.clear()
    location.assign('/')
  }
  return (
    <div id="account" className="panel" popover="auto" role="dialog" aria-label={t('frame.account')}>
      <dl>
        <dt>{t('settings.signedInAs')}</dt>
        <dd>
          <Foreign max={100}>{me.account.name}</Foreign> <span className="quiet">{me.account.email}</span>
        </dd>
        <dt>{t('settings.node')}</dt>
        <dd>
          <Foreign max={200}>{me.node.name}</Foreign> <span className="quiet">{me.node.party}</span>
        </dd>
      </dl>
      <LookSettings />
      <Switch
        label={t('settings.singleKeys')}
        checked={singleKeys}
        onChange={(event) => setSingleKeys(event.currentTarget.checked)}
      />
      <Link to="/check">{t('check.link')}</Link>
      <div className="actions">
        <Button popoverTarget="account" popoverTargetAction="hide" onClick={showKeys}>
          {t('settings.keys')}
        </Button>
        <Button onClick={signOut}>{t('settings.signOut')}</Button>
      </div>
    </div>
  )
}

export function LookSettings() {
  const { t, i18n } = useTranslation()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <div className="pair">
      <NativeSelect
        label={t('settings.appearance')}
        value={colorScheme}
        data={SCHEMES.map((value) => ({ value, label: t(`settings.${value}`) }))}
        onChange={(event) => setColorScheme(SCHEMES.find((scheme) => scheme === event.currentTarget.value) ?? 'auto')}
      />
      {LANGUAGES.length > 1 && (
        <NativeSelect
          label={t('settings.language')}
          value={i18n.language}
          data={LANGUAGES.map(({ code, name }) => ({ value: code, label: name }))}
          onChange={(event) => chooseLanguage(parseLanguage(event.currentTarget.value) ?? 'en')}
        />
      )}
    </div>
  )
}
