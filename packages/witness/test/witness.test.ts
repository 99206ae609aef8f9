import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Disk, nodeDisk, originHash } from '@countersign/ledger'
import {
  askWitness,
  formatAddCheckpoint,
  fromUtf8,
  MAX_ADD_CHECKPOINT_BYTES,
  ok,
  parseNote,
  verifyCosignatures,
  verifyLogFork,
} from '@countersign/log'
import { afterEach, describe, expect, test } from 'vitest'
import { publicOf, SampleLog, signersOf } from '../../log/test/sample-log.ts'
import { initWitness, policyFile, publicWitness, Witness, witnessedLogs } from '../src/index.ts'
import { closeAll, closing, NAME, newFolder, newLog, ORIGIN, otherLog, start, value } from './running.ts'

afterEach(closeAll)

/** The checkpoint of `size` with the lines of an answer. */
const cosigned = (log: SampleLog, size: number, lines: string) => {
  const note = Buffer.concat([log.note(size), Buffer.from(lines)])
  return verifyCosignatures(note, NAME, known)
}
let known = publicOf(signersOf(1))
const knowKeys = (dir: string) => {
  const [four, six] = value(publicWitness(dir)).keys
  if (four === undefined || six === undefined) throw new Error('A witness has two keys.')
  known = { ed25519: four.publicKey, mldsa44: six.publicKey }
}

describe('a witness over HTTP', () => {
  test('cosigns the first checkpoint, its growth and the same again, with both lines of one time', async () => {
    const log = newLog().grow(9)
    const dir = await newFolder(log)
    knowKeys(dir)
    const { add, clock } = await start(dir)
    for (const [old, size, time] of [
      [0, 3, 1_800_000_000],
      [3, 9, 1_800_000_005],
      [9, 9, 1_800_000_010],
    ] as const) {
      clock.now = time
      const answer = await add(log.request(old, size))
      expect(answer.status).toBe(200)
      expect(answer.body.split('\n').length).toBe(3)
      expect(cosigned(log, size, answer.body)).toMatchObject({ ok: true, value: { size, time } })
    }
  })

  test('answers each refusal with its code: 404, 403, 400, 409 with the size, 422', async () => {
    const log = newLog().grow(9)
    const { add } = await start(await newFolder(log))
    expect(await add(otherLog().grow(1).request(0))).toMatchObject({ status: 404 })
    expect(await add(new SampleLog(ORIGIN, signersOf(2)).grow(1).request(0))).toMatchObject({ status: 403 })
    expect(await add(Buffer.from('old x\n\n'))).toMatchObject({ status: 400 })
    expect(await add(new Uint8Array())).toMatchObject({ status: 400 })
    expect(await add(log.request(0, 5))).toMatchObject({ status: 200 })
    const conflict = { status: 409, type: 'text/x.tlog.size', body: '5\n' }
    expect(await add(log.request(0, 9))).toEqual(conflict)
    expect(await add(log.request(7, 9))).toEqual(conflict)
    const other = newLog().grow(9, 'other')
    expect(await add(other.request(5, 9))).toMatchObject({ status: 422 })
    expect(await add(other.request(5, 5))).toMatchObject({ status: 422 })
  })

  test('takes no larger body than a request can be, no other method, and no other path', async () => {
    const log = newLog().grow(2)
    const { add, url } = await start(await newFolder(log))
    expect(await add(new Uint8Array(MAX_ADD_CHECKPOINT_BYTES + 1))).toMatchObject({ status: 413 })
    for (const [method, path] of [
      ['GET', 'add-checkpoint'],
      ['PUT', 'add-checkpoint'],
      ['POST', 'other'],
      ['GET', 'x/checkpoint'],
      ['GET', `${'A'.repeat(64)}/checkpoint`],
    ]) {
      const body = method === 'PUT' ? { body: 'x' } : {}
      expect((await fetch(`${url}${path}`, { ...(method === undefined ? {} : { method }), ...body })).status).toBe(404)
    }
    expect(await add(log.request(0))).toMatchObject({ status: 200 })
  })

  test('takes the body whatever media type it is said to have', async () => {
    const log = newLog().grow(2)
    const { url } = await start(await newFolder(log))
    for (const type of ['text/plain', 'application/json', 'application/octet-stream', '']) {
      const body = Uint8Array.from(log.request(type === 'text/plain' ? 0 : 2))
      const headers: Record<string, string> = type === '' ? {} : { 'content-type': type }
      expect((await fetch(`${url}add-checkpoint`, { method: 'POST', headers, body })).status).toBe(200)
    }
  })

  test('keeps connections alive', async () => {
    const log = newLog().grow(4)
    const { url } = await start(await newFolder(log))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (let old = 0; old < 4; old++) {
      await new Promise<void>((resolve, reject) => {
        const sent = httpRequest(`${url}add-checkpoint`, { method: 'POST', agent }, (answer) => {
          ports.add(answer.socket.localPort)
          expect(answer.statusCode).toBe(200)
          answer.resume().once('end', resolve)
        })
        sent.once('error', reject)
        sent.end(log.request(old, old + 1))
      })
    }
    agent.destroy()
    expect(ports.size).toBe(1)
  })

  test('shows monitors what it cosigned last, with its lines, also after a start, and 404 before', async () => {
    const log = newLog().grow(5)
    const dir = await newFolder(log)
    knowKeys(dir)
    const first = await start(dir)
    expect((await first.monitor(ORIGIN)).status).toBe(404)
    await first.add(log.request(0, 3))
    const before = await first.monitor(ORIGIN)
    expect(before.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(before.headers.get('cache-control')).toMatch(/max-age=[1-9]$/)
    await first.stop()
    const second = await start(dir)
    second.clock.now += 500
    for (const note of [await before.text(), await (await second.monitor(ORIGIN)).text()]) {
      expect(note.startsWith(fromUtf8(log.note(3))?.split('\n\n')[0] ?? 'x')).toBe(true)
      expect(verifyCosignatures(Buffer.from(note), NAME, known)).toMatchObject({
        ok: true,
        value: { size: 3, time: 1_800_000_000 },
      })
      const parsed = parseNote(Buffer.from(note))
      expect(parsed.ok && parsed.value.signatures.length).toBe(4)
    }
  })

  test('answers below a prefix where it is given one', async () => {
    const log = newLog().grow(2)
    const { url, add } = await start(await newFolder(log), { prefix: '/w1/' })
    expect(url).toMatch(/\/w1\/$/)
    expect(await add(log.request(0))).toMatchObject({ status: 200 })
    expect((await fetch(new URL('/add-checkpoint', url), { method: 'POST', body: 'x' })).status).toBe(404)
  })

  test('is asked by the client that logs use, from nothing, and from a size it does not have', async () => {
    const log = newLog().grow(20)
    const dir = await newFolder(log)
    const { url, add } = await start(dir)
    const ask = (size: number, from?: number) =>
      askWitness({
        witness: { url, keys: value(publicWitness(dir)).keys },
        checkpoint: log.note(size),
        prove: async (old) => log.proof(old, size),
        async post(to, body) {
          const answer = await fetch(to, { method: 'POST', body: Uint8Array.from(body) })
          const contentType = answer.headers.get('content-type') ?? undefined
          return ok({ status: answer.status, contentType, body: new Uint8Array(await answer.arrayBuffer()) })
        },
        ...(from === undefined ? {} : { from }),
      })
    expect(await ask(6)).toMatchObject({ ok: true, value: { lines: [{}, {}] } })
    expect(await add(log.request(6, 11))).toMatchObject({ status: 200 })
    expect(await ask(17, 6)).toMatchObject({ ok: true, value: { size: 17 } })
    expect(await ask(12, 6)).toMatchObject({ ok: false, code: 'witness/ahead' })
  })
})

describe('a witness keeps', () => {
  test('what it cosigned over a start: the other branch is refused, and the proof of the fork stays as one file', async () => {
    const log = newLog().grow(9)
    const other = newLog().grow(9, 'other')
    const dir = await newFolder(log)
    const first = await start(dir)
    expect(await first.add(log.request(0, 5))).toMatchObject({ status: 200 })
    await first.stop()
    const second = await start(dir)
    expect(await second.add(other.request(0, 5))).toMatchObject({ status: 409, body: '5\n' })
    expect(await second.add(other.request(5, 5))).toMatchObject({ status: 422 })
    const folder = join(dir, 'evidence', originHash(ORIGIN))
    expect(readdirSync(folder)).toEqual(['fork.evidence'])
    const kept = readFileSync(join(folder, 'fork.evidence'))
    expect(value(verifyLogFork(kept))).toMatchObject({
      origin: ORIGIN,
      keys: [{}, {}],
      heads: [{ size: 5 }, { size: 5 }],
    })
    expect(second.events).toContainEqual(
      expect.objectContaining({
        level: 'error',
        event: 'log-forked',
        evidence: expect.stringMatching(/fork\.evidence$/),
      }),
    )
    // The first proof stays, for one proves it.
    expect(await second.add(newLog().grow(9, 'third').request(5, 5))).toMatchObject({ status: 422 })
    expect(readFileSync(join(folder, 'fork.evidence')).equals(kept)).toBe(true)
    expect(await second.add(log.request(5, 9))).toMatchObject({ status: 200 })
  })

  test('the proof of a fork that the log gives itself: its larger tree does not begin with the one cosigned', async () => {
    const log = newLog().grow(5)
    const dir = await newFolder(log)
    const { add, events } = await start(dir)
    await add(log.request(0))
    expect(await add(newLog().grow(9, 'other').request(5, 9))).toMatchObject({ status: 422 })
    const kept = readFileSync(join(dir, 'evidence', originHash(ORIGIN), 'fork.evidence'))
    expect(value(verifyLogFork(kept))).toMatchObject({ heads: [{ size: 5 }, { size: 9 }] })
    expect(events.filter(({ event }) => event === 'log-forked').length).toBe(1)
  })

  test('no evidence against a log of which only the proof is wrong', async () => {
    const log = newLog().grow(9)
    const dir = await newFolder(log)
    const { add, events } = await start(dir)
    await add(log.request(0, 5))
    const other = newLog().grow(9, 'other')
    // Of another branch; cut; and of a power of two, of which a proof does not tell the root.
    for (const proof of [other.proof(5, 9), log.proof(5, 9).slice(1), []]) {
      const body = formatAddCheckpoint({ oldSize: 5, proof, checkpoint: log.note(9) })
      expect(await add(body)).toMatchObject({ status: 422 })
    }
    expect(existsSync(join(dir, 'evidence'))).toBe(false)
    expect(events.filter(({ event }) => event === 'log-forked')).toEqual([])
  })

  test('both notes where the note cosigned last is signed by a key that the policy lists no more, and not without end', async () => {
    const log = newLog().grow(2)
    const turned = (word: string) => new SampleLog(ORIGIN, signersOf(7)).grow(2, word)
    const dir = await newFolder(log)
    const { add, clock } = await start(dir)
    await add(log.request(0))
    writeFileSync(policyFile(dir), `${turned('x').policyLines()}quorum none\n`)
    clock.now += 1
    for (let i = 0; i < 36; i++) expect(await add(turned(`other ${i}`).request(2))).toMatchObject({ status: 422 })
    const kept = readdirSync(join(dir, 'evidence', originHash(ORIGIN)))
    expect(kept.length).toBe(64)
    expect(kept).not.toContain('fork.evidence')
  })

  test('one of many that ask at once: concurrent requests from one size to different trees', async () => {
    const log = newLog().grow(8)
    const dir = await newFolder(log)
    const { add } = await start(dir)
    await add(log.request(0))
    const branches = Array.from({ length: 24 }, (_, i) => log.fork().grow(1 + (i % 5), `branch ${i}`))
    const answers = await Promise.all(branches.map((branch) => add(branch.request(8))))
    const granted = answers.flatMap(({ status }, i) => (status === 200 ? [branches[i]] : []))
    expect(granted.length).toBe(1)
    const size = `${granted[0]?.size}\n`
    for (const { status, body } of answers) if (status !== 200) expect([409, body]).toEqual([status, size])
  })

  test('no more requests for one log in waiting than it can say no to, and answers the others', async () => {
    const log = newLog().grow(2)
    const two = otherLog().grow(2)
    const dir = await newFolder(log)
    writeFileSync(policyFile(dir), `${log.policyLines()}${two.policyLines()}quorum none\n`)
    const disk = nodeDisk()
    const gate = Promise.withResolvers<void>()
    const slow: Disk = {
      ...disk,
      async replace(path, bytes, durable) {
        if (path.endsWith(originHash(ORIGIN))) await gate.promise
        return disk.replace(path, bytes, durable)
      },
    }
    const { add } = await start(dir, { disk: slow })
    const waiting = Array.from({ length: 80 }, () => add(log.request(0)))
    const refused = await Promise.any(
      waiting.map(async (one) => {
        const answer = await one
        if (answer.status !== 503) throw new Error('answered')
        return answer
      }),
    )
    expect(refused.status).toBe(503)
    expect(await add(two.request(0))).toMatchObject({ status: 200 })
    gate.resolve()
    const statuses = (await Promise.all(waiting)).map(({ status }) => status)
    expect(statuses.filter((one) => one === 200).length).toBe(1)
    expect(statuses.filter((one) => one === 503).length).toBe(16)
  })

  test('times that never fall: a clock set back a little stands still, one far back is not signed', async () => {
    const log = newLog().grow(4)
    const dir = await newFolder(log)
    knowKeys(dir)
    const { add, clock, events } = await start(dir)
    await add(log.request(0, 1))
    clock.now -= 30
    const answer = await add(log.request(1, 2))
    expect(cosigned(log, 2, answer.body)).toMatchObject({ value: { time: 1_800_000_000 } })
    clock.now -= 3_600
    expect(await add(log.request(2, 3))).toMatchObject({ status: 503 })
    expect(events).toContainEqual(expect.objectContaining({ level: 'error', code: 'witness/clock' }))
    clock.now = 1_800_000_100
    expect(await add(log.request(2, 3))).toMatchObject({ status: 200 })
    clock.now = 0
    expect(await add(log.request(3, 4))).toMatchObject({ status: 503 })
  })

  test('nothing signed that the disk did not keep, and stops that log until it is started again', async () => {
    const log = newLog().grow(9)
    const other = log.fork()
    const dir = await newFolder(log)
    const disk = nodeDisk()
    let failing = false
    const broken: Disk = {
      ...disk,
      async replace(path, bytes, durable) {
        if (failing) throw new Error('EIO')
        return disk.replace(path, bytes, durable)
      },
    }
    const first = await start(dir, { disk: broken })
    expect(await first.add(log.request(0, 5))).toMatchObject({ status: 200 })
    failing = true
    const failed = await first.add(log.request(5, 7))
    expect(failed).toMatchObject({ status: 500 })
    expect(failed.body).not.toContain('\u2014')
    failing = false
    expect(await first.add(log.request(5, 7))).toMatchObject({ status: 500 })
    expect(first.events).toContainEqual(expect.objectContaining({ level: 'error', code: 'witness/disk' }))
    await first.stop()
    const second = await start(dir)
    expect(await second.add(other.request(5, 7))).toMatchObject({ status: 200 })
  })

  test('a log whose state is damaged uncosigned, says so, and goes on with the others', async () => {
    const log = newLog().grow(5)
    const two = otherLog().grow(2)
    const dir = await newFolder(log)
    writeFileSync(policyFile(dir), `${log.policyLines()}${two.policyLines()}quorum none\n`)
    const first = await start(dir)
    await first.add(log.request(0, 5))
    await first.stop()
    const file = join(dir, 'logs', originHash(ORIGIN))
    const whole = readFileSync(file)
    for (const damaged of [
      Buffer.from(whole.toString().replace('\n5\n', '\n4\n')),
      whole.subarray(0, whole.length - 1),
      Buffer.alloc(0),
      Buffer.from(whole.toString().replace('time 1', 'time 2')),
    ]) {
      writeFileSync(file, damaged)
      const { add, stop, events } = await start(dir)
      expect(await add(log.request(0, 5))).toMatchObject({ status: 500 })
      expect(await add(two.request(0))).toMatchObject({ status: expect.toBeOneOf([200, 409]) })
      expect(events).toContainEqual(expect.objectContaining({ level: 'error', code: 'witness/state-damaged' }))
      expect(value(await witnessedLogs(dir, nodeDisk()))[0]).toMatchObject({ origin: ORIGIN, state: { ok: false } })
      await stop()
    }
    writeFileSync(file, whole)
    const { add } = await start(dir)
    expect(await add(log.request(5, 5))).toMatchObject({ status: 200 })
  })

  test('its keys where only their owner reads them, and never makes them twice', async () => {
    const dir = await newFolder()
    expect(statSync(join(dir, 'private', 'keys', 'witness.json')).mode & 0o777).toBe(0o600)
    expect(statSync(join(dir, 'private')).mode & 0o777).toBe(0o700)
    const before = readFileSync(join(dir, 'private', 'keys', 'witness.json'), 'utf8')
    expect(await initWitness(dir, NAME, (bytes) => randomBytes(bytes))).toMatchObject({ code: 'witness/exists' })
    expect(readFileSync(join(dir, 'private', 'keys', 'witness.json'), 'utf8')).toBe(before)
    expect(await initWitness(join(dir, 'x'), 'a name', randomBytes)).toMatchObject({ code: 'witness/name' })
    expect(existsSync(join(dir, 'x'))).toBe(false)
  })

  test('its folder to itself: a second process is refused', async () => {
    const dir = await newFolder()
    const { stop } = await start(dir)
    const surroundings = { disk: nodeDisk(), now: () => 1, report: () => undefined }
    expect(await Witness.open(dir, surroundings)).toMatchObject({ ok: false, code: 'witness/in-use' })
    await stop()
    const again = value(await Witness.open(dir, surroundings))
    await again.close()
  })
})

describe('the policy of a witness', () => {
  test('is taken up when it changes, and what was cosigned stays', async () => {
    const log = newLog().grow(6)
    const two = otherLog().grow(2)
    const dir = await newFolder(log)
    const { add, clock, events } = await start(dir)
    expect(await add(two.request(0))).toMatchObject({ status: 404 })
    await add(log.request(0, 3))
    writeFileSync(policyFile(dir), `${two.policyLines()}quorum none\n`)
    clock.now += 1
    expect(await add(two.request(0))).toMatchObject({ status: 200 })
    expect(await add(log.request(3, 6))).toMatchObject({ status: 404 })
    writeFileSync(policyFile(dir), `${log.policyLines()}quorum none\n`)
    clock.now += 1
    expect(await add(log.request(0, 6))).toMatchObject({ status: 409, body: '3\n' })
    expect(events.filter(({ event }) => event === 'policy-read').length).toBe(2)
  })

  test('may list several logs of one key, each by its own name', async () => {
    const log = newLog().grow(2)
    const two = new SampleLog('log.example/two', signersOf(1)).grow(3)
    const dir = await newFolder(log)
    writeFileSync(policyFile(dir), `${log.policyLines()}${two.policyLines()}quorum none\n`)
    const { add } = await start(dir)
    expect(await add(log.request(0))).toMatchObject({ status: 200 })
    expect(await add(two.request(0))).toMatchObject({ status: 200 })
    expect(await add(new SampleLog('log.example/three', signersOf(1)).grow(1).request(0))).toMatchObject({
      status: 404,
    })
  })

  test('that does not read any more changes nothing and is named once; a witness without one does not start', async () => {
    const log = newLog().grow(6)
    const dir = await newFolder(log)
    const { add, clock, events, stop } = await start(dir)
    writeFileSync(policyFile(dir), 'quorum nobody\n')
    for (let i = 0; i < 3; i++) {
      clock.now += 1
      expect(await add(log.request(2 * i, 2 * i + 2))).toMatchObject({ status: 200 })
    }
    expect(events.filter(({ event }) => event === 'policy-unreadable').length).toBe(1)
    await stop()
    const surroundings = { disk: nodeDisk(), now: () => 1, report: () => undefined }
    expect(await Witness.open(dir, surroundings)).toMatchObject({ ok: false, code: 'policy/unknown-name' })
    rmSync(policyFile(dir))
    expect(await Witness.open(dir, surroundings)).toMatchObject({ ok: false, code: 'witness/policy' })
  })

  test('is made with an example that reads and knows no log', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'countersign-witness-'))
    closing.push(async () => rmSync(dir, { recursive: true, force: true }))
    value(await initWitness(join(dir, 'w'), NAME, randomBytes))
    expect(value(await witnessedLogs(join(dir, 'w'), nodeDisk()))).toEqual([])
  })
})
