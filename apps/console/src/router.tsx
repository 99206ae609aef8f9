// The rooms and their addresses. A record's page is /record/<origin>/<index>; what is chosen in a list stands in the query.
// Rooms other than the first are fetched when they are entered.

import type { ObjectQuery, RecordQuery } from '@countersign/client'
import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  Navigate,
  redirect,
} from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { CHECK_PATH, Frame } from './frame/Frame.tsx'
import { Empty, Failed } from './marks/Notice.tsx'
import { Records } from './rooms/records/Records.tsx'
import type { RoundSearch } from './rooms/round/round-place.ts'

const LONGEST_FILTER = 300
/** Of parties, one after the other. */
const LONGEST_LIST = 20_000

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound, errorComponent: Broken })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: () => <Navigate to="/records" replace />,
})

const records = createRoute({
  getParentRoute: () => root,
  path: '/records',
  validateSearch: (search: Record<string, unknown>): RecordQuery =>
    chosen(search, ['pact', 'channel', 'type', 'party', 'state', 'q', 'cursor']),
  component: Records,
})

const record = createRoute({
  getParentRoute: () => root,
  path: '/record/$',
  component: lazyRouteComponent(() => import('./rooms/record/Record.tsx'), 'RecordRoom'),
})

const objects = createRoute({
  getParentRoute: () => root,
  path: '/objects',
  validateSearch: (search: Record<string, unknown>): ObjectQuery =>
    chosen(search, ['q', 'type', 'party', 'collection', 'pact', 'cursor']),
  component: lazyRouteComponent(() => import('./rooms/objects/Objects.tsx'), 'Objects'),
})

const object = createRoute({
  getParentRoute: () => root,
  path: '/object/$id',
  component: lazyRouteComponent(() => import('./rooms/objects/Object.tsx'), 'ObjectRoom'),
})

const graph = createRoute({
  getParentRoute: () => root,
  path: '/objects/graph',
  validateSearch: (
    search: Record<string, unknown>,
  ): Chosen<'of' | 'depth' | 'q' | 'type' | 'party' | 'collection' | 'pact'> =>
    chosen(search, ['of', 'depth', 'q', 'type', 'party', 'collection', 'pact']),
  component: lazyRouteComponent(() => import('./rooms/graph/Graph.tsx'), 'GraphRoom'),
})

const timeline = createRoute({
  getParentRoute: () => root,
  path: '/objects/timeline',
  validateSearch: (
    search: Record<string, unknown>,
  ): Chosen<'of' | 'q' | 'type' | 'party' | 'collection' | 'pact' | 'by' | 'from' | 'until'> =>
    chosen(search, ['of', 'q', 'type', 'party', 'collection', 'pact', 'by', 'from', 'until']),
  component: lazyRouteComponent(() => import('./rooms/timeline/Timeline.tsx'), 'TimelineRoom'),
})

const share = createRoute({
  getParentRoute: () => root,
  path: '/share',
  component: lazyRouteComponent(() => import('./rooms/share/Share.tsx'), 'ShareRoom'),
})

const triage = createRoute({
  getParentRoute: () => root,
  path: '/triage',
  validateSearch: (search: Record<string, unknown>): Chosen<'pact' | 'share' | 'type' | 'q' | 'show' | 'at'> =>
    chosen(search, ['pact', 'share', 'type', 'q', 'show', 'at']),
  component: lazyRouteComponent(() => import('./rooms/triage/Triage.tsx'), 'TriageRoom'),
})

const rounds = createRoute({
  getParentRoute: () => root,
  path: '/rounds',
  validateSearch: (search: Record<string, unknown>): Chosen<'pact'> => chosen(search, ['pact']),
  component: lazyRouteComponent(() => import('./rooms/round/Rounds.tsx'), 'RoundsRoom'),
})

const round = createRoute({
  getParentRoute: () => root,
  path: '/round',
  // Recipients are separated by commas; without any it is the round for all others of the channel.
  validateSearch: (search: Record<string, unknown>): RoundSearch =>
    chosen(search, ['pact', 'channel', 'to'], LONGEST_LIST),
  beforeLoad: ({ search }) => {
    // Which one is meant, the list of them lets choose.
    if (search.pact === undefined) throw redirect({ to: '/rounds' })
  },
  component: lazyRouteComponent(() => import('./rooms/round/Round.tsx'), 'RoundRoom'),
})

const balance = createRoute({
  getParentRoute: () => root,
  path: '/balance',
  validateSearch: (search: Record<string, unknown>): Chosen<'pact' | 'span'> => chosen(search, ['pact', 'span']),
  component: lazyRouteComponent(() => import('./rooms/balance/Balance.tsx'), 'BalanceRoom'),
})

const consents = createRoute({
  getParentRoute: () => root,
  path: '/consents',
  // `give`: the id of an object for which the dialogue opens.
  validateSearch: (search: Record<string, unknown>): Chosen<'pact' | 'give'> => chosen(search, ['pact', 'give']),
  component: lazyRouteComponent(() => import('./rooms/consents/Consents.tsx'), 'ConsentsRoom'),
})

const agreements = createRoute({
  getParentRoute: () => root,
  path: '/agreements',
  component: lazyRouteComponent(() => import('./rooms/agreement/Agreements.tsx'), 'Agreements'),
})

const agreement = createRoute({
  getParentRoute: () => root,
  path: '/agreement/$id',
  component: lazyRouteComponent(() => import('./rooms/agreement/Agreement.tsx'), 'AgreementRoom'),
})

const check = createRoute({
  getParentRoute: () => root,
  path: CHECK_PATH,
  component: lazyRouteComponent(() => import('./rooms/check/Check.tsx'), 'CheckRoom'),
})

const rules = createRoute({
  getParentRoute: () => root,
  path: '/rules',
  validateSearch: (search: Record<string, unknown>): Chosen<'scope'> => chosen(search, ['scope']),
  component: lazyRouteComponent(() => import('./rooms/rules/Rules.tsx'), 'RulesRoom'),
})

const approvals = createRoute({
  getParentRoute: () => root,
  path: '/approvals',
  component: lazyRouteComponent(() => import('./rooms/approvals/Approvals.tsx'), 'ApprovalsRoom'),
})

const approval = createRoute({
  getParentRoute: () => root,
  path: '/approval/$id',
  component: lazyRouteComponent(() => import('./rooms/approvals/Waiting.tsx'), 'WaitingRoom'),
})

const keys = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  component: lazyRouteComponent(() => import('./rooms/keys/Keys.tsx'), 'KeysRoom'),
})

const node = createRoute({
  getParentRoute: () => root,
  path: '/node',
  component: lazyRouteComponent(() => import('./rooms/node/Node.tsx'), 'NodeRoom'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    records,
    record,
    objects,
    object,
    graph,
    timeline,
    share,
    triage,
    rounds,
    round,
    balance,
    consents,
    agreements,
    agreement,
    rules,
    approvals,
    approval,
    check,
    keys,
    node,
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  // Values in the query are plain text: an address can be read, typed and sent.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
    return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
  },
})

/** What is not chosen may be taken out by setting it to nothing. */
type Chosen<Key extends string> = { [Name in Key]?: string | undefined }

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

function chosen<const Key extends string>(
  search: Record<string, unknown>,
  keys: readonly Key[],
  longest = LONGEST_FILTER,
): { [Name in Key]?: string } {
  const found: { [Name in Key]?: string } = {}
  for (const key of keys) {
    const value = search[key]
    if (typeof value === 'string' && value !== '' && value.length <= longest) found[key] = value
  }
  return found
}

function NotFound() {
  const { t } = useTranslation()
  return (
    <Empty title={t('frame.notFound')} next={t('frame.notFoundNext')}>
      <Link to="/records">{t('frame.toRecords')}</Link>
    </Empty>
  )
}

function Broken({ error }: { error: unknown }) {
  return <Failed error={error} again={() => location.reload()} />
}
