// One object of each type of the standard, with every property that can stand beside the others. All of them are right.

export type Example = { readonly [property: string]: unknown }

export const uuid = (n: number) => `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`
export const id = (type: string, n = 1) => `${type}--${uuid(n)}`

const TIME = '2026-01-20T12:31:12.123Z'
const LATER = '2026-02-20T12:31:12.123Z'
const MD5 = '3773a88f65a5e780c8dff9cdc3a056f3'
const SHA_256 = '6db12788c37247f2316052e142f42f4b259d6561751e5f401a1ae2a6df9c674b'

const MARKED = {
  object_marking_refs: [id('marking-definition')],
  granular_markings: [{ marking_ref: id('marking-definition', 2), selectors: ['id', 'type'] }],
  extensions: { [id('extension-definition')]: { extension_type: 'property-extension', rank: 5 } },
}

const REFERENCES = [
  { source_name: 'ACME', description: 'A report', url: 'https://example.com/report', hashes: { 'SHA-256': SHA_256 } },
  { source_name: 'ACME', external_id: '1370' },
]

/** The common properties of domain objects and relationships. */
function versioned(type: string, own: Example): Example {
  return {
    ...{ type, spec_version: '2.1', id: id(type), created_by_ref: id('identity'), created: TIME, modified: LATER },
    ...{ revoked: false, labels: ['one', 'two'], confidence: 50, lang: 'en', external_references: REFERENCES },
    ...MARKED,
    ...own,
  }
}

function observable(type: string, own: Example): Example {
  return { type, spec_version: '2.1', id: id(type), defanged: false, ...MARKED, ...own }
}

const PHASES = [{ kill_chain_name: 'lockheed-martin-cyber-kill-chain', phase_name: 'reconnaissance' }]
const SEEN = { first_seen: TIME, last_seen: LATER }

const EVERY: readonly Example[] = [
  versioned('attack-pattern', {
    ...{ name: 'Spear phishing', description: 'By mail', aliases: ['phish'], kill_chain_phases: PHASES },
    external_references: [{ source_name: 'capec', external_id: 'CAPEC-163' }],
  }),
  versioned('campaign', { name: 'Green', description: 'Waves', aliases: ['g'], ...SEEN, objective: 'money' }),
  versioned('course-of-action', { name: 'Filter', description: 'Block port 80' }),
  versioned('grouping', {
    ...{ name: 'Black Vine', description: 'All of it', context: 'suspicious-activity' },
    object_refs: [id('indicator'), id('relationship'), id('file'), id('marking-definition'), id('x-example-thing')],
  }),
  versioned('identity', {
    ...{ name: 'Example Bank', description: 'A bank', roles: ['ceo'], identity_class: 'organization' },
    ...{ sectors: ['financial-services'], contact_information: 'desk@example.com' },
  }),
  versioned('incident', { name: 'Incident 43', description: 'What happened' }),
  versioned('indicator', {
    ...{ name: 'Poison Ivy', description: 'A file', indicator_types: ['malicious-activity'], pattern_type: 'stix' },
    ...{ pattern: `[file:hashes.'SHA-256' = '${SHA_256}']`, pattern_version: '2.1', kill_chain_phases: PHASES },
    ...{ valid_from: TIME, valid_until: LATER },
  }),
  versioned('infrastructure', {
    ...{ name: 'C2', description: 'Servers', infrastructure_types: ['command-and-control'], aliases: ['c'] },
    ...{ kill_chain_phases: PHASES, ...SEEN },
  }),
  versioned('intrusion-set', {
    ...{
      name: 'Bobcat',
      description: 'A bobcat',
      aliases: ['Zoo'],
      ...SEEN,
      goals: ['damage'],
      resource_level: 'team',
    },
    ...{ primary_motivation: 'ideology', secondary_motivations: ['dominance'] },
  }),
  versioned('location', {
    ...{ name: 'Here', description: 'A place', latitude: 48.8566, longitude: 2.3522, precision: 100.5, country: 'fr' },
    ...{
      region: 'western-europe',
      administrative_area: 'FR-75',
      city: 'Paris',
      street_address: '1 rue',
      postal_code: '75001',
    },
  }),
  versioned('malware', {
    ...{ name: 'Cryptolocker', description: 'Locks', malware_types: ['ransomware'], is_family: true, aliases: ['c'] },
    ...{ kill_chain_phases: PHASES, ...SEEN, operating_system_refs: [id('software')] },
    ...{ architecture_execution_envs: ['x86-64'], implementation_languages: ['c++'], capabilities: ['commits-fraud'] },
    sample_refs: [id('file'), id('artifact')],
  }),
  versioned('malware-analysis', {
    ...{ product: 'scanner', version: '1', host_vm_ref: id('software'), operating_system_ref: id('software', 2) },
    ...{ installed_software_refs: [id('software', 3)], configuration_version: '1', modules: ['m'] },
    ...{ analysis_engine_version: '5.1', analysis_definition_version: '053514', submitted: TIME },
    ...{ analysis_started: TIME, analysis_ended: LATER, result_name: 'Ivy', result: 'malicious' },
    ...{ analysis_sco_refs: [id('file'), id('domain-name')], sample_ref: id('network-traffic') },
  }),
  versioned('note', { abstract: 'Short', content: 'Long', authors: ['J. Doe'], object_refs: [id('campaign')] }),
  versioned('observed-data', {
    ...{ first_observed: TIME, last_observed: TIME, number_observed: 50 },
    object_refs: [id('ipv4-addr'), id('relationship')],
  }),
  versioned('opinion', {
    ...{ explanation: 'Because', authors: ['J. Doe'], opinion: 'strongly-disagree', object_refs: [id('relationship')] },
  }),
  versioned('report', {
    ...{ name: 'Black Vine', description: 'A report', report_types: ['campaign'], published: TIME },
    object_refs: [id('indicator'), id('language-content')],
  }),
  versioned('threat-actor', {
    ...{ name: 'Evil Org', description: 'A group', threat_actor_types: ['crime-syndicate'], aliases: ['e'], ...SEEN },
    ...{ roles: ['director'], goals: ['money'], sophistication: 'advanced', resource_level: 'team' },
    ...{
      primary_motivation: 'organizational-gain',
      secondary_motivations: ['revenge'],
      personal_motivations: ['notoriety'],
    },
  }),
  versioned('tool', {
    ...{ name: 'VNC', description: 'Remote', tool_types: ['remote-access'], aliases: ['v'], kill_chain_phases: PHASES },
    tool_version: '2',
  }),
  versioned('vulnerability', {
    ...{ name: 'CVE-2016-1234', description: 'A weakness' },
    external_references: [{ source_name: 'cve', external_id: 'CVE-2016-1234' }],
  }),
  versioned('relationship', {
    ...{
      relationship_type: 'indicates',
      description: 'It does',
      source_ref: id('indicator'),
      target_ref: id('malware'),
    },
    ...{ start_time: TIME, stop_time: LATER },
  }),
  versioned('sighting', {
    ...{ description: 'Seen', ...SEEN, count: 50, sighting_of_ref: id('indicator'), summary: false },
    ...{ observed_data_refs: [id('observed-data')], where_sighted_refs: [id('identity'), id('location')] },
  }),
  observable('artifact', {
    ...{ mime_type: 'application/zip', payload_bin: 'ZGF0YQ==', hashes: { MD5 } },
    ...{ encryption_algorithm: 'mime-type-indicated', decryption_key: 'infected' },
  }),
  observable('autonomous-system', { number: 15139, name: 'Example', rir: 'RIPE' }),
  observable('directory', {
    ...{ path: 'C:\\Windows', path_enc: 'windows-1252', ctime: TIME, mtime: TIME, atime: TIME },
    contains_refs: [id('file'), id('directory', 2)],
  }),
  observable('domain-name', { value: 'example.com', resolves_to_refs: [id('ipv4-addr'), id('domain-name', 2)] }),
  observable('email-addr', { value: 'jane@example.com', display_name: 'Jane', belongs_to_ref: id('user-account') }),
  observable('email-message', {
    ...{ is_multipart: true, date: TIME, content_type: 'multipart/mixed', from_ref: id('email-addr') },
    ...{ sender_ref: id('email-addr', 2), to_refs: [id('email-addr', 3)], cc_refs: [id('email-addr', 4)] },
    ...{ bcc_refs: [id('email-addr', 5)], message_id: '<1@example.com>', subject: 'Hello' },
    ...{ received_lines: ['from mail.example.com'], additional_header_fields: { 'Reply-To': ['a@example.com', 'b'] } },
    body_multipart: [
      { body: 'Text', content_type: 'text/plain', content_disposition: 'inline' },
      { body_raw_ref: id('artifact'), content_type: 'image/png' },
    ],
    raw_email_ref: id('artifact', 2),
  }),
  observable('file', {
    ...{ hashes: { MD5, 'SHA-256': SHA_256 }, size: 25536, name: 'foo.dll', name_enc: 'windows-1252' },
    ...{ magic_number_hex: '504b0304', mime_type: 'application/zip', ctime: TIME, mtime: TIME, atime: TIME },
    ...{ parent_directory_ref: id('directory'), contains_refs: [id('file', 2)], content_ref: id('artifact') },
    extensions: {
      'archive-ext': { contains_refs: [id('file', 3), id('directory', 3)], comment: 'packed' },
      'ntfs-ext': { sid: 'S-1', alternate_data_streams: [{ name: 'second', hashes: { MD5 }, size: 1 }] },
      'pdf-ext': { version: '1.7', is_optimized: true, document_info_dict: { Title: 'A' }, pdfid0: 'D', pdfid1: '5' },
      'raster-image-ext': {
        ...{ image_height: 10, image_width: 20, bits_per_pixel: 24, exif_tags: { Make: 'A', XResolution: 4928 } },
      },
      'windows-pebinary-ext': {
        ...{ pe_type: 'exe', imphash: 'a', machine_hex: '014c', number_of_sections: 4, number_of_symbols: 3 },
        ...{ time_date_stamp: '2016-01-22T12:31:12Z', pointer_to_symbol_table_hex: '74726144' },
        ...{ size_of_optional_header: 224, characteristics_hex: '818f', file_header_hashes: { MD5 } },
        optional_header: {
          ...{ magic_hex: '010b', major_linker_version: 2, minor_linker_version: 25, size_of_code: 512 },
          ...{ size_of_initialized_data: 1, size_of_uninitialized_data: 0, address_of_entry_point: 4096 },
          ...{ base_of_code: 1, base_of_data: 2, image_base: 3, section_alignment: 4, file_alignment: 5 },
          ...{ major_os_version: 1, minor_os_version: 0, major_image_version: 0, minor_image_version: 0 },
          ...{ major_subsystem_version: 4, minor_subsystem_version: 0, win32_version_value_hex: '00' },
          ...{ size_of_image: 1, size_of_headers: 1, checksum_hex: '00', subsystem_hex: '03' },
          ...{ dll_characteristics_hex: '00', size_of_stack_reserve: 1, size_of_stack_commit: 1 },
          ...{ size_of_heap_reserve: 1, size_of_heap_commit: 1, loader_flags_hex: 'abdbffde' },
          ...{ number_of_rva_and_sizes: 3758087646, hashes: { MD5 } },
        },
        sections: [{ name: 'CODE', size: 1, entropy: 7.98, hashes: { MD5 } }],
      },
    },
  }),
  observable('ipv4-addr', {
    ...{ value: '198.51.100.0/24', resolves_to_refs: [id('mac-addr')], belongs_to_refs: [id('autonomous-system')] },
  }),
  observable('ipv6-addr', {
    ...{ value: '2001:db8::/96', resolves_to_refs: [id('mac-addr')], belongs_to_refs: [id('autonomous-system')] },
  }),
  observable('mac-addr', { value: 'd2:fb:49:24:37:18' }),
  observable('mutex', { name: '__CLEANSWEEP__' }),
  observable('network-traffic', {
    ...{ start: TIME, end: LATER, is_active: false, src_ref: id('ipv4-addr'), dst_ref: id('domain-name') },
    ...{ src_port: 24678, dst_port: 80, protocols: ['ipv4', 'tcp', 'http'], src_byte_count: 35779, dst_byte_count: 0 },
    ...{ src_packets: 1, dst_packets: 2, ipfix: { minimumIpTotalLength: 32, name: 'a' } },
    ...{ src_payload_ref: id('artifact'), dst_payload_ref: id('artifact', 2) },
    ...{ encapsulates_refs: [id('network-traffic', 2)], encapsulated_by_ref: id('network-traffic', 3) },
    extensions: {
      'http-request-ext': {
        ...{ request_method: 'get', request_value: '/download.html', request_version: 'http/1.1' },
        ...{
          request_header: { Host: ['www.example.com'] },
          message_body_length: 0,
          message_body_data_ref: id('artifact'),
        },
      },
      'icmp-ext': { icmp_type_hex: '08', icmp_code_hex: '00' },
      'socket-ext': {
        ...{ address_family: 'AF_INET', is_blocking: true, is_listening: true, options: { SO_ACCEPTCONN: 1 } },
        ...{ socket_type: 'SOCK_STREAM', socket_descriptor: 3, socket_handle: 4 },
      },
      'tcp-ext': { src_flags_hex: '00000002', dst_flags_hex: '00' },
    },
  }),
  observable('process', {
    ...{ is_hidden: false, pid: 1221, created_time: TIME, cwd: '/', command_line: './gedit' },
    ...{ environment_variables: { HOME: '/' }, opened_connection_refs: [id('network-traffic')] },
    ...{ creator_user_ref: id('user-account'), image_ref: id('file'), parent_ref: id('process', 2) },
    child_refs: [id('process', 3)],
    extensions: {
      'windows-process-ext': {
        ...{ aslr_enabled: true, dep_enabled: true, priority: 'HIGH_PRIORITY_CLASS', owner_sid: 'S-1' },
        ...{ window_title: 'A', startup_info: { lpDesktop: 'desktop' }, integrity_level: 'high' },
      },
      'windows-service-ext': {
        ...{ service_name: 'sirvizio', descriptions: ['A'], display_name: 'Sirvizio', group_name: 'g' },
        ...{ start_type: 'SERVICE_AUTO_START', service_dll_refs: [id('file')] },
        ...{ service_type: 'SERVICE_WIN32_OWN_PROCESS', service_status: 'SERVICE_RUNNING' },
      },
    },
  }),
  observable('software', {
    ...{ name: 'Word', cpe: 'cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*', swid: 'tag', languages: ['en'] },
    ...{ vendor: 'Microsoft', version: '2002' },
  }),
  observable('url', { value: 'https://example.com/research/index.html' }),
  observable('user-account', {
    ...{ user_id: '1001', credential: 'x', account_login: 'jdoe', account_type: 'unix', display_name: 'John Doe' },
    ...{ is_service_account: false, is_privileged: false, can_escalate_privs: true, is_disabled: false },
    ...{ account_created: TIME, account_expires: LATER, credential_last_changed: TIME, account_first_login: TIME },
    account_last_login: LATER,
    extensions: { 'unix-account-ext': { gid: 1001, groups: ['wheel'], home_dir: '/home/jdoe', shell: '/bin/bash' } },
  }),
  observable('windows-registry-key', {
    ...{ key: 'HKEY_LOCAL_MACHINE\\System\\Foo', values: [{ name: 'Foo', data: 'qwerty', data_type: 'REG_SZ' }] },
    ...{ modified_time: TIME, creator_user_ref: id('user-account'), number_of_subkeys: 2 },
  }),
  observable('x509-certificate', {
    ...{ is_self_signed: false, hashes: { 'SHA-256': SHA_256 }, version: '3', serial_number: '36:f7' },
    ...{ signature_algorithm: 'sha256', issuer: 'CN=A', validity_not_before: TIME, validity_not_after: LATER },
    ...{
      subject: 'CN=B',
      subject_public_key_algorithm: 'rsa',
      subject_public_key_modulus: '00',
      subject_public_key_exponent: 65537,
    },
    x509_v3_extensions: {
      ...{ basic_constraints: 'critical,CA:TRUE', name_constraints: 'p', policy_constraints: 'r', key_usage: 'k' },
      ...{ extended_key_usage: 'e', subject_key_identifier: 'h', authority_key_identifier: 'i' },
      ...{ subject_alternative_name: 's', issuer_alternative_name: 'i', subject_directory_attributes: 'd' },
      ...{ crl_distribution_points: 'c', inhibit_any_policy: '2', private_key_usage_period_not_before: TIME },
      ...{ private_key_usage_period_not_after: LATER, certificate_policies: '1.2', policy_mappings: '1.3' },
    },
  }),
  without(
    versioned('extension-definition', {
      ...{ name: 'Foo', description: 'Two properties', schema: 'https://example.com/schema', version: '1.2.1' },
      ...{ extension_types: ['toplevel-property-extension'], extension_properties: ['toxicity', 'rank'] },
    }),
    'confidence',
    'lang',
    'extensions',
  ),
  without(
    versioned('language-content', {
      ...{ object_ref: id('campaign'), object_modified: TIME },
      contents: { de: { name: 'Bank Angriff' }, fr: { goals: ["Voler de l'argent", ''] } },
    }),
    'lang',
  ),
  without(
    versioned('marking-definition', {
      ...{ id: id('marking-definition', 9), name: 'Copyright', definition_type: 'statement' },
      definition: { statement: 'Copyright 2026, Example Corp' },
    }),
    ...['modified', 'revoked', 'labels', 'confidence', 'lang'],
  ),
]

export const EXAMPLES: ReadonlyMap<string, Example> = new Map(EVERY.map((object) => [String(object['type']), object]))

export function example(type: string, changed: Example = {}): Example {
  return { ...EXAMPLES.get(type), ...changed }
}

export function without(object: Example, ...properties: string[]): Example {
  return Object.fromEntries(Object.entries(object).filter(([property]) => !properties.includes(property)))
}
