// A typed client of one’s own node: its API over HTTP. What a node says of a record is its word; provedRecord (proved.ts)
// fetches the evidence and verifies it here.

import { ok, refuse, toBase64 } from '@countersign/log'
import type { CardRow, PactRow } from './api/agreements.ts'
import type { CarriedIn } from './api/carried.ts'
import type { BalanceAnswer, FeedbackGiven, FeedbackInput, FeedbackPage } from './api/feedback.ts'
import type { Discovered, FeedCredential, FeedRow, NewFeed, PullReport, PushReport } from './api/feeds.ts'
import type { KeyStatus, RotatedAnswer } from './api/keys.ts'
import type {
  ConflictPage,
  ConflictSource,
  ExportInput,
  GraphInput,
  ObjectDetail,
  ObjectGraph,
  ObjectPage,
  ObjectQuery,
  Taking,
  TakingLook,
} from './api/objects.ts'
import type { Act, ApprovalRow, OfficerSignIn } from './api/officers.ts'
import type {
  ContentState,
  DestroyAnswer,
  RecordDetail,
  RecordPage,
  RecordQuery,
  SaidOutcome,
  SayInput,
} from './api/records.ts'
import type {
  RoundAdded,
  RoundChoice,
  RoundLook,
  RoundLooked,
  RoundPlace,
  RoundState,
  RoundTerms,
} from './api/rounds.ts'
import type { RuleChange, RulesChecked, RulesDraft, RulesLook, RulesTry, TriedSide } from './api/rules.ts'
import type {
  Consented,
  ConsentInput,
  ConsentRow,
  Revoked,
  RevokeInput,
  ShareInput,
  ShareOutcome,
  StixBody,
  TriedShare,
  WaitingShare,
} from './api/shares.ts'
import type { Me, NodeStatus } from './api/status.ts'
import type { ObjectTimeline, TimelineInput } from './api/timeline.ts'
import type { Triaged, TriageInput, TriageList, TriageQuery } from './api/triage.ts'
import { type Answer, Calls, type Reach, withQuery } from './calls.ts'

export class NodeClient {
  private readonly calls: Calls

  /**
   * `url` is the node’s root. `token` is its local API token; a page of the node itself is known by its session instead.
   * `fetch` is how the node is reached, where that is not the network.
   */
  constructor(url: string, token?: string, fetch?: Reach) {
    this.calls = new Calls(url, token, fetch)
  }

  me(signal?: AbortSignal): Promise<Answer<Me>> {
    return this.calls.getJson('api/me', {}, signal)
  }

  status(signal?: AbortSignal): Promise<Answer<NodeStatus>> {
    return this.calls.getJson('api/status', {}, signal)
  }

  records(query: RecordQuery = {}, signal?: AbortSignal): Promise<Answer<RecordPage>> {
    return this.calls.getJson('api/records', query, signal)
  }

  record(ref: string, signal?: AbortSignal): Promise<Answer<RecordDetail>> {
    return this.calls.getJson('api/record', { ref }, signal)
  }

  objects(query: ObjectQuery = {}, signal?: AbortSignal): Promise<Answer<ObjectPage>> {
    return this.calls.getJson('api/objects', query, signal)
  }

  object(id: string, signal?: AbortSignal): Promise<Answer<ObjectDetail>> {
    return this.calls.getJson('api/object', { id }, signal)
  }

  /** What a file of these objects would hold, and how it is marked. */
  exportLook(asked: Taking, signal?: AbortSignal): Promise<Answer<TakingLook>> {
    return this.calls.postJson('api/export/look', asked, signal)
  }

  /** The file. */
  exportObjects(asked: ExportInput): Promise<Answer<Uint8Array>> {
    return this.calls.postForBytes('api/export', asked)
  }

  /** How objects are linked. */
  graph(asked: GraphInput, signal?: AbortSignal): Promise<Answer<ObjectGraph>> {
    return this.calls.postJson('api/graph', asked, signal)
  }

  /** Objects along time. */
  timeline(asked: TimelineInput, signal?: AbortSignal): Promise<Answer<ObjectTimeline>> {
    return this.calls.postJson('api/timeline', asked, signal)
  }

  /** What was exchanged under an agreement with each other party, both ways; times in RFC 3339. */
  balance(
    query: { pact: string; from?: string; until?: string },
    signal?: AbortSignal,
  ): Promise<Answer<BalanceAnswer>> {
    return this.calls.getJson('api/balance', query, signal)
  }

  /** What the others say now of objects that we shared. */
  feedback(query: Record<string, string> = {}, signal?: AbortSignal): Promise<Answer<FeedbackPage>> {
    return this.calls.getJson('api/feedback', query, signal)
  }

  conflicts(query: Record<string, string> = {}, signal?: AbortSignal): Promise<Answer<ConflictPage>> {
    return this.calls.getJson('api/conflicts', query, signal)
  }

  conflictSources(signal?: AbortSignal): Promise<Answer<ConflictSource[]>> {
    return this.calls.getJson('api/conflict-sources', {}, signal)
  }

  pacts(signal?: AbortSignal): Promise<Answer<PactRow[]>> {
    return this.calls.getJson('api/pacts', {}, signal)
  }

  pact(id: string, signal?: AbortSignal): Promise<Answer<PactRow>> {
    return this.calls.getJson('api/pact', { id }, signal)
  }

  cards(signal?: AbortSignal): Promise<Answer<CardRow[]>> {
    return this.calls.getJson('api/cards', {}, signal)
  }

  content(ref: string, part: number, signal?: AbortSignal): Promise<Answer<Uint8Array>> {
    return this.calls.getBytes('api/record/content', { ref, part: String(part) }, signal)
  }

  evidence(
    ref: string,
    { reveal = false, exchange = false }: { reveal?: boolean; exchange?: boolean },
    signal?: AbortSignal,
  ): Promise<Answer<Uint8Array>> {
    const query = { ref, reveal: reveal ? '1' : '0', exchange: exchange ? '1' : '0' }
    return this.calls.getBytes('api/record/evidence', query, signal)
  }

  /**
   * What a log that succeeds ours would pin now, or whom a channel that has no log of ours would wait for no more; both null
   * where neither is needed.
   */
  succession(
    pact: string,
    channel: string,
    signal?: AbortSignal,
  ): Promise<Answer<{ pins: { origin: string; size: number; root: string } | null; without: string[] | null }>> {
    return this.calls.getJson('api/succession', { pact, channel }, signal)
  }

  approvals(signal?: AbortSignal): Promise<Answer<ApprovalRow[]>> {
    return this.calls.getJson('api/approvals', {}, signal)
  }

  /** `officer` only in the shell of the machine; a console's officer has signed in. */
  askApproval(act: Act, reason: string, officer?: OfficerSignIn): Promise<Answer<ApprovalRow>> {
    return this.calls.postJson('api/approvals/ask', { act, reason, ...(officer === undefined ? {} : { officer }) })
  }

  confirmApproval(id: string, officer?: OfficerSignIn): Promise<Answer<ApprovalRow>> {
    return this.calls.postJson('api/approvals/confirm', { id, ...(officer === undefined ? {} : { officer }) })
  }

  withdrawApproval(id: string, officer?: OfficerSignIn): Promise<Answer<ApprovalRow>> {
    return this.calls.postJson('api/approvals/withdraw', { id, ...(officer === undefined ? {} : { officer }) })
  }

  /** The rules of the house, of one agreement or of one party, as they stand. */
  rules(scope: string, signal?: AbortSignal): Promise<Answer<RulesLook>> {
    return this.calls.getJson('api/rules', { scope }, signal)
  }

  /** Changes of rules that wait for a second officer. */
  openRuleChanges(signal?: AbortSignal): Promise<Answer<RuleChange[]>> {
    return this.calls.getJson('api/rules/open', {}, signal)
  }

  /** What a draft would change, and whether it could be put in force. */
  checkRules(draft: RulesDraft, signal?: AbortSignal): Promise<Answer<RulesChecked>> {
    return this.calls.postJson('api/rules/check', { draft }, signal)
  }

  /** What the gate says of objects by the rules in force, and by others; nothing is said. */
  tryRules({ of, objects, ...place }: RulesTry): Promise<Answer<{ now: TriedSide; then: TriedSide }>> {
    return this.calls.postJson('api/rules/try', { ...of, ...place, ...objects })
  }

  askRules(draft: RulesDraft, reason: string, officer?: OfficerSignIn): Promise<Answer<RuleChange>> {
    return this.calls.postJson('api/rules/ask', { draft, reason, ...(officer === undefined ? {} : { officer }) })
  }

  /** Asks for what lay there before a change to be put back. */
  putRulesBack(id: string, reason: string, officer?: OfficerSignIn): Promise<Answer<RuleChange>> {
    return this.calls.postJson('api/rules/put-back', { id, reason, ...(officer === undefined ? {} : { officer }) })
  }

  confirmRules(id: string, officer?: OfficerSignIn): Promise<Answer<RuleChange>> {
    return this.calls.postJson('api/rules/confirm', { id, ...(officer === undefined ? {} : { officer }) })
  }

  refuseRules(id: string, reason: string, officer?: OfficerSignIn): Promise<Answer<RuleChange>> {
    return this.calls.postJson('api/rules/refuse', { id, reason, ...(officer === undefined ? {} : { officer }) })
  }

  withdrawRules(id: string, officer?: OfficerSignIn): Promise<Answer<RuleChange>> {
    return this.calls.postJson('api/rules/withdraw', { id, ...(officer === undefined ? {} : { officer }) })
  }

  /** Shares that wait for a second person, and those that did. */
  waitingShares(signal?: AbortSignal): Promise<Answer<WaitingShare[]>> {
    return this.calls.getJson('api/waiting-shares', {}, signal)
  }

  /** One that waits, with what the gate says of it now. */
  waitingShare(id: string, signal?: AbortSignal): Promise<Answer<WaitingShare & { tried: TriedShare }>> {
    return this.calls.getJson('api/waiting-share', { id }, signal)
  }

  /** The records that one which waited became, once they are shown. */
  recordsOfWaiting(id: string, signal?: AbortSignal): Promise<Answer<{ records: string[] }>> {
    return this.calls.getJson('api/waiting-share/records', { id }, signal)
  }

  /** The STIX that would leave by that judgement. */
  leavingOf(id: string, judgement: string, signal?: AbortSignal): Promise<Answer<Uint8Array>> {
    return this.calls.getBytes('api/waiting-share/leaving', { id, judgement }, signal)
  }

  /** Approves what the gate decided as it was looked at, and nothing else. */
  approveShare(id: string, judgement: string, officer?: OfficerSignIn): Promise<Answer<WaitingShare>> {
    return this.calls.postJson('api/waiting-shares/approve', {
      id,
      judgement,
      ...(officer === undefined ? {} : { officer }),
    })
  }

  refuseShare(id: string, reason: string, officer?: OfficerSignIn): Promise<Answer<WaitingShare>> {
    return this.calls.postJson('api/waiting-shares/refuse', {
      id,
      reason,
      ...(officer === undefined ? {} : { officer }),
    })
  }

  withdrawShare(id: string, officer?: OfficerSignIn): Promise<Answer<WaitingShare>> {
    return this.calls.postJson('api/waiting-shares/withdraw', { id, ...(officer === undefined ? {} : { officer }) })
  }

  contentState(ref: string, signal?: AbortSignal): Promise<Answer<ContentState>> {
    return this.calls.getJson('api/content', { ref }, signal)
  }

  keyStatus(signal?: AbortSignal): Promise<Answer<KeyStatus>> {
    return this.calls.getJson('api/key/status', {}, signal)
  }

  rotateKeys(asked: Record<string, unknown>): Promise<Answer<RotatedAnswer>> {
    return this.calls.postJson('api/key/rotate', asked)
  }

  /** `file` in base64: a request that the root has signed. */
  acceptKeys(file: string): Promise<Answer<RotatedAnswer>> {
    return this.calls.postJson('api/key/accept', { file })
  }

  /** `file` in base64: a notice of compromised keys. */
  takeNotice(file: string): Promise<Answer<{ party: string; roles: string[] }>> {
    return this.calls.postJson('api/key/notice', { file })
  }

  destroyContent(record: string, reason: string): Promise<Answer<DestroyAnswer>> {
    return this.calls.postJson('api/content/destroy', { record, reason })
  }

  takeBackDestruction(record: string): Promise<Answer<undefined>> {
    return this.calls.postJson('api/content/take-back', { record })
  }

  holdContent(record: string, reason: string): Promise<Answer<{ hold: string }>> {
    return this.calls.postJson('api/content/hold', { record, reason })
  }

  liftHolds(record: string): Promise<Answer<{ lifted: string[] }>> {
    return this.calls.postJson('api/content/lift', { record })
  }

  signIn(email: string, password: string): Promise<Answer<unknown>> {
    return this.calls.postJson('api/auth/sign-in/email', { email, password })
  }

  signOut(): Promise<Answer<unknown>> {
    return this.calls.postJson('api/auth/sign-out', {})
  }

  say(input: SayInput): Promise<Answer<SaidOutcome>> {
    const content = input.content?.map(({ bytes, ...part }) => ({ ...part, base64: toBase64(bytes) }))
    return this.calls.postJson('api/say', { ...input, ...(content === undefined ? {} : { content }) })
  }

  share(input: ShareInput, body: StixBody): Promise<Answer<ShareOutcome>> {
    return this.sendStix('api/share', input, body)
  }

  /** Takes back objects that we shared. */
  revoke(asked: RevokeInput): Promise<Answer<Revoked>> {
    return this.calls.postJson('api/revoke', asked)
  }

  /** Lets those we shared objects with pass them on. */
  consent(asked: ConsentInput): Promise<Answer<Consented>> {
    return this.calls.postJson('api/consent', asked)
  }

  /** Takes back consents of ours, by their records. */
  retract(asked: { pact: string; records: string[] }): Promise<Answer<Consented>> {
    return this.calls.postJson('api/retract', asked)
  }

  /** Consents to passing on, given and heard, the newest first. */
  consents(pact: string): Promise<Answer<ConsentRow[]>> {
    return this.calls.getJson('api/consents', { pact })
  }

  /** What another party shared is not shown here any more; nobody else is told. Otherwise than `versions` say, all of it. */
  removeHere(asked: { pact: string; id: string; versions?: string[] }): Promise<Answer<{ versions: number }>> {
    return this.calls.postJson('api/remove-here', asked)
  }

  /** Tells those who shared objects what became of them. */
  giveFeedback(asked: FeedbackInput): Promise<Answer<FeedbackGiven>> {
    return this.calls.postJson('api/feedback', asked)
  }

  /** The weekly rounds of an agreement, or of all. */
  rounds(pact?: string, signal?: AbortSignal): Promise<Answer<RoundState[]>> {
    return this.calls.getJson('api/rounds', { pact }, signal)
  }

  /** One round, with what was gathered. */
  round({ to, ...place }: RoundPlace, signal?: AbortSignal): Promise<Answer<RoundLook>> {
    return this.calls.getJson('api/round', { ...place, to: to?.join(',') }, signal)
  }

  setRound(place: RoundPlace, terms: Partial<RoundTerms>): Promise<Answer<RoundState>> {
    return this.calls.postJson('api/round/terms', { ...place, ...terms })
  }

  /** Puts STIX in; nothing is said yet. */
  addToRound({ to, ...place }: RoundPlace, body: StixBody): Promise<Answer<RoundAdded>> {
    return this.calls.postBytes(withQuery('api/round/add', { ...place, to: to?.join(',') }), body)
  }

  /** Leaves objects out, or takes them in again. */
  chooseInRound(place: RoundPlace, which: RoundChoice, out: boolean): Promise<Answer<{ changed: number }>> {
    return this.calls.postJson(`api/round/${out ? 'leave-out' : 'take-in'}`, { ...place, ...which })
  }

  /** What the gate says of what is in; nothing is said. */
  tryRound(place: RoundPlace): Promise<Answer<RoundLooked>> {
    return this.calls.postJson('api/round/try', place)
  }

  /** Says what is in as one share. */
  sayRound(place: RoundPlace, looked: string): Promise<Answer<ShareOutcome>> {
    return this.calls.postJson('api/round/say', { ...place, looked })
  }

  /** Says nothing this week; `reason` stays on this node. */
  skipRound(place: RoundPlace, reason?: string): Promise<Answer<RoundState>> {
    return this.calls.postJson('api/round/skip', { ...place, ...(reason === undefined ? {} : { reason }) })
  }

  /** What others shared, and what we say of it. */
  triageList(query: TriageQuery, signal?: AbortSignal): Promise<Answer<TriageList>> {
    return this.calls.getJson('api/triage', query, signal)
  }

  /** Gives objects that others shared their verdicts, and tells them to whoever shared them. */
  triage(asked: TriageInput): Promise<Answer<Triaged>> {
    return this.calls.postJson('api/triage', asked)
  }

  /** What the gate would say of a share; nothing is said. */
  tryShare(input: ShareInput, body: StixBody): Promise<Answer<TriedShare>> {
    return this.sendStix('api/gate/try', input, body)
  }

  private sendStix<T>(path: string, input: ShareInput, body: StixBody): Promise<Answer<T>> {
    const { marking, to, ...rest } = input
    const query = new URLSearchParams({
      ...rest,
      ...(marking === undefined
        ? {}
        : { tlp: marking.tlp, ...(marking.class === undefined ? {} : { class: marking.class }) }),
      ...(to === undefined ? {} : { to: to.join(',') }),
    })
    return this.calls.postBytes(`${path}?${query}`, body)
  }

  trust(card: Uint8Array): Promise<Answer<{ party: string; words: string[] }>> {
    return this.calls.postJson('api/trust', { card: toBase64(card) })
  }

  propose(yaml: string): Promise<Answer<{ pact: string; version: string; invitation: string }>> {
    return this.calls.postJson('api/pact/propose', { yaml })
  }

  sign(
    what: { pact: string } | { invitation: string },
  ): Promise<Answer<{ pact: string; version: string; as: string }>> {
    return this.calls.postJson('api/pact/sign', what)
  }

  feeds(signal?: AbortSignal): Promise<Answer<FeedRow[]>> {
    return this.calls.getJson('api/feeds', {}, signal)
  }

  addFeed(feed: NewFeed): Promise<Answer<FeedRow>> {
    return this.calls.postJson('api/feeds/add', feed)
  }

  /** Which collections a foreign TAXII server has. */
  discoverFeeds(url: string, credential: FeedCredential): Promise<Answer<Discovered>> {
    return this.calls.postJson('api/feeds/discover', { url, credential })
  }

  removeFeed(name: string): Promise<Answer<FeedRow>> {
    return this.calls.postJson('api/feeds/remove', { name })
  }

  pauseFeed(name: string, paused: boolean): Promise<Answer<FeedRow>> {
    return this.calls.postJson('api/feeds/pause', { name, paused })
  }

  setFeedCredential(name: string, credential: FeedCredential): Promise<Answer<FeedRow>> {
    return this.calls.postJson('api/feeds/credentials', { name, credential })
  }

  pullFeed(name: string, now: boolean): Promise<Answer<PullReport>> {
    return this.calls.postJson('api/feeds/pull', { name, now })
  }

  /** Has a running node push by itself, or with null no more. */
  pushFeedByItself(
    name: string,
    what: { pact: string; upTo: string; everyMinutes: number; account: string } | null,
  ): Promise<Answer<FeedRow>> {
    return this.calls.postJson('api/feeds/push-by-itself', { name, what })
  }

  /** Adds the STIX of `body`, or what was shared under `pact`, to the collection of a feed. */
  pushFeed(
    asked: { name: string; tlp: string; pact?: string },
    body: ReadableStream<Uint8Array> | Uint8Array,
  ): Promise<Answer<PushReport>> {
    return this.calls.postBytes(withQuery('api/feeds/push', asked), body)
  }

  /** Takes in a folder that the node's machine sees; `progress` is told how far that is. */
  async carryIn(
    input: { from: string; pact?: string },
    progress: (done: number, total: number) => void = () => {},
  ): Promise<Answer<CarriedIn>> {
    const headers = { 'content-type': 'application/json' }
    const response = await this.calls.call('api/carry/in', { method: 'POST', headers, body: JSON.stringify(input) })
    if (!response.ok) return response
    for await (const line of linesOf(response.value.body)) {
      const said = JSON.parse(line) as Partial<{ report: CarriedIn; code: string; message: string } & Progress>
      if (said.report !== undefined) return ok(said.report)
      if (said.code !== undefined) return refuse(said.code, said.message ?? '')
      progress(said.done ?? 0, said.total ?? 0)
    }
    return refuse('network/broken', 'The node broke off its answer; see its log, and carry in again.')
  }
}

interface Progress {
  done: number
  total: number
}

async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const reader = body?.getReader()
  let rest = ''
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {}
    rest += decoder.decode(value, { stream: !done })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (done) return
  }
}
