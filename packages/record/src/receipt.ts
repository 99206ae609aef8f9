// Receipts: the author’s checkpoint note with exactly two lines of the signer (spec/receipt.md).

import {
  cosignerKeys,
  equalBytes,
  type KeyPair,
  logKeys,
  ok,
  parseNote,
  type Result,
  type Root,
  refuse,
  sha256,
  toHex,
  verifyCheckpoint,
  verifyCosignatures,
} from '@countersign/log'
import { LIMITS } from './limits.ts'
import { depositKeyName, receiptKeyName } from './names.ts'

export interface Receipt {
  size: number
  root: Root
  /** POSIX seconds. */
  time: number
  /** SHA-256 of the file, hex. */
  digest: string
  /** The ids of the keys of the signer’s two lines, hex: by which of its keys it was made. */
  key: string
  /** It says that this was held, and not that the author showed no more: it bounds no lo. */
  isDeposit: boolean
}

export interface ReceiptKeys {
  /** The `log` keys of the author’s card. */
  author: KeyPair
  origin: string
  /** Who countersigned, for which agreement, and the `receipt` keys of their cards. */
  by: { party: string; pact: string; keys: KeyPair | readonly KeyPair[] }
}

/** How a receipt key is named in the notes of an agreement: the ids of its two lines, hex, in receipts and in deposits. */
export function receiptKeyIds(party: string, pact: string, keys: KeyPair): { receipt: string; deposit: string } {
  const [receipt, deposit] = [receiptKeyName(party, pact), depositKeyName(party, pact)]
  return { receipt: idsOf(cosignerKeys(receipt, keys)), deposit: idsOf(cosignerKeys(deposit, keys)) }
}

function idsOf(lines: readonly { keyId: Uint8Array }[]): string {
  return lines.map(({ keyId }) => toHex(keyId)).join('')
}

export function receiptDigest(bytes: Uint8Array): string {
  return toHex(sha256(bytes))
}

/** Exactly the author’s two lines and the signer’s two, in this order, all verified, of equal time. */
export function parseReceipt(bytes: Uint8Array, keys: ReceiptKeys): Result<Receipt> {
  if (bytes.length > LIMITS.receiptBytes) return refuse('receipt/too-large', 'The receipt is too large.')
  const note = parseNote(bytes)
  if (!note.ok) return note
  const { party, pact } = keys.by
  const { signatures } = note.value
  const isDeposit = signatures[2]?.name === depositKeyName(party, pact)
  const name = isDeposit ? depositKeyName(party, pact) : receiptKeyName(party, pact)
  const key = idsOf(signatures.slice(2))
  const known = 'ed25519' in keys.by.keys ? [keys.by.keys] : keys.by.keys
  const signer = known.find((one) => idsOf(cosignerKeys(name, one)) === key) ?? known[0]
  if (signer === undefined) return refuse('receipt/lines', 'No receipt key of its signer is known.')
  const expected = [...logKeys(keys.origin, keys.author), ...cosignerKeys(name, signer)]
  const inOrder =
    signatures.length === expected.length &&
    expected.every((key, i) => signatures[i]?.name === key.name && equalBytes(signatures[i].keyId, key.keyId))
  if (!inOrder) return refuse('receipt/lines', 'A receipt has exactly the author’s two lines and the signer’s two.')
  const head = verifyCheckpoint(bytes, {
    origin: keys.origin,
    ed25519PublicKey: keys.author.ed25519,
    mldsa44PublicKey: keys.author.mldsa44,
  })
  if (!head.ok) return head
  const cosigned = verifyCosignatures(bytes, name, signer)
  if (!cosigned.ok) return cosigned
  const { size, root } = head.value
  if (size < 1) return refuse('receipt/empty', 'A receipt over an empty log says nothing.')
  return ok({ size, root, time: cosigned.value.time, digest: receiptDigest(bytes), key, isDeposit })
}
