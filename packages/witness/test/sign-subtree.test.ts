import {
  formatNote,
  formatSignSubtree,
  parseNote,
  readSubtreeAnswer,
  type SignSubtree,
  type Subtree,
  utf8,
} from '@countersign/log'
import { afterEach, describe, expect, test } from 'vitest'
import type { SampleLog } from '../../log/test/sample-log.ts'
import { publicWitness } from '../src/index.ts'
import { closeAll, newFolder, newLog, ORIGIN, otherLog, start, value } from './running.ts'

afterEach(closeAll)

const range = { start: 8, end: 13 }
const textOf = (note: Uint8Array): string => {
  const parsed = parseNote(note)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.value.text
}
const ask = (log: SampleLog, size: number, more: Partial<SignSubtree> = {}): Uint8Array =>
  formatSignSubtree({
    ...{ ...range, hash: log.subtreeHash(range), lines: [], proof: log.subtreeProof(range, size) },
    ...{ checkpoint: log.note(size), ...more },
  })
const answered = ({ status, type, body }: { status: number; type: string | null; body: string }) => ({
  ...{ status, contentType: type ?? undefined, body: utf8(body) },
})

describe('a subtree', () => {
  const of = (log: SampleLog): Subtree => ({ origin: ORIGIN, ...range, hash: log.subtreeHash(range) })

  test('is signed without a time of whoever shows a checkpoint with the line of the witness, also after a start', async () => {
    const log = newLog().grow(14)
    const dir = await newFolder(log)
    const first = await start(dir)
    const lines = (await first.add(log.request(0))).body
    const checkpoint = formatNote(textOf(log.note()), [lines])
    await first.stop()
    const { subtree, events } = await start(dir)
    const answer = await subtree(ask(log, 14, { checkpoint }))
    expect(answer).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' })
    const keys = value(publicWitness(dir)).keys
    expect(readSubtreeAnswer(answered(answer), of(log), keys)).toMatchObject({ kind: 'cosigned', lines: [{}] })
    expect(events).toContainEqual(expect.objectContaining({ event: 'sign-subtree', status: 200, start: 8, end: 13 }))
  })

  test('is signed of a checkpoint without that line, as long as it is one of those cosigned lately', async () => {
    const log = newLog().grow(24)
    const { add, subtree } = await start(await newFolder(log))
    for (let size = 14; size <= 24; size++) await add(log.request(size === 14 ? 0 : size - 1, size))
    const unsigned = (size: number) => ({ checkpoint: utf8(textOf(log.note(size))) })
    for (const size of [24, 23, 16]) {
      expect((await subtree(ask(log, size))).status).toBe(200)
      expect((await subtree(ask(log, size, unsigned(size)))).status).toBe(200)
    }
    // Nine are remembered, the newest among them.
    const late = await subtree(ask(log, 15, unsigned(15)))
    expect(late).toMatchObject({ status: 409, type: 'text/plain; charset=utf-8' })
    expect(late.body.startsWith(textOf(log.note(24)))).toBe(true)
    // By the checkpoint that was named it is signed, with no other line than the witness’s own.
    expect((await subtree(ask(log, 24, { checkpoint: utf8(late.body) }))).status).toBe(200)
  })

  test('of a branch that was never cosigned is not signed, whoever signed the checkpoint', async () => {
    const log = newLog().grow(14)
    const other = newLog().grow(14, 'other')
    const dir = await newFolder(log)
    const { add, subtree } = await start(dir)
    expect((await subtree(ask(log, 14))).status).toBe(403)
    const lines = (await add(log.request(0))).body
    expect((await subtree(ask(other, 14))).status).toBe(409)
    // The line of the witness under another text.
    const moved = formatNote(textOf(other.note()), [lines])
    expect((await subtree(ask(other, 14, { checkpoint: moved }))).status).toBe(403)
    // A proof of the other branch under the checkpoint of this one.
    expect((await subtree(ask(other, 14, { checkpoint: log.note() }))).status).toBe(422)
  })

  test('is asked for in vain where the request is malformed, the log unknown, or the method another', async () => {
    const log = newLog().grow(14)
    const { subtree, url } = await start(await newFolder(log))
    for (const body of [new Uint8Array(), utf8('subtree 8 13\n\n'), log.request(0)])
      expect((await subtree(body)).status).toBe(400)
    expect((await subtree(ask(otherLog().grow(14), 14))).status).toBe(404)
    expect((await subtree(new Uint8Array(262_145))).status).toBe(413)
    expect((await fetch(`${url}sign-subtree`)).status).toBe(404)
  })

  test('moves nothing: what the witness cosigned last stays, and is all that monitors are shown', async () => {
    const log = newLog().grow(20)
    const { add, subtree, monitor } = await start(await newFolder(log))
    await add(log.request(0, 14))
    const before = await (await monitor(ORIGIN)).text()
    expect((await subtree(ask(log, 14))).status).toBe(200)
    expect(textOf(utf8(await (await monitor(ORIGIN)).text()))).toBe(textOf(utf8(before)))
    expect(await add(log.request(14, 20))).toMatchObject({ status: 200 })
  })
})
