// The witnesses that an agreement names (spec/witness.md). For a log of our own they are asked to cosign its newest
// checkpoint, one after the other and each by itself, so that one that is silent keeps up nothing; what they give stands
// beside the log. For a peer's log its author shows what they gave, and only what follows from the log held here counts.

import { join } from 'node:path'
import { type Disk, type LogFiles, logFolder, mirrorFolder, type OwnLog } from '@countersign/ledger'
import {
  askWitness,
  equalBytes,
  formatNote,
  logNote,
  ok,
  openNote,
  parseVerifierKey,
  type Result,
  refuse,
  sha256,
  timeOfCosignature,
  toHex,
  utf8,
  type VerifierKey,
  verifyCheckpoint,
  verifyCosignatureLine,
  type WitnessAnswer,
} from '@countersign/log'
import { type Witness, witnessesFor } from '@countersign/pact'
import type { Card } from '@countersign/record'
import { LIMITS } from '../limits.ts'
import type { StoredPact } from '../pacts.ts'
import type { Surroundings } from '../surroundings.ts'
import type { LogSource } from './log-source.ts'

/**
 * What a witness may answer, or be shown to have given, that its operator or ours must mend: every alarm about a witness
 * is one of these, and all of them end once the same witness gives what verifies. That it is silent is none: it is asked
 * again.
 */
const WITNESS_FAULTS = [
  'witness/bad-request',
  'witness/untrusted',
  'witness/unknown-log',
  'witness/inconsistent',
  'witness/ahead',
  'witness/busy',
  'witness/status',
  'witness/no-time',
  'witness/answer',
  'witness/shown',
] as const

const UNREACHABLE = 'witness/unreachable'

export type WitnessFault = (typeof WITNESS_FAULTS)[number]

/** A checkpoint that a witness cosigned, verified. */
export interface WitnessedHead {
  origin: string
  witness: string
  size: number
  /** POSIX seconds; the witness's own, and no bound of anything. */
  time: number
}

interface Kept extends WitnessedHead {
  root: Uint8Array
  text: string
  authorLines: string[]
  /** Those of this witness. */
  lines: string[]
}

export interface WitnessingOptions {
  pact: StoredPact
  author: Card
  origin: string
  dir: string
  around: Surroundings
  /** Something is witnessed that was not before. */
  onWitnessed(head: WitnessedHead): void
  /** A witness cosigned what contradicts the log held: its author signed two. */
  onContradiction(witness: string, size: number, note: Uint8Array): Promise<void>
  /** A witness refuses, or gives what does not verify. */
  onFault(witness: string, code: WitnessFault, message: string): void
  /** Told of each fault there may have been, also in an earlier run. */
  onFaultOver(witness: string, code: WitnessFault): void
}

export class Witnessing {
  private readonly options: WitnessingOptions
  private readonly folder: string
  private readonly witnesses: readonly Witness[]
  private readonly held = new Map<string, Kept>()
  /** Checkpoints of more than is held of the log yet. */
  private readonly waiting = new Map<string, Kept>()

  private constructor(options: WitnessingOptions, folder: string) {
    this.options = options
    this.folder = join(folder, 'witnessed')
    this.witnesses = witnessesFor(options.pact.agreement, options.author.party)
  }

  /** Reads what earlier runs were given. `log` is our own log, or our mirror of a peer's. */
  static async open(options: WitnessingOptions, log: LogFiles, ours: boolean): Promise<Witnessing> {
    const folder = ours ? logFolder(options.dir, options.origin) : mirrorFolder(options.dir, options.origin)
    const witnessing = new Witnessing(options, folder)
    for (const witness of witnessing.witnesses) {
      const note = await options.around.disk.read(join(witnessing.folder, fileOf(witness)))
      const kept = note === undefined ? undefined : witnessing.read(witness, note)
      if (kept === undefined || !(await follows(log, kept))) continue
      witnessing.held.set(witness.name, kept)
      options.onWitnessed(kept)
    }
    return witnessing
  }

  /** Whether the agreement names any that count for this log. */
  get any(): boolean {
    return this.witnesses.length > 0
  }

  /** The checkpoint of more than `index` entries that most witnesses cosigned, with the lines of all of them. */
  checkpointOver(index: number): Uint8Array | undefined {
    const over = [...this.held.values()].filter(({ size }) => size > index)
    const withSize = (size: number) => over.filter((kept) => kept.size === size)
    const [best] = over.sort((a, b) => withSize(b.size).length - withSize(a.size).length || a.size - b.size)
    if (best === undefined) return undefined
    return formatNote(best.text, [...best.authorLines, ...withSize(best.size).flatMap(({ lines }) => lines)])
  }

  /** Has the newest checkpoint of our log cosigned by each witness that has not, or whose cosignature is old. */
  async ask(log: OwnLog): Promise<void> {
    await Promise.all(this.witnesses.map((witness) => this.askOne(log, witness)))
  }

  /** Takes what the author of a log, or whoever mirrors it, shows of its witnesses. */
  async hear(source: LogSource, log: LogFiles): Promise<void> {
    for (const witness of this.witnesses) {
      if ((this.held.get(witness.name)?.size ?? 0) >= log.size) continue
      const fetched = await source.requests.get(`${source.prefix}/witnessed/${fileOf(witness)}`, LIMITS.noteBytes)
      if (fetched.kind !== 'bytes') continue
      const kept = this.read(witness, fetched.bytes)
      if (kept === undefined) {
        this.options.onFault(
          witness.name,
          'witness/shown',
          `${source.requests.party} shows a cosignature of it that does not verify.`,
        )
        continue
      }
      this.faultsOver(witness)
      if (kept.size > log.size) this.waiting.set(witness.name, kept)
      else await this.take(witness, kept, log)
    }
  }

  /** The log has grown: what waited for it may count now. */
  async grown(log: LogFiles): Promise<void> {
    for (const witness of this.witnesses) {
      const kept = this.waiting.get(witness.name)
      if (kept === undefined || kept.size > log.size) continue
      this.waiting.delete(witness.name)
      await this.take(witness, kept, log)
    }
  }

  private async askOne(log: OwnLog, witness: Witness): Promise<void> {
    const { around, pact, author, onFault } = this.options
    const held = this.held.get(witness.name)
    const seconds = Math.floor(around.now() / 1000)
    const isOld = held === undefined || seconds >= held.time + pact.agreement.intervals.cosignSeconds
    const { checkpoint, size } = log
    if (checkpoint === undefined || (held?.size === size && !isOld)) return
    const head = verifyCheckpoint(checkpoint, keysOf(log.origin, author))
    if (!head.ok) throw new Error(`Our own checkpoint does not verify: ${head.message}`)
    const cosigned = await askWitness({
      witness: { url: witness.url, keys: keysOfWitness(witness) },
      checkpoint: logNote(head.value),
      prove: (oldSize) => log.consistencyProof(oldSize, size),
      post: (url, body) => post(around, url, body),
      ...(held === undefined ? {} : { from: held.size }),
    })
    if (!cosigned.ok) {
      if (cosigned.code !== UNREACHABLE) onFault(witness.name, faultOf(cosigned.code), cosigned.message)
      return around.report('warn', 'witness', { witness: witness.name, code: cosigned.code, message: cosigned.message })
    }
    this.faultsOver(witness)
    const lines = cosigned.value.lines.map(({ line }) => line)
    const kept = this.read(witness, formatNote(head.value.text, [...head.value.lines, ...lines]))
    if (kept === undefined) throw new Error('A checkpoint that was cosigned and verified does not verify.')
    await this.take(witness, kept, log)
    const ofSize = [...this.held.values()].filter((one) => one.size === size)
    log.carry(
      size,
      ofSize.flatMap((one) => one.lines),
    )
  }

  private faultsOver({ name }: Witness): void {
    for (const code of WITNESS_FAULTS) this.options.onFaultOver(name, code)
  }

  /** Keeps what follows from the log held; durable, and instead of an earlier one. */
  private async take(witness: Witness, kept: Kept, log: LogFiles): Promise<void> {
    const { around, onContradiction, onWitnessed } = this.options
    const before = this.held.get(witness.name)
    if (before !== undefined && (kept.size < before.size || (kept.size === before.size && kept.time <= before.time)))
      return
    if (!(await follows(log, kept))) return onContradiction(witness.name, kept.size, noteOf(kept))
    await keep(around.disk, this.folder, fileOf(witness), noteOf(kept))
    this.held.set(witness.name, kept)
    onWitnessed(kept)
  }

  /** Undefined where the author, or the witness, has not signed it so. */
  private read(witness: Witness, note: Uint8Array): Kept | undefined {
    const { origin, author } = this.options
    const head = verifyCheckpoint(note, keysOf(origin, author))
    if (!head.ok) return undefined
    const opened = openNote(note, keysOfWitness(witness), verifyCosignatureLine)
    if (!opened.ok) return undefined
    const times = opened.value.verified.map(({ signature }) => timeOfCosignature(signature) ?? 0)
    const time = Math.max(...times)
    const lines = opened.value.verified.map(({ line }) => line)
    if (time === 0) return undefined
    const { size, root, text, lines: authorLines } = head.value
    return { origin, witness: witness.name, size, root, time, text, authorLines, lines }
  }
}

/** Whatever else is wrong with a signature line is wrong with the answer. */
function faultOf(code: string): WitnessFault {
  return WITNESS_FAULTS.find((one) => one === code) ?? 'witness/answer'
}

function noteOf({ text, authorLines, lines }: Kept): Uint8Array {
  return formatNote(text, [...authorLines, ...lines])
}

async function follows(log: LogFiles, { size, root }: Kept): Promise<boolean> {
  return size <= log.size && equalBytes(await log.rootAt(size), root)
}

async function keep(disk: Disk, folder: string, name: string, note: Uint8Array): Promise<void> {
  await disk.makeFolder(folder, true)
  await disk.replace(join(folder, name), note, true)
}

async function post(around: Surroundings, url: string, body: Uint8Array): Promise<Result<WitnessAnswer>> {
  const abort = new AbortController()
  const cancel = around.after(LIMITS.requestMsMax, () => abort.abort())
  try {
    const response = await around.fetch(url, {
      method: 'POST',
      body: Buffer.from(body),
      redirect: 'error',
      signal: abort.signal,
    })
    const answer = await bodyOf(response)
    if (answer === undefined) return refuse('witness/answer', 'The answer of the witness is too large.')
    return ok({ status: response.status, body: answer, contentType: response.headers.get('content-type') ?? undefined })
  } catch (cause) {
    return refuse(UNREACHABLE, `The witness does not answer: ${cause instanceof Error ? cause.message : ''}`)
  } finally {
    cancel()
  }
}

/** Undefined where it is longer than any answer of a witness. */
async function bodyOf(response: Response): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > LIMITS.witnessAnswerBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function keysOf(origin: string, { keys: { log } }: Card) {
  return { origin, ed25519PublicKey: log.ed25519, mldsa44PublicKey: log.mldsa44 }
}

function keysOfWitness({ vkeys }: Witness): VerifierKey[] {
  return vkeys.flatMap((vkey) => {
    const key = parseVerifierKey(vkey)
    return key.ok ? [key.value] : []
  })
}

/** Where its newest checkpoint stands under `witnessed`. */
function fileOf({ name }: Witness): string {
  return toHex(sha256(utf8(name)))
}
