// What the parts of the engine share. Each part gets the whole and takes what it needs; none keeps a copy.

import type { Receipts } from '@countersign/ledger'
import { ok, type Result, refuse } from '@countersign/log'
import type { Agreement } from '@countersign/pact'
import { type Card, type Statement, TLP_LABELS, type TlpLabel } from '@countersign/record'
import type { Views } from '@countersign/views'
import { v7 as uuidv7 } from 'uuid'
import type { AlarmCode } from './alarm-kinds.ts'
import type { Channel } from './channel/channel.ts'
import type { GiveWay } from './folding/right-of-way.ts'
import type { PeerRequests } from './hearing/peer-requests.ts'
import type { CardFetching } from './keys/card-fetching.ts'
import type { Identity } from './keys/identity.ts'
import type { TrustedCards } from './keys/trust.ts'
import type { Pacts, StoredPact } from './pacts.ts'
import type { PrivateStore } from './private-store.ts'
import type { Draft } from './saying/speaker.ts'
import type { SealingDesk } from './sealing/sealer.ts'
import type { Surroundings } from './surroundings.ts'

export interface EngineParts {
  identity: Identity
  around: Surroundings
  trusted: TrustedCards
  pacts: Pacts
  store: PrivateStore
  desk: SealingDesk
  receipts: Receipts
  views: Views
  /** By `<agreement id>/<channel>`. */
  channels: Map<string, Channel>
  requestsTo(card: Card): PeerRequests
  cards: CardFetching
  alarm(code: AlarmCode, subject: string, message: string): void
  alarmOver(code: AlarmCode, subject: string): void
  /** Resolves once the views know what is held now of the logs of a channel. */
  caughtUp(channel: Channel): Promise<void>
  /** Awaited between two steps of work that may take its time. */
  giveWay: GiveWay
}

/** A record of ours with nothing in it yet, under a fresh id. */
export function blankRecord(
  around: Surroundings,
  type: string,
  pact: StoredPact,
  said: { marking?: Statement['marking']; mode?: Statement['mode'] } = {},
): Draft {
  const ofAgreement = /^(?:log|pact|party)\//.test(type)
  return {
    type,
    id: uuidv7({ msecs: around.now(), random: around.random(16) }),
    pact: { id: pact.id, version: pact.version },
    to: [],
    mode: said.mode ?? 'Actual',
    body: {},
    marking: said.marking ?? { tlp: ofAgreement ? 'TLP:CLEAR' : 'TLP:AMBER' },
    re: [],
    content: [],
  }
}

/** The other parties of a channel, sorted. */
export function othersOf(agreement: Agreement, channel: string, us: string): string[] {
  const parties = agreement.channels.find(({ name }) => name === channel)?.parties ?? []
  return parties.filter((party) => party !== us).sort()
}

export function noSuchPact(id: string) {
  const message = `This node has no agreement ${id}; list them with: countersign pact show`
  return { ok: false, code: 'pact/unknown', message } as const
}

export function withMode(marking: Statement['marking'] | undefined, mode: Statement['mode'] | undefined) {
  return { ...(marking === undefined ? {} : { marking }), ...(mode === undefined ? {} : { mode }) }
}

export function markingOf(
  marking: { tlp: string; class?: string } | undefined,
): Result<Statement['marking'] | undefined> {
  if (marking === undefined) return ok(undefined)
  const tlp = TLP_LABELS.find((label): label is TlpLabel => label === marking.tlp)
  if (tlp === undefined) {
    return refuse('say/marking', `“${marking.tlp}” is no marking; use one of ${TLP_LABELS.join(', ')}.`)
  }
  return ok(marking.class === undefined ? { tlp } : { tlp, class: marking.class })
}
