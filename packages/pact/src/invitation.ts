// The invitation: a draft carried by hand, with the proposer’s card, the cards it names and the proposer’s logs
// (spec/agreement.md). It proves nothing by itself; cards are checked against the draft and against trusted cards.

import { ok, type Result, refuse } from '@countersign/log'
import { type Card, canonicalJson, originSchema, parseCanonical, parseCard } from '@countersign/record'
import { z } from 'zod'
import { type Agreement, checkAgreementValue } from './agreement.ts'
import { LIMITS } from './limits.ts'
import { pinnedRoot } from './members.ts'

const schema = z.strictObject({
  v: z.literal(1),
  agreement: z.record(z.string(), z.unknown()),
  cards: z
    .array(z.record(z.string(), z.unknown()))
    .min(1)
    .max(LIMITS.parties + LIMITS.neutrals),
  origins: z.array(originSchema).max(LIMITS.channels),
})

export interface Invitation {
  agreement: Agreement
  /** The proposer’s first. Each has the root that the draft pins for its party. */
  cards: Card[]
  /** The proposer’s logs. */
  origins: string[]
}

export function makeInvitation(of: {
  agreement: Agreement
  cards: readonly Uint8Array[]
  origins: readonly string[]
}): Uint8Array {
  const cards = of.cards.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)))
  return canonicalJson({ v: 1, agreement: of.agreement, cards, origins: [...of.origins] })
}

export function parseInvitation(bytes: Uint8Array): Result<Invitation> {
  const parsed = parseCanonical(bytes, { maxBytes: LIMITS.invitationBytes })
  const checked = parsed.ok ? schema.safeParse(parsed.value) : undefined
  if (checked?.success !== true) return refuse('invitation/form', 'This file is no invitation to an agreement.')
  const agreement = checkAgreementValue(checked.data.agreement)
  if (!agreement.ok) return refuse(agreement.code, agreement.message)
  const cards: Card[] = []
  for (const raw of checked.data.cards) {
    const card = parseCard(canonicalJson(raw))
    if (!card.ok) return card
    if (card.value.rootDigest !== pinnedRoot(agreement.value, card.value.party)) {
      return refuse(
        'invitation/root',
        `The invitation’s card of ${card.value.party} has another root than the draft pins.`,
      )
    }
    cards.push(card.value)
  }
  return ok({ agreement: agreement.value, cards, origins: checked.data.origins })
}
