// Every call the console makes to its node. The node is this console's own and has already decided what the signed-in
// officer may see; still, nothing in an answer is ever used as markup, address or code. A failed call throws an
// ApiFailure, whose message is one sentence that says what to do next.

import {
  type Act,
  type Answer,
  type ApiRefusal,
  type ConsentInput,
  type ExportInput,
  type GraphInput,
  NodeClient,
  type ObjectQuery,
  type RecordQuery,
  type RevokeInput,
  type RoundChoice,
  type RoundPlace,
  type RoundTerms,
  type RulesDraft,
  type RulesTry,
  type ShareInput,
  type Taking,
  type TimelineInput,
  type TriageInput,
  type TriageQuery,
} from '@countersign/client'
import { uploadingFetch } from './uploads.ts'

/** Rows asked for at once: what a person pages through without waiting. */
export const PAGE_ROWS = 50
/** A content part is shown unasked up to this size; above it, a person says so first. */
export const SHOWN_UNASKED_BYTES = 512 * 1024

export class ApiFailure extends Error {
  readonly status: number
  readonly code: string
  readonly node: ApiRefusal['node']
  readonly difference: ApiRefusal['difference']

  constructor({ status = 0, code, message, node, difference }: ApiRefusal) {
    super(message)
    this.name = 'ApiFailure'
    this.status = status
    this.code = code
    this.node = node
    this.difference = difference
  }
}

/** How much of what is sent has left, from 0 to 1. */
export type Sent = (part: number) => void

const ROOT = new URL('/', window.location.href).href
const node = new NodeClient(ROOT)
/** The same node, reached in a way that tells how far a large body is. */
const uploading = (sent: Sent) =>
  new NodeClient(
    ROOT,
    undefined,
    uploadingFetch((done, total) => sent(total === 0 ? 1 : done / total)),
  )
const limit = String(PAGE_ROWS)

export const api = {
  me: (signal?: AbortSignal) => given(node.me(signal)),
  status: (signal?: AbortSignal) => given(node.status(signal)),
  records: (query: RecordQuery, signal?: AbortSignal) => given(node.records({ ...query, limit }, signal)),
  record: (ref: string, signal?: AbortSignal) => given(node.record(ref, signal)),
  objects: (query: ObjectQuery, signal?: AbortSignal) => given(node.objects({ ...query, limit }, signal)),
  object: (id: string, signal?: AbortSignal) => given(node.object(id, signal)),
  exportLook: (asked: Taking, signal?: AbortSignal) => given(node.exportLook(asked, signal)),
  exportObjects: (asked: ExportInput) => given(node.exportObjects(asked)),
  graph: (asked: GraphInput, signal?: AbortSignal) => given(node.graph(asked, signal)),
  timeline: (asked: TimelineInput, signal?: AbortSignal) => given(node.timeline(asked, signal)),
  pacts: (signal?: AbortSignal) => given(node.pacts(signal)),
  pact: (id: string, signal?: AbortSignal) => given(node.pact(id, signal)),
  cards: (signal?: AbortSignal) => given(node.cards(signal)),
  content: (ref: string, part: number, signal?: AbortSignal) => given(node.content(ref, part, signal)),
  evidence: (ref: string, what: { reveal: boolean; exchange?: boolean }) => given(node.evidence(ref, what)),
  contentState: (ref: string, signal?: AbortSignal) => given(node.contentState(ref, signal)),
  destroyContent: (ref: string, reason: string) => given(node.destroyContent(ref, reason)),
  takeBackDestruction: (ref: string) => given(node.takeBackDestruction(ref)),
  holdContent: (ref: string, reason: string) => given(node.holdContent(ref, reason)),
  liftHolds: (ref: string) => given(node.liftHolds(ref)),
  keyStatus: (signal?: AbortSignal) => given(node.keyStatus(signal)),
  succession: (pact: string, channel: string, signal?: AbortSignal) => given(node.succession(pact, channel, signal)),
  approvals: (signal?: AbortSignal) => given(node.approvals(signal)),
  askApproval: (act: Act, reason: string) => given(node.askApproval(act, reason)),
  confirmApproval: (id: string) => given(node.confirmApproval(id)),
  withdrawApproval: (id: string) => given(node.withdrawApproval(id)),
  waitingShares: (signal?: AbortSignal) => given(node.waitingShares(signal)),
  waitingShare: (id: string, signal?: AbortSignal) => given(node.waitingShare(id, signal)),
  recordsOfWaiting: (id: string, signal?: AbortSignal) => given(node.recordsOfWaiting(id, signal)),
  leavingOf: (id: string, judgement: string, signal?: AbortSignal) => given(node.leavingOf(id, judgement, signal)),
  approveShare: (id: string, judgement: string) => given(node.approveShare(id, judgement)),
  refuseShare: (id: string, reason: string) => given(node.refuseShare(id, reason)),
  withdrawShare: (id: string) => given(node.withdrawShare(id)),
  rules: (scope: string, signal?: AbortSignal) => given(node.rules(scope, signal)),
  openRuleChanges: (signal?: AbortSignal) => given(node.openRuleChanges(signal)),
  checkRules: (draft: RulesDraft, signal?: AbortSignal) => given(node.checkRules(draft, signal)),
  tryRules: (asked: RulesTry) => given(node.tryRules(asked)),
  askRules: (draft: RulesDraft, reason: string) => given(node.askRules(draft, reason)),
  putRulesBack: (id: string, reason: string) => given(node.putRulesBack(id, reason)),
  confirmRules: (id: string) => given(node.confirmRules(id)),
  refuseRules: (id: string, reason: string) => given(node.refuseRules(id, reason)),
  withdrawRules: (id: string) => given(node.withdrawRules(id)),
  triageList: (query: TriageQuery, signal?: AbortSignal) => given(node.triageList(query, signal)),
  triage: (asked: TriageInput) => given(node.triage(asked)),
  rounds: (pact: string, signal?: AbortSignal) => given(node.rounds(pact, signal)),
  round: (place: RoundPlace, signal?: AbortSignal) => given(node.round(place, signal)),
  setRound: (place: RoundPlace, terms: Partial<RoundTerms>) => given(node.setRound(place, terms)),
  addToRound: (place: RoundPlace, stix: Blob, sent: Sent) => given(uploading(sent).addToRound(place, stix)),
  chooseInRound: (place: RoundPlace, which: RoundChoice, out: boolean) => given(node.chooseInRound(place, which, out)),
  tryRound: (place: RoundPlace) => given(node.tryRound(place)),
  sayRound: (place: RoundPlace, looked: string) => given(node.sayRound(place, looked)),
  skipRound: (place: RoundPlace, reason: string) => given(node.skipRound(place, reason)),
  balance: (asked: { pact: string; from: string }, signal?: AbortSignal) => given(node.balance(asked, signal)),
  feedback: (query: Record<string, string>, signal?: AbortSignal) => given(node.feedback({ ...query, limit }, signal)),
  consents: (pact: string) => given(node.consents(pact)),
  consent: (asked: ConsentInput) => given(node.consent(asked)),
  retract: (asked: { pact: string; records: string[] }) => given(node.retract(asked)),
  revoke: (asked: RevokeInput) => given(node.revoke(asked)),
  removeHere: (asked: { pact: string; id: string; versions?: string[] }) => given(node.removeHere(asked)),
  tryShare: (input: ShareInput, stix: Blob, sent: Sent) => given(uploading(sent).tryShare(input, stix)),
  share: (input: ShareInput, stix: Blob, sent: Sent) => given(uploading(sent).share(input, stix)),
  signIn: (email: string, password: string) => given(node.signIn(email, password)),
  signOut: () => given(node.signOut()),
}

async function given<T>(answer: Promise<Answer<T>>): Promise<T> {
  const got = await answer
  if (!got.ok) throw new ApiFailure(got)
  return got.value
}
