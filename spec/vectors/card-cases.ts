// Cards, one at the least for each code with which a card is refused (spec/card.md). All but those that are about form or
// signatures are signed anew, so that nothing but the fault named is wrong with them.

import { type CardBody, type CardSigners, canonicalJson, makeCard, parseCard } from '@countersign/record'
import { alfa, bravo, pair, publicOf } from './samples.ts'
import { parsed, text } from './texts.ts'

export interface CardCase {
  name: string
  /** `valid`, or the code with which the card is refused. */
  expect: string
  card: string
  /** Hex, of a valid card. */
  digest?: string
  rootDigest?: string
}

const second = pair(77)
const own: CardSigners = {
  log: alfa.log,
  statement: alfa.statement,
  receipt: alfa.receipt,
  request: alfa.request.ed25519,
  root: [alfa.root],
}
const body = (change: (of: CardBody) => void): CardBody => {
  const copy = structuredClone(alfa.card.body)
  change(copy)
  return copy
}
const made = (
  name: string,
  expect: string,
  change: (of: CardBody) => void,
  signers: Partial<CardSigners> = {},
): CardCase => ({
  ...{ name, expect },
  card: text(makeCard(body(change), { ...own, ...signers })),
})
/** The file changed after it was signed. */
const spoiled = (
  name: string,
  expect: string,
  change: (file: ReturnType<typeof parsed>) => void,
  of = alfa.file,
): CardCase => {
  const copy = parsed(of)
  change(copy)
  return { name, expect, card: text(canonicalJson(copy)) }
}
const valid = (name: string, file: Uint8Array): CardCase => {
  const card = parseCard(file)
  if (!card.ok) throw new Error(card.message)
  return { name, expect: 'valid', card: text(file), digest: card.value.digest, rootDigest: card.value.rootDigest }
}
const twoRoots = (threshold: number) => (of: CardBody) => {
  of.root = { threshold, keys: [alfa.root, second].map(publicOf) }
}
const bothSign = makeCard(body(twoRoots(2)), { ...own, root: [alfa.root, second] })
const strict = (ed25519: string) => (of: CardBody) => {
  of.keys.statement = { ...of.keys.statement, ed25519: Buffer.from(ed25519, 'hex').toString('base64') }
}

export const cardCases: CardCase[] = [
  valid('a card', alfa.file),
  valid('one of two root keys, of which one is needed', makeCard(body(twoRoots(1)), own)),

  { name: 'not canonical', expect: 'card/form', card: ` ${text(alfa.file)}` },
  { name: 'nothing', expect: 'card/form', card: '' },
  { name: 'a number without end', expect: 'card/form', card: '1e400' },
  {
    name: 'a serial with a fraction',
    expect: 'card/form',
    card: text(alfa.file).replace('"serial":1', '"serial":1.5'),
  },
  spoiled('a member that no card has', 'card/form', (file) => {
    file.more = 1
  }),
  spoiled('no root signature', 'card/form', (file) => {
    file.root = []
  }),
  spoiled('a key of 31 bytes', 'card/form', (file) => {
    file.card.keys.request.ed25519 = Buffer.alloc(31).toString('base64')
  }),
  spoiled('an endpoint over plain http that is not loopback', 'card/form', (file) => {
    file.card.endpoints = ['http://node.alfa.example/']
  }),
  spoiled('a sealing key of another kind', 'card/form', (file) => {
    file.card.keys.sealing.age = `age1${'q'.repeat(58)}`
  }),

  made('a key that is the identity', 'card/weak-key', strict(`01${'00'.repeat(31)}`)),
  made('a key of order 8', 'card/weak-key', strict('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')),
  made(
    'a key with a torsion component',
    'card/weak-key',
    strict('cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d'),
  ),
  made(
    'a key that is not canonical',
    'card/weak-key',
    strict(`eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f`),
  ),
  made(
    'one key for two roles',
    'card/equal-keys',
    (of) => {
      of.keys.receipt = of.keys.log
    },
    { receipt: alfa.log },
  ),
  made(
    'a root key that also signs statements',
    'card/equal-keys',
    (of) => {
      of.keys.statement = publicOf(alfa.root)
    },
    { statement: alfa.root },
  ),
  made(
    'one root key twice',
    'card/equal-keys',
    (of) => {
      of.root.keys = [alfa.root, alfa.root].map(publicOf)
    },
    { root: [alfa.root, alfa.root] },
  ),
  made('a threshold above the number of root keys', 'card/threshold', (of) => {
    of.root.threshold = 2
  }),
  made('a validity that ends before it begins', 'card/validity', (of) => {
    of.validity = { notBefore: of.validity.notAfter, notAfter: of.validity.notBefore }
  }),
  made('a validity without length', 'card/validity', (of) => {
    of.validity.notAfter = of.validity.notBefore
  }),

  spoiled('a name that was changed', 'card/possession', (file) => {
    file.card.name = 'Somebody else'
  }),
  made('another party’s log key', 'card/possession', (of) => {
    of.keys.log = publicOf(bravo.log)
  }),
  made('another party’s request key', 'card/possession', (of) => {
    of.keys.request = { ed25519: publicOf(bravo.request).ed25519 }
  }),
  spoiled('possession proved for another role', 'card/possession', (file) => {
    ;[file.possession.log, file.possession.receipt] = [file.possession.receipt, file.possession.log]
  }),

  made('signed by another root', 'card/root-signature', () => undefined, { root: [second] }),
  spoiled(
    'one root signature of two that does not verify',
    'card/root-signature',
    (file) => {
      file.root[1] = { ...file.root[0], key: 1 }
    },
    bothSign,
  ),
  spoiled('a root signature of one algorithm only', 'card/root-signature', (file) => {
    file.root[0].mldsa44 = Buffer.alloc(2_420).toString('base64')
  }),
  spoiled(
    'root signatures out of order',
    'card/root-order',
    (file) => {
      file.root.reverse()
    },
    bothSign,
  ),
  spoiled(
    'one root signature twice',
    'card/root-order',
    (file) => {
      file.root[1] = file.root[0]
    },
    bothSign,
  ),
  spoiled('a root signature by a key that the card does not name', 'card/root-order', (file) => {
    file.root[0].key = 1
  }),
  made('one of two root signatures that are needed', 'card/threshold', twoRoots(2)),
]
