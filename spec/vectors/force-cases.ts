// Force (spec/agreement.md): facts that are taken as verified, and what follows from them; equal in whatever order they are
// looked at.

import { agreement, ORIGIN } from './samples.ts'

const [A, B] = [ORIGIN, ORIGIN.replace('alfa', 'bravo')]
const B2 = B.replace(/[0-9a-f]{16}$/, '0'.repeat(16))
const expires = Date.parse(agreement.offer.expires) / 1000
let digests = 0
const by = (party: string, origin: string, size: number, time: number) => ({
  ...{ by: `${party}.example`, origin, size, time },
  digest: (++digests).toString(16).padStart(64, '0'),
})
const named = ({ time: _, ...one }: ReturnType<typeof by>) => one
const signs = (party: string, origin: string, index: number) => ({ party: `${party}.example`, origin, index })
const both = [signs('alfa', A, 2), signs('bravo', B, 1)]
const said = (inForce: boolean, named_: unknown[], index = 3, size = 2) => ({
  ...{ origin: A, index, seen: { logs: [{ origin: B, size }], receipts: named_ }, inForce },
})
const first = by('watch', A, 3, 1_790_000_000)
const last = by('watch', B, 2, 1_790_000_060)
const later = by('watch', B, 2, 1_790_000_120)
const twin = by('watch', A, 3, 1_790_000_060)
const [early, onTime, late] = [
  by('watch', B, 50, 1_789_999_000),
  by('watch', B, 2, expires - 1),
  by('watch', B, 2, expires),
]
const [bravos, alfas] = [by('bravo', A, 3, 1_790_000_000), by('alfa', B, 2, 1_790_000_060)]
const noDepositary = { ...agreement, neutrals: [], quorum: 0 }
const one = (
  name: string,
  signatures: unknown[],
  receipts: unknown[],
  since: number | null,
  records: unknown[],
  of = agreement,
) => ({
  ...{ name, agreement: of, channel: 'main', signatures, receipts, since, records },
})
export const forceCases = [
  one('each signed, and the depositary covers both', both, [first, last], last.time, [
    said(true, [named(last)]),
    said(false, [named(last)], 2),
    said(false, [named(last)], 3, 1),
    said(false, []),
    said(false, [named(first)]),
    said(false, [{ ...named(last), digest: 'f'.repeat(64) }]),
    said(true, [{ ...named(last), size: 7, digest: 'f'.repeat(64) }]),
    said(false, [{ ...named(last), by: 'bravo.example' }]),
  ]),
  one('one has not signed', both.slice(0, 1), [first, last], null, [said(false, [named(last)])]),
  one('a receipt of the size of the index covers nothing', both, [first, { ...last, size: 1 }], null, []),
  one('covered in the last second of the offer', both, [first, onTime], expires - 1, [said(true, [named(onTime)])]),
  one('covered in the second in which the offer expires', both, [first, late], null, [said(false, [named(late)])]),
  one('two receipts of one second', both, [twin, last], last.time, [
    said(true, [named(twin)]),
    said(true, [named(last)]),
  ]),
  one('a second receipt of one size', both, [first, last, later], last.time, [
    said(true, [named(later)]),
    said(true, [named(last)]),
  ]),
  one('a larger receipt with a smaller time', both, [first, last, early], first.time, [
    said(true, [named(last)]),
    said(true, [named(early)]),
    said(true, [named(first)]),
  ]),
  one('a second log that nobody covers', [...both, signs('bravo', B2, 1)], [first, last], last.time, [
    said(true, [named(last)]),
  ]),
  one(
    'a second log that is covered later',
    [...both, signs('bravo', B2, 1)],
    [first, last, by('watch', B2, 2, 1_790_009_000)],
    last.time,
    [said(true, [named(last)])],
  ),
  one(
    'a second log that is covered after the offer',
    [...both, signs('bravo', B2, 1)],
    [first, last, by('watch', B2, 2, expires + 5)],
    last.time,
    [said(true, [named(last)])],
  ),
  one('parties’ receipts beside a depositary', both, [bravos, alfas], null, []),
  one(
    'without a depositary',
    both,
    [bravos, alfas],
    alfas.time,
    [said(true, [named(alfas)]), said(false, [named(bravos)])],
    noDepositary,
  ),
  one(
    'without a depositary, one covered by nobody else',
    both,
    [by('alfa', A, 3, 1_790_000_000), alfas],
    null,
    [],
    noDepositary,
  ),
]
