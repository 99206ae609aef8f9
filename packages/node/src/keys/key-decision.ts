// The request for signatures of our root, under `private/key-request.json`: until they are there it waits, and from then on
// it is what a change of keys was decided by, so that whatever run carries it out, it is carried out whole.

import { join } from 'node:path'
import type { Disk } from '@countersign/ledger'
import { ok, type Result, refuse } from '@countersign/log'
import { type Assembled, assemble, type Card, parseSigningRequest } from '@countersign/record'
import { type Identity, reason } from './identity.ts'
import { TrustedCards } from './trust.ts'

/** The request that waits for the root, or that its root has signed and that is being carried out. */
export function requestFile(dir: string): string {
  return join(dir, 'private', 'key-request.json')
}

/** What enough root keys have signed; undefined where they have not yet. */
export function decidedOf(file: Uint8Array): Assembled | undefined {
  const request = parseSigningRequest(file)
  const assembled = request.ok ? assemble(request.value) : undefined
  return assembled?.ok === true ? assembled.value : undefined
}

/** Whether a card that our root has signed may speak for us here. */
export function mayAccept(identity: Identity, trusted: TrustedCards, card: Card): Result<undefined> {
  if (card.party !== identity.party) {
    return refuse('keys/other-party', `This is a card of ${card.party}; accept it on the node of ${card.party}.`)
  }
  if (card.digest !== identity.card.digest && card.body.serial <= identity.card.body.serial) {
    const { serial } = identity.card.body
    return refuse('keys/older', `A card with the serial ${serial} speaks already; make a new request.`)
  }
  if (trusted.reaches(card) !== 'reaches') {
    const message = `The root of this card neither is nor succeeds ours; make the request anew: countersign key rotate --dir ${identity.dir}`
    return refuse('keys/other-root', message)
  }
  try {
    identity.ring.of(card)
    return ok(undefined)
  } catch (cause) {
    return refuse('keys/not-here', `${reason(cause)} Accept it where the keys were made.`)
  }
}

/**
 * The card that an earlier run had decided on speaks from here on, before anything is opened by the one before. Whoever
 * calls holds the node’s lock.
 */
export async function takeDecidedCard(identity: Identity, disk: Disk): Promise<void> {
  const file = await disk.read(requestFile(identity.dir))
  const card = file === undefined ? undefined : decidedOf(file)?.card
  if (card === undefined || card.body.serial <= identity.card.body.serial) return
  const trusted = await TrustedCards.open(identity, disk)
  if (!mayAccept(identity, trusted, card).ok) return
  const kept = await trusted.keep(card)
  if (!kept.ok) return
  await disk.replace(join(identity.dir, 'card'), card.bytes, true)
  identity.keys = identity.ring.of(card)
  identity.card = card
}
