// The sign-in room. The password goes to the node and nowhere else; nothing is kept in this page but the node's cookie.

import type { NodeFacts } from '@countersign/client'
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiFailure, api } from '../../api.ts'
import { LookSettings } from '../../frame/AccountPanel.tsx'
import { Foreign, plain } from '../../marks/Foreign.tsx'
import { Mark } from '../../marks/Mark.tsx'

export function SignIn({ node, ended }: { node: NodeFacts | undefined; ended: boolean }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [working, setWorking] = useState(false)
  const [failure, setFailure] = useState('')

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const email = String(form.get('email') ?? '').trim()
    const password = String(form.get('password') ?? '')
    if (email === '' || password === '') return setFailure(t('signIn.missing'))
    setWorking(true)
    setFailure('')
    try {
      await api.signIn(email, password)
      await client.resetQueries()
    } catch (cause) {
      setFailure(signInFailure(cause, t))
    } finally {
      setWorking(false)
    }
  }

  return (
    <main className="alone">
      <form className="sign-in" onSubmit={submit} noValidate aria-labelledby="sign-in-title">
        <div className="product">
          <Mark />
          <span>{t('product')}</span>
        </div>
        <h1 id="sign-in-title">{t('signIn.title')}</h1>
        {node !== undefined && (
          <p className="sign-in-node">
            <Foreign max={200}>{t('signIn.to', { name: node.name })}</Foreign>
            <span className="quiet">{plain(node.party, 128)}</span>
          </p>
        )}
        {node?.demo === true && (
          <p className="note">
            <IconInfoCircle aria-hidden size={18} stroke={1.6} />
            <span>{t('signIn.demo')}</span>
          </p>
        )}
        {ended && failure === '' && <p className="note">{t('signIn.expired')}</p>}
        <TextInput
          size="sm"
          label={t('signIn.email')}
          name="email"
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={254}
          autoFocus
        />
        <PasswordInput label={t('signIn.password')} name="password" autoComplete="current-password" maxLength={256} />
        <p className="form-failure" role="alert">
          {failure}
        </p>
        <Button type="submit" variant="filled" size="sm" disabled={working}>
          {working ? t('signIn.working') : t('signIn.submit')}
        </Button>
        <Link to="/check" className="small">
          {t('check.link')}
        </Link>
        <LookSettings />
      </form>
    </main>
  )
}

function signInFailure(cause: unknown, t: TFunction): string {
  if (!(cause instanceof ApiFailure)) return t('failure.broken')
  if (cause.code === 'network/unreachable') return t('failure.unreachable')
  // How long it takes, the node says.
  if (cause.code === 'account/locked') return plain(cause.message, 300)
  if (cause.status === 429) return t('signIn.tooMany')
  if (cause.status === 400 || cause.status === 401 || cause.status === 403 || cause.status === 422)
    return t('signIn.wrong')
  return t('signIn.failed', { code: plain(cause.code, 80) })
}
