// Runs every vector of spec/vectors/log and says what came out of each, so that the tests can compare platforms. It reads
// no file by itself: what it is handed is JSON as it stands in the files, by their names.

import {
  decideAddCheckpoint,
  decideSubtree,
  decodeEntryBundle,
  fromBase64,
  isQuorum,
  openNote,
  parseCheckpoint,
  parsePolicy,
  parseTilePath,
  parseVerifierKey,
  type Result,
  type Root,
  readSubtreeRequest,
  tilesForSize,
  timeOfCosignature,
  toBase64,
  utf8,
  type VerifierKey,
  verifyConsistency,
  verifyCosignatureLine,
  verifyInclusion,
  verifyLogFork,
  verifyProofFile,
  verifySubtreeConsistency,
  verifySubtreeLine,
  verifyWitnessLine,
} from '../src/index.ts'

export interface Judged {
  name: string
  /** What the vector says. */
  expect: unknown
  /** What this implementation says. */
  got: unknown
}

/** The vectors are JSON of many forms, and read as another team would. */
type Load = (name: string) => ReturnType<typeof JSON.parse>

const bytes = (text: string): Uint8Array => fromBase64(text) ?? new Uint8Array()
const octets = (of: { text?: string; base64?: string }): Uint8Array =>
  of.text === undefined ? bytes(of.base64 ?? '') : utf8(of.text)
const keyOf = (text: string): VerifierKey => valueOf(parseVerifierKey(text))
const code = (result: Result<unknown>): string => (result.ok ? 'valid' : result.code)

export function judgeAll(load: Load): Judged[] {
  return [keys, notes, cosigned, trees, policies, requests, subtreeRequests, forks].flatMap((judge) => [...judge(load)])
}

function* keys(load: Load): Generator<Judged> {
  for (const { name, expect, vkey } of load('verifier-keys').cases)
    yield { name: `key: ${name}`, expect, got: code(parseVerifierKey(vkey)) }
}

function* notes(load: Load): Generator<Judged> {
  const { keys, cases } = load('notes')
  for (const one of cases)
    yield { name: `note: ${one.name}`, expect: one.expect, got: code(openNote(octets(one), keys.map(keyOf))) }
  const checkpoints = load('checkpoints')
  for (const { name, expect, text, origin, size, root } of checkpoints.cases) {
    const opened = openNote(utf8(text), checkpoints.keys.map(keyOf))
    const read = opened.ok ? parseCheckpoint(opened.value.text) : opened
    yield { name: `checkpoint: ${name}`, expect, got: code(read) }
    if (!read.ok) continue
    const got = { ...read.value, root: toBase64(read.value.root) }
    yield { name: `checkpoint: ${name}, as read`, expect: { origin, size, root }, got }
  }
}

function* cosigned(load: Load): Generator<Judged> {
  const { keys, cases } = load('cosignatures')
  const known: VerifierKey[] = keys.map(keyOf)
  for (const { name, expect, text, times } of cases) {
    const opened = openNote(utf8(text), known, verifyCosignatureLine)
    // Each line by itself too: a time after the year 9999 is no time of a cosignature.
    const late = opened.ok
      ? opened.value.verified.map(({ key }) => verifyWitnessLine(utf8(text), key)).find((one) => !one.ok)
      : undefined
    yield { name: `cosignature: ${name}`, expect, got: code(late ?? opened) }
    if (!opened.ok || late !== undefined) continue
    const got = opened.value.verified.map(({ signature }) => timeOfCosignature(signature))
    yield { name: `cosignature: ${name}, its times`, expect: times, got }
  }
  const subtrees = load('subtrees')
  for (const { name, expect, line, origin, start, end, hash, time } of subtrees.cases) {
    const read = verifySubtreeLine(line, keyOf(subtrees.key), { origin, start, end, hash: bytes(hash) })
    yield { name: `subtree: ${name}`, expect, got: code(read) }
    if (read.ok) yield { name: `subtree: ${name}, its time`, expect: time, got: read.value.time }
  }
}

function* trees(load: Load): Generator<Judged> {
  const { paths, sizes, bundles } = load('tiles')
  for (const { name, expect, path, level, index, width } of paths) {
    const of = expect === 'valid' ? { level, index, width } : 'invalid'
    yield { name: `path: ${name}`, expect: of, got: parseTilePath(path) ?? 'invalid' }
  }
  for (const { size, levels } of sizes) {
    const got: { full: number; partial: number }[] = []
    for (const { level, width } of tilesForSize(size)) {
      got[level] ??= { full: 0, partial: 0 }
      const at = got[level]
      if (width === 256) at.full++
      else at.partial += width
    }
    yield { name: `tiles of ${size}`, expect: levels, got }
  }
  for (const { name, expect, bundle, width, entries } of bundles) {
    const read = decodeEntryBundle(bytes(bundle), width)
    yield { name: `bundle: ${name}`, expect, got: code(read) }
    if (read.ok) yield { name: `bundle: ${name}, its entries`, expect: entries, got: read.value.map(toBase64) }
  }
  const proofs = load('proofs')
  for (const { name, expect, index, size, leaf, root, proof } of proofs.inclusion) {
    const got = code(verifyInclusion(index, size, bytes(leaf), proof.map(bytes), bytes(root)))
    yield { name: `inclusion: ${name}`, expect, got }
  }
  for (const { name, expect, oldSize, size, oldRoot, root, proof } of proofs.consistency) {
    const got = code(verifyConsistency(oldSize, size, proof.map(bytes), bytes(oldRoot), bytes(root)))
    yield { name: `consistency: ${name}`, expect, got }
  }
  for (const { name, expect, start, end, size, hash, root, proof } of load('subtree-proofs').cases) {
    const of = { proof: proof.map(bytes), hash: bytes(hash), root: bytes(root) }
    yield { name: `subtree proof: ${name}`, expect, got: code(verifySubtreeConsistency({ start, end }, size, of)) }
  }
  const files = load('proof-files')
  const policy = valueOf(parsePolicy(utf8(files.policy)))
  for (const { name, expect, file, entry, index } of files.cases) {
    const read = verifyProofFile(utf8(file), bytes(entry), policy)
    yield { name: `proof file: ${name}`, expect, got: code(read) }
    if (read.ok) yield { name: `proof file: ${name}, its index`, expect: index, got: read.value.index }
  }
}

function* policies(load: Load): Generator<Judged> {
  for (const { name, expect, policy, quorums } of load('policies').cases) {
    const read = parsePolicy(octets(policy))
    yield { name: `policy: ${name}`, expect, got: code(read) }
    for (const { cosigned, met } of read.ok ? (quorums ?? []) : [])
      yield {
        name: `policy: ${name}, cosigned by ${cosigned.join(' ') || 'nobody'}`,
        expect: met,
        got: read.ok && isQuorum(read.value, new Set(cosigned)),
      }
  }
}

function* requests(load: Load): Generator<Judged> {
  const { origin, keys, cases } = load('witness')
  const known: VerifierKey[] = keys.map(keyOf)
  for (const { name, expect, status, body, fork, latest, request } of cases) {
    const decision = decideAddCheckpoint(utf8(request), {
      keysOf: (of) => (of === origin ? known : undefined),
      latestOf: () => (latest === null ? undefined : { size: latest.size, root: bytes(latest.root) as Root }),
    })
    const got =
      decision.status === 200
        ? { status: 200, code: 'valid' }
        : {
            ...{ status: decision.status, code: decision.code },
            ...(decision.status === 409 ? { body: decision.body } : {}),
            ...(decision.fork ? { fork: true } : {}),
          }
    const more = { ...(body === undefined ? {} : { body }), ...(fork === undefined ? {} : { fork }) }
    yield { name: `witness: ${name}`, expect: { status, code: expect, ...more }, got }
  }
}

function* subtreeRequests(load: Load): Generator<Judged> {
  const { origin, keys, witness, cases } = load('sign-subtree')
  const [known, own]: VerifierKey[][] = [keys.map(keyOf), witness.map(keyOf)]
  for (const { name, expect, status, request, remembered } of cases) {
    const asked = { keys: own ?? [], keysOf: (of: string) => (of === origin ? known : undefined) }
    const read = readSubtreeRequest(utf8(request), asked)
    const latest = remembered.map((one: { size: number; root: string }) => ({ size: one.size, root: bytes(one.root) }))
    const decided = read.ok ? decideSubtree(read.value, latest) : read.refusal
    const said = decided.status === 200 ? 'valid' : decided.status === 409 ? 'conflict' : undefined
    const got = { status: decided.status, code: said ?? ('code' in decided ? decided.code : '') }
    yield { name: `sign-subtree: ${name}`, expect: { status, code: expect }, got }
  }
}

function* forks(load: Load): Generator<Judged> {
  for (const { name, expect, file, sizes } of load('forks').cases) {
    const read = verifyLogFork(utf8(file))
    yield { name: `fork: ${name}`, expect, got: code(read) }
    if (read.ok)
      yield { name: `fork: ${name}, its sizes`, expect: sizes, got: read.value.heads.map(({ size }) => size) }
  }
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}
