// What the console's API can be asked, in one table: the schemas by which requests are read, and what each operation
// does. The description that the node serves is made of it (openapi.ts), and a route that it does not name is a defect.

import { FEEDBACK_VERDICTS, type FeedbackVerdict, REVOCATION_REASONS, TLP_LABELS } from '@countersign/record'
import { z } from 'zod'
import {
  approvalBody,
  approveShareBody,
  askBody,
  leavingQuery,
  refuseShareBody,
  waitingQuery,
  withdrawShareBody,
} from './approval-routes.ts'
import { consentBody, consentsQuery, retractBody } from './consent-routes.ts'
import { exportBody, exportLookBody } from './export-routes.ts'
import {
  discoverBody,
  feedBody,
  feedCredentialBody,
  newFeedBody,
  pauseFeedBody,
  pullFeedBody,
  pushByItselfBody,
  pushFeedQuery,
} from './feed-routes.ts'
import { graphBody } from './graph-routes.ts'
import { keyFileBody, rotateBody } from './key-routes.ts'
import { LIMITS } from './limits.ts'
import type { Act } from './people/roles.ts'
import {
  roundBody,
  roundChoiceBody,
  roundQuery,
  roundSayBody,
  roundSkipBody,
  roundsQuery,
  roundTermsBody,
} from './round-routes.ts'
import {
  askRulesBody,
  checkRulesBody,
  ruleChangeBody,
  ruleChangeReasonBody,
  rulesQuery,
  tryRulesBody,
} from './rules-routes.ts'
import { timelineBody } from './timeline-routes.ts'
import { triageBody, triageQuery } from './triage-routes.ts'

export interface Operation {
  /** What whoever asks must be let do (people/roles.ts). */
  does: Act
  method: 'GET' | 'POST'
  path: string
  summary: string
  query?: z.ZodObject
  body?: { mediaType: string; bytesMax: number; schema?: z.ZodType }
  /** What a success answers. */
  answer: { mediaType: string; description: string }
}

const text = z.string().min(1).max(LIMITS.queryChars)
const limit = z.coerce.number().int().min(1).max(LIMITS.pageMax).default(LIMITS.pageDefault)

export const recordsQuery = z.strictObject({
  pact: text.exactOptional(),
  channel: text.exactOptional(),
  type: text.exactOptional(),
  party: text.exactOptional(),
  state: z.enum(['said', 'held', 'delivered', 'void', 'undecided', 'superseded']).exactOptional(),
  q: z.string().max(LIMITS.queryChars).exactOptional(),
  cursor: text.exactOptional(),
  limit,
})
export const objectsQuery = z.strictObject({
  pact: text.exactOptional(),
  collection: z.enum(['inbox', 'outbox', 'withdrawn']).exactOptional(),
  type: text.exactOptional(),
  party: text.exactOptional(),
  q: z.string().max(LIMITS.queryChars).exactOptional(),
  cursor: text.exactOptional(),
  limit,
})
export const conflictsQuery = z.strictObject({
  pact: text.exactOptional(),
  party: text.exactOptional(),
  cursor: text.exactOptional(),
  limit,
})
export const feedbackQuery = z.strictObject({ ...conflictsQuery.shape })
export const balanceQuery = z.strictObject({ pact: text, from: text.exactOptional(), until: text.exactOptional() })
export const refQuery = z.strictObject({ ref: text })
export const partQuery = z.strictObject({ ref: text, part: z.coerce.number().int().min(0).max(15) })
const choice = z.enum(['0', '1']).default('0')
export const evidenceQuery = z.strictObject({ ref: text, reveal: choice, exchange: choice })
export const signInsQuery = z.strictObject({ limit })
export const idQuery = z.strictObject({ id: text })
const marking = z.strictObject({ tlp: z.enum(TLP_LABELS), class: text.exactOptional() })
const mode = z.enum(['Actual', 'Exercise', 'Test'])
export const sayBody = z.strictObject({
  pact: text,
  type: text,
  channel: text.exactOptional(),
  to: z.array(text).max(64).exactOptional(),
  marking: marking.exactOptional(),
  mode: mode.exactOptional(),
  body: z.record(z.string(), z.unknown()),
  content: z
    .array(z.strictObject({ role: text, mediaType: text, base64: z.base64() }))
    .max(16)
    .exactOptional(),
  re: z.array(text).max(64).exactOptional(),
})
export const shareQuery = z.strictObject({
  pact: text,
  channel: text.exactOptional(),
  to: text.exactOptional(),
  tlp: z.enum(TLP_LABELS).exactOptional(),
  class: text.exactOptional(),
  mode: mode.exactOptional(),
  feed: text.exactOptional(),
  share: z
    .string()
    .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID in lower case')
    .exactOptional(),
})
export const removeHereBody = z.strictObject({
  pact: text,
  id: text,
  versions: z.array(text).min(1).max(100).exactOptional(),
})
export const revokeBody = z.strictObject({
  pact: text,
  ids: z.array(text).min(1).max(1_000),
  reason: z.enum(REVOCATION_REASONS),
  versions: z.array(text).min(1).max(100).exactOptional(),
  creator: z.boolean().exactOptional(),
})
export const feedbackBody = z.strictObject({
  pact: text,
  ids: z.array(text).min(1).max(1_000).exactOptional(),
  sighting: z
    .strictObject({
      count: z.number().exactOptional(),
      first: text.exactOptional(),
      last: text.exactOptional(),
      description: z.string().min(1).max(LIMITS.feedbackChars).exactOptional(),
    })
    .exactOptional(),
  opinion: z
    .strictObject({
      verdict: z.enum(Object.keys(FEEDBACK_VERDICTS) as FeedbackVerdict[]).exactOptional(),
      opinion: text.exactOptional(),
      explanation: z.string().min(1).max(LIMITS.feedbackChars).exactOptional(),
    })
    .exactOptional(),
  stix: z.string().min(1).max(LIMITS.feedbackBytes).exactOptional(),
  takeBack: z.array(text).min(1).max(1_000).exactOptional(),
  sighter: z.string().min(1).max(200).exactOptional(),
  namesSighter: z.boolean().exactOptional(),
  to: z.array(text).max(64).exactOptional(),
  marking: marking.exactOptional(),
})
export const signBody = z.union([z.strictObject({ pact: text }), z.strictObject({ invitation: z.base64() })])
const reason = z.string().max(2_000)
export const contentBody = z.strictObject({ record: text, reason })
export const contentRefBody = z.strictObject({ record: text })
export const trustBody = z.strictObject({ card: z.base64() })
export const carryInBody = z.strictObject({ from: z.string().min(1).max(LIMITS.pathChars), pact: text.exactOptional() })
export const proposeBody = z.strictObject({ yaml: z.string() })

export const successionQuery = z.strictObject({ pact: text, channel: text })

const JSON_TYPE = 'application/json'
const LINES_TYPE = 'application/x-ndjson'
const BYTES_TYPE = 'application/octet-stream'
const json = (description: string) => ({ mediaType: JSON_TYPE, description })
const bytes = (description: string) => ({ mediaType: BYTES_TYPE, description })
const jsonBody = (schema: z.ZodType, bytesMax: number = LIMITS.jsonBodyBytes) => {
  return { mediaType: JSON_TYPE, bytesMax, schema }
}

export const OPERATIONS: readonly Operation[] = [
  {
    does: 'watch',
    method: 'GET',
    path: '/api/me',
    summary: 'Who is signed in, and at which node.',
    answer: json('Account and node.'),
  },
  {
    ...{ does: 'audit', method: 'GET', path: '/api/sign-ins', query: signInsQuery },
    summary: 'Who signed in with a password, or tried to: when, from where, and what came of it; the newest first.',
    answer: json('A list; `outcome` is `in`, `wrong`, `locked` or `too-many`.'),
  },
  {
    ...{ does: 'watch', method: 'GET', path: '/api/status' },
    summary: 'The logs of this node, its peers, what waits to be said, and the alarms.',
    answer: json('The status.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/records', query: recordsQuery },
    summary: 'Records said and heard, newest first, a page at a time; `next` is the cursor of the page after it.',
    answer: json('`records`, `next`, `total`.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/record', query: refQuery },
    summary: 'One record, named `origin#index`: its statement, receipts, answers and who said it here.',
    answer: json('The record.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/record/content', query: partQuery },
    summary: 'One part of a record’s content, opened, as its author wrote it.',
    answer: bytes('The plaintext. It is data that a peer wrote.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/record/evidence', query: evidenceQuery },
    summary:
      'An evidence file of one record (spec/evidence.md); with `reveal=1` its content too, with `exchange=1` all that it answers and that answers it.',
    answer: bytes('The evidence file.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/content', query: refQuery },
    summary:
      'The life of a record’s content: who consents to its destruction, who holds it, until when it is retained.',
    answer: json('The state of the content.'),
  },
  {
    ...{ does: 'agree', method: 'POST', path: '/api/content/destroy', body: jsonBody(contentBody) },
    summary: 'Asks for the destruction of a record’s content: says our consent, and destroys it as soon as it may be.',
    answer: json('`destroyed`, `already`, or `asked` with whose consent is awaited.'),
  },
  {
    ...{ does: 'agree', method: 'POST', path: '/api/content/take-back', body: jsonBody(contentRefBody) },
    summary: 'Asks no longer for a destruction that has not happened yet; a consent that was said stays said.',
    answer: json('Nothing.'),
  },
  {
    ...{ does: 'agree', method: 'POST', path: '/api/content/hold', body: jsonBody(contentBody) },
    summary: 'Says that a record’s content must be kept: nobody may destroy it while this stands.',
    answer: json('The hold.'),
  },
  {
    ...{ does: 'agree', method: 'POST', path: '/api/content/lift', body: jsonBody(contentRefBody) },
    summary: 'Ends every hold of ours on a record.',
    answer: json('The holds that were lifted.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/objects', query: objectsQuery },
    summary: 'STIX objects shared and received, newest first, a page at a time.',
    answer: json('`objects`, `next`, `total`.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/object', query: idQuery },
    summary:
      'One STIX object: its versions with their source texts and the records they came in, and what it is related to.',
    answer: json('`versions`, `relations`, `feedback`: what each party says now of it.'),
  },
  {
    ...{ does: 'read', method: 'POST', path: '/api/graph', body: jsonBody(graphBody) },
    summary:
      'How objects are linked, out to some distance from `ids` or from what a search finds: relationships and sightings as links, and what objects name themselves.',
    answer: json('`nodes`, `edges`, and how many of each found no room.'),
  },
  {
    ...{ does: 'read', method: 'POST', path: '/api/timeline', body: jsonBody(timelineBody) },
    summary:
      'Objects along time, by `ids` or as a search finds them: what each says of itself, and between which times it was said, answered and taken back as others countersigned it.',
    answer: json('`lanes`, `missing`, and how much found no room.'),
  },
  {
    ...{ does: 'read', method: 'POST', path: '/api/export/look', body: jsonBody(exportLookBody) },
    summary: 'How many objects a file of these would have, and the strictest of their markings.',
    answer: json('`objects`, `definitions`, `missing`, `marking`.'),
  },
  {
    ...{ does: 'read', method: 'POST', path: '/api/export', body: jsonBody(exportBody) },
    summary:
      'Objects as a file: a STIX bundle with each text as it is held, or events of MISP. `marking` is the strictest that a person was shown; TLP:RED takes `confirmed` too.',
    answer: bytes('A STIX bundle, or a list of MISP events.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/feedback', query: feedbackQuery },
    summary: 'What the others say now of objects that we shared, the last that came first, a page at a time.',
    answer: json('`feedback`, `next`.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/balance', query: balanceQuery },
    summary:
      'What was exchanged under an agreement in some time, with each other party and both ways: how much, what of it was new, and what became of it.',
    answer: json('`from`, `until`, `parties`: of each `received` and `given`.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/conflicts', query: conflictsQuery },
    summary: 'Texts that were refused because another with the same id and version was there before, a page at a time.',
    answer: json('`conflicts`, `next`.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/conflict-sources' },
    summary: 'Who said such texts, and how many: one line for each party, agreement and collection.',
    answer: json('A list.'),
  },
  { does: 'watch', method: 'GET', path: '/api/pacts', summary: 'The agreements held here.', answer: json('A list.') },
  {
    ...{ does: 'watch', method: 'GET', path: '/api/pact', query: idQuery },
    summary: 'One agreement: its text, its signatures, since when it is in force on each channel.',
    answer: json('The newest version.'),
  },
  {
    ...{ does: 'watch', method: 'GET', path: '/api/cards' },
    summary: 'Our card and those trusted here, each with its fingerprint words.',
    answer: json('A list.'),
  },
  {
    ...{ does: 'watch', method: 'GET', path: '/api/succession', query: successionQuery },
    summary:
      'What a log that succeeds ours on a channel would pin now: origin, size and root; null where none is needed.',
    answer: json('`pins`.'),
  },
  {
    ...{ does: 'watch', method: 'GET', path: '/api/approvals' },
    summary: 'What takes two officers: what was asked, by whom, and what came of it; the newest first.',
    answer: json('A list.'),
  },
  {
    ...{ does: 'oversee', method: 'POST', path: '/api/approvals/ask', body: jsonBody(askBody) },
    summary: 'Asks for an act that takes two officers, and says why; a second officer confirms it within a day.',
    answer: json('The request, with its id.'),
  },
  {
    ...{ does: 'oversee', method: 'POST', path: '/api/approvals/confirm', body: jsonBody(approvalBody) },
    summary: 'Confirms what another officer asked for; it is done before this answers.',
    answer: json('The request, with what came of it.'),
  },
  {
    ...{ does: 'oversee', method: 'POST', path: '/api/approvals/withdraw', body: jsonBody(approvalBody) },
    summary: 'Takes back what was asked for, or refuses it.',
    answer: json('The request.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/waiting-shares' },
    summary:
      'Shares that wait for a second person, the oldest first, then those that did: what, by whom, why, who approved.',
    answer: json('A list.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/waiting-share', query: waitingQuery },
    summary: 'One share that waits, with what the gate says of it now, for each object.',
    answer: json('The share, `tried`, and `judgement`: what is approved; empty where the gate refuses it by now.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/waiting-share/records', query: waitingQuery },
    summary: 'The records that a share which waited became; none where it has not left, or is not shown yet.',
    answer: json('`records`: their names.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/waiting-share/leaving', query: leavingQuery },
    summary: 'The STIX that would leave by that judgement, cut as the rules say.',
    answer: bytes('A bundle, an envelope or an object.'),
  },
  {
    ...{ does: 'release', method: 'POST', path: '/api/waiting-shares/approve', body: jsonBody(approveShareBody) },
    summary:
      'Approves a share as it was judged: by another than shared it, and by two where a tool or the shell did. With the last person it leaves before this answers.',
    answer: json(
      'The share: `done`, `open` where it needs another person, `approved` where its log may not be signed yet.',
    ),
  },
  {
    ...{ does: 'release', method: 'POST', path: '/api/waiting-shares/refuse', body: jsonBody(refuseShareBody) },
    summary: 'Another officer does not let it leave, and says why.',
    answer: json('The share.'),
  },
  {
    ...{ does: 'share', method: 'POST', path: '/api/waiting-shares/withdraw', body: jsonBody(withdrawShareBody) },
    summary: 'Whoever shared it takes it back: the officer, or the shell what no officer shared.',
    answer: json('The share.'),
  },
  {
    ...{ does: 'watch', method: 'GET', path: '/api/rules', query: rulesQuery },
    summary:
      'The rules of the house, of an agreement or of a party: each as a line of a table where it is one, its cases, what waits, and what was before.',
    answer: json('The rules; `base` names the set, `needsSecond` whether another officer must put a change in force.'),
  },
  {
    ...{ does: 'watch', method: 'GET', path: '/api/rules/open' },
    summary: 'Changes of rules that wait for a second officer.',
    answer: json('A list.'),
  },
  {
    ...{ does: 'try', method: 'POST', path: '/api/rules/check', body: jsonBody(checkRulesBody, LIMITS.apiBodyBytes) },
    summary: 'What a draft of the rules would change, whether it can be read, and which cases fail with it.',
    answer: json('`diff`, `troubles`, `cases`, `mayBePut`.'),
  },
  {
    ...{ does: 'try', method: 'POST', path: '/api/rules/try', body: jsonBody(tryRulesBody, LIMITS.apiBodyBytes) },
    summary:
      'What the gate says of STIX, or of objects held here, by the rules in force and by a draft or a change that waits; nothing is said and nothing kept.',
    answer: json('`now`, `then`: each `tried`, or the `message` why it could not be asked.'),
  },
  {
    ...{ does: 'release', method: 'POST', path: '/api/rules/ask', body: jsonBody(askRulesBody, LIMITS.apiBodyBytes) },
    summary:
      'Asks for a draft to be put in force. It is at once where there is one officer alone and the house has nothing wait for two.',
    answer: json('The change: `open` or `done`.'),
  },
  {
    ...{
      does: 'release',
      method: 'POST',
      path: '/api/rules/put-back',
      body: jsonBody(ruleChangeReasonBody, LIMITS.apiBodyBytes),
    },
    summary: 'Asks for what lay there before a change to be put back, as for any other change.',
    answer: json('The change: `open` or `done`.'),
  },
  {
    ...{
      does: 'release',
      method: 'POST',
      path: '/api/rules/confirm',
      body: jsonBody(ruleChangeBody, LIMITS.apiBodyBytes),
    },
    summary: 'Another officer puts in force what was asked for; it counts before this answers.',
    answer: json('The change.'),
  },
  {
    ...{
      does: 'release',
      method: 'POST',
      path: '/api/rules/refuse',
      body: jsonBody(ruleChangeReasonBody, LIMITS.apiBodyBytes),
    },
    summary: 'Another officer does not put it in force, and says why.',
    answer: json('The change.'),
  },
  {
    ...{
      does: 'release',
      method: 'POST',
      path: '/api/rules/withdraw',
      body: jsonBody(ruleChangeBody, LIMITS.apiBodyBytes),
    },
    summary: 'Whoever asked for a change takes it back.',
    answer: json('The change.'),
  },
  {
    ...{ does: 'call', method: 'POST', path: '/api/say', body: jsonBody(sayBody, LIMITS.apiBodyBytes) },
    summary: 'Says a record: through the release gate, sealed, signed, durable before this answers.',
    answer: json('`said` with the record’s name; or `held-here` while our log is compared with its peers’ copies.'),
  },
  {
    ...{ does: 'share', method: 'POST', path: '/api/share', query: shareQuery },
    body: { mediaType: BYTES_TYPE, bytesMax: LIMITS.shareBodyBytes },
    summary:
      'Shares STIX of any size in as few records as the agreement’s limits allow; all of it or nothing. With a fresh UUID as `share` it is said once, however often it is asked for. Above a threshold of the house it waits for a second person.',
    answer: json(
      'The records, how many objects, and what of the standard they break; or `waits` and why, where nothing left yet.',
    ),
  },
  {
    ...{ does: 'take-back', method: 'POST', path: '/api/revoke', body: jsonBody(revokeBody) },
    summary: 'Takes back objects that we shared: those it was said to are told, and show them no more.',
    answer: json('The revocations, of how many objects, and whom they were said to.'),
  },
  {
    ...{ does: 'release', method: 'POST', path: '/api/consent', body: jsonBody(consentBody) },
    summary:
      'Lets parties that we shared objects with pass them on: under one agreement or any (`null`), to parties of it or to anybody (`null`).',
    answer: json('The consents, and whom they were said to.'),
  },
  {
    ...{ does: 'take-back', method: 'POST', path: '/api/retract', body: jsonBody(retractBody) },
    summary: 'Takes back consents of ours. What was passed on by them before stays passed on.',
    answer: json('The retractions, and whom they were said to.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/consents', query: consentsQuery },
    summary:
      'Consents to passing on, given and heard, the newest first; `retractedFor`: who may not go by one any more.',
    answer: json('A list.'),
  },
  {
    ...{ does: 'share', method: 'POST', path: '/api/remove-here', body: jsonBody(removeHereBody) },
    summary: 'Removes an object that another party shared, here alone: nobody else is told, and its record stays.',
    answer: json('`versions`: how many of it are not shown any more.'),
  },
  {
    ...{ does: 'share', method: 'POST', path: '/api/feedback', body: jsonBody(feedbackBody, LIMITS.apiBodyBytes) },
    summary:
      'Tells those who shared objects what became of them: sightings, opinions and verdicts on `ids`; or `stix`, sightings and opinions as text; or takes back such ones of ours.',
    answer: json('The records, whom they were said to, and what the gate cut.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/rounds', query: roundsQuery },
    summary: 'The weekly rounds: what is gathered for each, when it is due, and what became of the last.',
    answer: json('A list.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/round', query: roundQuery },
    summary: 'One round, with what was gathered for it.',
    answer: json('The round; `gathered`.'),
  },
  {
    ...{ does: 'share', method: 'POST', path: '/api/round/terms', body: jsonBody(roundTermsBody) },
    summary: 'On which weekday and at which hour in UTC a round is due, and how it is marked.',
    answer: json('The round.'),
  },
  {
    ...{ does: 'share', method: 'POST', path: '/api/round/add', query: roundQuery },
    body: { mediaType: BYTES_TYPE, bytesMax: LIMITS.roundBodyBytes },
    summary: 'Puts STIX into a round; all of it or nothing. Nothing is said.',
    answer: json('`added`, and `known`: what was there, or was said to the same before.'),
  },
  {
    ...{
      does: 'share',
      method: 'POST',
      path: '/api/round/leave-out',
      body: jsonBody(roundChoiceBody, LIMITS.apiBodyBytes),
    },
    summary: 'Leaves objects out of a round and those after it: by id, by type, what the gate refuses, or all.',
    answer: json('`changed`: how many.'),
  },
  {
    ...{
      does: 'share',
      method: 'POST',
      path: '/api/round/take-in',
      body: jsonBody(roundChoiceBody, LIMITS.apiBodyBytes),
    },
    summary: 'Takes objects in again that were left out.',
    answer: json('`changed`: how many.'),
  },
  {
    ...{ does: 'try', method: 'POST', path: '/api/round/try', body: jsonBody(roundBody) },
    summary: 'What the release gate says of each object that is in a round; nothing is said.',
    answer: json('As of a share that is tried, and `looked`: the digest of what was looked at, by which it is said.'),
  },
  {
    ...{ does: 'share', method: 'POST', path: '/api/round/say', body: jsonBody(roundSayBody) },
    summary:
      'Says what is in a round as one share, through the gate; above a threshold of the house it waits for a second person.',
    answer: json('As of a share.'),
  },
  {
    ...{ does: 'share', method: 'POST', path: '/api/round/skip', body: jsonBody(roundSkipBody) },
    summary: 'Says nothing this week; what was gathered stays for the next.',
    answer: json('The round.'),
  },
  {
    ...{ does: 'read', method: 'GET', path: '/api/triage', query: triageQuery },
    summary:
      'What others shared, and what we say of it: their shares, the last first, and of these the objects that have no verdict of ours yet.',
    answer: json('`shares`, `sharesTotal`, `objects`, `objectsTotal`.'),
  },
  {
    ...{ does: 'share', method: 'POST', path: '/api/triage', body: jsonBody(triageBody, LIMITS.apiBodyBytes) },
    summary:
      'Gives objects that others shared their verdicts: by their ids, or by type and name what has none of ours yet. It is told to whoever shared them, in a few records.',
    answer: json(
      'The records, how many objects got which verdict, how many of them had been told so before (`told`), and how many have none.',
    ),
  },
  {
    ...{ does: 'try', method: 'POST', path: '/api/gate/try', query: shareQuery },
    body: { mediaType: BYTES_TYPE, bytesMax: LIMITS.shareBodyBytes },
    summary:
      'What the release gate says of a share, with the reasons for each object; nothing is said and nothing kept.',
    answer: json('Whether it passes, and why not; what of the standard it breaks.'),
  },
  {
    ...{ does: 'agree', method: 'POST', path: '/api/trust', body: jsonBody(trustBody, LIMITS.cardBodyBytes) },
    summary: 'Trusts a card (base64) whose fingerprint words a person has compared.',
    answer: json('The card.'),
  },
  {
    ...{ does: 'watch', method: 'GET', path: '/api/key/status' },
    summary:
      'Our keys: since when each speaks, on which logs the card is in force, where the root lies, when it expires.',
    answer: json('The state of the keys.'),
  },
  {
    ...{ does: 'administer', method: 'POST', path: '/api/key/rotate', body: jsonBody(rotateBody, LIMITS.keyBodyBytes) },
    summary: 'Makes new keys and a card for them, and a notice where keys are compromised. For the local shell alone.',
    answer: json('`accepted`, or `to-sign` with the request (base64) that the root must sign.'),
  },
  {
    ...{
      does: 'administer',
      method: 'POST',
      path: '/api/key/accept',
      body: jsonBody(keyFileBody, LIMITS.keyBodyBytes),
    },
    summary: 'Takes a request that the root has signed (base64). For the local shell alone.',
    answer: json('`accepted` with the serial of the card that speaks.'),
  },
  {
    ...{
      does: 'administer',
      method: 'POST',
      path: '/api/key/notice',
      body: jsonBody(keyFileBody, LIMITS.keyBodyBytes),
    },
    summary:
      'Takes a notice of compromised keys that was brought by hand (base64), and passes it on. For the local shell alone.',
    answer: json('The party and the roles.'),
  },
  {
    ...{ does: 'agree', method: 'POST', path: '/api/pact/propose', body: jsonBody(proposeBody) },
    summary: 'Drafts an agreement from YAML and proposes it.',
    answer: json('Its id and version, and the invitation (base64) to be carried to the others.'),
  },
  {
    ...{ does: 'agree', method: 'POST', path: '/api/pact/sign', body: jsonBody(signBody) },
    summary: 'Signs an agreement: the one an invitation (base64) carries, or one held here by its id.',
    answer: json('Its id and version, and whether as party or as neutral.'),
  },
  {
    ...{ does: 'watch', method: 'GET', path: '/api/feeds' },
    summary: 'The foreign TAXII collections that are pulled from: how each stands, and what is wrong.',
    answer: json('The feeds.'),
  },
  {
    ...{ does: 'administer', method: 'POST', path: '/api/feeds/add', body: jsonBody(newFeedBody) },
    summary: 'Adds a feed; nothing is fetched yet. For the local shell alone.',
    answer: json('The feed.'),
  },
  {
    ...{ does: 'administer', method: 'POST', path: '/api/feeds/discover', body: jsonBody(discoverBody) },
    summary:
      'Which collections a foreign TAXII server has, from its discovery address, an API root or its name. For the local shell alone.',
    answer: json('Its API roots, each with its collections.'),
  },
  {
    ...{ does: 'administer', method: 'POST', path: '/api/feeds/remove', body: jsonBody(feedBody) },
    summary: 'Removes a feed with what waits of it; its files of drafts stay. For the local shell alone.',
    answer: json('The feed as it was.'),
  },
  {
    ...{ does: 'administer', method: 'POST', path: '/api/feeds/pause', body: jsonBody(pauseFeedBody) },
    summary: 'Pauses a feed, or lets it go on. For the local shell alone.',
    answer: json('The feed.'),
  },
  {
    ...{ does: 'administer', method: 'POST', path: '/api/feeds/credentials', body: jsonBody(feedCredentialBody) },
    summary: 'Has a feed sign in with something else; it is kept sealed and shown nowhere. For the local shell alone.',
    answer: json('The feed.'),
  },
  {
    ...{ does: 'administer', method: 'POST', path: '/api/feeds/pull', body: jsonBody(pullFeedBody) },
    summary:
      'Pulls what is new of a feed, into drafts or into shares that pass the release gate. For the local shell alone.',
    answer: json('What came of it; `failure` where it ended too early.'),
  },
  {
    ...{ does: 'administer', method: 'POST', path: '/api/feeds/push-by-itself', body: jsonBody(pushByItselfBody) },
    summary:
      'Has a running node push the outbox of an agreement to a feed by itself, or with null no more. For the local shell alone.',
    answer: json('The feed.'),
  },
  {
    ...{ does: 'administer', method: 'POST', path: '/api/feeds/push', query: pushFeedQuery },
    body: { mediaType: BYTES_TYPE, bytesMax: LIMITS.shareBodyBytes },
    summary:
      'Adds objects to the collection of a feed: the STIX of the body, or with `pact` what we shared under it. Nothing above `tlp` leaves. For the local shell alone.',
    answer: json('What the server took and refused; `failure` where it ended too early.'),
  },
  {
    ...{ does: 'administer', method: 'POST', path: '/api/carry/in', body: jsonBody(carryInBody) },
    summary:
      'Takes in what was carried by hand in a folder that this node’s machine sees (spec/directory.md). Only with the local token: an officer’s page names no folders of the machine.',
    answer: {
      mediaType: LINES_TYPE,
      description: 'Lines of JSON: `done` and `total` on the way, and last `report`, or `code` and `message`.',
    },
  },
]

/** Undefined of what is none. */
export function operationAt(method: string, path: string | undefined): Operation | undefined {
  const asked = method === 'HEAD' ? 'GET' : method
  return OPERATIONS.find((operation) => operation.method === asked && operation.path === path)
}

/** Fastify adds HEAD to each GET by itself. */
export function isDescribed(method: string | string[], path: string): boolean {
  const methods = [method].flat().filter((one) => one !== 'HEAD')
  return methods.every((one) => OPERATIONS.some((operation) => operation.method === one && operation.path === path))
}
