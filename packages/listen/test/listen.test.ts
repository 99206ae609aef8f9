import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { closeGently, listenOn, readListening } from '../src/index.ts'

const tls = {
  certFile: fileURLToPath(new URL('../../http/test/tls/cert.pem', import.meta.url)),
  keyFile: fileURLToPath(new URL('../../http/test/tls/key.pem', import.meta.url)),
}

describe('where a server listens', () => {
  test.each(['127.0.0.1:0', '127.9.9.9:80', 'localhost:7100', '[::1]:7100'])('%s is this machine alone', (listen) => {
    expect(readListening({ listen })).toMatchObject({ ok: true, value: { scheme: 'http' } })
  })

  test.each(['0.0.0.0:80', '[::]:80', '192.0.2.1:443', 'node.alfa.example:443', '127.0.0.1.example:80'])(
    '%s is served with TLS or behind a proxy, and else not at all',
    (listen) => {
      expect(readListening({ listen })).toMatchObject({ ok: false, code: 'serve/tls' })
      expect(readListening({ listen, behindProxy: true })).toMatchObject({ ok: true, value: { scheme: 'http' } })
      expect(readListening({ listen, tls })).toMatchObject({ ok: true, value: { scheme: 'https' } })
    },
  )

  test.each(['', '7100', '127.0.0.1', '127.0.0.1:70000', '::1:80', 'a b:x'])('“%s” is no address', (listen) => {
    expect(readListening({ listen })).toMatchObject({ ok: false, code: 'serve/listen' })
  })

  test('with files that are no certificate and key is refused before anything listens', () => {
    const refused = (files: Partial<typeof tls>) => readListening({ listen: '127.0.0.1:0', tls: { ...tls, ...files } })
    const other = join(mkdtempSync(join(tmpdir(), 'countersign-listen-')), 'other.pem')
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(other, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    for (const [files, message] of [
      [{ keyFile: '/none' }, /^\/none cannot be read; give the file with the private key, PEM\.$/],
      [{ certFile: '/none' }, /^\/none cannot be read; give the file with the certificate chain, PEM\.$/],
      [{ keyFile: tls.certFile }, /cert\.pem holds no private key in PEM that is open; give the key of .*cert\.pem/],
      [{ certFile: tls.keyFile }, /key\.pem holds no certificate in PEM; give the certificate/],
      [{ keyFile: other }, /other\.pem is not the one of the certificate in .*; give the two/],
    ] as const) {
      expect(refused(files)).toMatchObject({ code: 'serve/tls-files', message: expect.stringMatching(message) })
    }
    rmSync(dirname(other), { recursive: true })
  })

  test('that is taken is named as such', async () => {
    const first = Fastify()
    const at = readListening({ listen: '127.0.0.1:0' })
    const url = at.ok ? await listenOn(first, at.value) : at
    expect(url).toMatchObject({ ok: true, value: expect.stringMatching(/^http:\/\/127\.0\.0\.1:[0-9]+\/$/) })
    const taken = readListening({ listen: new URL(url.ok ? url.value : '').host })
    const second = Fastify()
    expect(taken.ok && (await listenOn(second, taken.value))).toMatchObject({ ok: false, code: 'serve/port-in-use' })
    await closeGently(first, 1_000)
  })
})

describe('a server that stops', () => {
  const NEVER_MS = 3_600_000

  async function begun(secure: boolean, sent: string) {
    const at = readListening({ listen: '127.0.0.1:0', ...(secure ? { tls } : {}) })
    if (!at.ok) throw new Error(at.message)
    const { https } = at.value
    const app = Fastify(https === undefined ? {} : ({ https } as object))
    let answer = () => {}
    app.get('/slow', () => new Promise((resolve) => (answer = () => resolve('done'))))
    const url = await listenOn(app, at.value)
    const { port } = new URL(url.ok ? url.value : '')
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    const accepted = new Promise((resolve) => app.server.once('connection', resolve))
    let got = ''
    socket.on('data', (bytes) => (got += bytes))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    const asked = new Promise((resolve) => app.server.once('request', resolve))
    socket.write(sent)
    await accepted
    return { app, asked, closed, answer: () => answer(), got: () => got, [Symbol.dispose]: () => socket.destroy() }
  }

  test.each([
    ['nothing was asked', ''],
    ['a request never ends', 'GET /slow HTTP/1.1\r\nHost: x\r\n'],
  ])('waits for no connection on which %s', async (_what, sent) => {
    using one = await begun(false, sent)
    await closeGently(one.app, NEVER_MS)
    await one.closed
  })

  test('answers what was asked', async () => {
    using one = await begun(false, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
    await one.asked
    const stopped = closeGently(one.app, NEVER_MS)
    one.answer()
    await stopped
    await one.closed
    expect(one.got()).toMatch(/^HTTP\/1\.1 200 .*done$/s)
  })

  test('waits its grace, and no longer, for a connection on which no TLS is spoken', async () => {
    using one = await begun(true, '')
    await closeGently(one.app, 100)
    await one.closed
  })
})
