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
    expect(readListening({ listen: '127.0.0.1:0', tls: { ...tls, keyFile: tls.certFile } })).toMatchObject({
      code: 'serve/tls-files',
    })
    expect(readListening({ listen: '127.0.0.1:0', tls: { ...tls, keyFile: '/none' } })).toMatchObject({
      code: 'serve/tls-files',
    })
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
