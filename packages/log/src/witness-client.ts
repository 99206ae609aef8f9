// The log’s side of C2SP tlog-witness: has a checkpoint cosigned by one witness. The network is handed in as one function,
// which bounds the size and the time of an answer; nothing here waits or retries by the clock.

import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import type { VerifierKey } from './key.ts'
import { MAX_WITNESS_CONFLICTS } from './limits.ts'
import { parseNote } from './note.ts'
import { ok, type Result, refuse } from './result.ts'
import { formatAddCheckpoint, readWitnessAnswer, type WitnessAnswer, type WitnessLine } from './witness.ts'

/** A witness as a policy names it: its submission prefix and the keys of its cosignatures, of type 04 or 06. */
export interface WitnessAt {
  url: string
  keys: readonly VerifierKey[]
}

export interface AskWitness {
  witness: WitnessAt
  /** The checkpoint as its log signed it, without lines of others. */
  checkpoint: Uint8Array
  /** The consistency proof from `oldSize` ≥ 1 to the size of the checkpoint. */
  prove(oldSize: number): Promise<readonly Uint8Array[]>
  /** POSTs the body; a refusal where no answer came. */
  post(url: string, body: Uint8Array): Promise<Result<WitnessAnswer>>
  /** The size that the witness is known to have cosigned last; 0, the default, asks it. */
  from?: number
}

/** A checkpoint with the verified lines of one witness. */
export interface WitnessedCheckpoint extends Checkpoint {
  lines: WitnessLine[]
}

/**
 * Asks from the size the witness is thought to have; where it has another, once more from there. Other writers of one
 * log may move it meanwhile, so a few times in all. Throws for a checkpoint that is none: the caller’s defect.
 */
export async function askWitness(ask: AskWitness): Promise<Result<WitnessedCheckpoint>> {
  const note = parseNote(ask.checkpoint)
  const head = note.ok ? parseCheckpoint(note.value.text) : note
  if (!note.ok || !head.ok) throw new Error(`Only checkpoints are witnessed: ${head.ok ? '' : head.message}`)
  const { size } = head.value
  const url = addCheckpointUrl(ask.witness.url)
  let oldSize = Math.min(ask.from ?? 0, size)
  for (let conflicts = 0; conflicts <= MAX_WITNESS_CONFLICTS; conflicts++) {
    const proof = oldSize === 0 || oldSize === size ? [] : await ask.prove(oldSize)
    const answer = await ask.post(url, formatAddCheckpoint({ oldSize, proof, checkpoint: ask.checkpoint }))
    if (!answer.ok) return answer
    const read = readWitnessAnswer(answer.value, note.value.text, ask.witness.keys)
    if (read.kind === 'cosigned') return ok({ ...head.value, lines: read.lines })
    if (read.kind === 'refused') return refuse(read.code, read.message)
    if (read.size > size)
      return refuse('witness/ahead', `The witness cosigned ${read.size} entries of this log, which here has ${size}.`)
    if (read.size === oldSize)
      return refuse('witness/answer', `The witness says that it is not at ${oldSize}, and names that very size.`)
    oldSize = read.size
  }
  return refuse('witness/busy', 'The witness names another size each time; it is asked again with the next checkpoint.')
}

/** `<submission prefix>/add-checkpoint`. */
export function addCheckpointUrl(prefix: string): string {
  return `${prefix.replace(/\/+$/, '')}/add-checkpoint`
}
