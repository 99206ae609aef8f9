// A MISP event of the shapes that feeds have: reserved names and addresses alone.

export function uuid(n: number): string {
  return `5c0b1f2a-${String(n).padStart(4, '0')}-4000-8000-000000000001`
}

export type Json = { [member: string]: unknown }

/** An attribute; what is given replaces what it has. */
export function attribute(n: number, type: string, value: string, more: Json = {}): Json {
  return {
    uuid: uuid(n),
    type,
    category: 'Network activity',
    to_ids: false,
    value,
    timestamp: '1769860001',
    comment: '',
    distribution: '5',
    deleted: false,
    disable_correlation: false,
    first_seen: null,
    last_seen: null,
    ...more,
  }
}

export function event(more: Json = {}): Json {
  return {
    uuid: uuid(1),
    id: '17',
    info: 'Phishing against example banks',
    date: '2026-01-31',
    timestamp: '1769860000',
    publish_timestamp: '1769861000',
    published: true,
    threat_level_id: '2',
    analysis: '1',
    distribution: '3',
    sharing_group_id: '0',
    Orgc: { id: '4', uuid: uuid(2), name: 'CERT Example' },
    ...more,
  }
}

/** All that an event may have. */
export function wholeEvent(): Json {
  const detect = { to_ids: true }
  const galaxy = (n: number, type: string, value: string, meta: Json = {}) => ({
    id: '9',
    uuid: uuid(n),
    name: type,
    type,
    description: `All of ${type}.`,
    version: '3',
    GalaxyCluster: [
      {
        id: '8',
        uuid: uuid(n + 1),
        type,
        value,
        description: `About ${value}.`,
        tag_name: `misp-galaxy:${type}="${value}"`,
        meta,
      },
    ],
  })
  return event({
    Tag: [
      { id: '1', name: 'tlp:green', colour: '#339900', exportable: true },
      { id: '2', name: 'osint:source-type="blog-post"', colour: '#004646' },
      { id: '3', name: 'workflow:state="draft"', local: 1 },
    ],
    Galaxy: [
      galaxy(100, 'threat-actor', 'ANT EXAMPLE', { synonyms: ['EXAMPLE ANT'], refs: ['https://blog.example/ant'] }),
      galaxy(102, 'country', 'exampleland', { ISO: 'XX' }),
      galaxy(104, 'surveillance-vendor', 'Example Vendor'),
    ],
    Attribute: [
      attribute(10, 'ip-dst', '192.0.2.1', {
        ...detect,
        comment: 'C2',
        first_seen: '2026-01-30T10:00:00.123456+01:00',
        Tag: [{ name: 'tlp:amber', colour: '#ffc000' }],
        Galaxy: [galaxy(106, 'rat', 'ExampleRAT')],
        Sighting: [
          {
            uuid: uuid(60),
            type: '0',
            date_sighting: '1769870000',
            source: 'SIEM',
            Organisation: { id: '5', uuid: uuid(3), name: 'Example Bank' },
          },
          { uuid: uuid(61), type: '1', date_sighting: '1769870001' },
          { uuid: uuid(62), type: '2', date_sighting: '1769870002' },
        ],
      }),
      attribute(11, 'domain|ip', 'c2.example|192.0.2.2'),
      attribute(12, 'regkey|value', 'HKLM\\Software\\Run|%TEMP%\\it\'s "a".exe', detect),
      attribute(13, 'url', 'hxxp://bad.example/a b'),
      attribute(14, 'btc', '1ExampleWallet', { ...detect, comment: 'the wallet', category: 'Financial fraud' }),
      attribute(15, 'text', 'Sent to three banks.', { category: 'Other' }),
      attribute(16, 'malware-sample', 'a.exe|d41d8cd98f00b204e9800998ecf8427e', { data: 'UEsDBA==' }),
      attribute(17, 'AS', '64496', { deleted: true }),
      attribute(18, 'ip-src', '198.51.100.0/24', detect),
      attribute(19, 'link', 'https://blog.example/phishing', { category: 'External analysis' }),
      attribute(20, 'yara', 'rule a { condition: true }', { ...detect, of_later: { a: [1, null] } }),
      attribute(21, 'ip-dst|port', '2001:db8::1|443'),
      attribute(22, 'vulnerability', 'CVE-2026-0001', { comment: 'used first' }),
      attribute(23, 'email-src', 'someone@example.org', detect),
    ],
    Object: [
      {
        id: '7',
        uuid: uuid(30),
        name: 'file',
        'meta-category': 'file',
        description: 'A file.',
        template_uuid: uuid(31),
        template_version: '24',
        timestamp: '1769860005',
        distribution: '5',
        comment: 'dropped',
        deleted: false,
        ObjectReference: [
          {
            id: '1',
            uuid: uuid(40),
            referenced_uuid: uuid(10),
            relationship_type: 'connects_to',
            timestamp: '1769860005',
            comment: 'each hour',
          },
          { uuid: uuid(41), referenced_uuid: uuid(99), relationship_type: 'derived-from', timestamp: '1769860005' },
        ],
        Attribute: [
          attribute(32, 'filename', 'a\\b.exe', { object_relation: 'filename' }),
          attribute(33, 'sha256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', {
            ...detect,
            object_relation: 'sha256',
            Tag: [{ name: 'TLP:RED' }],
          }),
          attribute(34, 'size-in-bytes', '123', { object_relation: 'size-in-bytes', category: 'Other' }),
          attribute(35, 'text', 'Malicious', { object_relation: 'state', category: 'Other' }),
        ],
      },
    ],
    EventReport: [{ id: '1', uuid: uuid(70), name: 'Report', content: '# What was seen', timestamp: '1769860006' }],
    RelatedEvent: [{ Event: { id: '3', info: 'Of somebody else' } }],
    event_creator_email: 'someone@example.org',
    of_later: 'kept',
  })
}
