// Lists of networks, domains and addresses that an indicator should not name.

import { describe, expect, test } from 'vitest'
import { AddressList, readObject } from '../../src/index.ts'
import { hostsOf } from '../../src/release/address-list.ts'

function list(text: string): AddressList {
  const parsed = AddressList.parse(text)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.value
}

describe('a list', () => {
  const ours = list('# ours\n192.0.2.0/24\n2001:db8:1::/48 # the new site\n198.51.100.7\n\nCERT.example.\r\n')
  test.each([
    ['an address in a network', '192.0.2.255', true],
    ['one just outside', '192.0.3.0', false],
    ['a network in a network', '192.0.2.128/25', true],
    ['a network that holds one of the list', '192.0.0.0/16', true],
    ['a network beside it', '192.0.3.0/24', false],
    ['the address itself', '198.51.100.7', true],
    ['that address in hexadecimal', '0xc6.0x33.0x64.0x07', true],
    ['that address in IPv6', '::ffff:198.51.100.7', true],
    ['a network in IPv6 written otherwise', '2001:0DB8:0001:ffff::1', true],
    ['another network in IPv6', '2001:db8:2::1', false],
    ['the domain', 'cert.example', true],
    ['a name below it, in any case', 'Mail.CERT.Example.', true],
    ['a name that only ends so', 'notcert.example', false],
    ['a name above it', 'example', false],
    ['no name at all', '', false],
  ])('%s', (_what, value, wanted) => {
    expect(ours.has(value)).toBe(wanted)
  })

  test.each([
    ['192.0.2.0/33', 1],
    ['cert.example\nnot a name', 2],
    ['cert.example\n\n10', 3],
    ['2001:db8::/129', 1],
    ['192.0.2.0/24/1', 1],
  ])('with the line %j is refused by its number', (text, line) => {
    expect(AddressList.parse(text)).toMatchObject({
      ok: false,
      code: 'release/address-list',
      message: expect.stringContaining(`Line ${line} `),
    })
  })
})

describe('the hosts of an object', () => {
  const hosts = (value: Record<string, unknown>) => {
    const type = String(value['type'])
    const times = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
    const read = readObject(
      JSON.stringify({ id: `${type}--7d2b4a9e-0a1b-4c3d-8e5f-000000000001`, spec_version: '2.1', ...times, ...value }),
    )
    if (!read.ok) throw new Error(read.message)
    return hostsOf(read.value)
  }
  const indicator = (pattern: string) =>
    hosts({ type: 'indicator', pattern, pattern_type: 'stix', valid_from: '2026-01-01T00:00:00Z' })

  test.each([
    ['an address', { type: 'ipv4-addr', value: '192.0.2.1' }, ['192.0.2.1']],
    ['a URL', { type: 'url', value: 'https://user@Mail.cert.example:8443/a?b' }, ['mail.cert.example']],
    ['a URL with an address in IPv6', { type: 'url', value: 'http://[2001:db8::1]/' }, ['2001:db8::1']],
    ['a URL that is none', { type: 'url', value: 'hxxp//broken' }, []],
    ['an e-mail address', { type: 'email-addr', value: 'duty@cert.example' }, ['cert.example']],
    ['a tool', { type: 'tool', name: 'cert.example' }, []],
  ])('%s', (_what, object, wanted) => {
    expect(hosts(object)).toEqual(wanted)
  })

  test.each([
    [
      "[ipv4-addr:value = '192.0.2.1' OR domain-name:value IN ('a.example', 'b.example')]",
      ['192.0.2.1', 'a.example', 'b.example'],
    ],
    ["[ipv4-addr:value ISSUBSET '192.0.2.0/24']", ['192.0.2.0/24']],
    ["[network-traffic:dst_ref.value = '192.0.2.9']", ['192.0.2.9']],
    ["[url:value = 'http://c.example/x']", ['c.example']],
    ["[ipv4-addr:value != '192.0.2.1']", []],
    ["[domain-name:value LIKE '%.example']", []],
    ["[file:name = 'a.example']", []],
    ["[email-message:from_ref.value = 'duty@cert.example']", ['cert.example']],
    ['no pattern', undefined],
  ])('of the pattern %s', (pattern, wanted) => {
    expect(indicator(pattern)).toEqual(wanted)
  })
})
