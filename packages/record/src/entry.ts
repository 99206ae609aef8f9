// An entry of a log: one statement in a DSSE envelope with exactly two signatures (spec/statement.md, The envelope).
// `parseEntry` is the only maker of an `Entry`; whether its signatures hold is a further question.

import {
  fromBase64,
  type KeyPair,
  MAX_ENTRY_BYTES,
  ok,
  type Result,
  refuse,
  type SignerPair,
  toBase64,
  utf8,
} from '@countersign/log'
import { canonicalJson, parseCanonical } from './canonical.ts'
import { LIMITS } from './limits.ts'
import { preAuthEncoding, type SignaturePair, signBoth, verifyBoth } from './signing.ts'
import { type Statement, statementSchema } from './statement.ts'

export const STATEMENT_TYPE = 'application/vnd.countersign.statement.v1+json'

export interface Entry {
  /** As it stands in the log. */
  bytes: Uint8Array
  /** The signed payload, canonical JSON. */
  payload: Uint8Array
  statement: Statement
  signatures: SignaturePair
}

/** The codes of spec/statement.md that the bytes alone decide. */
export type EntryCode =
  | 'entry/not-canonical'
  | 'entry/envelope'
  | 'entry/payload-type'
  | 'statement/not-canonical'
  | 'statement/schema'

export function parseEntry(bytes: Uint8Array): Result<Entry> {
  const envelope = parseCanonical(bytes, { maxBytes: MAX_ENTRY_BYTES })
  if (!envelope.ok) return refuse('entry/not-canonical', `The entry is not canonical JSON: ${envelope.message}.`)
  const parts = readEnvelope(envelope.value)
  if (parts === undefined)
    return refuse('entry/envelope', 'The entry is no envelope of one payload with exactly two signatures.')
  if (parts.payloadType !== STATEMENT_TYPE)
    return refuse('entry/payload-type', 'The entry carries something other than a statement.')
  const parsed = parseCanonical(parts.payload, { maxBytes: LIMITS.payloadBytes })
  if (!parsed.ok) return refuse('statement/not-canonical', `The statement is not canonical JSON: ${parsed.message}.`)
  const checked = statementSchema.safeParse(parsed.value)
  if (!checked.success) {
    const issue = checked.error.issues[0]
    return refuse(
      'statement/schema',
      `The statement is malformed at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? ''}.`,
    )
  }
  // What was parsed is kept, not the validator’s copy, which orders members otherwise.
  return ok({ bytes, payload: parts.payload, statement: parsed.value as Statement, signatures: parts.signatures })
}

/** Whether both signatures hold under the `statement` keys of the author’s card. */
export function verifyEntry(entry: Entry, keys: KeyPair): boolean {
  return verifyBoth(signedMessage(entry), entry.signatures, keys)
}

/** The bytes that both signatures are over. */
export function signedMessage(entry: Pick<Entry, 'payload'>): Uint8Array {
  return preAuthEncoding(STATEMENT_TYPE, entry.payload)
}

/** The entry of a statement. Throws where the statement breaks its format: the caller’s defect. */
export function signStatement(statement: Statement, signers: SignerPair): Uint8Array {
  statementSchema.parse(statement)
  const payload = canonicalJson(statement)
  const { ed25519, mldsa44 } = signBoth(preAuthEncoding(STATEMENT_TYPE, payload), signers)
  // Its own canonical form: members in order, and base64 needs no escapes.
  return utf8(
    `{"payload":"${toBase64(payload)}","payloadType":"${STATEMENT_TYPE}","signatures":[{"sig":"${ed25519}"},{"sig":"${mldsa44}"}]}`,
  )
}

function readEnvelope(
  value: unknown,
): { payload: Uint8Array; payloadType: string; signatures: SignaturePair } | undefined {
  if (!isObject(value) || Object.keys(value).length !== 3) return undefined
  const { payload, payloadType, signatures } = value
  if (
    typeof payload !== 'string' ||
    typeof payloadType !== 'string' ||
    !Array.isArray(signatures) ||
    signatures.length !== 2
  ) {
    return undefined
  }
  const [ed25519, mldsa44] = signatures.map((line: unknown) =>
    isObject(line) && Object.keys(line).length === 1 && typeof line.sig === 'string' ? line.sig : '',
  )
  const bytes = fromBase64(payload)
  if (bytes === undefined || ed25519 === undefined || mldsa44 === undefined) return undefined
  if (fromBase64(ed25519)?.length !== 64 || fromBase64(mldsa44)?.length !== 2_420) return undefined
  return { payload: bytes, payloadType, signatures: { ed25519, mldsa44 } }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
