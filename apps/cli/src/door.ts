// How a command reaches a node: through the process that runs it, by its API and the local token; or, where none runs,
// by opening the folder itself, which takes the writer's lock (door-here.ts).

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Answer,
  type BalanceAnswer,
  type CarriedIn,
  type ConflictPage,
  type ConflictSource,
  type Consented,
  type ConsentInput,
  type ConsentRow,
  type ContentState,
  type DestroyAnswer,
  type Discovered,
  type ExportInput,
  type FeedbackGiven,
  type FeedbackInput,
  type FeedbackPage,
  type FeedCredential,
  type FeedRow,
  type NewFeed,
  NodeClient,
  type ObjectDetail,
  type PactRow,
  type PullReport,
  type PushReport,
  type RecordPage,
  type RecordRow,
  type Revoked,
  type RevokeInput,
  type RotatedAnswer,
  type RoundAdded,
  type RoundChoice,
  type RoundLook,
  type RoundLooked,
  type RoundPlace,
  type RoundState,
  type RoundTerms,
  type RulesLook,
  type SayInput,
  type ShareInput,
  type Taking,
  type TakingLook,
  type Triaged,
  type TriageInput,
  type TriageList,
  type TriageQuery,
  type TriedShare,
} from '@countersign/client'
import { fromBase64, ok, type Refusal, type Result } from '@countersign/log'
import type { KeyStatus, Rotated, RotateRequest, Surroundings } from '@countersign/node'
import type { TlpLabel } from '@countersign/record'
import { fetchThrough, isOwnSocket } from './local-socket.ts'
import { misused, must, Refused } from './output.ts'

export interface Door {
  records(query: Record<string, string>): Promise<Result<RecordPage>>
  record(ref: string): Promise<Result<{ row: RecordRow }>>
  object(id: string): Promise<Result<ObjectDetail>>
  conflicts(query: Record<string, string>): Promise<Result<ConflictPage>>
  exportLook(which: Taking): Promise<Result<TakingLook>>
  exportObjects(asked: ExportInput): Promise<Result<Uint8Array>>
  conflictSources(): Promise<Result<ConflictSource[]>>
  pacts(): Promise<Result<PactRow[]>>
  status(): Promise<Result<unknown>>
  contentState(ref: string): Promise<Result<ContentState>>
  destroy(record: string, reason: string, account: string): Promise<Result<DestroyAnswer>>
  takeBack(record: string): Promise<Result<unknown>>
  hold(record: string, reason: string, account: string): Promise<Result<{ hold: string }>>
  lift(record: string, account: string): Promise<Result<{ lifted: string[] }>>
  evidence(ref: string, options: { reveal: boolean; exchange: boolean }): Promise<Result<Uint8Array>>
  say(input: SayInput, account: string): ReturnType<NodeClient['say']>
  share(
    input: ShareInput,
    account: string,
    bytes: ReadableStream<Uint8Array>,
    progress: (done: number, total: number) => void,
  ): ReturnType<NodeClient['share']>
  revoke(input: RevokeInput, account: string): Promise<Result<Revoked>>
  consent(input: ConsentInput, account: string): Promise<Result<Consented>>
  retract(input: { pact: string; records: string[] }, account: string): Promise<Result<Consented>>
  consents(pact: string): Promise<Result<ConsentRow[]>>
  giveFeedback(input: FeedbackInput, account: string): Promise<Result<FeedbackGiven>>
  feedback(query: Record<string, string>): Promise<Result<FeedbackPage>>
  rounds(pact: string): Promise<Result<RoundState[]>>
  round(place: RoundPlace): Promise<Result<RoundLook>>
  setRound(place: RoundPlace, terms: Partial<RoundTerms>): Promise<Result<RoundState>>
  addToRound(place: RoundPlace, bytes: ReadableStream<Uint8Array>, account: string): Promise<Result<RoundAdded>>
  /** `out`: leaves them out; otherwise takes them in again. */
  chooseInRound(
    place: RoundPlace,
    which: RoundChoice,
    out: boolean,
    account: string,
  ): Promise<Result<{ changed: number }>>
  tryRound(place: RoundPlace): Promise<Result<RoundLooked>>
  sayRound(place: RoundPlace, looked: string, account: string): ReturnType<NodeClient['sayRound']>
  skipRound(place: RoundPlace, reason: string | undefined, account: string): Promise<Result<RoundState>>
  triageList(query: TriageQuery): Promise<Result<TriageList>>
  triage(input: TriageInput, account: string): Promise<Result<Triaged>>
  tryShare(
    input: ShareInput,
    bytes: ReadableStream<Uint8Array>,
    progress: (done: number, total: number) => void,
  ): Promise<Result<TriedShare>>
  /** Of the house, of an agreement or of a party. */
  rules(scope: string): Promise<Result<Pick<RulesLook, 'rules' | 'fault' | 'open'>>>
  trust(card: Uint8Array): Promise<Result<{ party: string }>>
  propose(yaml: string): Promise<Result<{ pact: string; version: string; invitation: Uint8Array }> | Refusal>
  /** Takes in what was carried by hand in the folder `from`. */
  carryIn(
    from: string,
    pact: string | undefined,
    progress: (done: number, total: number) => void,
  ): Promise<Result<CarriedIn> | Refusal>
  keyStatus(): Promise<Result<KeyStatus>>
  rotateKeys(asked: RotateRequest): Promise<Result<Rotated>>
  acceptKeys(file: Uint8Array): Promise<Result<Rotated>>
  takeNotice(file: Uint8Array): Promise<Result<{ party: string; roles: string[] }>>
  sign(what: string | Uint8Array): Promise<Result<{ pact: string; version: string; as: string }>>
  feeds(): Promise<Result<FeedRow[]>>
  addFeed(feed: NewFeed): Promise<Result<FeedRow>>
  balance(asked: { pact: string; from?: string; until?: string }): Promise<Result<BalanceAnswer>>
  /** Which collections a foreign server has. */
  discoverFeeds(url: string, credential: FeedCredential): Promise<Result<Discovered>>
  removeFeed(name: string): Promise<Result<FeedRow>>
  pauseFeed(name: string, paused: boolean): Promise<Result<FeedRow>>
  setFeedCredential(name: string, credential: FeedCredential): Promise<Result<FeedRow>>
  /** `now`: also where the server wants to be left alone. */
  pullFeed(name: string, now: boolean): Promise<Result<PullReport>>
  /** What a running node pushes to it by itself from now on; null for nothing. */
  pushFeedByItself(
    name: string,
    what: { pact: string; upTo: TlpLabel; everyMinutes: number; account: string } | null,
  ): Promise<Result<FeedRow>>
  /** The STIX of `bytes`, or what was shared under `pact`. */
  pushFeed(
    asked: { name: string; tlp: TlpLabel; pact?: string },
    bytes: ReadableStream<Uint8Array> | undefined,
  ): Promise<Result<PushReport>>
  close(): Promise<void>
}

export const SERVING_FILE = join('private', 'serving.json')

/**
 * Opens the node in `dir`, wherever it runs; where it does not, it is opened here, with what `around` makes. Ends the
 * command where there is none.
 */
export async function openDoor(dir: string, around?: () => Surroundings): Promise<Door> {
  const running = await runningAt(dir)
  if (running !== undefined) return running
  // The engine takes longer to load than all the rest: whoever speaks through a running node does without.
  const { openHere } = await import('./door-here.ts')
  return openHere(dir, around?.())
}

/** The client of the node that runs in `dir`, for what only a running node can do. Ends the command where none runs. */
export async function runningClient(dir: string): Promise<NodeClient> {
  const socket = await servingSocket(dir)
  if (socket === undefined) {
    const message = `No node runs in ${dir}; start it first: countersign serve --dir ${dir} --listen 127.0.0.1:7100`
    throw new Refused({ code: 'node/not-running', message })
  }
  return clientAt(dir, socket)
}

function clientAt(dir: string, socket: string): NodeClient {
  const token = readFileSync(join(dir, 'private', 'api-token'), 'utf8').trim()
  return new NodeClient(LOCAL_URL, token, fetchThrough(socket))
}

/** Runs `act` with the node and closes it again, whatever happens. */
export async function withNode<T>(dir: string, act: (door: Door) => Promise<T>): Promise<T> {
  const door = await openDoor(dir)
  try {
    return await act(door)
  } finally {
    await door.close()
  }
}

/** The socket of the node that runs in this folder, if one does. */
export async function servingSocket(dir: string): Promise<string | undefined> {
  const file = join(dir, SERVING_FILE)
  if (!existsSync(file)) return undefined
  try {
    const { socket }: { socket: string } = JSON.parse(readFileSync(file, 'utf8'))
    if (!isOwnSocket(socket, join(dir, 'private'))) return undefined
    const signal = AbortSignal.timeout(5_000)
    const answer = await fetchThrough(socket)(new URL('healthz', LOCAL_URL), { headers: {}, signal })
    // Read, for else its connection would stay open and the command go on for ever.
    await answer.text()
    return answer.ok ? socket : undefined
  } catch {
    // It ended without taking its note away, as after a kill.
    return undefined
  }
}

/** No address: what is asked of the node goes through its socket. */
const LOCAL_URL = 'http://localhost/'

async function runningAt(dir: string): Promise<Door | undefined> {
  const socket = await servingSocket(dir)
  if (socket === undefined) return undefined
  const client = clientAt(dir, socket)
  return {
    records: (query) => client.records(query),
    record: (ref) => client.record(ref),
    object: (id) => client.object(id),
    conflicts: (query) => client.conflicts(query),
    exportLook: (which) => client.exportLook(which),
    exportObjects: (asked) => client.exportObjects(asked),
    conflictSources: () => client.conflictSources(),
    pacts: () => client.pacts(),
    status: () => client.status(),
    contentState: (ref) => client.contentState(ref),
    destroy: (record, reason) => client.destroyContent(record, reason),
    takeBack: (record) => client.takeBackDestruction(record),
    hold: (record, reason) => client.holdContent(record, reason),
    lift: (record) => client.liftHolds(record),
    evidence: (ref, options) => client.evidence(ref, options),
    say: (input) => client.say(input),
    share: (input, _account, bytes) => client.share(input, bytes),
    revoke: (input) => client.revoke(input),
    consent: (input) => client.consent(input),
    retract: (input) => client.retract(input),
    consents: (pact) => client.consents(pact),
    giveFeedback: (input) => client.giveFeedback(input),
    feedback: (query) => client.feedback(query),
    rounds: (pact) => client.rounds(pact),
    round: (place) => client.round(place),
    setRound: (place, terms) => client.setRound(place, terms),
    addToRound: (place, bytes) => client.addToRound(place, bytes),
    chooseInRound: (place, which, out) => client.chooseInRound(place, which, out),
    tryRound: (place) => client.tryRound(place),
    sayRound: (place, looked) => client.sayRound(place, looked),
    skipRound: (place, reason) => client.skipRound(place, reason),
    triageList: (query) => client.triageList(query),
    triage: (input) => client.triage(input),
    tryShare: (input, bytes) => client.tryShare(input, bytes),
    rules: (scope) => client.rules(scope),
    trust: (card) => client.trust(card),
    async propose(yaml) {
      const proposed = await client.propose(yaml)
      if (!proposed.ok) return proposed
      return ok({ ...proposed.value, invitation: fromBase64(proposed.value.invitation) ?? new Uint8Array() })
    },
    keyStatus: () => client.keyStatus() as Promise<Result<KeyStatus>>,
    rotateKeys: async (asked) => rotated(await client.rotateKeys({ ...asked })),
    acceptKeys: async (file) => rotated(await client.acceptKeys(Buffer.from(file).toString('base64'))),
    takeNotice: (file) => client.takeNotice(Buffer.from(file).toString('base64')),
    sign: (what) =>
      client.sign(typeof what === 'string' ? { pact: what } : { invitation: Buffer.from(what).toString('base64') }),
    carryIn: (from, pact, progress) => client.carryIn({ from, ...(pact === undefined ? {} : { pact }) }, progress),
    feeds: () => client.feeds(),
    addFeed: (feed) => client.addFeed(feed),
    balance: (asked) => client.balance(asked),
    discoverFeeds: (url, credential) => client.discoverFeeds(url, credential),
    removeFeed: (name) => client.removeFeed(name),
    pauseFeed: (name, paused) => client.pauseFeed(name, paused),
    setFeedCredential: (name, credential) => client.setFeedCredential(name, credential),
    pullFeed: (name, now) => client.pullFeed(name, now),
    pushFeedByItself: (name, what) => client.pushFeedByItself(name, what),
    pushFeed: (asked, bytes) => client.pushFeed(asked, bytes ?? new Uint8Array()),
    close: async () => {},
  }
}

function rotated(answer: Answer<RotatedAnswer>): Result<Rotated> {
  if (!answer.ok) return answer
  const { value } = answer
  if (value.state === 'accepted') return ok(value)
  return ok({ state: value.state, request: fromBase64(value.request) ?? new Uint8Array() })
}

/** The agreement meant where none is named; ends the command where there is none, or more than one. */
export async function onlyPact(door: Door): Promise<string> {
  const ids = [...new Set(must(await door.pacts()).map(({ id }) => id))]
  if (ids.length === 1 && ids[0] !== undefined) return ids[0]
  throw misused(
    ids.length === 0
      ? 'This node has no agreement yet; propose one (countersign pact propose) or sign an invitation (countersign pact sign).'
      : 'This node has several agreements; name one with --pact.',
  )
}
