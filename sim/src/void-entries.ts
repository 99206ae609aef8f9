// Entries that no reader may take for a record: of every kind that a hostile author can write into its own log.

import { utf8 } from '@countersign/log'
import type { Identity } from '@countersign/node'
import { parseEntry, type Statement, signStatement } from '@countersign/record'

/** Of a statement that was valid in that log. */
export function voidEntries(valid: Statement, author: Identity, other: Identity): Uint8Array[] {
  const { keys } = author
  const signed = (changed: Partial<Statement>, by = keys.statement) => signStatement({ ...valid, ...changed }, by)
  const id = (n: number) => `${valid.id.slice(0, -4)}${(0xa000 + n).toString(16)}`
  const later = '2037-01-01T00:00:00.000Z'
  const makers: (() => Uint8Array)[] = [
    () => utf8('no statement at all'),
    () => new Uint8Array([0, 255, 254, 0]),
    () => new Uint8Array(65_535).fill(0x7b),
    () => utf8('{}'),
    // Said before, under the same id.
    () => signed({}),
    // Of another log, of another party, under another version, and signed by somebody else.
    () => signed({ id: id(1), origin: valid.origin.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }),
    () => signed({ id: id(2), from: other.party }),
    () => signed({ id: id(3), pact: { ...valid.pact, version: '0'.repeat(64) } }),
    () => signed({ id: id(4) }, other.keys.statement),
    // Of a type nobody knows, with a body its type does not have, and of the far future.
    () => signed({ id: id(5), type: 'hotline/unheard' }),
    () => signed({ id: id(6), type: 'hotline/message', body: { number: -1 } }),
    () => signed({ id: id(7), time: later }),
    // Naming what is not there: an answer to nothing, a head that nobody signed, a part that nobody holds.
    () =>
      signed({
        id: id(8),
        re: [
          { origin: `${other.party}${valid.origin.slice(author.party.length)}`, index: 9_999, leaf: 'f'.repeat(64) },
        ],
      }),
    () =>
      signed({
        id: id(9),
        seen: {
          logs: [
            { origin: `${other.party}${valid.origin.slice(author.party.length)}`, size: 77, root: 'e'.repeat(64) },
          ],
          receipts: [],
        },
      }),
    () => signed({ id: id(10), type: 'log/pin', to: [], body: {}, content: [] }),
    // What governs others: another opening, another signature, another proposal.
    () =>
      signed({ id: id(11), type: 'log/open', to: [], body: { card: 'd'.repeat(64), predecessor: null }, content: [] }),
    () => signed({ id: id(12), type: 'pact/sign', body: { base: null, origins: [valid.origin] }, content: [] }),
    () => signed({ id: id(13), type: 'content/rejected', body: { part: 0, reason: 'cannot-open' }, content: [] }),
    () => signed({ id: id(14), type: 'hotline/ack', body: { number: 1 }, content: [] }),
    () => signed({ id: id(15), to: ['nobody.example'] }),
  ]
  return makers.flatMap((make) => {
    try {
      return [make()]
    } catch {
      // The format itself refuses to write some; those cannot be said at all.
      return []
    }
  })
}

/** The newest statement among entries, of any type but a pin. */
export function newestStatement(entries: readonly Uint8Array[]): Statement | undefined {
  for (const bytes of [...entries].reverse()) {
    const entry = parseEntry(bytes)
    if (entry.ok && entry.value.statement.type !== 'log/pin') return entry.value.statement
  }
  return undefined
}
