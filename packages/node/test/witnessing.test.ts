// What a witness answers to the log of its author (spec/witness.md), and when an alarm about it is over.

import { createOwnLog, nodeDisk } from '@countersign/ledger'
import {
  cosignatureLines,
  cosignerKeys,
  formatNote,
  formatVerifierKey,
  parseAddCheckpoint,
  parseNote,
  TLOG_SIZE_TYPE,
} from '@countersign/log'
import { expect, onTestFinished, test } from 'vitest'
import { agreement, alfa, bravo, entry, ORIGIN, opening, PACT, pair } from '../../../spec/vectors/samples.ts'
import { Witnessing } from '../src/hearing/witnessing.ts'
import { realSurroundings } from '../src/surroundings.ts'
import { folder, requestsTo, value } from './served-files.ts'

const NAME = 'witness.example/w1'
const signers = pair(200)
const keys = cosignerKeys(NAME, { ed25519: signers.ed25519.publicKey, mldsa44: signers.mldsa44.publicKey })
const T = 1_700_000_000

const lines = (text: string, time: number) => cosignatureLines(text, NAME, signers, time).join('')
/** What was asked, as the text of the checkpoint and the size that the author thinks was cosigned last. */
type Answer = (text: string, oldSize: number) => Response
const status =
  (code: number): Answer =>
  () =>
    new Response('', { status: code })
const conflict = (size: (old: number) => number): Answer => {
  const headers = { 'content-type': TLOG_SIZE_TYPE }
  return (_text, old) => new Response(`${size(old)}\n`, { status: 409, headers })
}
const well: Answer = (text) => new Response(lines(text, T))

/** alfa's log of two entries, asked for and heard of; `standing` are the alarms that are not over. */
async function witnessing(answer: () => Answer) {
  const dir = folder()
  const disk = nodeDisk()
  const log = value(await createOwnLog({ disk, dir, origin: ORIGIN, signers: alfa.log }))
  onTestFinished(() => log.close())
  for (const one of [opening(), entry()]) await log.append(one)
  const standing = new Set<string>()
  const of = [{ name: NAME, operator: 'op.example', url: 'http://w.example/', vkeys: keys.map(formatVerifierKey) }]
  const options = {
    pact: { id: PACT, version: '', agreement: { ...agreement, witnesses: { quorum: 1, of } }, bytes: new Uint8Array() },
    ...{ author: alfa.card, origin: ORIGIN, dir },
    around: {
      ...realSurroundings(),
      now: () => T * 1000,
      async fetch(_url: unknown, init?: RequestInit) {
        const asked = value(parseAddCheckpoint(new Uint8Array(await new Response(init?.body).arrayBuffer())))
        return answer()(value(parseNote(asked.checkpoint)).text, asked.oldSize)
      },
    },
    onWitnessed() {},
    async onContradiction() {},
    onFault: (_witness: string, code: string) => standing.add(code),
    onFaultOver: (_witness: string, code: string) => standing.delete(code),
  }
  return {
    log,
    standing,
    ours: await Witnessing.open(options, log, true),
    theirs: await Witnessing.open(options, log, false),
  }
}

test.each<[string, Answer]>([
  ['witness/bad-request', status(400)],
  ['witness/untrusted', status(403)],
  ['witness/unknown-log', status(404)],
  ['witness/inconsistent', status(422)],
  ['witness/status', status(500)],
  ['witness/ahead', conflict(() => 9)],
  ['witness/busy', conflict((old) => (old + 1) % 3)],
  ['witness/answer', conflict((old) => old)],
  ['witness/answer', () => new Response('no lines')],
  ['witness/answer', (text) => new Response(lines(`${text}x\n`, T))],
  ['witness/no-time', (text) => new Response(lines(text, 0))],
])('the alarm %s stands until the witness answers well, and no longer', async (code, badly) => {
  let answer = badly
  const { log, standing, ours } = await witnessing(() => answer)
  await ours.ask(log)
  expect([...standing]).toEqual([code])
  answer = well
  await ours.ask(log)
  expect([...standing]).toEqual([])
})

test('what an author shows of a witness and does not verify raises an alarm until it shows what does', async () => {
  const { log, standing, theirs } = await witnessing(() => well)
  const own = value(parseNote(log.checkpoint ?? new Uint8Array()))
  const shown = (time: number) =>
    formatNote(own.text, [
      ...own.signatures.map(({ line }) => line),
      ...cosignatureLines(own.text, NAME, signers, time),
    ])
  let served = shown(0)
  const source = { requests: requestsTo(bravo.card, () => served), prefix: 'log' }
  await theirs.hear(source, log)
  expect([...standing]).toEqual(['witness/shown'])
  served = shown(T)
  await theirs.hear(source, log)
  expect([...standing]).toEqual([])
})
