// C2SP tlog-proof: one inclusion proof with its checkpoint in a text file (`.tlog-proof`).

import { fromBase64, fromUtf8, toBase64, utf8 } from './bytes.ts'
import { HASH_BYTES } from './limits.ts'
import { ok, type Result, refuse } from './result.ts'

const HEADER = 'c2sp.org/tlog-proof@v1'
const PROOF_HASHES_MAX = 64

export interface ProofFile {
  index: number
  /** Opaque to the format. */
  extra?: Uint8Array
  /** From leaf to root. */
  proof: Uint8Array[]
  /** The checkpoint note, verbatim. */
  checkpoint: Uint8Array
}

export function formatProofFile({ index, extra, proof, checkpoint }: ProofFile): Uint8Array {
  const lines = [
    HEADER,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...proof.map(toBase64),
  ]
  const head = utf8(`${lines.join('\n')}\n\n`)
  const file = new Uint8Array(head.length + checkpoint.length)
  file.set(head)
  file.set(checkpoint, head.length)
  return file
}

export function parseProofFile(bytes: Uint8Array): Result<ProofFile> {
  const whole = fromUtf8(bytes)
  const split = whole?.indexOf('\n\n') ?? -1
  if (whole === undefined || split < 0)
    return refuse('proof-file/form', 'The proof file has no empty line before its checkpoint.')
  const [header, ...rest] = whole.slice(0, split).split('\n')
  if (header !== HEADER) return refuse('proof-file/header', `A proof file begins with ${HEADER}.`)
  let extra: Uint8Array | undefined
  if (rest[0]?.startsWith('extra ')) {
    extra = fromBase64(rest.shift()?.slice('extra '.length) ?? '')
    if (extra === undefined) return refuse('proof-file/extra', 'The extra data of the proof file is not base64.')
  }
  const index = /^index (0|[1-9][0-9]*)$/.exec(rest.shift() ?? '')?.[1]
  if (index === undefined || !Number.isSafeInteger(Number(index)))
    return refuse('proof-file/index', 'The proof file names no index.')
  if (rest.length > PROOF_HASHES_MAX) return refuse('proof-file/too-long', 'The proof file holds too many hashes.')
  const proof: Uint8Array[] = []
  for (const line of rest) {
    const hash = fromBase64(line)
    if (hash?.length !== HASH_BYTES)
      return refuse('proof-file/hash', 'A hash of the proof file is not the base64 of 32 bytes.')
    proof.push(hash)
  }
  const checkpoint = utf8(whole.slice(split + 2))
  return ok({ index: Number(index), proof, checkpoint, ...(extra === undefined ? {} : { extra }) })
}
