// What a witness remembers of one log: the note it cosigned last and the time it gave. One file for each log, replaced as
// a whole. Whoever loses or turns back these files would cosign a fork, so one that does not read is never taken for none.

import { join } from 'node:path'
import type { Disk } from '@countersign/ledger'
import {
  type Cosigned,
  ok,
  parseCheckpoint,
  parseNote,
  type Result,
  refuse,
  sha256,
  toHex,
  utf8,
} from '@countersign/log'

export interface CosignedState extends Cosigned {
  origin: string
  /** POSIX seconds of the cosignature. */
  time: number
  /** The text that is cosigned. */
  text: string
  /** The log’s note: the text and the lines of the keys that were trusted. */
  note: Uint8Array
}

export function statesFolder(dir: string): string {
  return join(dir, 'logs')
}

/** Undefined where nothing was cosigned of the origin with this hash. */
export async function readState(disk: Disk, dir: string, hash: string): Promise<Result<CosignedState | undefined>> {
  const bytes = await disk.read(stateFile(dir, hash))
  if (bytes === undefined) return ok(undefined)
  const damaged = refuse(
    'witness/state-damaged',
    `The file logs/${hash} is damaged, so this log is not cosigned any more; put back the newest copy of this very file, or give the witness new keys.`,
  )
  const parsed = parseState(bytes)
  return parsed === undefined || toHex(sha256(utf8(parsed.origin))) !== hash ? damaged : ok(parsed)
}

/**
 * The same, for one who will sign: what an earlier run wrote may stand there and not be durable, where that run ended after
 * a sync that failed. So it is written anew before anything rests on it.
 */
export async function takeUpState(disk: Disk, dir: string, hash: string): Promise<Result<CosignedState | undefined>> {
  const read = await readState(disk, dir, hash)
  if (read.ok && read.value !== undefined) await keepState(disk, dir, hash, read.value)
  return read
}

/** Durable once it resolves: only then may it be signed. */
export async function keepState(disk: Disk, dir: string, hash: string, state: CosignedState): Promise<void> {
  await disk.replace(stateFile(dir, hash), formatState(state), true)
}

function stateFile(dir: string, hash: string): string {
  return join(statesFolder(dir), hash)
}

/** `countersign-witness v1 <hex SHA-256 of all that follows>`, `time <t>`, the note. */
function formatState({ time, note }: CosignedState): Uint8Array {
  const rest = Buffer.concat([utf8(`time ${time}\n`), note])
  return Buffer.concat([utf8(`countersign-witness v1 ${toHex(sha256(rest))}\n`), rest])
}

function parseState(bytes: Uint8Array): CosignedState | undefined {
  const text = Buffer.from(bytes).toString('utf8')
  const match = /^countersign-witness v1 ([0-9a-f]{64})\ntime ([1-9][0-9]*)\n/.exec(text)
  if (match === null) return undefined
  const [head, digest, time] = match
  const rest = bytes.subarray(head.indexOf('\n') + 1)
  if (toHex(sha256(rest)) !== digest) return undefined
  const note = bytes.slice(head.length)
  const parsed = parseNote(note)
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed
  if (!parsed.ok || !checkpoint.ok) return undefined
  return { ...checkpoint.value, time: Number(time), text: parsed.value.text, note }
}
