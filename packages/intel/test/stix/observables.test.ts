import { describe, expect, test } from 'vitest'
import { isDomainName, isEmailAddress, isMac } from '../../src/stix/network-values.ts'
import { type Example, example, id, without } from './examples.ts'
import { errorsIn, warningsIn } from './judging.ts'

const EARLY = '2026-01-01T00:00:00Z'
const MAIL = example('email-message')
const TRAFFIC = example('network-traffic')
const bare = (type: string, own: Example = {}) => ({ type, spec_version: '2.1', id: id(type), ...own })
const extended = (type: string, name: string, extension: unknown, own: Example = {}) =>
  example(type, { ...own, extensions: { [name]: extension } })

const ERRORS: [claim: string, object: Example, told: string[]][] = [
  ['artifact: neither bytes nor where they are', bare('artifact'), ['one-of §6.1']],
  ['artifact: both bytes and a URL', example('artifact', { url: 'https://a.example/' }), ['beside url §6.1.1']],
  ['artifact: a URL without hashes', bare('artifact', { url: 'https://a.example/' }), ['required hashes §6.1.1']],
  ['artifact: bytes that are no base64', bare('artifact', { payload_bin: 'a=b' }), ['binary payload_bin §2.1']],
  [
    'artifact: a key without an algorithm',
    bare('artifact', { payload_bin: '', decryption_key: 'a' }),
    ['required encryption_algorithm §6.1.1'],
  ],
  [
    'artifact: an algorithm that is none',
    bare('artifact', { payload_bin: '', encryption_algorithm: 'rot13' }),
    ['enumeration encryption_algorithm §10.4'],
  ],
  ['autonomous-system: past 2^53', bare('autonomous-system', { number: 2 ** 53 }), ['integer number §2.10']],
  [
    'directory: it contains a mutex',
    example('directory', { contains_refs: [id('mutex')] }),
    ['reference-type contains_refs[0] §6.3.1'],
  ],
  [
    'file: an encoding without a name',
    bare('file', { hashes: {}, name_enc: 'utf-8' }),
    ['empty hashes §2.3', 'required name §3.1'],
  ],
  [
    'file: an encoding that is none',
    bare('file', { name: 'a', name_enc: 'latin 1' }),
    ['character-set name_enc §3.9.1'],
  ],
  ['file: neither a name nor hashes', bare('file', { size: 1 }), ['one-of §6.7']],
  ['file: smaller than nothing', example('file', { size: -1 }), ['range size §6.7.1']],
  [
    'file: a parent that is a file',
    example('file', { parent_directory_ref: id('file') }),
    ['reference-type parent_directory_ref §6.7.1'],
  ],
  [
    'file: a content that is a file',
    example('file', { content_ref: id('file') }),
    ['reference-type content_ref §6.7.1'],
  ],
  [
    'file: it contains a tool',
    example('file', { contains_refs: [id('tool')] }),
    ['reference-type contains_refs[0] §6.7.1'],
  ],
  ['file: an odd number of digits', example('file', { magic_number_hex: 'abc' }), ['hex magic_number_hex §2.8']],
  [
    'archive-ext: it contains nothing',
    extended('file', 'archive-ext', {}),
    ['required extensions.archive-ext.contains_refs §6.7.2.1'],
  ],
  [
    'archive-ext: it contains a mutex',
    extended('file', 'archive-ext', { contains_refs: [id('mutex')] }),
    ['reference-type extensions.archive-ext.contains_refs[0] §6.7.2.1'],
  ],
  ['ntfs-ext: empty', extended('file', 'ntfs-ext', {}), ['one-of extensions.ntfs-ext §6.7.3']],
  [
    'ntfs-ext: a stream without a name',
    extended('file', 'ntfs-ext', { alternate_data_streams: [{ size: 1 }] }),
    ['required extensions.ntfs-ext.alternate_data_streams[0].name §6.7.3.1'],
  ],
  ['pdf-ext: empty', extended('file', 'pdf-ext', {}), ['one-of extensions.pdf-ext §6.7.4']],
  [
    'pdf-ext: an entry that is no text',
    extended('file', 'pdf-ext', { document_info_dict: { Title: 5 } }),
    ['json-type extensions.pdf-ext.document_info_dict.Title §6.7.4.1'],
  ],
  ['raster-image-ext: empty', extended('file', 'raster-image-ext', {}), ['one-of extensions.raster-image-ext §6.7.5']],
  [
    'raster-image-ext: a tag that is a fraction',
    extended('file', 'raster-image-ext', { exif_tags: { XResolution: 1.5 } }),
    ['json-type extensions.raster-image-ext.exif_tags.XResolution §6.7.5.1'],
  ],
  [
    'windows-pebinary-ext: its type alone',
    extended('file', 'windows-pebinary-ext', { pe_type: 'exe' }),
    ['one-of extensions.windows-pebinary-ext §6.7.6'],
  ],
  [
    'windows-pebinary-ext: a time with a fraction',
    extended('file', 'windows-pebinary-ext', { pe_type: 'exe', time_date_stamp: '2016-01-22T12:31:12.1Z' }),
    ['precision extensions.windows-pebinary-ext.time_date_stamp §6.7.6'],
  ],
  [
    'windows-pebinary-ext: a header without anything',
    extended('file', 'windows-pebinary-ext', { pe_type: 'exe', optional_header: {} }),
    ['one-of extensions.windows-pebinary-ext.optional_header §6.7.6.2'],
  ],
  ['email-message: a body in one piece and in parts', { ...MAIL, body: 'a' }, ['beside body §6.6.1']],
  ['email-message: parts where it has none', { ...MAIL, is_multipart: false }, ['beside body_multipart §6.6.1']],
  ['email-message: a part without a body', { ...MAIL, body_multipart: [{}] }, ['one-of body_multipart[0] §6.6.2']],
  [
    'email-message: a part that is a process',
    { ...MAIL, body_multipart: [{ body_raw_ref: id('process') }] },
    ['reference-type body_multipart[0].body_raw_ref §6.6.2.1'],
  ],
  ['email-message: from a domain', { ...MAIL, from_ref: id('domain-name') }, ['reference-type from_ref §6.6.1']],
  [
    'email-message: a header that is a number',
    { ...MAIL, additional_header_fields: { 'X-Mailer': 5 } },
    ['json-type additional_header_fields.X-Mailer §6.6.1'],
  ],
  ['network-traffic: neither source nor destination', without(TRAFFIC, 'src_ref', 'dst_ref'), ['one-of §6.12']],
  ['network-traffic: an end while it is active', { ...TRAFFIC, is_active: true }, ['beside end §6.12.1']],
  ['network-traffic: it ends before it starts', { ...TRAFFIC, end: EARLY }, ['time-order end §6.12.1']],
  ['network-traffic: from a file', { ...TRAFFIC, src_ref: id('file') }, ['reference-type src_ref §6.12.1']],
  ['network-traffic: a port past 65535', { ...TRAFFIC, dst_port: 65536 }, ['range dst_port §6.12.1']],
  ['network-traffic: no protocol', { ...TRAFFIC, protocols: [] }, ['empty protocols §2.12']],
  [
    'network-traffic: a payload that is a file',
    { ...TRAFFIC, src_payload_ref: id('file') },
    ['reference-type src_payload_ref §6.12.1'],
  ],
  [
    'network-traffic: within a file',
    { ...TRAFFIC, encapsulated_by_ref: id('file') },
    ['reference-type encapsulated_by_ref §6.12.1'],
  ],
  [
    'http-request-ext: without a method',
    extended('network-traffic', 'http-request-ext', { request_value: '/' }),
    ['required extensions.http-request-ext.request_method §6.12.2.1'],
  ],
  [
    'icmp-ext: without a code',
    extended('network-traffic', 'icmp-ext', { icmp_type_hex: '08' }),
    ['required extensions.icmp-ext.icmp_code_hex §6.12.3.1'],
  ],
  [
    'socket-ext: a family that is none',
    extended('network-traffic', 'socket-ext', { address_family: 'AF_X', socket_type: 'AF_ISOCK_DGRAMNET' }),
    ['enumeration extensions.socket-ext.address_family §10.16', 'enumeration extensions.socket-ext.socket_type §10.17'],
  ],
  [
    'socket-ext: an option that is a text',
    extended('network-traffic', 'socket-ext', { address_family: 'AF_INET', options: { SO_LINGER: 'a' } }),
    ['json-type extensions.socket-ext.options.SO_LINGER §6.12.4.1'],
  ],
  ['tcp-ext: empty', extended('network-traffic', 'tcp-ext', {}), ['one-of extensions.tcp-ext §6.12.5']],
  ['process: nothing said of it', bare('process'), ['one-of §6.13']],
  [
    'process: an image that is a process',
    example('process', { image_ref: id('process') }),
    ['reference-type image_ref §6.13.1'],
  ],
  [
    'process: a child that is a file',
    example('process', { child_refs: [id('file')] }),
    ['reference-type child_refs[0] §6.13.1'],
  ],
  [
    'windows-process-ext: empty',
    extended('process', 'windows-process-ext', {}),
    ['one-of extensions.windows-process-ext §6.13.2'],
  ],
  [
    'windows-process-ext: an integrity level that is none',
    extended('process', 'windows-process-ext', { integrity_level: 'top' }),
    ['enumeration extensions.windows-process-ext.integrity_level §10.27'],
  ],
  [
    'windows-service-ext: empty',
    extended('process', 'windows-service-ext', {}),
    ['one-of extensions.windows-service-ext §6.13.3'],
  ],
  [
    'windows-service-ext: words that are none',
    extended('process', 'windows-service-ext', { start_type: 'a', service_type: 'b', service_status: 'c' }),
    ['start_type §10.30', 'service_type §10.31', 'service_status §10.32'].map(
      (end) => `enumeration extensions.windows-service-ext.${end}`,
    ),
  ],
  ['software: a name of CPE 2.2', example('software', { cpe: 'cpe:/a:microsoft:word' }), ['cpe cpe §6.14.1']],
  [
    'software: a language that is none',
    example('software', { languages: ['english!'] }),
    ['language languages[0] §6.14.1'],
  ],
  ['user-account: nothing said of it', bare('user-account'), ['one-of §6.16']],
  [
    'unix-account-ext: empty',
    extended('user-account', 'unix-account-ext', {}),
    ['one-of extensions.unix-account-ext §6.16.2'],
  ],
  ['windows-registry-key: nothing said of it', bare('windows-registry-key'), ['one-of §6.17']],
  [
    'windows-registry-key: a hive cut short',
    example('windows-registry-key', { key: 'HKLM\\Software' }),
    ['registry-hive key §6.17.1'],
  ],
  [
    'windows-registry-key: a value without anything',
    example('windows-registry-key', { values: [{}] }),
    ['one-of values[0] §6.17.2'],
  ],
  [
    'windows-registry-key: a type of data that is none',
    example('windows-registry-key', { values: [{ data_type: 'REG' }] }),
    ['enumeration values[0].data_type §10.29'],
  ],
  ['x509-certificate: nothing said of it', bare('x509-certificate'), ['one-of §6.18']],
  [
    'x509-certificate: extensions without any',
    example('x509-certificate', { x509_v3_extensions: {} }),
    ['one-of x509_v3_extensions §6.18.2'],
  ],
  [
    'domain-name: it resolves to a file',
    example('domain-name', { resolves_to_refs: [id('file')] }),
    ['reference-type resolves_to_refs[0] §6.4.1'],
  ],
  [
    'email-addr: it belongs to an identity',
    example('email-addr', { belongs_to_ref: id('identity') }),
    ['reference-type belongs_to_ref §6.5.1'],
  ],
  [
    'ipv4-addr: it belongs to a file',
    example('ipv4-addr', { belongs_to_refs: [id('file')] }),
    ['reference-type belongs_to_refs[0] §6.8.1'],
  ],
  [
    'ipv6-addr: it resolves to an address of IPv4',
    example('ipv6-addr', { resolves_to_refs: [id('ipv4-addr')] }),
    ['reference-type resolves_to_refs[0] §6.9.1'],
  ],
  ['ipv4-addr: past 255', example('ipv4-addr', { value: '198.51.100.256' }), ['value value §6.8.1']],
  ['ipv4-addr: a prefix past 32', example('ipv4-addr', { value: '198.51.100.0/33' }), ['value value §6.8.1']],
  ['ipv6-addr: two gaps', example('ipv6-addr', { value: '2001::db8::1' }), ['value value §6.9.1']],
  ['mac-addr: in capitals', example('mac-addr', { value: 'D2:FB:49:24:37:18' }), ['value value §6.10.1']],
  ['url: a space', example('url', { value: 'https://a b.example/' }), ['value value §6.15.1']],
  [
    'email-addr: with a display name',
    example('email-addr', { value: 'Jane <jane@example.com>' }),
    ['value value §6.5.1'],
  ],
  ['domain-name: an empty label', example('domain-name', { value: 'example..com' }), ['value value §6.4.1']],
]

test.each(ERRORS)('an error is %s', (_, object, told) => {
  expect(errorsIn(object)).toEqual(told)
})

const WARNINGS: [claim: string, object: Example, told: string[]][] = [
  [
    'artifact: a media type that is none',
    bare('artifact', { payload_bin: '', mime_type: 'zip' }),
    ['mime-type mime_type §6.1.1'],
  ],
  [
    'email-message: a header as a single text',
    { ...MAIL, additional_header_fields: { 'X-Mailer': 'Mutt' } },
    ['json-type additional_header_fields.X-Mailer §6.6.1'],
  ],
  [
    'http-request-ext: a method in capitals',
    extended('network-traffic', 'http-request-ext', { request_method: 'GET', request_value: '/' }),
    ['spelling extensions.http-request-ext.request_method §6.12.2.1'],
  ],
  [
    'windows-process-ext: a priority that is no class',
    extended('process', 'windows-process-ext', { priority: 'high' }),
    ['spelling extensions.windows-process-ext.priority §6.13.2.1'],
  ],
  [
    'windows-pebinary-ext: an entropy that no bytes have',
    extended('file', 'windows-pebinary-ext', { pe_type: 'exe', sections: [{ name: 'A', entropy: 9 }] }),
    ['range extensions.windows-pebinary-ext.sections[0].entropy §6.7.6.3'],
  ],
]

test.each(WARNINGS)('a warning and no error is %s', (_, object, told) => {
  expect(errorsIn(object)).toEqual([])
  expect(warningsIn(object)).toEqual(told)
})

const RIGHT: [claim: string, object: Example][] = [
  ['a value that was defanged', example('domain-name', { value: 'example[.]com', defanged: true })],
  ['an observable that does not say its version', without(example('url'), 'spec_version')],
  [
    'a process of which an extension alone speaks',
    bare('process', { extensions: { 'windows-service-ext': { service_name: 'a' } } }),
  ],
  [
    'an account of which an extension alone speaks',
    bare('user-account', { extensions: { 'unix-account-ext': { gid: 0 } } }),
  ],
  ['a plain mail', { ...without(MAIL, 'body_multipart'), is_multipart: false, body: 'Text' }],
  ['traffic that has not ended', { ...without(TRAFFIC, 'end'), is_active: true }],
  ['traffic that ends when it starts', { ...TRAFFIC, end: TRAFFIC['start'] }],
  ['an artifact by its URL', bare('artifact', { url: 'https://a.example/', hashes: { MD5: '0'.repeat(32) } })],
  [
    'nulls in the startup information of a process',
    extended('process', 'windows-process-ext', { startup_info: { lpReserved: null } }),
  ],
]

test.each(RIGHT)('nothing is told of %s', (_, object) => {
  expect([...errorsIn(object), ...warningsIn(object)]).toEqual([])
})

describe('forms of names and addresses', () => {
  test.each(['example.com', 'example.com.', '_dmarc.example.com', 'xn--bcher-kva.example', 'bücher.example', 'a'])(
    '%s is a domain name',
    (name) => expect(isDomainName(name)).toBe(true),
  )
  test.each(['', '.', 'a..b', 'a b', 'a/b', 'user@example.com', 'a:80', `${'a'.repeat(64)}.com`, 'a.'.repeat(128)])(
    '%s is none',
    (name) => expect(isDomainName(name)).toBe(false),
  )
  test.each([
    'a@b',
    'jane.smith@example.com',
    '"a b"@example.com',
    'a@[192.0.2.1]',
    "o'hara+x@example.com",
    'ü@bücher.example',
  ])('%s is an e-mail address', (address) => expect(isEmailAddress(address)).toBe(true))
  test.each(['', 'a', '@b', 'a@', 'a@b@c', 'a b@c', '.a@b', 'a.@b', 'a..b@c', 'Jane <a@b>', 'a@b,c@d', 'a@b c'])(
    '%s is none',
    (address) => expect(isEmailAddress(address)).toBe(false),
  )
  test.each(['00-00-ab-cd-ef-01', '0:0:ab:cd:ef:01', '00:00:ab:cd:ef', '00:00:ab:cd:ef:01:02'])(
    '%s is no MAC address',
    (address) => expect(isMac(address)).toBe(false),
  )
})
