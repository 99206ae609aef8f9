// What a person says a card is to have: looked at before any key is made for it, and before a root far away is asked to
// sign what no reader would take.

import { ed25519, fromBase64, ok, type Result, refuse } from '@countersign/log'
import { type CardBody, cardBodySchema, isEndpoint } from '@countersign/record'

/** Refuses `card/terms`; what `parseCard` would refuse of these members of a card (spec/card.md). */
export function checkCardTerms({ name, endpoints, root }: Partial<CardBody>): Result<undefined> {
  const refused = (message: string) => refuse('card/terms', message)
  const { shape } = cardBodySchema
  if (name !== undefined && !shape.name.safeParse(name).success) {
    return refused('The name of a party has 1 to 200 characters and no control character; give another with --name.')
  }
  const wrong = endpoints?.find((one) => !isEndpoint(one))
  if (wrong !== undefined) {
    return refused(
      `“${wrong}” is no address of a node: give https://HOST/ with a slash at its end, or http for this machine alone.`,
    )
  }
  if (endpoints !== undefined && !shape.endpoints.safeParse(endpoints).success) {
    return refused('A card has 1 to 4 addresses; give fewer with --endpoint.')
  }
  if (root === undefined) return ok(undefined)
  if (!shape.root.safeParse(root).success || root.threshold > root.keys.length) {
    return refused('A root has 1 to 8 keys, and a threshold of no more than there are; see --root and --threshold.')
  }
  if (new Set(root.keys.flatMap((key) => [key.ed25519, key.mldsa44])).size < 2 * root.keys.length) {
    return refused('One root key is named twice; each key of a root is another, made with “countersign root make”.')
  }
  const weak = root.keys.some((key) => !ed25519.isStrictPublicKey(fromBase64(key.ed25519) ?? new Uint8Array()))
  return weak
    ? refused('A key of that root is no sound Ed25519 key; make it anew: countersign root make.')
    : ok(undefined)
}
