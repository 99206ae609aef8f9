// The ids of observables by what they say, against the examples that the standard (errata 01) gives with theirs. Where an
// example refers to another object, its id was made with the reference that the first edition printed; that one is here.

import { expect, test } from 'vitest'
import { deterministicId } from '../../src/index.ts'
import { type Example, example, id } from './examples.ts'
import { errorsIn, warningsIn } from './judging.ts'

const of = (type: string, uuid: string, own: Example): [string, Example] => [`${type}--${uuid}`, { type, ...own }]

const PUBLISHED = [
  of('ipv4-addr', '28bb3599-77cd-5a82-a950-b5bc3caf07c4', { value: '198.51.100.3' }),
  of('ipv4-addr', '1ea47840-aa39-5aa8-b4a2-cd203eb6662a', { value: '198.51.100.0/24' }),
  of('ipv6-addr', '85a85a8c-ee99-5722-946d-3c3a3270fc6f', { value: '2001:0db8:85a3:0000:0000:8a2e:0370:7334' }),
  of('domain-name', 'bedb4899-d24b-5401-bc86-8f6b4cc18ec7', {
    value: 'example.com',
    resolves_to_refs: ['ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4'],
  }),
  of('email-addr', '7165e2a9-671f-585d-b1e1-ca59c671d934', { value: 'john@example.com', display_name: 'John Doe' }),
  of('email-message', '92fa1bfd-2c62-5a30-8b7c-5b91ea73cf29', {
    from_ref: 'email-addr--89f52ea8-d6ef-51e9-8fce-6a29236436ed',
    to_refs: ['email-addr--2aeeb98c-9db4-525e-874d-221fdfe9f76e'],
    ...{ is_multipart: false, date: '1997-11-21T15:55:06.000Z', subject: 'Saying Hello' },
  }),
  of('directory', '0a58d0c1-59e6-5afd-8252-dcd3f13e5622', { path: 'C:\\Windows\\System32' }),
  of('autonomous-system', '3aa27478-50b5-5ab8-9da9-cdc12b657fff', { number: 15139, name: 'Slime Industries' }),
  of('mac-addr', '757b1725-9903-54f5-a855-1240691d7659', { value: 'd2:fb:49:24:37:18' }),
  of('mutex', 'f93fe911-e545-5239-b9b0-597840d0c871', { name: '__CLEANSWEEP__' }),
  of('url', '47c3cf9a-5027-5bf0-997a-017c7edc7c55', { value: 'https://example.com/research/index.html' }),
  of('software', '710b0b41-d4d0-5d6c-a400-fc9254554ffc', {
    ...{ name: 'Word', cpe: 'cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*', version: '2002', vendor: 'Microsoft' },
  }),
  of('user-account', 'f94d689e-707d-58c3-b803-c720bb6ed096', {
    ...{ user_id: '1001', account_login: 'jdoe', account_type: 'unix', display_name: 'John Doe' },
    extensions: { 'unix-account-ext': { gid: 1001 } },
  }),
  of('windows-registry-key', '1884b770-b679-522a-a9c7-45fadaaec7bb', { key: 'HKEY_LOCAL_MACHINE\\System\\Foo\\Bar' }),
  of('windows-registry-key', 'f6a11ddf-fa2b-54c8-97ab-e7f28413095a', {
    key: 'hkey_local_machine\\system\\bar\\foo',
    values: [
      { name: 'Foo', data: 'qwerty', data_type: 'REG_SZ' },
      { name: 'Bar', data: '42', data_type: 'REG_DWORD' },
    ],
  }),
  of('x509-certificate', 'bf86f034-2390-54d7-8426-d08433db3fbe', {
    ...{ issuer: 'C=ZA', serial_number: '36:f7:d4:32:f4:ab:70:ea:d3:ce:98:6e:ea:99:93:49:32:0a:b7:06' },
  }),
  of('file', '949eb97a-da1e-5292-8959-03c4249dc9f3', {
    hashes: { 'SHA-256': 'fe90a7e910cb3a4739bed9180e807e93fa70c90f25a8915476f5e4bfbac681db' },
    ...{ size: 25536, name: 'foo.dll' },
  }),
  of('file', '7d1e3a18-89e7-5bc5-be36-9879f5b7f5c8', {
    hashes: { 'SHA-256': '841a8921140aba50671ebb0770fecc4ee308c4952cfeff8de154ab14eeef4649' },
    ...{ name: 'quêry.dll', name_enc: 'windows-1252' },
  }),
  of('file', '39643577-13b7-5f21-9584-df7e7c33f357', {
    hashes: { 'SHA-256': 'ceafbfd424be2ca4a5f0402cae090dda2fb0526cf521b60b60077c0f622b285a' },
    ...{ parent_directory_ref: 'directory--93c0a9b0-520d-545d-9094-1a08ddf46b05', name: 'qwerty.dll' },
  }),
  of('file', '66772174-3442-5e0d-b577-4bd7be55fb87', {
    ...{ name: 'picture.jpg' },
    hashes: { 'SHA-256': '4bac27393bdd9777ce02453256c5577cd02275510b2227f473d03f533924f877' },
    extensions: {
      'raster-image-ext': { exif_tags: { Make: 'Nikon', Model: 'D7000', XResolution: 4928, YResolution: 3264 } },
    },
  }),
  of('network-traffic', '6e0cb830-0305-57d4-8536-7be874d42005', {
    src_ref: 'ipv4-addr--4d22aae0-2bf9-5427-8819-e4f6abf20a53',
    dst_ref: 'ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd',
    protocols: ['tcp'],
  }),
]

/** Of the example in section 6.7.6. */
const PE_BINARY = {
  ...{ pe_type: 'exe', machine_hex: '014c', number_of_sections: 4, time_date_stamp: '2016-01-22T12:31:12Z' },
  ...{ pointer_to_symbol_table_hex: '74726144', number_of_symbols: 4542568, size_of_optional_header: 224 },
  characteristics_hex: '818f',
  optional_header: {
    ...{ magic_hex: '010b', major_linker_version: 2, minor_linker_version: 25, size_of_code: 512 },
    ...{ size_of_initialized_data: 283648, size_of_uninitialized_data: 0, address_of_entry_point: 4096 },
    ...{ base_of_code: 4096, base_of_data: 8192, image_base: 14548992, section_alignment: 4096 },
    ...{ file_alignment: 4096, major_os_version: 1, minor_os_version: 0, major_image_version: 0 },
    ...{ minor_image_version: 0, major_subsystem_version: 4, minor_subsystem_version: 0 },
    ...{ win32_version_value_hex: '00', size_of_image: 299008, size_of_headers: 4096, checksum_hex: '00' },
    ...{ subsystem_hex: '03', dll_characteristics_hex: '00', size_of_stack_reserve: 100000 },
    ...{ size_of_stack_commit: 8192, size_of_heap_reserve: 100000, size_of_heap_commit: 4096 },
    ...{ loader_flags_hex: 'abdbffde', number_of_rva_and_sizes: 3758087646 },
  },
  sections: [
    { name: 'CODE', entropy: 0.061089 },
    { name: 'DATA', entropy: 7.980693 },
    { name: 'NicolasB', entropy: 0.607433 },
    { name: '.idata', entropy: 0.607433 },
  ],
}

test.each(PUBLISHED)('%s is the id the standard has for it', (published, object) => {
  expect(deterministicId(object)).toBe(published)
})

test('numbers that are no whole ones are written as RFC 8785 has them, keys in its order', () => {
  const [published, object] = of('file', '9af228db-9a04-5787-ad43-ccadc137a0e2', {
    name: 'example.exe',
    extensions: { 'windows-pebinary-ext': PE_BINARY },
  })
  expect(deterministicId(object)).toBe(published)
})

test('of several hashes one counts: MD5, else SHA-1, SHA-256, SHA-512, else the first', () => {
  const by = (hashes: Example) => deterministicId({ type: 'file', hashes })
  expect(by({ 'SHA-256': 'b', MD5: 'a', 'SHA-1': 'c' })).toBe(by({ MD5: 'a' }))
  expect(by({ 'SHA-512': 'd', 'SHA-256': 'b', 'SHA-1': 'c' })).toBe(by({ 'SHA-1': 'c' }))
  expect(by({ TLSH: 'e', 'SHA-512': 'd' })).toBe(by({ 'SHA-512': 'd' }))
  expect(by({ TLSH: 'e', SSDEEP: 'f' })).toBe(by({ TLSH: 'e' }))
})

test('what does not contribute makes no difference, and nothing else has such an id', () => {
  const plain = deterministicId({ type: 'mutex', name: 'a' })
  expect(deterministicId({ type: 'mutex', name: 'a', x_own: 1, defanged: true })).toBe(plain)
  expect(deterministicId({ type: 'process', pid: 5 })).toBeUndefined()
  expect(deterministicId({ type: 'tool', name: 'a' })).toBeUndefined()
  expect(deterministicId({ type: 'x-example-thing', name: 'a' })).toBeUndefined()
  expect(deterministicId({ type: 'artifact', url: 'https://a.example/' })).toBeUndefined()
})

test('an id of version 5 that is another is remarked on; an id of version 4 is not', () => {
  const address = example('ipv4-addr', { value: '198.51.100.3' })
  expect(warningsIn({ ...address, id: 'ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4' })).toEqual([])
  expect(warningsIn({ ...address, id: 'ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c5' })).toEqual([
    'deterministic-id id §2.9',
  ])
  expect(warningsIn({ ...address, id: id('ipv4-addr') })).toEqual([])
  expect(warningsIn(example('process', { id: 'process--28bb3599-77cd-5a82-a950-b5bc3caf07c4' }))).toEqual([
    'deterministic-id id §2.9',
  ])
})

test('an observable with versions and the id that follows from what it says is an error', () => {
  const address = example('ipv4-addr', { value: '198.51.100.3', modified: '2026-01-20T12:31:12.123Z' })
  expect(errorsIn({ ...address, id: 'ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4' })).toEqual([
    'deterministic-id modified §3.6',
  ])
  expect(errorsIn(address)).toEqual([])
})

test('a UUID of no version is an error', () => {
  const nil = 'tool--00000000-0000-0000-0000-000000000000'
  expect(errorsIn(example('tool', { id: nil }))).toEqual(['uuid id §2.9'])
})
