// Keys that change, as an officer changes them: root keys made and used apart, cards and notices signed by two of three,
// and whole nodes that go on (spec/keys.md). Real processes; every refusal says what to do next.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { done, freePort, run, serve, serveWith, until } from './shell.ts'

const DEMO = fileURLToPath(new URL('../../../agreements/demo.yaml', import.meta.url))
const PASSPHRASE = 'correct horse battery staple'
const dir = mkdtempSync(join(tmpdir(), 'countersign-key-change-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const at = (name: string) => join(dir, name)
const refusal = async (args: string[], ...passphrases: string[]) => {
  const ran = await run(args, '', {}, passphrases)
  if (ran.code === 0) throw new Error(`countersign ${args.join(' ')} was not refused: ${ran.out}`)
  expect(ran.err).not.toContain('Nothing foresaw this')
  return ran
}
const sign = (key: string, file: string) => run(['root', 'sign', '--key', at(key), '--yes', file])
const PUBS = ['a.key.pub', 'b.key.pub', 'c.key.pub'].map(at)

test('a root key is made once, apart, and its public half is all that a node is given', {
  timeout: 1_200_000,
}, async () => {
  const made = await run(['root', 'make', '--out', at('a.key'), '--passphrase-fd', '3'], '', {}, [`${PASSPHRASE}\n`])
  expect(made).toMatchObject({ code: 0, out: expect.stringContaining('on no machine that is connected') })
  expect(made.out).not.toContain('in the clear')
  expect(statSync(at('a.key')).mode & 0o077).toBe(0)
  expect(readFileSync(at('a.key'), 'utf8')).toMatch(/^age-encryption\.org\/v1/)
  expect(Object.keys(JSON.parse(readFileSync(at('a.key.pub'), 'utf8')))).toEqual(['v', 'root'])
  for (const key of ['b.key', 'c.key', 'other.key']) {
    expect(await done(['root', 'make', '--out', at(key), '--no-passphrase'])).toContain('in the clear')
  }
  const before = readFileSync(at('b.key'))
  expect(await refusal(['root', 'make', '--out', at('b.key'), '--no-passphrase'])).toMatchObject({
    ...{ code: 2, err: expect.stringMatching(/give another name/) },
  })
  expect(readFileSync(at('b.key'))).toEqual(before)
  expect((await refusal(['root', 'make', '--out', at('d.key')])).err).toMatch(/--passphrase-fd|--no-passphrase/)
  expect((await refusal(['root', 'make', '--out', at('d.key'), '--passphrase-fd', '3'], 'short')).err).toMatch(
    /at least 12 characters/,
  )
  expect((await refusal(['root', 'make', '--out', join(dir, 'no', 'd.key'), '--no-passphrase'])).err).toMatch(
    /give another place/,
  )
  expect(existsSync(at('d.key'))).toBe(false)
})

describe('a party whose root lies elsewhere, two of three, among others', () => {
  const ports: Record<string, number> = {}
  const servers = new Map<string, () => Promise<void>>()
  const start = async (name: string) => servers.set(name, await serve(at(name), ports[name] ?? 0))
  const stop = async (name: string) => {
    await servers.get(name)?.()
    servers.delete(name)
  }
  beforeAll(async () => {
    for (const name of ['alfa', 'bravo', 'watch']) ports[name] = await freePort()
  })
  afterAll(async () => {
    for (const end of servers.values()) await end()
  })
  const request = () => join(at('alfa'), 'private', 'key-request.json')
  const status = async (name: string) => JSON.parse(await done(['key', 'status', '--dir', at(name), '--json']))
  const delivered = async (from: string) => {
    const ref = (await done(['say', 'hotline/message', '--dir', at(from), '-'], `From ${from}`)).trim()
    await until(async () =>
      JSON.parse(await done(['records', '--dir', at(from), '--json'])).some(
        (row: { record: string; state: string }) => row.record === ref && row.state === 'delivered',
      ),
    )
    return ref.split('#')[0]
  }
  const upToDate = (name: string) =>
    until(async () => (await status(name)).logs.every((log: { upToDate: boolean }) => log.upToDate))

  test('its node has no card before two of the three have signed, and each refusal says what is missing', {
    timeout: 1_200_000,
  }, async () => {
    const init = ['init', '--party', 'alfa.example', '--dir', at('alfa')]
    const endpoint = ['--endpoint', `http://127.0.0.1:${ports.alfa}/`]
    const roots = ['--root', ...PUBS, '--threshold', '2']
    for (const [args, says] of [
      [[...init, ...endpoint, '--root', ...PUBS, '--threshold', '4'], /--threshold is from 1 to .*3/],
      [[...init, ...endpoint, '--root', ...PUBS], /--root and --threshold together/],
      [[...init, ...endpoint, '--root', at('a.key'), '--threshold', '1'], /give the \.pub file/],
      [
        [...init, ...endpoint, '--root', PUBS[0] ?? '', PUBS[0] ?? '', '--threshold', '2'],
        /each key of a root is another/,
      ],
      [[...init, '--endpoint', 'http://node.alfa.example/', ...roots], /give https:\/\/HOST\//],
    ] as const) {
      expect((await refusal([...args])).err).toMatch(says)
      expect(existsSync(at('alfa'))).toBe(false)
    }
    const asked = await done([...init, ...endpoint, ...roots])
    expect(asked).toContain(`countersign root sign --key KEY ${request()}`)
    expect(asked).toContain(`countersign key accept --dir ${at('alfa')} ${request()}`)
    for (const command of [['key', 'status'], ['card'], ['serve', '--listen', '127.0.0.1:0']]) {
      expect((await refusal([...command, '--dir', at('alfa')])).err).toMatch(/not signed by its root yet.*key accept/)
    }
    const accept = ['key', 'accept', '--dir', at('alfa'), request()]
    expect((await refusal(accept)).err).toMatch(/2 more of the 3 keys/)
    const unread = await refusal(['root', 'sign', '--key', at('b.key'), request()])
    expect(unread.err).toMatch(/A card of alfa\.example .*serial 1, its first/)
    expect(unread.err).toMatch(/Root: 2 of 3 keys\. Fingerprint words: (?:[a-z]+ ){11}[a-z]+/)
    expect(unread.err).toMatch(/Nothing was signed.*--yes/)
    expect((await refusal(['root', 'sign', '--key', at('other.key'), '--yes', request()])).err).toMatch(
      /sign with one of theirs/,
    )
    expect((await refusal(['root', 'sign', '--key', at('none.key'), '--yes', request()])).err).toMatch(/check its name/)
    expect((await sign('b.key', request())).out).toMatch(/Still needed: 1 more of the 3 keys/)
    expect((await sign('b.key', request())).out).toMatch(/had signed it already.*\n.*1 more of the 3 keys/)
    expect((await refusal(accept)).err).toMatch(/1 more of the 3 keys/)
    // The third key is under a passphrase.
    expect((await refusal(['root', 'sign', '--key', at('a.key'), '--yes', request()])).err).toMatch(/--passphrase-fd/)
    const withPassphrase = ['root', 'sign', '--key', at('a.key'), '--yes', '--passphrase-fd', '3', request()]
    expect((await refusal(withPassphrase, 'battery staple')).err).toMatch(/nothing was signed/)
    expect(await run(withPassphrase, '', {}, [PASSPHRASE])).toMatchObject({
      ...{ code: 0, out: expect.stringMatching(/It is complete\. On the node: countersign key accept/) },
    })
    expect(await done(accept)).toMatch(/has its card\. Its fingerprint words:\n {2}(?:[a-z]+ ){11}/)
    expect(await done(['key', 'status', '--dir', at('alfa')])).toMatch(
      /root is offline: 2 of 3 .* none of them lies here/,
    )
    expect(readdirSync(join(at('alfa'), 'private', 'keys'))).not.toContain('root.json')
  })

  test('an agreement with two whose root lies in their folder, of which their status warns', {
    timeout: 1_200_000,
  }, async () => {
    for (const name of ['bravo', 'watch']) {
      const neutral = name === 'watch' ? ['--neutral'] : []
      const endpoint = ['--endpoint', `http://127.0.0.1:${ports[name]}/`, ...neutral]
      await done(['init', '--party', `${name}.example`, '--dir', at(name), ...endpoint])
      expect(await done(['key', 'status', '--dir', at(name)])).toMatch(
        /WARNING: 1 of the 1 root keys lie in this folder/,
      )
    }
    const names = ['alfa', 'bravo', 'watch']
    for (const name of names) writeFileSync(at(`${name}.card`), await done(['card', '--dir', at(name)]))
    for (const name of names) {
      for (const other of names.filter((one) => one !== name)) {
        await done(['trust', '--dir', at(name), '--yes', at(`${other}.card`)])
      }
    }
    writeFileSync(at('draft.yaml'), readFileSync(DEMO, 'utf8').replace('pollSeconds: 5', 'pollSeconds: 1'))
    await done(['pact', 'propose', '--dir', at('alfa'), at('draft.yaml'), '-o', at('invitation')])
    for (const name of names) await start(name)
    for (const name of ['watch', 'bravo', 'alfa']) await done(['pact', 'sign', '--dir', at(name), at('invitation')])
    await until(async () => (await done(['pact', 'show', '--dir', at('alfa')])).includes('in force since'))
    await delivered('alfa')
    await delivered('bravo')
  })

  test('each key by itself and all together change where the root lies in the folder, and calls go on', {
    timeout: 1_200_000,
  }, async () => {
    expect((await refusal(['key', 'rotate', '--dir', at('bravo'), '--role', 'logs'])).err).toMatch(
      /use one of log, statement, receipt, request, sealing/,
    )
    const [line, main] = (await status('bravo')).logs.map((log: { origin: string }) => log.origin)
    const oneByOne = ['statement', 'receipt', 'request', 'sealing', 'log']
    for (const [i, role] of oneByOne.entries()) {
      const changed = await done(['key', 'rotate', '--dir', at('bravo'), '--role', role])
      expect(changed).toContain(`The card with the serial ${i + 2} speaks from here on`)
    }
    const since = (await status('bravo')).roles.map((one: { role: string; serial: number }) => [one.role, one.serial])
    expect(Object.fromEntries(since)).toEqual(Object.fromEntries(oneByOne.map((role, i) => [role, i + 2])))
    await upToDate('bravo')
    // The log key is one for the life of a log: others speak now, and these two stay.
    const origins = (await status('bravo')).logs.map((log: { origin: string }) => log.origin)
    expect(origins).not.toContain(line)
    expect(origins).not.toContain(main)
    expect(await done(['key', 'rotate', '--dir', at('bravo')])).toContain('The card with the serial 7 speaks')
    const { roles, serial: newest } = await status('bravo')
    expect(newest).toBe(7)
    expect(roles.map((one: { serial: number }) => one.serial)).toEqual([7, 7, 7, 7, 7])
    await upToDate('bravo')
    await delivered('bravo')
    await delivered('alfa')
  })

  test('new keys of the other are asked of its root in words, and speak once two of three have signed', {
    timeout: 1_200_000,
  }, async () => {
    const rotate = ['key', 'rotate', '--dir', at('alfa'), '--role', 'statement', '--role', 'receipt']
    expect((await refusal([...rotate, '-o', join(dir, 'no', 'x')])).err).toMatch(
      /the request is in .*key-request\.json too/,
    )
    const asked = await done([...rotate, '-o', at('two.request')])
    expect(asked).toMatch(/serial 2, after serial 1\.[^]*Keys that change: statement, receipt\./)
    expect(asked).toContain(`countersign key accept --dir ${at('alfa')} ${at('two.request')}`)
    expect(await done(['key', 'status', '--dir', at('alfa')])).toMatch(/A request waits for the signatures of the root/)
    expect((await status('alfa')).serial).toBe(1)
    const accept = ['key', 'accept', '--dir', at('alfa'), at('two.request')]
    await sign('b.key', at('two.request'))
    expect((await refusal(accept)).err).toMatch(/1 more of the 3 keys of the root, for the card/)
    await sign('c.key', at('two.request'))
    // One byte of it changed.
    const whole = readFileSync(at('two.request'), 'utf8')
    writeFileSync(at('bad.request'), whole.replace('"serial":2', '"serial":3'))
    expect((await refusal(['key', 'accept', '--dir', at('alfa'), at('bad.request')])).code).toBe(1)
    expect((await refusal(['key', 'accept', '--dir', at('bravo'), at('two.request')])).err).toMatch(
      /accept it on the node of alfa\.example/,
    )
    expect((await refusal(['key', 'accept', '--dir', at('alfa'), at('b.key')])).err).toMatch(/no request to sign; give/)
    expect(await done(accept)).toContain('The card with the serial 2 speaks from here on')
    expect(await done(accept)).toContain('The card with the serial 2 speaks from here on')
    expect(await status('alfa')).toMatchObject({ serial: 2, waiting: false })
    await upToDate('alfa')
    await delivered('alfa')
  })

  test('another root needs the old and the new, two of three each, and its words are shown', {
    timeout: 1_200_000,
  }, async () => {
    const pubs: string[] = []
    for (const key of ['x.key', 'y.key']) {
      await done(['root', 'make', '--out', at(key), '--no-passphrase'])
      pubs.push(at(`${key}.pub`))
    }
    const rotate = [
      'key',
      'rotate',
      '--dir',
      at('alfa'),
      '--root',
      ...pubs,
      '--threshold',
      '2',
      '-o',
      at('root.request'),
    ]
    expect(await done(rotate)).toMatch(/THE ROOT CHANGES\. Words until now: [^]*No key changes\./)
    const accept = ['key', 'accept', '--dir', at('alfa'), at('root.request')]
    for (const key of ['x.key', 'y.key', 'b.key']) await sign(key, at('root.request'))
    expect((await refusal(accept)).err).toMatch(/1 more of the 3 keys of the root before, for the new root/)
    expect((await sign('c.key', at('root.request'))).out).toMatch(/It is complete/)
    expect(await done(accept)).toContain('The card with the serial 3 speaks')
    await upToDate('alfa')
    await delivered('alfa')
    expect(await status('alfa')).toMatchObject({ root: { threshold: 2, keys: 2, here: 0 } })
    expect((await status('alfa')).cards.map((card: { serial: number }) => card.serial)).toEqual([1, 2, 3])
  })

  test('stolen keys are given up by a notice that two have signed: the logs are frozen, and the party speaks on in others', {
    timeout: 1_200_000,
  }, async () => {
    const revoke = ['key', 'revoke', '--dir', at('alfa'), '--role']
    expect((await refusal([...revoke, 'log', '--card', '0'.repeat(64)])).err).toMatch(/key status shows their digests/)
    expect((await refusal([...revoke, 'root'])).err).toMatch(/use one of log, receipt, request, sealing, statement/)
    // What an earlier request made is not trusted after a theft: it lay beside what was stolen.
    await done(['key', 'rotate', '--dir', at('alfa'), '-o', at('left.request')])
    const { origin } = (await status('alfa')).logs[0]
    const asked = await done([...revoke, 'log', 'statement', 'receipt', '-o', at('stolen.request')])
    expect(asked).toMatch(/A NOTICE OF COMPROMISE: the log, receipt, statement keys of 1 card of alfa\.example/)
    expect(asked).toMatch(/what no cosigner held by then is void for everybody/)
    expect(asked).toMatch(/Not named by this notice: the cards of serial 1, 2\./)
    const keys = (file: string) => JSON.parse(readFileSync(at(file), 'utf8')).card.body.keys
    expect(keys('stolen.request').log).not.toEqual(keys('left.request').log)
    for (const key of ['x.key', 'y.key']) await sign(key, at('stolen.request'))
    const accepted = await done(['key', 'accept', '--dir', at('alfa'), at('stolen.request')])
    expect(accepted).toMatch(/The card with the serial 4 speaks[^]*countersign key notice --dir DIR FILE/)
    const [notice = ''] = readdirSync(join(at('alfa'), 'notices'))
    await until(async () => (await status('bravo')).notices.length > 0)
    // The card of the root before is named by a notice of its own.
    const [{ digest: first }] = (await status('alfa')).cards
    await done([...revoke, 'log', 'statement', 'receipt', '--card', first, '-o', at('first.request')])
    for (const key of ['x.key', 'y.key']) await sign(key, at('first.request'))
    await done(['key', 'accept', '--dir', at('alfa'), at('first.request')])
    await until(async () => (await status('bravo')).notices.length === 2)
    await upToDate('alfa')
    const spoken = await delivered('alfa')
    expect(spoken).not.toBe(origin)
    await delivered('bravo')
    expect(await done(['key', 'status', '--dir', at('bravo')])).toMatch(
      /Notice: alfa\.example gave up its log, receipt, statement keys\./,
    )
    expect(await done(['status', '--dir', at('bravo')])).toMatch(/! party\/notice alfa\.example/)

    // By hand, to a node that is taken off the network; twice is once, and what is none is refused.
    const file = join(at('alfa'), 'notices', notice)
    await stop('watch')
    const taken = ['key', 'notice', '--dir', at('watch'), file]
    for (let i = 0; i < 2; i++) {
      expect(await done(taken)).toBe(
        'The notice of alfa.example about its log, receipt, statement keys holds, and is passed on.\n',
      )
    }
    writeFileSync(at('bad.notice'), readFileSync(file, 'utf8').replace('"receipt"', '"request"'))
    expect((await refusal(['key', 'notice', '--dir', at('watch'), at('bad.notice')])).code).toBe(1)
    expect((await refusal(['key', 'notice', '--dir', at('watch'), at('b.key')])).err).toMatch(/This is no notice/)
  })
})

test('a node is started with its passphrase from a descriptor or a systemd credential, and never from an argument', {
  timeout: 1_200_000,
}, async () => {
  const port = await freePort()
  const node = at('kept')
  const endpoint = ['--endpoint', `http://127.0.0.1:${port}/`]
  const init = ['init', '--party', 'kept.example', '--dir', node, ...endpoint, '--passphrase-fd', '3']
  expect(await run(init, '', {}, [PASSPHRASE])).toMatchObject({ code: 0 })
  const listen = ['serve', '--dir', node, '--listen', `127.0.0.1:${port}`]
  expect((await refusal(listen)).err).toMatch(/--passphrase-fd, or as the systemd credential countersign-passphrase/)
  expect((await refusal([...listen, '--passphrase-fd', '3'], 'battery staple')).err).toMatch(/does not open the keys/)
  for (const args of [
    ['--passphrase', PASSPHRASE],
    ['--passphrase-fd', PASSPHRASE],
  ]) {
    expect(await run([...listen, ...args])).toMatchObject({ code: 2 })
  }
  const env = { COUNTERSIGN_PASSPHRASE: PASSPHRASE, PASSPHRASE }
  expect((await run(listen, '', env)).code).toBe(1)

  const credentials = at('credentials')
  mkdirSync(credentials)
  const credential = { CREDENTIALS_DIRECTORY: credentials }
  expect((await run(listen, '', credential)).err).toMatch(/systemd credential countersign-passphrase/)
  writeFileSync(join(credentials, 'countersign-passphrase'), '')
  expect((await run(listen, '', credential)).err).toMatch(/is empty/)
  writeFileSync(join(credentials, 'countersign-passphrase'), `${PASSPHRASE}\n`)
  const ways = [
    () => serveWith(node, port, ['--passphrase-fd', '3'], {}, `${PASSPHRASE}\n`),
    () => serveWith(node, port, [], credential),
  ]
  for (const way of ways) {
    const { pid, stop } = await way()
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).ok).toBe(true)
    for (const file of ['cmdline', 'environ']) {
      expect(readFileSync(`/proc/${pid}/${file}`, 'utf8')).not.toContain(PASSPHRASE)
    }
    await stop()
  }
})
