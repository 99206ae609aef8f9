// What the referee is asked of checkpoints that our own witnesses cosigned: two of them run as processes, are shown every
// log of the demonstration as it was and as it is, and are counted by a quorum.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  askWitness,
  consistencyProofFrom,
  formatNote,
  formatProofFile,
  inclusionProofFrom,
  ok,
  parseNote,
  parseVerifierKey,
  type VerifierKey,
} from '@countersign/log'
import type { Case, KeepFile } from './cases.ts'
import { entryOf, headOf, type Log, readerOf, readFolders, receiptsIn } from './logs.ts'

const MAIN = fileURLToPath(new URL('../../apps/cli/bin/countersign.mjs', import.meta.url))

interface RunningWitness {
  url: string
  /** Type 04 and type 06. */
  vkeys: [string, string]
  keys: VerifierKey[]
  stop(): Promise<void>
}

export async function* witnessedCases(dirs: readonly string[], work: string, file: KeepFile): AsyncGenerator<Case> {
  const { logs } = readFolders(dirs)
  const policy = `${logs.map(({ vkey }) => `log ${vkey}\n`).join('')}quorum none\n`
  const witnesses = [await startWitness(work, 'w1', policy), await startWitness(work, 'w2', policy)]
  try {
    for (const log of logs) {
      const [older] = receipts(dirs, logs, log)
      if (older !== undefined) for (const witness of witnesses) await cosign(witness, log, older)
      const lines = await Promise.all(witnesses.map((witness) => cosign(witness, log, log.note)))
      yield* casesOf(log, witnesses, lines, file)
    }
  } finally {
    for (const witness of witnesses) await witness.stop()
  }
}

async function* casesOf(
  log: Log,
  witnesses: readonly RunningWitness[],
  lines: readonly string[][],
  file: KeepFile,
): AsyncGenerator<Case> {
  const keys = ['-vkey', log.vkey, '-wkey', witnesses.map(({ vkeys }) => vkeys[0]).join(',')]
  const of = (quorum: number) => [...keys, '-quorum', String(quorum)]
  const note = withLines(log.note, lines.flat())
  const [first = '', second = ''] = lines.map((two) => two[0] ?? '')
  const name = (what: string) => `${log.origin}: ${what}`
  const checkpoint = (bytes: Uint8Array, quorum: number) => ['checkpoint', ...of(quorum), '-note', file(bytes)]
  yield { name: name('cosigned by both witnesses'), args: checkpoint(note, 2), accepted: true }
  yield { name: name('a quorum of three'), args: checkpoint(note, 3), accepted: false }
  const without = withLines(log.note, [first])
  yield { name: name('cosigned by one of two'), args: checkpoint(without, 1), accepted: true }
  yield { name: name('a quorum with one line gone'), args: checkpoint(without, 2), accepted: false }
  yield { name: name('cosigned by nobody'), args: checkpoint(log.note, 1), accepted: false }
  const turned = withLines(log.note, [first, second.replace(/.(?=.{20}\n$)/, (one) => (one === 'A' ? 'B' : 'A'))])
  yield { name: name('a cosignature changed'), args: checkpoint(turned, 2), accepted: false }
  const renamed = withLines(log.note, [first, second.replace('w2', 'w3')])
  yield { name: name('a cosignature under another name'), args: checkpoint(renamed, 2), accepted: false }
  const directory = ['log', ...of(2), '-dir', log.folder, '-note']
  yield { name: name('the whole directory, witnessed'), args: [...directory, file(note)], accepted: true }
  yield { name: name('the whole directory, half witnessed'), args: [...directory, file(without)], accepted: false }

  for (const [i, { url, vkeys }] of witnesses.entries()) {
    const hash = createHash('sha256').update(log.origin).digest('hex')
    const shown = new Uint8Array(await (await fetch(`${url}${hash}/checkpoint`)).arrayBuffer())
    const args = ['checkpoint', '-vkey', log.vkey, '-wkey', vkeys[0], '-quorum', '1', '-note', file(shown)]
    yield { name: name(`what witness ${i + 1} shows monitors`), args, accepted: true }
  }

  const index = log.size - 1
  const proof = await inclusionProofFrom(index, log.size, readerOf(log))
  const proofFile = (checkpoint: Uint8Array) => file(formatProofFile({ index, proof, checkpoint }))
  const leaf = ['-leaf', file(entryOf(log, index))]
  const asked = (bytes: Uint8Array) => ['tlogproof', ...of(2), '-proof', proofFile(bytes), ...leaf]
  yield { name: name('a proof file with a quorum'), args: asked(note), accepted: true }
  yield { name: name('a proof file without its quorum'), args: asked(without), accepted: false }
}

/** Receipts of this log at the sizes that it has grown from, the smallest first. */
function receipts(dirs: readonly string[], logs: readonly Log[], log: Log): Uint8Array[] {
  return dirs
    .flatMap((dir) => receiptsIn(dir, logs))
    .filter((one) => one.log === log && headOf(one.note).size < log.size)
    .map(({ note }) => note)
    .sort((a, b) => headOf(a).size - headOf(b).size)
}

/** The two lines that a witness gives on a checkpoint of a log. */
async function cosign(witness: RunningWitness, log: Log, note: Uint8Array): Promise<string[]> {
  const { size } = headOf(note)
  const answer = await askWitness({
    witness,
    checkpoint: note,
    prove: (old) => consistencyProofFrom(old, size, readerOf(log)),
    async post(url, body) {
      const got = await fetch(url, { method: 'POST', body: Uint8Array.from(body) })
      const contentType = got.headers.get('content-type') ?? undefined
      return ok({ status: got.status, contentType, body: new Uint8Array(await got.arrayBuffer()) })
    },
  })
  if (!answer.ok) throw new Error(`${log.origin}: ${answer.message}`)
  return answer.value.lines.map(({ line }) => line)
}

function withLines(note: Uint8Array, lines: readonly string[]): Uint8Array {
  const parsed = parseNote(note)
  if (!parsed.ok) throw new Error(parsed.message)
  return formatNote(parsed.value.text, [...parsed.value.signatures.map(({ line }) => line), ...lines])
}

async function startWitness(work: string, name: string, policy: string): Promise<RunningWitness> {
  const dir = join(work, name)
  const init = ['witness', 'init', '--dir', dir, '--name', `witness.example/${name}`]
  const made = spawnSync(process.execPath, [MAIN, ...init], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(made.stderr)
  const [four = '', six = ''] = readFileSync(join(dir, 'vkeys'), 'utf8').split('\n')
  writeFileSync(join(dir, 'policy'), policy)
  const child = spawn(process.execPath, [MAIN, 'witness', '--dir', dir, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const url = await urlOf(child)
  const keys = [four, six].map((vkey) => {
    const key = parseVerifierKey(vkey)
    if (!key.ok) throw new Error(key.message)
    return key.value
  })
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    if (child.exitCode === null) await ended
  }
  return { url, vkeys: [four, six], keys, stop }
}

function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let err = ''
    child.stderr?.on('data', (chunk) => {
      err += chunk
      const url = / logs at (http\S+)\n/.exec(err)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('exit', () => reject(new Error(err)))
  })
}
