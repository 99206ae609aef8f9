// Which of our logs on a channel speaks, where one of them was opened with a log key that was given up.

import { createOwnLog, nodeDisk } from '@countersign/ledger'
import { toHex } from '@countersign/log'
import { signStatement } from '@countersign/record'
import { expect, test } from 'vitest'
import { alfa, member, ORIGIN, statement } from '../../../spec/vectors/samples.ts'
import { openFormer } from '../src/own-logs/own-logs.ts'
import { realSurroundings } from '../src/surroundings.ts'
import { folder, value } from './served-files.ts'

const OLD = alfa
const NEW = member('alfa.example', 9)
const named = (generation: string) => ORIGIN.replace(/[0-9a-f]{16}$/, generation.repeat(16))

test('a log that a thief opened last with a key given up, and that names the one that speaks, does not speak in its place', async () => {
  const at = { disk: nodeDisk(), dir: folder(), random: realSurroundings().random }
  const begin = async (origin: string, by: typeof alfa, time: string, after?: string) => {
    const log = value(await createOwnLog({ ...at, origin, signers: by.log }))
    const predecessor = after === undefined ? null : { origin: after, size: 1, root: toHex(new Uint8Array(32)) }
    const body = { card: by.card.digest, predecessor }
    await log.append(signStatement(statement({ origin, type: 'log/open', time, body }), by.statement))
    await log.published()
    await log.close()
    return origin
  }
  const first = await begin(named('1'), OLD, '2026-01-01T00:00:00.000Z')
  const second = await begin(named('2'), OLD, '2026-02-01T00:00:00.000Z', first)
  const speaking = await begin(named('3'), NEW, '2026-03-01T00:00:00.000Z', second)
  const thiefs = await begin(named('4'), OLD, '2099-01-01T00:00:00.000Z', speaking)
  const isOld = (card: string) => card === OLD.card.digest
  const newest = async (origins: string[], isGivenUp?: (card: string) => boolean) => {
    const open = new Map<string, never>()
    const opened = await openFormer(origins, at, open, undefined, isGivenUp)
    for (const { log } of opened.former) await log.close()
    expect(opened.faults).toEqual([])
    return opened.newest
  }
  expect(await newest([first, second, speaking, thiefs], isOld)).toBe(speaking)
  expect(await newest([thiefs, speaking, first, second], isOld)).toBe(speaking)
  // Where nothing else is there, an old one speaks, and is succeeded.
  expect(await newest([first, second], isOld)).toBe(second)
  expect(await newest([first, second, speaking], () => false)).toBe(speaking)
})
