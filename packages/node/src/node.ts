// The engine of a node. Read this first: it is the whole way of a record, both ways, and what others may ask of it. How it
// is put together stands in engine.ts.
//
//   say   → gate → seal → sign → append to our log → publish → hint the peers          saying/
//   hear  ← fold ← open ← verify ← mirror of their log ← poll, or a hint                channel/, hearing/, folding/
//
// There are two doors and no third: `say` (and `share`, which says many) for our own words, the channels' `hear` for
// theirs. Both end in the same fold into the same views. What a record means is decided in the pure packages.

import { type LogFiles, wipeUnprotectedKeys } from '@countersign/ledger'
import { ok, type Result } from '@countersign/log'
import { type Card, parseRecordRef } from '@countersign/record'
import type {
  GraphQuery,
  ObjectGraph,
  ObjectTimeline,
  Selection,
  SelectionQuery,
  TimelineQuery,
  Views,
} from '@countersign/views'
import type { Agreements, Signed } from './agreements.ts'
import type { BalanceAnswer, BalanceAsked } from './balance.ts'
import type { CarriedIn } from './carrying/carry-in.ts'
import type { StickOptions } from './carrying/sticks.ts'
import type { Destroying } from './content/destroying.ts'
import { type RemoveRequest, removeHere } from './content/remove-here.ts'
import type { DirectoryAnswer } from './directory.ts'
import { overDisk } from './disk-failure.ts'
import { Engine } from './engine.ts'
import type { EngineParts } from './engine-parts.ts'
import { cutEvidence, cutExchange } from './evidence/evidence.ts'
import { evidenceSources } from './evidence/evidence-sources.ts'
import type { Feeds } from './feeds/feeds.ts'
import type { OpenedPart } from './folding/folding.ts'
import { type Identity, loadIdentity } from './keys/identity.ts'
import type { KeyStatus, Rotated, RotateRequest } from './keys/own-keys.ts'
import type { OfficersActs } from './officers/officers-acts.ts'
import type { Officer } from './officers/second-person.ts'
import type { StoredPact } from './pacts.ts'
import type { RuleChanges } from './releasing/rule-changes.ts'
import type { RoundPlace } from './rounds/round-store.ts'
import type { RoundResult, RoundSpeaker, WeeklyRounds } from './rounds/weekly-rounds.ts'
import { type Consented, type ConsentRequest, consent, type RetractRequest, retract } from './saying/consenting.ts'
import { type FeedbackRequest, feedbackIn, giveFeedback, shareOf } from './saying/feedback.ts'
import type { GoneByInRecord } from './saying/gone-by.ts'
import type { Tried } from './saying/judging.ts'
import { type Revoked, type RevokeRequest, revoke } from './saying/revoking.ts'
import type { Said, SayRequest, ShareRequest } from './saying/saying.ts'
import type { ShareResult, ShareState } from './saying/share.ts'
import type { TriageRequest, TriageResult } from './saying/triage.ts'
import type { TriageList, TriageListAsked } from './saying/triage-list.ts'
import type { WaitingShare, WaitingShares } from './saying/waiting-shares.ts'
import { type NodeStatus, statusOf } from './status.ts'
import type { Surroundings } from './surroundings.ts'

/** Of a change of keys that the disk broke off. */
const KEYS_UNFINISHED =
  'Mend that and start the node again: a change that its root had signed is finished then, and any other is as if it had not been asked for.'

export class Node {
  readonly dir: string
  readonly party: string
  readonly neutral: boolean
  readonly views: Views
  /** That content be destroyed, or held. */
  readonly content: Destroying
  /** What two officers may do together. */
  readonly officers: OfficersActs
  /** Foreign TAXII collections that are pulled from and pushed to. */
  readonly feeds: Feeds
  /** What is gathered to be said once a week. */
  readonly rounds: Omit<WeeklyRounds, 'say'>
  /** What this house holds back, as officers change it. */
  readonly rules: Omit<RuleChanges, 'start'>
  private readonly engine: Engine
  private readonly parts: EngineParts

  private constructor(engine: Engine) {
    const { parts, content, officers, feeds, rounds, rules } = engine
    this.engine = engine
    this.parts = parts
    this.dir = parts.identity.dir
    this.party = parts.identity.party
    this.neutral = parts.identity.neutral
    this.views = parts.views
    this.content = content
    this.officers = officers
    this.feeds = feeds
    this.rounds = rounds
    this.rules = rules
  }

  /**
   * Opens the node in `dir` and starts every loop. Refuses a folder that holds none, or that another process has, and
   * keys that the passphrase does not open.
   */
  static async open(dir: string, around: Surroundings, passphrase?: string): Promise<Result<Node>> {
    const identity = await loadIdentity(dir, passphrase)
    const node = identity.ok ? await Node.openAs(identity.value, around) : identity
    if (node.ok) wipeUnprotectedKeys(dir)
    return node
  }

  /** The same for an identity that is known already, keys and all. */
  static async openAs(identity: Identity, around: Surroundings): Promise<Result<Node>> {
    const engine = await Engine.open(identity, around)
    return engine.ok ? ok(new Node(engine.value)) : engine
  }

  /** The card that speaks for us. */
  get card(): Card {
    return this.parts.identity.card
  }

  now(): number {
    return this.parts.around.now()
  }

  /** Called whenever something may show differently. Returns how to stop. */
  onChange(listener: () => void): () => void {
    return this.engine.onChange(listener)
  }

  // ── saying ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Says one record: through the gate, sealed, signed, durable. */
  say(request: SayRequest): Promise<Result<Said>> {
    return overDisk('Nothing was said. Mend that, then say it again.', this.engine.saying.say(request))
  }

  /** Shares STIX of any size in as few records as the agreement's limits allow; all of it or nothing. */
  share(request: ShareRequest): Promise<ShareResult> {
    const consequence =
      'The share ended there. Mend that, and look which of its records were said before sharing again.'
    const { share } = request
    const { namedShares, saying } = this.engine
    return overDisk(consequence, share === undefined ? saying.share(request) : namedShares.share({ ...request, share }))
  }

  /**
   * How far a share of ours under an agreement has come, by its UUID. Of one that is under way in this run, ask whoever
   * shares it.
   */
  shareState(pact: string, share: string): Promise<ShareState> {
    return this.engine.ownWords.shareState(pact, share)
  }

  /** Takes back objects that we shared: those it was said to are told, and show them no more. */
  revoke(request: RevokeRequest): Promise<Result<Revoked>> {
    const consequence =
      'Some of it may be taken back. Mend that, then take it back again: what was said stays said once.'
    return overDisk(consequence, revoke(this.parts, this.engine.saying, request))
  }

  /** Lets those we shared objects with pass them on (spec/records.md, Passing on). */
  consent(request: ConsentRequest): Promise<Result<Consented>> {
    const consequence = 'Some of it may be consented to. Mend that, and look what was said before saying it again.'
    return overDisk(consequence, consent(this.parts, this.engine, request))
  }

  /** Takes such consents back. */
  retract(request: RetractRequest): Promise<Result<Consented>> {
    const consequence =
      'Some of it may be taken back. Mend that, then take it back again: saying it twice is saying it once.'
    return overDisk(consequence, retract(this.parts, this.engine, request))
  }

  /** Tells those who shared something what became of it: sightings and opinions, through the gate (spec/records.md, Feedback). */
  giveFeedback(request: FeedbackRequest): ReturnType<typeof giveFeedback> {
    const consequence =
      'Some of it may be said. Mend that, and look which of its records were said before saying it again.'
    return overDisk(
      consequence,
      giveFeedback(this.parts, (asked) => this.engine.saying.share(asked), request),
    )
  }

  /** Gives many objects that others shared a verdict each, in a few records, and tells them to whoever shared them. */
  triage(request: TriageRequest): Promise<TriageResult> {
    const consequence =
      'Some of it may be said. Mend that, then triage it again: what has a verdict already is passed over.'
    return overDisk(consequence, this.engine.triaging.triage(request))
  }

  /** What there is to triage. */
  triageList(asked: TriageListAsked): Promise<Result<TriageList>> {
    return this.engine.triaging.list(asked)
  }

  /** Where something that a tool adds is feedback alone, and to one party alone, as what it is to be shared. */
  async asFeedback(pact: string, account: string, stix: Uint8Array): Promise<ShareRequest | undefined> {
    const route = await feedbackIn(this.parts, pact, stix)
    return route && shareOf(route, { pact, account, namesSighter: false, to: [], marking: undefined })
  }

  /** An object of an inbox is not shown here any more; nobody else is told. */
  removeHere(request: RemoveRequest): Result<number> {
    const removed = removeHere(this.parts, request)
    if (removed.ok) this.engine.changed()
    return removed
  }

  /** What was exchanged under an agreement in some time, with each other party and both ways. */
  balance(asked: BalanceAsked): Promise<Result<BalanceAnswer>> {
    return this.engine.balancing.balance(asked)
  }

  /** Objects and how they are linked; other work gets its turn between stretches of it. */
  graph(query: GraphQuery): Promise<Result<ObjectGraph>> {
    return this.parts.views.graph(query, this.parts.giveWay)
  }

  /** Objects along time; other work gets its turn between stretches of it. */
  timeline(query: TimelineQuery): Promise<Result<ObjectTimeline>> {
    return this.parts.views.timeline(query, this.parts.giveWay)
  }

  /** Objects to be taken out as a file, and how strictly they are marked. */
  selection(query: SelectionQuery): Promise<Result<Selection>> {
    return this.parts.views.selection(query, this.parts.giveWay)
  }

  /** What the gate would say of a share, with nothing said and nothing kept. */
  tryShare(request: ShareRequest): Promise<Result<Tried>> {
    return overDisk('Nothing was kept of it, and nothing left.', this.engine.saying.tryShare(request))
  }

  /** Says what is in a round as one share. */
  sayRound(place: RoundPlace, by: RoundSpeaker): Promise<RoundResult> {
    const consequence = 'The round ended there. Mend that, and look at it again: what left of it is not said again.'
    return overDisk(consequence, this.engine.rounds.say(place, by))
  }

  speakerOf(statementId: string): string | undefined {
    return this.parts.store.speakerOf(statementId)
  }

  /** Who approved what that record says, beside its speaker; private to this node. */
  approversOf(statementId: string): { name: string; at: number }[] {
    return this.parts.store.waiting.approversOf(statementId)
  }

  /** By whose consents it went on, as far as it came from others (spec/records.md, Passing on); private to this node. */
  goneByOf(statementId: string): GoneByInRecord[] {
    return this.parts.store.goneBy.of(statementId)
  }

  /** Shares that wait for a second person. */
  get waitingShares(): Omit<WaitingShares, 'approve'> {
    return this.engine.saying.waiting
  }

  /** Approves a share as it was judged; with the last person that it needs it is said. */
  approveShare(id: string, judgement: string, officer: Officer): Promise<Result<WaitingShare>> {
    const consequence = 'It waits as it did, unless it was said. Mend that, and look at it again.'
    return overDisk(consequence, this.engine.saying.waiting.approve(id, judgement, officer))
  }

  /** The records that a share of ours became, by its UUID; none where it has not left, or is not shown yet. */
  recordsOfShare(pact: string, share: string): string[] {
    const { identity, views } = this.parts
    return views.recordsOfShare(identity.party, pact, share).map(({ record }) => record)
  }

  // ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  rotateKeys(request: RotateRequest): Promise<Result<Rotated>> {
    return overDisk(KEYS_UNFINISHED, this.engine.ownKeys.rotate(request))
  }

  /** Takes what the root has signed: a card, a notice, or both. */
  acceptKeys(file: Uint8Array): Promise<Result<Rotated>> {
    return overDisk(KEYS_UNFINISHED, this.engine.ownKeys.accept(file))
  }

  keyStatus(): Promise<KeyStatus> {
    return this.engine.ownKeys.status()
  }

  /** Takes a notice of compromised keys, brought by hand, and passes it on. */
  takeNotice(file: Uint8Array): Promise<Result<{ party: string; roles: string[] }>> {
    return this.engine.notices.takeFile(file)
  }

  /** The key by which a party signs requests; undefined where it has none that is believed. */
  requestKeyOf(party: string): Uint8Array | undefined {
    const key = this.cardOf(party)?.keys.request.ed25519
    return key === undefined || this.parts.trusted.isGivenUp('request', key) ? undefined : key
  }

  /** A request of that party did not verify: it may have other keys by now. */
  suspect(party: string): void {
    if (this.cardOf(party) === undefined || party === this.party) return
    this.engine.unattended.begin(`Asking ${party} for its card`, () => this.parts.cards.suspect(party))
  }

  // ── agreements ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Keeps a card whose fingerprint words a person has compared. */
  async trust(file: Uint8Array): Promise<Result<Card>> {
    const added = await this.parts.trusted.add(file, this.now())
    if (added.ok) await this.engine.cardsArrived([added.value])
    return added
  }

  trustedCards(): Card[] {
    return this.parts.trusted.all()
  }

  /** Ours, or one that is trusted here. */
  cardOf(party: string): Card | undefined {
    return this.parts.trusted.of(party)
  }

  pacts(): StoredPact[] {
    return this.parts.pacts.all()
  }

  proposePact(yaml: string): ReturnType<Agreements['propose']> {
    return overDisk(
      'The agreement is not proposed in every log. Mend that, then propose it anew.',
      this.engine.agreements.propose(yaml),
    )
  }

  signPact(invitation: Uint8Array | string): Promise<Result<Signed>> {
    return overDisk(
      'It may not be signed in every log. Mend that, then sign it again.',
      this.engine.agreements.sign(invitation),
    )
  }

  // ── hearing ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A peer says “look again”. */
  hint(party: string): void {
    this.engine.reached.hinted(party)
  }

  /** Takes in what was carried here by hand in the folder `from`, countersigns it, and waits until it is folded. */
  carryIn(from: string, options: StickOptions = {}): Promise<Result<CarriedIn>> {
    return overDisk(
      'Not everything was taken in; what was, is kept. Mend that, then carry in again.',
      this.engine.sticks.takeIn(from, options),
    )
  }

  /** What the published directory gives to `party`, who signed the request. */
  directory(party: string | undefined, path: string): Promise<DirectoryAnswer> {
    if (party === this.party) this.engine.possibleCopy.secondHost.asked(path)
    return this.engine.directory.answer(party, path)
  }

  /** Plaintext and salt of one part of `origin#index`, where it is sealed to us and held. */
  async readContent(record: string, part: number): Promise<Result<OpenedPart>> {
    const ref = parseRecordRef(record)
    return ref.ok ? this.engine.folding.readPart(ref.value.origin.text, ref.value.index, part) : ref
  }

  /**
   * An evidence file of `origin#index` (spec/evidence.md); with `reveal` its content too, with `exchange` all that it
   * answers and that answers it.
   */
  async evidence(record: string, options: { reveal: boolean; exchange?: boolean }): Promise<Result<Uint8Array>> {
    const ref = parseRecordRef(record)
    if (!ref.ok) return ref
    const { origin, index } = ref.value
    const cut = options.exchange === true ? cutExchange : cutEvidence
    const sources = evidenceSources(this.parts, this.engine.logs, this.engine.folding)
    return cut({ origin: origin.text, index }, options, sources)
  }

  /** Our own log of that origin, or our mirror of it. */
  logOf(origin: string): LogFiles | undefined {
    return this.engine.logs.of(origin)
  }

  // ── state ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** `ready` once every log of ours may sign. */
  health(): { ready: boolean } {
    return {
      ready: [...this.parts.channels.values()].every(({ own }) => own.state === 'ready' || own.state === 'none'),
    }
  }

  status(): Promise<NodeStatus> {
    const { officers, possibleCopy, reached } = this.engine
    return statusOf(this.parts, {
      approvals: officers.approvals.open(),
      toApprove: this.engine.saying.waiting.open,
      awaited: (channel) => possibleCopy.awaited(channel),
      peer: (party) => reached.stateOf(party),
    })
  }

  /** Resolves once everything held is folded into the views. */
  settled(): Promise<void> {
    return this.engine.arrivals.settled()
  }

  /** Ends every loop and closes every file; what is durable stays as it is. */
  stop(): Promise<void> {
    return this.engine.stop()
  }
}
