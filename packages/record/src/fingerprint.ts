// Twelve words that two people read to each other over a telephone, to know that they hold the same card (spec/card.md).

import { concat, sha256, utf8 } from '@countersign/log'
import { entropyToMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { canonicalJson } from './canonical.ts'
import type { Card } from './card.ts'

/** They bind the party’s domain and its root, and through the root every key of every card it signs. */
export function fingerprintWords(card: Pick<Card, 'body'>): string[] {
  const { party, root } = card.body
  const digest = sha256(concat(utf8('countersign fingerprint v1\n'), canonicalJson({ party, root })))
  return entropyToMnemonic(digest.slice(0, 16), wordlist).split(' ')
}
