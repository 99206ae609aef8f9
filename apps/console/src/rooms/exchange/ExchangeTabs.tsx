// The rooms of the exchange, one beside the other: what was heard, what is about to be said, what came of both, and what of it
// may go on to others.

import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

const TABS = [
  { to: '/triage', words: 'exchange.triage', keys: 'g t' },
  { to: '/rounds', words: 'exchange.rounds', keys: 'g w' },
  { to: '/balance', words: 'exchange.balance', keys: 'g b' },
  { to: '/consents', words: 'exchange.consents', keys: 'g c' },
] as const

export function ExchangeTabs({ here, pact }: { here: (typeof TABS)[number]['to']; pact?: string | undefined }) {
  const { t } = useTranslation()
  return (
    <nav className="tabs" aria-label={t('exchange.tabs')}>
      {TABS.map(({ to, words, keys }) => (
        <Link
          key={to}
          to={to}
          search={pact === undefined ? {} : { pact }}
          aria-keyshortcuts={keys}
          data-here={to === here}
          {...(to === here ? { 'aria-current': 'page' as const } : {})}
        >
          {t(words)}
        </Link>
      ))}
    </nav>
  )
}
