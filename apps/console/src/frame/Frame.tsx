// The frame of every page: skip link, rooms, status strip, the room itself. Whoever is not signed in sees the sign-in room
// in its place, at the same address, and comes back to the page asked for.

import type { Me } from '@countersign/client'
import { ActionIcon, VisuallyHidden } from '@mantine/core'
import {
  IconArrowsExchange,
  IconFileText,
  IconGavel,
  IconKey,
  IconList,
  IconServer2,
  IconTopologyStar3,
  IconUserCircle,
  IconUsers,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiFailure } from '../api.ts'
import { showNumber } from '../marks/amounts.ts'
import { DialogHost } from '../marks/Dialogs.tsx'
import { Mark } from '../marks/Mark.tsx'
import { Failed, Loading } from '../marks/Notice.tsx'
import { ask, isSignedOut } from '../queries.ts'
import { SignIn } from '../rooms/sign-in/SignIn.tsx'
import { AccountPanel } from './AccountPanel.tsx'
import { AlarmBanner } from './AlarmBanner.tsx'
import { useForMe } from './for-me.ts'
import { KeysHelp, type KeysHelpHandle } from './KeysHelp.tsx'
import { useKeys } from './keyboard.ts'
import { StatusStrip } from './StatusStrip.tsx'

const ROOMS = [
  { to: '/records', words: 'rooms.records', short: 'rooms.records', icon: IconList, also: ['/record/'] },
  {
    to: '/objects',
    words: 'rooms.objects',
    short: 'rooms.objectsShort',
    icon: IconTopologyStar3,
    also: ['/object/', '/share'],
  },
  {
    to: '/triage',
    words: 'rooms.exchange',
    short: 'rooms.exchange',
    icon: IconArrowsExchange,
    also: ['/round', '/balance', '/consents'],
  },
  {
    to: '/agreements',
    words: 'rooms.agreements',
    short: 'rooms.agreements',
    icon: IconFileText,
    also: ['/agreement/'],
  },
  { to: '/rules', words: 'rooms.rules', short: 'rooms.rules', icon: IconGavel, also: [] },
  {
    to: '/approvals',
    words: 'rooms.approvals',
    short: 'rooms.approvals',
    icon: IconUsers,
    also: ['/approval/'],
  },
  { to: '/keys', words: 'rooms.keys', short: 'rooms.keys', icon: IconKey, also: ['/keys/'] },
  { to: '/node', words: 'rooms.node', short: 'rooms.node', icon: IconServer2, also: ['/node/'] },
] as const

/** The one room that needs no account: it asks the node for nothing. */
export const CHECK_PATH = '/check'

export function Frame() {
  const { t } = useTranslation()
  const me = useQuery(ask.me())
  // By what stands in the outlet, not by the address alone: on its way there the room before is still mounted.
  const isChecking = useRouterState({
    select: ({ matches }) => matches.some(({ fullPath }) => fullPath === CHECK_PATH),
  })
  if (me.data !== undefined && !isSignedOut(me.error)) return <Desk me={me.data} />
  if (isChecking) return <Visitor />
  if (isSignedOut(me.error)) {
    const node = me.error instanceof ApiFailure ? me.error.node : undefined
    return <SignIn node={node ?? me.data?.node} ended={me.data !== undefined} />
  }
  return (
    <main className="alone">
      {me.isError ? (
        <Failed error={me.error} again={() => void me.refetch()} />
      ) : (
        <Loading words={t('signIn.checking')} />
      )}
    </main>
  )
}

/** For whoever was handed a file, and has no account here or no node that answers. */
function Visitor() {
  const { t } = useTranslation()
  return (
    <div className="desk">
      <header className="header">
        <Link to={CHECK_PATH} className="product">
          <Mark />
          <span>{t('product')}</span>
        </Link>
        <span className="push" />
        <Link to="/records">{t('signIn.title')}</Link>
      </header>
      <main id="room" className="room" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  )
}

function Desk({ me }: { me: Me }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const keysHelp = useRef<KeysHelpHandle>(null)
  const forMe = useForMe()
  useTitle(path)
  useKeys({
    '?': () => keysHelp.current?.show(),
    'g r': () => void navigate({ to: '/records' }),
    'g o': () => void navigate({ to: '/objects' }),
    'g l': () => void navigate({ to: '/objects/timeline' }),
    'g s': () => void navigate({ to: '/share' }),
    'g t': () => void navigate({ to: '/triage' }),
    'g w': () => void navigate({ to: '/rounds' }),
    'g b': () => void navigate({ to: '/balance' }),
    'g c': () => void navigate({ to: '/consents' }),
    'g a': () => void navigate({ to: '/agreements' }),
    'g u': () => void navigate({ to: '/rules' }),
    'g p': () => void navigate({ to: '/approvals' }),
    'g k': () => void navigate({ to: '/keys' }),
    'g n': () => void navigate({ to: '/node' }),
  })
  return (
    <DialogHost>
      <div className="desk">
        <a className="skip" href="#room">
          {t('frame.skip')}
        </a>
        <header className="header">
          <Link to="/records" className="product">
            <Mark />
            <span className="wide-only">{t('product')}</span>
            <span className="narrow-only">{me.node.party}</span>
          </Link>
          <nav className="nav" aria-label={t('frame.nav')}>
            {ROOMS.map(({ to, words, short, icon: Icon, also }) => {
              const here = isIn(path, to, also)
              return (
                <Link key={to} to={to} data-here={here} {...(here ? { 'aria-current': 'page' as const } : {})}>
                  <Icon aria-hidden size={18} stroke={1.6} />
                  <span className="wide-only">{t(words)}</span>
                  <span className="narrow-only">{t(short)}</span>
                  {to === '/approvals' && forMe > 0 && <ForMe count={forMe} />}
                </Link>
              )
            })}
          </nav>
          <span className="push" />
          <ActionIcon variant="subtle" color="gray" popoverTarget="account" aria-label={t('frame.account')} size="lg">
            <IconUserCircle aria-hidden size={20} stroke={1.6} />
          </ActionIcon>
          <AccountPanel me={me} showKeys={() => keysHelp.current?.show()} />
        </header>
        <StatusStrip me={me} />
        <AlarmBanner />
        <main id="room" className="room" tabIndex={-1}>
          <Outlet />
        </main>
        <KeysHelp handle={keysHelp} />
      </div>
    </DialogHost>
  )
}

/** How much waits for whoever is signed in: a number to see, and a sentence to hear. */
function ForMe({ count }: { count: number }) {
  const { t, i18n } = useTranslation()
  return (
    <span className="for-me">
      <span aria-hidden>{showNumber(count, i18n.language)}</span>
      <VisuallyHidden>{t('waiting.forMe', { count })}</VisuallyHidden>
    </span>
  )
}

function isIn(path: string, to: string, also: readonly string[]): boolean {
  return path === to || [`${to}/`, ...also].some((start) => path.startsWith(start))
}

function useTitle(path: string): void {
  const { t } = useTranslation()
  const room = ROOMS.find(({ to, also }) => isIn(path, to, also))
  const title = room === undefined ? t('product') : `${t(room.words)} · ${t('product')}`
  useEffect(() => {
    document.title = title
  }, [title])
}
