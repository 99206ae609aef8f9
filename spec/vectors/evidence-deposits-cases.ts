// Evidence with deposits among its receipts (spec/receipt.md, A deposit). The record stands at index 2; with the receipts
// alone its lo is 1000 and its hi for bravo 1010.

import { formatNote, parseNote, toBase64 } from '@countersign/log'
import { depositKeyName, formatEvidence, receiptKeyName } from '@countersign/record'
import type { EvidenceCase } from './evidence-cases.ts'
import { cosignedAt, made, WHOLE } from './evidence-making.ts'
import { bravo, checkpointOf, type Member, ORIGIN, watch } from './samples.ts'
import { text } from './texts.ts'

const given = (receipts: (typeof WHOLE)['receipts']) => text(formatEvidence(made({ receipts })))
const holds = (
  name: string,
  receipts: (typeof WHOLE)['receipts'],
  times: { lo: number | null; hi: number | null },
) => ({
  ...{ name, fails: [], ...times },
  evidence: given(receipts),
})

const HEAD = checkpointOf(WHOLE.entries.slice(0, 3), ORIGIN)
/** The author's lines, and those that `lines` makes of the receipt and the deposit of one signer, size and time. */
function mixed(name: string, by: Member, lines: (receipt: string[], deposit: string[]) => string[]): EvidenceCase {
  const note = (as: typeof receiptKeyName) => {
    const parsed = parseNote(cosignedAt(HEAD, by, 1010, as))
    if (!parsed.ok) throw new Error(parsed.message)
    return parsed.value
  }
  const [receipt, deposit] = [note(receiptKeyName), note(depositKeyName)]
  const signers = (of: typeof receipt) => of.signatures.slice(2).map(({ line }) => line)
  const own = receipt.signatures.slice(0, 2).map(({ line }) => line)
  const file = formatNote(receipt.text, [...own, ...lines(signers(receipt), signers(deposit))])
  const whole = made({ receipts: [[by, 3, 1010]] })
  const receipts = whole.receipts.map((one) => ({ ...one, note: toBase64(file) }))
  return { name, fails: ['evidence/receipts'], evidence: text(formatEvidence({ ...whole, receipts })) }
}

/** A line under the name of another: the same signature, with the id that stands before it. */
function renamed(line: string | undefined, like: string | undefined): string {
  const [dash = '', , signature = ''] = (line ?? '').split(' ')
  const [, name = '', named = ''] = (like ?? '').split(' ')
  const bytes = Buffer.from(signature, 'base64')
  Buffer.from(named, 'base64').copy(bytes, 0, 0, 4)
  return `${dash} ${name} ${bytes.toString('base64')}`
}

export const evidenceDepositsCases: EvidenceCase[] = [
  holds(
    'a deposit that does not cover the record bounds it from below by nothing',
    [
      [watch, 2, 1000],
      [watch, 2, 1009, depositKeyName],
      [bravo, 3, 1005],
    ],
    { lo: 1000, hi: 1005 },
  ),
  holds(
    'with deposits alone that do not cover it, it has no lower bound',
    [
      [watch, 1, 900, depositKeyName],
      [watch, 2, 1000, depositKeyName],
      [bravo, 3, 1010],
    ],
    { lo: null, hi: 1010 },
  ),
  holds(
    'a deposit that covers it bounds it from above, as a receipt of the depositary does',
    [
      [watch, 2, 1000],
      [bravo, 3, 1010],
      [watch, 3, 1005, depositKeyName],
    ],
    { lo: 1000, hi: 1005 },
  ),
  holds(
    'the receipt on the same size in a later second bounds what follows, and nothing of the record',
    [
      [watch, 2, 1000],
      [watch, 3, 1005, depositKeyName],
      [watch, 3, 1006],
    ],
    { lo: 1000, hi: 1005 },
  ),
  holds(
    'a deposit dated before lo is ignored',
    [
      [watch, 2, 1000],
      [bravo, 3, 1010],
      [watch, 3, 990, depositKeyName],
    ],
    { lo: 1000, hi: 1010 },
  ),
  holds(
    'made by a party, it is a receipt of that party',
    [
      [watch, 2, 1000],
      [bravo, 3, 1010, depositKeyName],
    ],
    { lo: 1000, hi: 1010 },
  ),
  mixed('the lines of a deposit under the name of a receipt', watch, (receipt, deposit) =>
    deposit.map((line, i) => renamed(line, receipt[i])),
  ),
  mixed('the lines of a receipt under the name of a deposit', watch, (receipt, deposit) =>
    receipt.map((line, i) => renamed(line, deposit[i])),
  ),
  mixed('one line of a receipt and one of a deposit', watch, ([classic = ''], [, quantum = '']) => [classic, quantum]),
  mixed('one line of a deposit and one of a receipt', watch, ([, quantum = ''], [classic = '']) => [classic, quantum]),
  mixed('a receipt and a deposit in one note', watch, (receipt, deposit) => [...receipt, ...deposit]),
  mixed('a deposit of another signer', bravo, (receipt, deposit) =>
    deposit.map((line, i) => renamed(line, receipt[i]?.replace(bravo.party, watch.party))),
  ),
]
