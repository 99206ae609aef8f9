// The file of a fork of any log (spec/fork.md): two checkpoints of one origin, signed with its verifier keys, that no
// append-only log can both have. Making it and believing it are one piece of mathematics: `makeLogFork` gives only what
// `verifyLogFork` accepts. Whether the keys are those of the log, the reader must know.

import { equalBytes, fromBase64, fromUtf8, toBase64, utf8 } from './bytes.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { verifyNoteLine } from './cosignature.ts'
import type { Root } from './hash.ts'
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from './key.ts'
import { HASH_BYTES, MAX_LOG_FORK_BYTES, MAX_LOG_FORK_KEYS, MAX_PROOF_HASHES } from './limits.ts'
import { formatNote, openNote } from './note.ts'
import { verifyConsistency } from './proof.ts'
import { ok, type Result, refuse } from './result.ts'

/** One of the two checkpoints, with the lines of those keys alone. */
export interface LogForkHead {
  size: number
  root: Root
  note: Uint8Array
  /** Which of the keys signed it. */
  keys: VerifierKey[]
}

/** A contradiction that was verified. */
export interface LogFork {
  origin: string
  keys: VerifierKey[]
  /** The smaller first. They differ in what stands below the size of the first. */
  heads: [LogForkHead, LogForkHead]
}

interface ForkFile {
  origin: string
  keys: string[]
  notes: string[]
  /** Absent between two checkpoints of one size. */
  root: string | undefined
  consistency: string[]
}

/** Verifies the contradiction itself. Refuses with `fork/…` codes; throws for nothing. */
export function verifyLogFork(bytes: Uint8Array): Result<LogFork> {
  const file = parseFile(bytes)
  if (file === undefined) return refuse('fork/form', 'This is no file of a fork: it is not in its one form.')
  const keys = readKeys(file)
  if (!keys.ok) return keys
  const heads: LogForkHead[] = []
  for (const text of file.notes) {
    const head = readHead(fromBase64(text), file.origin, keys.value)
    if (!head.ok) return head
    heads.push(head.value)
  }
  const [older, newer] = heads
  if (older === undefined || newer === undefined) throw new Error('There are two.')
  if (keys.value.some((key) => !older.keys.includes(key) && !newer.keys.includes(key)))
    return refuse('fork/note', 'The file holds a key that signed neither checkpoint.')
  if (older.size < 1) return refuse('fork/note', 'A checkpoint of an empty log contradicts none.')
  if (inOrder(older, newer) > 0) return refuse('fork/form', 'The two checkpoints are not in their order.')
  const contradicts = checkContradiction(file, older, newer)
  return contradicts.ok ? ok({ origin: file.origin, keys: keys.value, heads: [older, newer] }) : contradicts
}

/**
 * The file for two checkpoint notes of `origin`, in whatever order, whatever other lines they carry. Of `keys` those are
 * taken that signed one of them. For two sizes it needs what the larger log says of its first leaves, as many as the
 * smaller has: `prefix`. Refuses what is no contradiction.
 */
export function makeLogFork(of: {
  origin: string
  keys: readonly VerifierKey[]
  notes: readonly [Uint8Array, Uint8Array]
  prefix?: { root: Uint8Array; consistency: readonly Uint8Array[] }
}): Result<Uint8Array> {
  const known = [...of.keys].sort(byText)
  const heads: LogForkHead[] = []
  for (const note of of.notes) {
    const opened = openNote(note, known, verifyNoteLine)
    if (!opened.ok) return refuse('fork/note', opened.message)
    const { text, verified } = opened.value
    const signed = verified.toSorted((a, b) => byText(a.key, b.key))
    const bare = formatNote(
      text,
      signed.map(({ line }) => line),
    )
    const head = readHead(bare, of.origin, known)
    if (!head.ok) return head
    heads.push(head.value)
  }
  const [older, newer] = heads.toSorted(inOrder)
  if (older === undefined || newer === undefined) throw new Error('There are two.')
  const prefix = older.size === newer.size ? undefined : of.prefix
  const file = utf8(
    canonical({
      origin: of.origin,
      keys: known.filter((key) => older.keys.includes(key) || newer.keys.includes(key)).map(formatVerifierKey),
      notes: [older, newer].map(({ note }) => toBase64(note)),
      root: prefix === undefined ? undefined : toBase64(prefix.root),
      consistency: (prefix?.consistency ?? []).map(toBase64),
    }),
  )
  const verified = verifyLogFork(file)
  return verified.ok ? ok(file) : verified
}

function checkContradiction(file: ForkFile, older: LogForkHead, newer: LogForkHead): Result<undefined> {
  const consistent = refuse(
    'fork/consistent',
    'The two checkpoints do not contradict each other: one log can have both.',
  )
  const root = file.root === undefined ? undefined : fromBase64(file.root)
  if (older.size === newer.size) {
    if (root !== undefined || file.consistency.length > 0)
      return refuse('fork/form', 'Two checkpoints of one size need no proof.')
    return equalBytes(older.root, newer.root) ? consistent : ok(undefined)
  }
  if (root === undefined) return refuse('fork/form', 'Between two sizes the file needs a root and its proof.')
  const proof = file.consistency.map((hash) => fromBase64(hash) ?? new Uint8Array())
  const proven = verifyConsistency(older.size, newer.size, proof, root, newer.root)
  if (!proven.ok) return refuse('fork/proof', `The proof does not lead to the larger checkpoint: ${proven.message}`)
  return equalBytes(root, older.root) ? consistent : ok(undefined)
}

/** Undefined where the bytes are not the one way to write the file down. */
function parseFile(bytes: Uint8Array): ForkFile | undefined {
  if (bytes.length > MAX_LOG_FORK_BYTES) return undefined
  const text = fromUtf8(bytes)
  if (text === undefined) return undefined
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof read !== 'object' || read === null) return undefined
  const { origin, keys, notes, root, consistency }: Partial<Record<keyof ForkFile, unknown>> = read
  if (typeof origin !== 'string' || origin === '') return undefined
  if (!isTexts(keys, 1, MAX_LOG_FORK_KEYS) || !isTexts(notes, 2, 2)) return undefined
  if (!isTexts(consistency, 0, MAX_PROOF_HASHES) || consistency.some((hash) => !isHash(hash))) return undefined
  if (root !== undefined && !isHash(root)) return undefined
  const file = { origin, keys, notes, root, consistency }
  return canonical(file) === text ? file : undefined
}

/** RFC 8785, of these members alone: strings are written as JSON.stringify writes them. */
function canonical({ origin, keys, notes, root, consistency }: ForkFile): string {
  return JSON.stringify({
    consistency,
    keys,
    kind: 'log-fork',
    notes,
    origin,
    ...(root === undefined ? {} : { root }),
    v: 1,
  })
}

function readKeys({ keys, origin }: ForkFile): Result<VerifierKey[]> {
  const read: VerifierKey[] = []
  for (const text of keys) {
    const key = parseVerifierKey(text)
    if (!key.ok || key.value.name !== origin || (key.value.type !== 1 && key.value.type !== 6))
      return refuse('fork/form', 'A key in the file is no key of a log of this origin.')
    const before = read.at(-1)
    if (before !== undefined && byText(before, key.value) >= 0)
      return refuse('fork/form', 'The keys in the file are not in their order.')
    read.push(key.value)
  }
  return ok(read)
}

/** Stops checkpoints that none of the keys signed, and any second way of writing the same two down. */
function readHead(note: Uint8Array | undefined, origin: string, keys: readonly VerifierKey[]): Result<LogForkHead> {
  if (note === undefined) return refuse('fork/form', 'A checkpoint in the file is not canonical base64.')
  const opened = openNote(note, keys, verifyNoteLine)
  if (!opened.ok) return refuse('fork/note', `A checkpoint in the file is refused: ${opened.message}`)
  const head = parseCheckpoint(opened.value.text)
  if (!head.ok || head.value.origin !== origin)
    return refuse('fork/note', 'A note in the file is no checkpoint of this origin.')
  const { text, verified } = opened.value
  const lines = verified.map(({ line }) => line)
  const signed = verified.map(({ key }) => key)
  const rises = signed.every((key, i) => i === 0 || byText(signed[i - 1] ?? key, key) < 0)
  if (!rises || !equalBytes(formatNote(text, lines), note))
    return refuse('fork/note', 'A checkpoint in the file carries more than the lines of its keys in their order.')
  return ok({ size: head.value.size, root: head.value.root, note, keys: signed })
}

function isTexts(value: unknown, min: number, max: number): value is string[] {
  return (
    Array.isArray(value) && value.length >= min && value.length <= max && value.every((one) => typeof one === 'string')
  )
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && fromBase64(value)?.length === HASH_BYTES
}

function byText(a: VerifierKey, b: VerifierKey): number {
  const [one, other] = [formatVerifierKey(a), formatVerifierKey(b)]
  return one < other ? -1 : one > other ? 1 : 0
}

function inOrder(a: { size: number; root: Root }, b: { size: number; root: Root }): number {
  if (a.size !== b.size) return a.size - b.size
  const at = a.root.findIndex((byte, i) => byte !== b.root[i])
  return at < 0 ? 0 : (a.root[at] ?? 0) - (b.root[at] ?? 0)
}
