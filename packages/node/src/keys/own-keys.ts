// Our own keys that change (spec/keys.md): new keys and the card that names them, signed by the root wherever that lies;
// from then on the new card speaks, here and, log by log, for everybody. What a run did not come to do the next one does:
// the card that speaks is one file, replaced at once, and each of our logs says by itself which card is in force there.

import { dirname, join } from 'node:path'
import { ok, type Refusal, type Result, refuse } from '@countersign/log'
import {
  addRootSignatures,
  assemble,
  type Card,
  type CardBody,
  cardDigestOf,
  fingerprintWords,
  formatSigningRequest,
  KEY_ROLES,
  type KeyRole,
  makePossession,
  type Notice,
  type NoticeBody,
  parseSigningRequest,
  type SigningRequest,
  sameLogKeys,
  signingRequest,
} from '@countersign/record'
import type { Channel } from '../channel/channel.ts'
import { blankRecord, type EngineParts } from '../engine-parts.ts'
import { checkCardTerms } from './card-terms.ts'
import { cardValidity } from './identity.ts'
import { decidedOf, mayAccept, requestFile } from './key-decision.ts'
import { createKeys, KeyRing, ROTATED_ROLES, type RotatedRole } from './keys.ts'

export interface RotateRequest {
  /** All where it is left out. */
  roles?: RotatedRole[]
  /** Another root: its public keys, and how many of them are needed. */
  root?: CardBody['root']
  endpoints?: string[]
  name?: string
  /** Cards whose keys in these roles are given up as compromised; none for a change in good order. */
  compromised?: { roles: KeyRole[]; cards?: string[] }
}

/** `accepted`: the root lies here and has signed. Otherwise the request is to be signed elsewhere, then accepted. */
export type Rotated =
  | { state: 'accepted'; serial: number; notice: string | null }
  | { state: 'to-sign'; request: Uint8Array }

export interface KeyStatus {
  party: string
  card: string
  serial: number
  words: string[]
  root: { threshold: number; keys: number; here: number }
  validity: { notBefore: string; notAfter: string; daysLeft: number }
  /** All of ours that are accepted, the oldest first. */
  cards: { digest: string; serial: number }[]
  /** Each role with the first card that has this key. */
  roles: { role: RotatedRole; serial: number; since: string; givenUp: boolean }[]
  /** Where the card is in force, and where an earlier one still is. */
  logs: { origin: string; serial: number | null; upToDate: boolean; frozenAt: number | null }[]
  /** Whether a request waits for signatures of the root. */
  waiting: boolean
  /** Whether the private keys lie under a passphrase. */
  underPassphrase: boolean
  notices: { party: string; digest: string; roles: string[]; cards: string[] }[]
}

/** What was stolen is replaced, and with a key that signs statements or logs the log key too: the log is succeeded. */
function rolesToRotate({ roles, root, endpoints, name, compromised }: RotateRequest): RotatedRole[] {
  if (compromised !== undefined) {
    const signs = compromised.roles.includes('log') || compromised.roles.includes('statement')
    const replaced = new Set<RotatedRole>([
      ...(roles ?? []),
      ...compromised.roles,
      ...(signs ? (['log'] as const) : []),
    ])
    return ROTATED_ROLES.filter((role) => replaced.has(role))
  }
  if (roles !== undefined) return roles
  return root === undefined && endpoints === undefined && name === undefined ? [...ROTATED_ROLES] : []
}

/** A log of ours did not take what was to be said in it. */
class NotSaid extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

export class OwnKeys {
  private readonly parts: EngineParts
  /** The card that speaks is another from here on. */
  private readonly onCard: (card: Card) => Promise<void>
  private readonly onNotice: (notice: Notice) => Promise<Result<undefined>>
  private readonly succeed: (channel: Channel) => Promise<Result<unknown>>
  private readonly mayBeCopy: () => boolean
  private underWay: Promise<void> = Promise.resolve()

  constructor(
    parts: EngineParts,
    on: {
      card(card: Card): Promise<void>
      notice(notice: Notice): Promise<Result<undefined>>
      succeed(channel: Channel): Promise<Result<unknown>>
      /** Whether this folder may be a copy of another, or a backup: then cards may have been given that it lacks. */
      mayBeCopy(): boolean
    },
  ) {
    this.parts = parts
    this.onCard = on.card
    this.onNotice = on.notice
    this.succeed = on.succeed
    this.mayBeCopy = on.mayBeCopy
  }

  /** Makes new keys and the card that names them. Where the root lies here, it signs at once. */
  async rotate(asked: RotateRequest): Promise<Result<Rotated>> {
    const { identity, around, trusted } = this.parts
    const { party, card } = identity
    const compromised = asked.compromised
    const terms = checkCardTerms(asked)
    if (!terms.ok) return terms
    const roles = rolesToRotate(asked)
    const cards = compromised?.cards ?? trusted.set.accepted(party, card.rootDigest).map(({ digest }) => digest)
    const unknown = cards.find((digest) => trusted.set.of(digest)?.party !== party)
    if (compromised !== undefined && unknown !== undefined) {
      return refuse('keys/unknown-card', `${unknown} is no card of ours; countersign key status shows their digests.`)
    }
    const serial = this.nextSerial()
    const fresh = await this.keysFor(String(serial), roles, compromised !== undefined)
    const keys = { ...card.body.keys, ...Object.fromEntries(roles.map((role) => [role, fresh[role]])) }
    const body: CardBody = {
      ...card.body,
      serial,
      root: asked.root ?? card.body.root,
      keys: keys as CardBody['keys'],
      endpoints: asked.endpoints ?? card.body.endpoints,
      name: asked.name ?? card.body.name,
      validity: cardValidity(around.now()),
      succeeds: card.digest,
    }
    const possession = makePossession(body, identity.ring.of({ party, body }))
    const request = signingRequest({ current: card, card: { body, possession }, notice: undefined })
    if (compromised !== undefined) {
      request.notice = {
        ...{ v: 1, party, cards: [...new Set(cards)].slice(-16).sort() },
        roles: KEY_ROLES.filter((role) => compromised.roles.includes(role)),
        // The new card: its root signs both.
        by: cardDigestOf(body),
      } satisfies NoticeBody
    }
    return this.signHere(request)
  }

  /**
   * Serials only rise, and of two cards with one serial neither is the newest (spec/keys.md). A folder that may be a
   * copy cannot know which were given since: it takes the time in seconds, which is above all that were counted.
   */
  private nextSerial(): number {
    const { identity, trusted, around } = this.parts
    const known = Math.max(identity.card.body.serial, ...trusted.ours().map(({ body }) => body.serial))
    return Math.max(known, this.mayBeCopy() ? Math.floor(around.now() / 1000) : 0) + 1
  }

  /**
   * Keys that an earlier request made and that never came to speak are used now; not after a theft, for whoever took the
   * others may have taken them too.
   */
  private async keysFor(
    set: string,
    roles: readonly RotatedRole[],
    stolen: boolean,
  ): Promise<Partial<CardBody['keys']>> {
    const { identity, around } = this.parts
    const isTaken = identity.store.names().some((name) => name.startsWith(`${set}/`))
    const name = stolen && isTaken ? `${set}-${around.now()}` : set
    const made = identity.ring.publicKeys(name)
    const missing = roles.filter((role) => made[role] === undefined)
    if (missing.length > 0) {
      await createKeys(identity.store, around.random, missing, name)
      identity.ring = await KeyRing.load(identity.store)
    }
    return identity.ring.publicKeys(name)
  }

  /**
   * Takes a request that its root has signed. It is decided once the signed request is durable under `private/`: from
   * there on the next start finishes what this run does not come to do, so that the old card speaks, or the new one.
   */
  async accept(file: Uint8Array): Promise<Result<Rotated>> {
    const request = parseSigningRequest(file)
    if (!request.ok) return request
    const assembled = assemble(request.value)
    if (!assembled.ok) return assembled
    const { card, notice } = assembled.value
    const { identity, trusted, around } = this.parts
    if (card !== undefined) {
      const may = mayAccept(identity, trusted, card)
      if (!may.ok) return may
    }
    await around.disk.replace(requestFile(identity.dir), file, true)
    if (card !== undefined) {
      const kept = await trusted.keep(card)
      if (!kept.ok) {
        await this.over()
        return kept
      }
      await this.speakWith(card)
    }
    // First the new keys, so that the notice is said in logs that it does not freeze.
    try {
      await this.bringUpToDate()
    } catch (cause) {
      // It is decided all the same: the next start says it.
      if (cause instanceof NotSaid) return cause.refusal
      throw cause
    }
    const taken = notice === undefined ? ok(undefined) : await this.onNotice(notice)
    await this.over()
    return taken.ok
      ? ok({ state: 'accepted', serial: identity.card.body.serial, notice: notice?.digest ?? null })
      : taken
  }

  /** What an earlier run had begun to accept; the card that it decided on speaks already (takeDecidedCard). */
  async resume(): Promise<void> {
    const { identity, around } = this.parts
    const file = await around.disk.read(requestFile(identity.dir))
    const decided = file === undefined ? undefined : decidedOf(file)
    if (file === undefined || decided === undefined) return
    const { card } = decided
    if (card !== undefined && card.digest !== identity.card.digest) {
      if (card.body.serial <= identity.card.body.serial) await this.over()
      return
    }
    await this.accept(file)
  }

  /** Each of our logs that may sign speaks with the newest card from its next entry on. */
  async bringUpToDate(): Promise<void> {
    // One after another: each successor is named in the one index of its agreement.
    for (const channel of this.parts.channels.values()) await this.inChannel(channel)
  }

  async status(): Promise<KeyStatus> {
    const { identity, around, trusted, channels, views } = this.parts
    const { card, keys, party } = identity
    const { body } = card
    const own = trusted.ours()
    const sameKey = (role: RotatedRole) => (other: Card) =>
      JSON.stringify(Object.values(other.body.keys[role]).sort()) ===
      JSON.stringify(Object.values(body.keys[role]).sort())
    const daysLeft = Math.floor((Date.parse(body.validity.notAfter) - around.now()) / 86_400_000)
    const named = new Set(
      trusted
        .notices()
        .filter((notice) => notice.body.party === party)
        .flatMap((notice) =>
          notice.body.cards.flatMap((digest) => notice.body.roles.map((role) => `${role} ${digest}`)),
        ),
    )
    return {
      ...{ party, card: card.digest, serial: body.serial, words: fingerprintWords(card) },
      root: { threshold: body.root.threshold, keys: body.root.keys.length, here: keys.roots.length },
      validity: { ...body.validity, daysLeft },
      cards: own.map((one) => ({ digest: one.digest, serial: one.body.serial })),
      roles: ROTATED_ROLES.map((role) => {
        const first = own.find(sameKey(role)) ?? card
        const givenUp = own.filter(sameKey(role)).some(({ digest }) => named.has(`${role} ${digest}`))
        return { role, serial: first.body.serial, since: first.body.validity.notBefore, givenUp }
      }),
      logs: [...channels.values()].flatMap(({ own: { speaker } }) => {
        if (speaker === undefined) return []
        const inForce = speaker.card
        const frozenAt = views.frozenAt(speaker.log.origin) ?? null
        const serial = inForce?.body.serial ?? null
        return [{ origin: speaker.log.origin, serial, upToDate: inForce?.digest === card.digest, frozenAt }]
      }),
      waiting: await this.isWaiting(),
      underPassphrase: identity.store.isProtected,
      notices: trusted.notices().map(({ body: of, digest }) => ({
        ...{ party: of.party, digest, roles: [...of.roles], cards: [...of.cards] },
      })),
    }
  }

  private async isWaiting(): Promise<boolean> {
    const file = await this.parts.around.disk.read(requestFile(this.parts.identity.dir))
    return file !== undefined && decidedOf(file) === undefined
  }

  private async signHere(request: SigningRequest): Promise<Result<Rotated>> {
    const { identity, around } = this.parts
    let signed = request
    const roots = [...identity.keys.roots, ...(request.card ? identity.ring.rootsOf(request.card.body.root) : [])]
    for (const root of roots) {
      const added = addRootSignatures(signed, root)
      if (added.ok) signed = added.value
    }
    const file = formatSigningRequest(signed)
    if (assemble(signed).ok) return this.accept(file)
    // Kept here too, so that it can be asked for again.
    await around.disk.replace(requestFile(identity.dir), file, true)
    return ok({ state: 'to-sign', request: file })
  }

  /** The request is carried out, or will never be. */
  private async over(): Promise<void> {
    const { disk } = this.parts.around
    const file = requestFile(this.parts.identity.dir)
    if (!(await disk.exists(file))) return
    await disk.remove(file)
    await disk.syncFolder(dirname(file))
  }

  private async speakWith(card: Card): Promise<void> {
    const { identity, around, trusted } = this.parts
    if (card.digest === identity.card.digest) return
    await around.disk.replace(join(identity.dir, 'card'), card.bytes, true)
    identity.keys = identity.ring.of(card)
    identity.card = card
    trusted.speakWith(card)
    await this.onCard(card)
  }

  private inChannel(channel: Channel): Promise<void> {
    const next = this.underWay.then(() => this.sayIn(channel))
    this.underWay = next.catch(() => {})
    return next
  }

  private async sayIn(channel: Channel): Promise<void> {
    const { identity, around, views } = this.parts
    const { pact } = channel
    const { speaker } = channel.own
    const inForce = speaker?.card
    if (speaker === undefined || inForce === undefined) return
    const frozen = views.frozenAt(speaker.log.origin) !== undefined
    const { lacksKeys } = channel.own
    if (channel.own.state !== 'ready' && !frozen && !lacksKeys) return
    const { card } = identity
    if (inForce.body.serial >= card.body.serial) return
    // A log is known by one key for all its life, and what is frozen takes no further word.
    if (frozen || lacksKeys || !sameLogKeys(inForce, card)) {
      const opened = await this.succeed(channel)
      if (!opened.ok) throw new NotSaid(opened)
      return
    }
    const body = { card: card.digest, serial: card.body.serial }
    const said = await speaker.say({ ...blankRecord(around, 'party/keys', pact), body })
    if (!said.ok) throw new NotSaid(said)
  }
}
