// Names of parties, agreements, channels, origins and records (spec/README.md, Names).

import { ok, type Result, refuse } from '@countersign/log'
import { LIMITS } from './limits.ts'

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})+$`)
const PACT_ID = /^[0-9a-f]{32}$/
const CHANNEL = /^[a-z][a-z0-9-]{0,31}$/
const NO_FEEDS = new Set(['inbox', 'outbox', 'withdrawn'])
const GENERATION = /^[0-9a-f]{16}$/

export interface Origin {
  party: string
  pact: string
  channel: string
  generation: string
  /** The whole, as it stands in a checkpoint. */
  text: string
}

export interface RecordRef {
  origin: Origin
  index: number
}

export function isPartyDomain(text: string): boolean {
  return text.length <= LIMITS.partyBytes && DOMAIN.test(text)
}

export function isPactId(text: string): boolean {
  return PACT_ID.test(text)
}

export function isChannelName(text: string): boolean {
  return CHANNEL.test(text)
}

/** Of a stream of shares (spec/records.md, Feeds); what every node has a collection of by that name is none. */
export function isFeedName(text: string): boolean {
  return CHANNEL.test(text) && !NO_FEEDS.has(text)
}

/** `<party domain>/<agreement id>/<channel>/<generation>`. */
export function parseOrigin(text: string): Result<Origin> {
  // Nothing longer is taken apart at all.
  const [party, pact, channel, generation, ...more] = text.length <= LIMITS.originBytes ? text.split('/') : []
  const whole =
    more.length === 0 && party !== undefined && pact !== undefined && channel !== undefined && generation !== undefined
  if (!whole || !isPartyDomain(party) || !isPactId(pact) || !isChannelName(channel) || !GENERATION.test(generation)) {
    return refuse('name/origin', 'This is no origin: party/agreement/channel/generation is expected.')
  }
  return ok({ party, pact, channel, generation, text })
}

export function formatOrigin(of: Omit<Origin, 'text'>): string {
  return `${of.party}/${of.pact}/${of.channel}/${of.generation}`
}

/** Who keeps a log: the party its origin begins with; “” where it is no origin. */
export function partyOf(origin: string): string {
  return origin.slice(0, Math.max(0, origin.indexOf('/')))
}

/** What an origin is made of, of one that was parsed before; of anything else what is missing is “”. */
export function originParts(origin: string): Omit<Origin, 'text'> {
  const [party = '', pact = '', channel = '', generation = ''] = origin.split('/')
  return { party, pact, channel, generation }
}

/** `<origin>#<index>`. */
export function parseRecordRef(text: string): Result<RecordRef> {
  const match = /^([^#]+)#(0|[1-9][0-9]{0,15})$/.exec(text)
  const origin = parseOrigin(match?.[1] ?? '')
  const index = Number(match?.[2])
  if (!origin.ok || !Number.isSafeInteger(index)) {
    return refuse('name/record', 'This names no record: origin#index is expected, as “countersign records” prints it.')
  }
  return ok({ origin: origin.value, index })
}

/** The name of the key under which a party countersigns for an agreement (spec/receipt.md). */
export function receiptKeyName(party: string, pact: string): string {
  return `${party}/${pact}/receipt`
}

/** The name under which a depositary signs with the same key for what it can only say that it holds (spec/receipt.md). */
export function depositKeyName(party: string, pact: string): string {
  return `${party}/${pact}/deposit`
}

/** Whether a name of a key is that of a deposit. */
export function isDepositName(name: string): boolean {
  return name.endsWith('/deposit')
}
