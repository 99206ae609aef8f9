// Runs the vectors of spec/vectors and gives every answer whole, as text: under Node and in a browser the same code, on
// whichever `#crypto` it finds. What it is handed is JSON as it stands in the files.

import { reportHtml, verifyFile } from '@countersign/client'
import { ed25519, fromBase64, fromHex, sha256, toHex, utf8 } from '@countersign/log'
import {
  type Agreement,
  forceOf,
  heldReceipts,
  inheritedSight,
  type NamedReceipt,
  type Predecessor,
  type ReceiptFact,
  type SignatureFact,
  witnessedSignatures,
} from '@countersign/pact'
import {
  type Card,
  CardSet,
  checkNotice,
  commitment,
  encodeFrame,
  fingerprintWords,
  LogReader,
  parseCard,
  parseNotice,
} from '@countersign/record'
import { judgeAll } from '../../../packages/log/test/vector-judge.ts'

// The vectors are JSON of many forms, and read as another team would.
type Vectors = Record<string, ReturnType<typeof JSON.parse>>

/** One line for each vector: its file, its name, and the whole answer. */
export function answersTo(vectors: Vectors): string[] {
  return [
    ...fileAnswers('evidence', vectors.evidence),
    ...fileAnswers('evidence', vectors['evidence-keys']),
    ...fileAnswers('evidence', vectors['evidence-deposits']),
    ...fileAnswers('evidence', vectors['evidence-fork']),
    ...fileAnswers('exchange', vectors.exchange),
    ...fileAnswers('fork', vectors.fork),
    ...statementAnswers(vectors.statements),
    ...keyAnswers(vectors.keys),
    ...vectors.cards.map((one: Vectors) => line('cards', one.name, parsedCard(one.card))),
    ...vectors.commitments.map((one: Vectors, i: number) => {
      const [salt, plaintext] = [bytes(one.salt), bytes(one.plaintext)]
      const made = [commitment(one.context, salt, plaintext), sha256(encodeFrame(plaintext, salt))]
      return line('commitments', String(i), made)
    }),
    ...vectors.ed25519.map((one: Vectors) => {
      const [key, message, signature] = [hex(one.key), hex(one.message), hex(one.signature)]
      return line('ed25519', one.name, [ed25519.isStrictPublicKey(key), ed25519.verify(key, message, signature)])
    }),
    ...vectors.force.cases.map((one: Vectors) => line('force', one.name, forceIn(one))),
    ...vectors.succession.cases.map((one: Vectors) => line('succession', one.name, sightIn(one))),
    ...destructionAnswers(vectors.destruction),
    ...judgeAll((name) => vectors[`log/${name}`]).map(({ name, got }) => line('log', name, got)),
  ]
}

/** Of each file the report, and the page made of it in each language. */
function fileAnswers(kind: 'evidence' | 'exchange' | 'fork', { trusted, pieces, cases, forks }: Vectors): string[] {
  const cards = [trusted].flat().map((text: string) => {
    const card = parseCard(utf8(text))
    if (!card.ok) throw new Error(card.message)
    return card.value
  })
  return cases.map((one: Vectors) => {
    const file = utf8(one[kind].replaceAll(/«([0-9]+)»/g, (_: string, n: string) => pieces[Number(n)] ?? ''))
    const reader = cards.filter(({ party }) => one.trust?.includes(party) ?? true)
    const beside = (one.beside ?? []).map((name: string) => utf8(forks[name]))
    const report = verifyFile(file, reader, beside)
    const pages = (['en', 'ru', 'zh'] as const).map((language) =>
      sha256(utf8(reportHtml(report, { language, digest: toHex(sha256(file)), trusted: reader }))),
    )
    return line(kind, one.name, { report, pages })
  })
}

function statementAnswers({ card, origin, parties, opening, cases }: Vectors): string[] {
  const author = parseCard(utf8(card))
  if (!author.ok) throw new Error(author.message)
  return cases.map((one: Vectors) => {
    const cards = new CardSet([author.value])
    const reader = new LogReader({ origin, root: author.value.rootDigest, parties, cards })
    const entries = one.unopened === true ? one.entries : [opening, ...one.entries]
    return line('statements', one.name, outcomesOf(reader, entries))
  })
}

function keyAnswers({ root, origin, parties, cards, reach, newest, notices, logs }: Vectors): string[] {
  const held = new Map<string, Card>()
  for (const [name, text] of Object.entries(cards)) {
    const card = parseCard(utf8(String(text)))
    if (card.ok) held.set(name, card.value)
  }
  const setOf = (names: string[]) => new CardSet(names.flatMap((name) => held.get(name) ?? []))
  return [
    ...reach.map((one: Vectors) => {
      const card = held.get(one.card)
      return line('keys', one.name, card && setOf(one.held).reach(card, root))
    }),
    ...newest.map((one: Vectors) =>
      line('keys', one.name, [
        setOf(one.held).newest('alfa.example', root)?.digest ?? null,
        setOf(one.held).contradictions('alfa.example', root),
      ]),
    ),
    ...notices.map((one: Vectors) => {
      const notice = parseNotice(utf8(one.notice))
      return line('keys', one.name, notice.ok ? checkNotice(notice.value, setOf(one.held), root) : notice)
    }),
    ...logs.map((one: Vectors) => {
      const reader = new LogReader({ origin, root, parties, cards: setOf(one.held) })
      return line('keys', one.name, outcomesOf(reader, one.entries))
    }),
  ]
}

function outcomesOf(reader: LogReader, entries: string[]): unknown[] {
  const outcomes: unknown[] = []
  for (const entry of entries) {
    const outcome = reader.read(reader.position, bytes(entry))
    outcomes.push(outcome)
    if (outcome.kind === 'awaits') break
  }
  return outcomes
}

function parsedCard(text: string): unknown {
  const card = parseCard(utf8(text))
  return card.ok ? { ...card.value, words: fingerprintWords(card.value) } : card
}

function forceIn({ agreement, signatures, receipts }: Vectors): unknown {
  const held = heldReceipts(receipts as ReceiptFact[])
  const under = agreement as Agreement
  return forceOf(under, 'main', witnessedSignatures(under, 'main', signatures as SignatureFact[], held)) ?? null
}

function sightIn({ logs, held, entry, sizes, named }: Vectors): unknown {
  const upTo = (origin: string, index: number): Vectors[] => (logs[origin] ?? []).slice(0, index + 1)
  const seenAt = (origin: string, index: number) => ({
    size: (other: string): number =>
      upTo(origin, index)
        .flatMap((one) => one.logs)
        .reduce((most: number, log: Vectors) => (log.origin === other ? Math.max(most, log.size) : most), 0),
    named: (by: string, on: string): NamedReceipt | undefined =>
      upTo(origin, index)
        .flatMap((one) => one.receipts)
        .findLast((one: NamedReceipt) => one.by === by && one.origin === on),
  })
  const sight = inheritedSight(entry, seenAt, (origin): Predecessor | undefined => held[origin])
  return [
    sizes.map(({ origin }: { origin: string }) => sight.size(origin)),
    sight.named(named.by, named.origin) ?? null,
  ]
}

/** What of a destruction is judged without a database: each of its logs, entry by entry, under the agreement's root. */
function destructionAnswers({ agreement, cards, entries, cases }: Vectors): string[] {
  const held: Card[] = cards.flatMap((text: string) => {
    const card = parseCard(utf8(text))
    return card.ok ? [card.value] : []
  })
  const parties: string[] = agreement.channels.find(({ name }: Vectors) => String(name) === 'main').parties
  return cases.flatMap((one: Vectors) =>
    one.logs.map((log: { origin: string; entries: number[] }) => {
      const root = held.find(({ party }) => log.origin.startsWith(`${party}/`))?.rootDigest ?? ''
      const reader = new LogReader({ origin: log.origin, root, parties, cards: new CardSet(held) })
      const read = outcomesOf(
        reader,
        log.entries.map((place) => String(entries[place])),
      )
      return line('destruction', `${one.name}, ${log.origin}`, read)
    }),
  )
}

/** Bytes as hex, and maps as lists: everything that an answer holds is in the text. */
function line(file: string, name: string, answer: unknown): string {
  const text = JSON.stringify(answer, (_, value) => (value instanceof Uint8Array ? `hex:${toHex(value)}` : value))
  return `${file}: ${name}: ${text}`
}

function bytes(text: string): Uint8Array {
  return fromBase64(text) ?? new Uint8Array()
}

function hex(text: string): Uint8Array {
  return fromHex(text) ?? new Uint8Array()
}
