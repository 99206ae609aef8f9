// Entries, valid and void: one case at the least for each reason that the log itself decides (spec/statement.md). Each
// case is read after the opening of its log, or, where it is `unopened`, from the start of the log.

import { toBase64, utf8 } from '@countersign/log'
import { agreementDigest } from '@countersign/pact'
import {
  canonicalJson,
  preAuthEncoding,
  STATEMENT_TYPE,
  type Statement,
  signBoth,
  signStatement,
} from '@countersign/record'
import { agreement, alfa, bravo, entry, ORIGIN, opening, PACT, signedAsIs, statement } from './samples.ts'
import { parsed, text } from './texts.ts'

export interface StatementCase {
  name: string
  /** `valid`, `undecided`, or the code with which the last entry is void. */
  expect: string
  unopened?: true
  entries: Uint8Array[]
}

const BRAVO = ORIGIN.replace('alfa', 'bravo')
const LINE = ORIGIN.replace('/main/', '/line/')
const ROOT = '3'.repeat(64)
const LEAF = '5'.repeat(64)
const sealed = { size: 256, sealed: '1'.repeat(64), commitment: '2'.repeat(64) }
const bundle = { role: 'bundle', mediaType: 'application/stix+json;version=2.1', ...sealed }
const remark = { role: 'remark', mediaType: 'text/plain;charset=utf-8', ...sealed }
const words = { role: 'message', mediaType: 'application/vnd.countersign.message.v1+json', ...sealed }
const share: Partial<Statement> = {
  ...{ type: 'intel/share', to: ['bravo.example'], marking: { tlp: 'TLP:AMBER' }, content: [bundle] },
  body: { share: '0195f3a0-7c11-7abc-8def-0123456789ab', piece: 1, pieces: 1, objects: 1 },
}
const call: Partial<Statement> = {
  type: 'hotline/message',
  to: ['bravo.example'],
  body: { precedence: 'FLASH', number: 1 },
  content: [words],
}
const ack: Partial<Statement> = {
  ...{ type: 'hotline/ack', to: ['bravo.example'], body: { number: 1 } },
  re: [{ origin: BRAVO, index: 3, leaf: LEAF }],
}
const rejected: Partial<Statement> = {
  ...{ type: 'content/rejected', to: ['bravo.example'], body: { part: 0, reason: 'cannot-open' } },
  re: [{ origin: BRAVO, index: 3, leaf: LEAF }],
}
const signed = (origins: string[]): Partial<Statement> => ({
  type: 'pact/sign',
  to: ['bravo.example'],
  body: { base: null, origins },
})
const proposed = (draft: unknown, pact: Statement['pact']): Partial<Statement> => ({
  type: 'pact/propose',
  to: ['bravo.example'],
  pact,
  body: { agreement: draft },
})
const elsewhere = { ...agreement, id: '8e'.repeat(16) }

const rewritten = (change: (envelope: { payload: string; payloadType: string; signatures: unknown[] }) => unknown) =>
  canonicalJson(change(parsed(entry())))
const seenLogs = (...logs: [origin: string, size: number, root: string][]) =>
  entry({ seen: { logs: logs.map(([origin, size, root]) => ({ origin, size, root })), receipts: [] } })
const seenReceipt = (origin: string, size: number) =>
  entry({ seen: { logs: [], receipts: [{ by: 'watch.example', origin, size, digest: ROOT }] } })
/** Both signatures hold, over a payload that is no canonical form of anything. */
const signedText = (change: (payload: string) => string) => {
  const payload = utf8(change(text(canonicalJson(statement({ type: 'x/unknown' })))))
  const { ed25519, mldsa44 } = signBoth(preAuthEncoding(STATEMENT_TYPE, payload), alfa.statement)
  return canonicalJson({
    payload: toBase64(payload),
    payloadType: STATEMENT_TYPE,
    signatures: [{ sig: ed25519 }, { sig: mldsa44 }],
  })
}
const reused = statement()
const sized = (bytes: number) => {
  const of = statement({ type: 'x/unknown', body: { filler: '' } })
  const filler = 'x'.repeat(bytes - canonicalJson(of).length)
  return signedAsIs({ ...of, body: { filler } })
}

const made = (name: string, expect: string, ...entries: Uint8Array[]): StatementCase => ({ name, expect, entries })
const unopened = (name: string, ...entries: Uint8Array[]): StatementCase => ({
  name,
  expect: 'log/not-opened',
  unopened: true,
  entries,
})

export const statementCases: StatementCase[] = [
  made('a pin', 'valid', entry()),
  made('a share', 'valid', entry(share)),
  made('a message', 'valid', entry(call)),
  made('an acknowledgement', 'valid', entry(ack)),
  made('an acknowledgement with a remark', 'valid', entry({ ...ack, content: [remark] })),
  made('a rejection', 'valid', entry(rejected)),
  made('a proposal', 'valid', entry(proposed(agreement, { id: PACT, version: agreementDigest(agreement) }))),
  made('a signature', 'valid', entry(signed([LINE, ORIGIN].sort()))),
  made('a type that nobody knows', 'valid', entry({ type: 'x/unknown', body: { any: [1, null, 'thing'] } })),
  made(
    'a message that follows an earlier record of its own log',
    'valid',
    entry({ ...call, re: [{ origin: ORIGIN, index: 0, leaf: LEAF }] }),
  ),
  made('a payload of 46,000 bytes', 'valid', sized(46_000)),
  made(
    'a size that was seen before, with the same root',
    'valid',
    seenLogs([BRAVO, 5, ROOT]),
    seenLogs([BRAVO, 5, ROOT]),
  ),

  made('text', 'entry/not-canonical', utf8('hello')),
  made('nothing', 'entry/not-canonical', new Uint8Array()),
  made('a number without end', 'entry/not-canonical', utf8('1e400')),
  made('a space before the envelope', 'entry/not-canonical', utf8(` ${text(entry())}`)),
  made('an envelope with a member twice', 'entry/not-canonical', utf8(text(entry()).replace('{', '{"payload":"",'))),
  made('a list', 'entry/envelope', utf8('[]')),
  made(
    'one signature',
    'entry/envelope',
    rewritten((of) => ({ ...of, signatures: of.signatures.slice(0, 1) })),
  ),
  made(
    'three signatures',
    'entry/envelope',
    rewritten((of) => ({ ...of, signatures: [...of.signatures, of.signatures[0]] })),
  ),
  made(
    'the signatures the other way round',
    'entry/envelope',
    rewritten((of) => ({ ...of, signatures: [...of.signatures].reverse() })),
  ),
  made(
    'one member more',
    'entry/envelope',
    rewritten((of) => ({ ...of, more: 1 })),
  ),
  made(
    'a payload that is not base64',
    'entry/envelope',
    rewritten((of) => ({ ...of, payload: `${of.payload}=` })),
  ),
  made(
    'another payload type',
    'entry/payload-type',
    rewritten((of) => ({ ...of, payloadType: 'text/plain' })),
  ),

  made(
    'a payload with a space',
    'statement/not-canonical',
    signedText((of) => ` ${of}`),
  ),
  made('a payload of 46,001 bytes', 'statement/not-canonical', sized(46_001)),
  made(
    'a fraction in the body',
    'statement/not-canonical',
    signedText((of) => of.replace('"body":{}', '"body":{"x":0.5}')),
  ),
  made(
    'a number without end in the body',
    'statement/not-canonical',
    signedText((of) => of.replace('"body":{}', '"body":{"x":1e400}')),
  ),
  made(
    'an integer above 2⁵³ − 1 in the body',
    'statement/not-canonical',
    signedText((of) => of.replace('"body":{}', '"body":{"x":9007199254740992}')),
  ),
  made(
    'a key __proto__ in the body',
    'statement/not-canonical',
    signedText((of) => of.replace('"body":{}', '"body":{"__proto__":1}')),
  ),
  made(
    'a payload of 33 levels',
    'statement/not-canonical',
    signedText((of) => of.replace('"body":{}', `"body":{"x":${'['.repeat(31)}${']'.repeat(31)}}`)),
  ),

  made('a member that no statement has', 'statement/schema', signedAsIs({ ...statement(), more: 1 })),
  made('a time without milliseconds', 'statement/schema', signedAsIs(statement({ time: '2026-11-24T09:00:00Z' }))),
  made('a day that does not exist', 'statement/schema', signedAsIs(statement({ time: '2026-02-30T09:00:00.000Z' }))),
  made('an id of version 4', 'statement/schema', signedAsIs(statement({ id: '0195f3a0-7c11-4abc-8def-0123456789ab' }))),
  made(
    'recipients that are not sorted',
    'statement/schema',
    signedAsIs(statement({ to: ['bravo.example', 'alfa.example'] })),
  ),
  made(
    'a part smaller than any frame',
    'statement/schema',
    signedAsIs(statement({ content: [{ ...bundle, size: 255 }] })),
  ),

  made('a copy from another log', 'statement/origin', entry({ origin: LINE })),
  made('from somebody else', 'statement/from', signStatement(statement({ from: 'bravo.example' }), bravo.statement)),
  made('another agreement', 'statement/pact', entry({ pact: { id: '00'.repeat(16), version: '0'.repeat(64) } })),
  made('signed with keys of another role', 'statement/signature', signStatement(statement(), alfa.log)),
  made('signed by another party', 'statement/signature', signStatement(statement(), bravo.statement)),
  made(
    'one of two signatures by another',
    'statement/signature',
    signStatement(statement(), { ...alfa.statement, mldsa44: bravo.statement.mldsa44 }),
  ),

  unopened('a log that begins with a pin', entry()),
  {
    ...unopened(
      'a log opened with another card',
      entry({ type: 'log/open', body: { card: bravo.card.digest, predecessor: null } }),
    ),
    expect: 'undecided',
  },
  unopened('an opening that comes second', entry(), opening()),
  unopened('a pin in a log whose first entry is text', utf8('hello'), entry()),
  made(
    'a second opening',
    'log/opened-twice',
    entry({ type: 'log/open', body: { card: alfa.card.digest, predecessor: null } }),
  ),
  made(
    'an id for the second time',
    'statement/id-reused',
    signStatement(reused, alfa.statement),
    signStatement({ ...reused, mode: 'Test' }, alfa.statement),
  ),
  made('addressed to a neutral', 'statement/to', entry({ ...share, to: ['watch.example'] })),
  made('addressed to its author', 'statement/to', entry({ ...share, to: ['alfa.example'] })),
  made('having seen less than before', 'statement/seen', seenLogs([BRAVO, 5, ROOT]), seenLogs([BRAVO, 4, ROOT])),
  made(
    'having seen another root at the same size',
    'statement/seen',
    seenLogs([BRAVO, 5, ROOT]),
    seenLogs([BRAVO, 5, LEAF]),
  ),
  made('having seen its own log', 'statement/seen', seenLogs([ORIGIN, 1, ROOT])),
  made(
    'having seen a log of another channel',
    'statement/seen',
    seenLogs([BRAVO.replace('/main/', '/line/'), 1, ROOT]),
  ),
  made('having seen a log of a neutral', 'statement/seen', seenLogs([ORIGIN.replace('alfa', 'watch'), 1, ROOT])),
  made('naming an older receipt than before', 'statement/seen', seenReceipt(ORIGIN, 5), seenReceipt(ORIGIN, 4)),
  made('naming a receipt on a log of another channel', 'statement/seen', seenReceipt(LINE, 5)),
  made(
    'following a record of its own log that is still to come',
    'statement/re',
    entry({ ...call, re: [{ origin: ORIGIN, index: 1, leaf: LEAF }] }),
  ),

  made('a pin with a body', 'statement/body', entry({ body: { x: 1 } })),
  made('a pin that answers', 'statement/body', entry({ re: [{ origin: BRAVO, index: 0, leaf: LEAF }] })),
  made('a pin with content', 'statement/body', entry({ content: [bundle] })),
  made('a pin to somebody', 'statement/body', entry({ to: ['bravo.example'] })),
  made('a share without content', 'statement/body', entry({ ...share, content: [] })),
  made('a share to nobody', 'statement/body', entry({ ...share, to: [] })),
  made(
    'a share of the third of two pieces',
    'statement/body',
    entry({ ...share, body: { ...share.body, piece: 3, pieces: 2 } }),
  ),
  made('a message without precedence', 'statement/body', entry({ ...call, body: { number: 1 } })),
  made('a message in two parts', 'statement/body', entry({ ...call, content: [words, words] })),
  made('an acknowledgement of nothing', 'statement/body', entry({ ...ack, re: [] })),
  made(
    'an acknowledgement of a record of its own author',
    'statement/body',
    entry({ ...ack, re: [{ origin: ORIGIN, index: 0, leaf: LEAF }] }),
  ),
  made(
    'an acknowledgement of a record of another channel',
    'statement/body',
    entry({ ...ack, re: [{ origin: BRAVO.replace('/main/', '/line/'), index: 0, leaf: LEAF }] }),
  ),
  made(
    'an acknowledgement of a record under another agreement',
    'statement/body',
    entry({ ...ack, re: [{ origin: BRAVO.replace(PACT, '8e'.repeat(16)), index: 0, leaf: LEAF }] }),
  ),
  made(
    'a rejection of two records',
    'statement/body',
    entry({ ...rejected, re: [0, 1].map((index) => ({ origin: BRAVO, index, leaf: LEAF })) }),
  ),
  made(
    'a rejection of a record of its own author',
    'statement/body',
    entry({ ...rejected, re: [{ origin: ORIGIN, index: 0, leaf: LEAF }] }),
  ),
  made(
    'a rejection for a reason that is none',
    'statement/body',
    entry({ ...rejected, body: { part: 0, reason: 'dislike' } }),
  ),
  made(
    'a proposal that is not the version it names',
    'statement/body',
    entry(proposed(agreement, { id: PACT, version: ROOT })),
  ),
  made(
    'a proposal of another agreement',
    'statement/body',
    entry(proposed(elsewhere, { id: PACT, version: agreementDigest(elsewhere) })),
  ),
  made('a signature that does not name its own log', 'statement/body', entry(signed([LINE]))),
  made('a signature that names a log of another party', 'statement/body', entry(signed([ORIGIN, BRAVO].sort()))),
  made(
    'a signature that names a log under another agreement',
    'statement/body',
    entry(signed([ORIGIN, LINE.replace(PACT, '8e'.repeat(16))].sort())),
  ),
  made(
    'a signature that names two logs of one channel',
    'statement/body',
    entry(signed([ORIGIN, `${ORIGIN.slice(0, -1)}1`].sort())),
  ),
  made('a signature whose logs are not sorted', 'statement/body', entry(signed([LINE, ORIGIN].sort().reverse()))),
]
