// What is asked of the node, how often it is asked again, and what becomes of an ended session.

import type {
  GraphInput,
  ObjectQuery,
  RecordQuery,
  RoundPlace,
  Taking,
  TimelineInput,
  TriageQuery,
} from '@countersign/client'
import { keepPreviousData, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query'
import { ApiFailure, api } from './api.ts'

const LIST_AGAIN_MS = 5_000
const STATUS_AGAIN_MS = 5_000
/** What was heard is gone through anew each time it is asked for, and no list must change under the hand often. */
const TRIAGE_AGAIN_MS = 30_000
/** As many as the node lists. */
const TRIAGE_ROWS = '1000'
const RETRY_MS = 5_000
/** A share that waits is judged anew each time it is looked at: a larger one only when an officer comes to it. */
const LOOKED_AGAIN_BYTES = 512 * 1024

export function makeQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // A session can end at any call: the sign-in room then stands where the page was, and the page comes back after.
        if (isSignedOut(error) && query.queryKey[0] !== 'me') void client.invalidateQueries({ queryKey: ['me'] })
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        networkMode: 'always',
        retry: (count, error) => count < 1 && !(error instanceof ApiFailure && error.status > 0 && error.status < 500),
        retryDelay: 500,
        refetchInterval: (query) =>
          query.state.status === 'error' && isUnreachable(query.state.error) ? RETRY_MS : false,
      },
      mutations: { networkMode: 'always' },
    },
  })
  return client
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 401
}

function isUnreachable(error: unknown): boolean {
  return error instanceof ApiFailure && error.code === 'network/unreachable'
}

export const ask = {
  me: () => queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => api.me(signal), staleTime: 60_000 }),
  status: () =>
    queryOptions({
      queryKey: ['status'],
      queryFn: ({ signal }) => api.status(signal),
      refetchInterval: STATUS_AGAIN_MS,
    }),
  records: (filters: RecordQuery) =>
    queryOptions({
      queryKey: ['records', filters],
      queryFn: ({ signal }) => api.records(filters, signal),
      placeholderData: keepPreviousData,
      refetchInterval: LIST_AGAIN_MS,
    }),
  record: (ref: string) =>
    queryOptions({
      queryKey: ['record', ref],
      queryFn: ({ signal }) => api.record(ref, signal),
      refetchInterval: LIST_AGAIN_MS,
    }),
  content: (ref: string, part: number) =>
    queryOptions({
      queryKey: ['content', ref, part],
      queryFn: ({ signal }) => api.content(ref, part, signal),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 60_000,
    }),
  objects: (filters: ObjectQuery) =>
    queryOptions({
      queryKey: ['objects', filters],
      queryFn: ({ signal }) => api.objects(filters, signal),
      placeholderData: keepPreviousData,
      refetchInterval: LIST_AGAIN_MS,
    }),
  object: (id: string) =>
    queryOptions({
      queryKey: ['object', id],
      queryFn: ({ signal }) => api.object(id, signal),
      refetchInterval: LIST_AGAIN_MS,
    }),
  triage: (query: TriageQuery) =>
    queryOptions({
      queryKey: ['triage', query],
      queryFn: ({ signal }) => api.triageList({ limit: TRIAGE_ROWS, ...query }, signal),
      refetchInterval: TRIAGE_AGAIN_MS,
    }),
  /** What a file of these objects would hold, as it is when an officer is about to save it. */
  exportLook: (asked: Taking) =>
    queryOptions({
      queryKey: ['export', asked],
      queryFn: ({ signal }) => api.exportLook(asked, signal),
      staleTime: 0,
      gcTime: 0,
    }),
  /** Asked again only when a person says so: a picture that moves by itself is no help. */
  graph: (asked: GraphInput) =>
    queryOptions({
      queryKey: ['graph', asked],
      queryFn: ({ signal }) => api.graph(asked, signal),
      staleTime: 60_000,
    }),
  /** Likewise. */
  timeline: (asked: TimelineInput) =>
    queryOptions({
      queryKey: ['timeline', asked],
      queryFn: ({ signal }) => api.timeline(asked, signal),
      placeholderData: keepPreviousData,
      staleTime: 60_000,
    }),
  rounds: (pact: string) =>
    queryOptions({
      queryKey: ['rounds', pact],
      queryFn: ({ signal }) => api.rounds(pact, signal),
      refetchInterval: 2 * LIST_AGAIN_MS,
    }),
  round: (place: RoundPlace) =>
    queryOptions({
      queryKey: ['round', place],
      queryFn: ({ signal }) => api.round(place, signal),
      refetchInterval: LIST_AGAIN_MS,
    }),
  balance: (asked: { pact: string; from: string }) =>
    queryOptions({
      queryKey: ['balance', asked],
      queryFn: ({ signal }) => api.balance(asked, signal),
      refetchInterval: TRIAGE_AGAIN_MS,
    }),
  consents: (pact: string) =>
    queryOptions({
      queryKey: ['consents', pact],
      queryFn: () => api.consents(pact),
      refetchInterval: 2 * LIST_AGAIN_MS,
    }),
  feedback: (query: Record<string, string>) =>
    queryOptions({
      queryKey: ['feedback', query],
      queryFn: ({ signal }) => api.feedback(query, signal),
      refetchInterval: 2 * LIST_AGAIN_MS,
    }),
  pacts: () =>
    queryOptions({
      queryKey: ['pacts'],
      queryFn: ({ signal }) => api.pacts(signal),
      refetchInterval: 4 * LIST_AGAIN_MS,
    }),
  pact: (id: string) =>
    queryOptions({
      queryKey: ['pact', id],
      queryFn: ({ signal }) => api.pact(id, signal),
      refetchInterval: LIST_AGAIN_MS,
    }),
  contentState: (ref: string) =>
    queryOptions({
      queryKey: ['content-state', ref],
      queryFn: ({ signal }) => api.contentState(ref, signal),
      refetchInterval: LIST_AGAIN_MS,
    }),
  keyStatus: () =>
    queryOptions({
      queryKey: ['key-status'],
      queryFn: ({ signal }) => api.keyStatus(signal),
      refetchInterval: LIST_AGAIN_MS,
    }),
  approvals: () =>
    queryOptions({
      queryKey: ['approvals'],
      queryFn: ({ signal }) => api.approvals(signal),
      refetchInterval: STATUS_AGAIN_MS,
    }),
  waitingShares: () =>
    queryOptions({
      queryKey: ['waiting-shares'],
      queryFn: ({ signal }) => api.waitingShares(signal),
      refetchInterval: STATUS_AGAIN_MS,
    }),
  rules: (scope: string) =>
    queryOptions({
      queryKey: ['rules', scope],
      queryFn: ({ signal }) => api.rules(scope, signal),
      // The node reads every rule for it.
      refetchInterval: 2 * LIST_AGAIN_MS,
    }),
  openRuleChanges: () =>
    queryOptions({
      queryKey: ['open-rule-changes'],
      queryFn: ({ signal }) => api.openRuleChanges(signal),
      refetchInterval: STATUS_AGAIN_MS,
    }),
  /** One that waits still, with what the gate says of it now. */
  waitingShare: (id: string) =>
    queryOptions({
      queryKey: ['waiting-share', id],
      queryFn: ({ signal }) => api.waitingShare(id, signal),
      gcTime: 0,
      refetchInterval: ({ state }) => ((state.data?.bytes ?? 0) <= LOOKED_AGAIN_BYTES ? LIST_AGAIN_MS : false),
    }),
  /** Asked until they are shown. */
  recordsOfWaiting: (id: string) =>
    queryOptions({
      queryKey: ['records-of-waiting', id],
      queryFn: ({ signal }) => api.recordsOfWaiting(id, signal),
      refetchInterval: ({ state }) => (state.data?.records.length === 0 ? LIST_AGAIN_MS : false),
    }),
  /** What a successor of our log would pin: asked when an officer is about to ask for one. */
  succession: (pact: string, channel: string) =>
    queryOptions({
      queryKey: ['succession', pact, channel],
      queryFn: ({ signal }) => api.succession(pact, channel, signal),
      staleTime: 0,
      gcTime: 0,
    }),
  cards: () => queryOptions({ queryKey: ['cards'], queryFn: ({ signal }) => api.cards(signal), staleTime: 30_000 }),
}
