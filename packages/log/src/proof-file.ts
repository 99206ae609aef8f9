// C2SP tlog-proof: one inclusion proof with its checkpoint in a text file (`.tlog-proof`), which anyone verifies offline
// who knows the entry and a policy. The extra data is opaque and not signed: whoever uses it must check it by other means.

import { fromBase64, fromUtf8, toBase64, utf8 } from './bytes.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { leafHash } from './hash.ts'
import { HASH_BYTES, MAX_PROOF_FILE_BYTES, MAX_PROOF_HASHES } from './limits.ts'
import { parseNote } from './note.ts'
import { type Policy, type PolicyVerified, verifyByPolicy } from './policy.ts'
import { verifyInclusion } from './proof.ts'
import { ok, type Result, refuse } from './result.ts'

const HEADER = 'c2sp.org/tlog-proof@v1'

export interface ProofFile {
  index: number
  /** Opaque to the format; left out where there is none. */
  extra?: Uint8Array
  /** From leaf to root. */
  proof: Uint8Array[]
  /** The checkpoint note, verbatim. */
  checkpoint: Uint8Array
}

export function formatProofFile({ index, extra, proof, checkpoint }: ProofFile): Uint8Array {
  const lines = [
    HEADER,
    ...(extra === undefined || extra.length === 0 ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...proof.map(toBase64),
  ]
  const head = utf8(`${lines.join('\n')}\n\n`)
  const file = new Uint8Array(head.length + checkpoint.length)
  file.set(head)
  file.set(checkpoint, head.length)
  return file
}

/** The form alone: nothing is verified, but that the checkpoint is one. */
export function parseProofFile(bytes: Uint8Array): Result<ProofFile> {
  if (bytes.length > MAX_PROOF_FILE_BYTES) return refuse('proof-file/too-large', 'The proof file is too large.')
  const whole = fromUtf8(bytes)
  const split = whole?.indexOf('\n\n') ?? -1
  if (whole === undefined || split < 0)
    return refuse('proof-file/form', 'The proof file has no empty line before its checkpoint.')
  const [header, ...rest] = whole.slice(0, split).split('\n')
  if (header !== HEADER) return refuse('proof-file/header', `A proof file begins with ${HEADER}.`)
  let extra: Uint8Array | undefined
  if (rest[0]?.startsWith('extra ')) {
    extra = fromBase64(rest.shift()?.slice('extra '.length) ?? '')
    if (extra === undefined || extra.length === 0)
      return refuse('proof-file/extra', 'The extra data of the proof file is not base64, or empty.')
  }
  const index = /^index (0|[1-9][0-9]*)$/.exec(rest.shift() ?? '')?.[1]
  if (index === undefined || !Number.isSafeInteger(Number(index)))
    return refuse('proof-file/index', 'The proof file names no index.')
  if (rest.length > MAX_PROOF_HASHES) return refuse('proof-file/too-long', 'The proof file holds too many hashes.')
  const proof: Uint8Array[] = []
  for (const line of rest) {
    const hash = fromBase64(line)
    if (hash?.length !== HASH_BYTES)
      return refuse('proof-file/hash', 'A hash of the proof file is not the base64 of 32 bytes.')
    proof.push(hash)
  }
  const checkpoint = utf8(whole.slice(split + 2))
  const note = parseNote(checkpoint)
  if (!note.ok) return note
  const head = parseCheckpoint(note.value.text)
  if (!head.ok) return head
  return ok({ index: Number(index), proof, checkpoint, ...(extra === undefined ? {} : { extra }) })
}

/** A place in a log that a policy takes. `extra` is as nobody signed it. */
export interface ProvenPlace extends PolicyVerified {
  index: number
  extra?: Uint8Array
}

/** That `entry` stands in a log of the policy, in a checkpoint that its quorum cosigned. */
export function verifyProofFile(bytes: Uint8Array, entry: Uint8Array, policy: Policy): Result<ProvenPlace> {
  const file = parseProofFile(bytes)
  if (!file.ok) return file
  const { index, proof, checkpoint, extra } = file.value
  const head = verifyByPolicy(policy, checkpoint)
  if (!head.ok) return head
  const place = verifyInclusion(index, head.value.size, leafHash(entry), proof, head.value.root)
  if (!place.ok) return place
  return ok({ ...head.value, index, ...(extra === undefined ? {} : { extra }) })
}
