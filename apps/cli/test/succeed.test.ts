// A restored node one of whose readers is gone for good, through the shell: it names whom it awaits and signs nothing, two
// officers open a log that succeeds ours, and whoever comes back later accepts it.

import { rmSync } from 'node:fs'
import { utf8 } from '@countersign/log'
import { type Node, realSurroundings, restoreBackup, takeBackup } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { expect, onTestFinished, test } from 'vitest'
import { delivered, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { done, run, serve } from './shell.ts'

const PASSWORD = 'a password of some length'

test('two officers go on without a reader that is gone for good, and it accepts the successor when it comes back after all', {
  timeout: 600_000,
}, async () => {
  const parties = await startParties()
  onTestFinished(() => parties.close(), 120_000)
  const { alfa, bravo, watch, pact } = parties
  const saying = async (node: Node, subject: string) => {
    const said = value(
      await node.say({
        ...{ pact, type: 'hotline/message', body: { precedence: 'ROUTINE' }, account: 'test' },
        content: [
          { role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes: utf8(JSON.stringify({ subject, text: 'x' })) },
        ],
      }),
    )
    if (said.state !== 'said') throw new Error('It was held here.')
    await delivered(node, said.record, 120)
    return said.record
  }
  for (const name of ['duty', 'chief']) value(await alfa.accounts.addOfficer(`${name}@alfa.example`, name, PASSWORD))
  await saying(alfa.node, 'before')
  const chunks: Uint8Array[] = []
  const sink = async (chunk: Uint8Array) => void chunks.push(chunk)
  value(await takeBackup({ dir: alfa.dir, passphrase: undefined, sink }, realSurroundings()))
  const lost = await saying(alfa.node, 'after the backup')
  await alfa.stop()
  await watch.stop()
  rmSync(alfa.dir, { recursive: true })
  const from = (async function* () {
    yield Buffer.concat(chunks)
  })()
  value(await restoreBackup({ from, dir: alfa.dir, passphrase: undefined }, realSurroundings()))
  const stop = await serve(alfa.dir, alfa.port)

  const at = ['--dir', alfa.dir]
  const status = () => done(['status', ...at])
  for (const channel of ['line', 'main']) {
    const alone = new RegExp(`  ${channel}: .*; awaits watch\\.example\\n`)
    await until('the silent one alone to be named', async () => alone.test(await status()), 120)
  }
  expect(await status()).toContain('two officers open a log that succeeds it: countersign log succeed')
  const officer = (name: string, args: string[]) =>
    run([...args, ...at, '--officer', `${name}@alfa.example`, '--password-fd', '3'], '', {}, [PASSWORD])
  for (const channel of ['line', 'main']) {
    const why = ['--pact', pact, '--channel', channel, '--reason', 'watch is gone for good']
    const asked = await officer('duty', ['log', 'succeed', ...why])
    expect(asked.code, asked.err).toBe(0)
    const id = / ([0-9a-f]{16}) --officer/.exec(asked.out)?.[1] ?? asked.out
    expect(await officer('duty', ['approve', id])).toMatchObject({ code: 1 })
    expect(await officer('chief', ['approve', id])).toMatchObject({ code: 0, out: expect.stringContaining('succeeds') })
  }

  expect(await status()).not.toContain('log succeed --help')
  await stop()

  // The line works again, both ways, after a restart too, though the silent one is silent still.
  await alfa.start()
  await until('alfa to be ready', () => alfa.node.health().ready, 120)
  const after = await saying(alfa.node, 'after a restart')
  await saying(bravo.node, 'countersigned')
  expect(after.split('#')[0]).not.toBe(lost.split('#')[0])

  await watch.start()
  for (const record of [lost, after]) {
    const validAt = async () => (await watch.node.views.record(record))?.row.validity.kind === 'valid'
    await until('the one that came back to accept it', validAt, 120)
  }
  await until('nothing to be missing any more', async () => (await alfa.node.status()).alarms.length === 0, 120)
  for (const { node } of [bravo, watch]) expect((await node.status()).alarms).toEqual([])
  await saying(alfa.node, 'all are there')
})
