// An agreement on one page, in plain words, for a terminal.

import type { Agreement, Sighter } from './agreement.ts'

const SIGHTER: Record<Sighter, string> = {
  withheld: 'feedback names nobody who saw something but the party itself',
  optional: 'feedback may name who behind a party saw something',
  named: 'each sighting names who saw it',
}

export function explainAgreement(agreement: Agreement): string {
  const { parties, neutrals, witnesses, channels, share, sightings, limits, intervals, clauses } = agreement
  const stix =
    'allow' in share.stix
      ? `only ${list(share.stix.allow)}`
      : share.stix.deny.length === 0
        ? 'every STIX type'
        : `every STIX type but ${list(share.stix.deny)}`
  const lines = [
    agreement.title,
    '='.repeat(Math.min(72, agreement.title.length)),
    '',
    `Parties    ${parties.map(({ name, party }) => `${name} (${party})`).join(', ')}`,
    neutrals.length === 0
      ? 'Neutral    none: nobody outside the parties can say when something was held'
      : `Neutral    ${neutrals.map(({ name, party, roles }) => `${name} (${party}), ${list(roles)}`).join('; ')}`,
    ...(witnesses === undefined
      ? []
      : [
          `Witnesses  ${witnesses.of.map(({ name, operator }) => `${name} of ${operator}`).join(', ')}; ${witnesses.quorum} of them show that nobody was shown another log`,
        ]),
    `Channels   ${channels.map(({ name, parties: of }) => (of.length === parties.length ? `${name} (all)` : `${name} (${list(of)})`)).join(', ')}`,
    `Shared     ${list(share.records)}; ${stix}; marked ${agreement.marking.max} at most`,
    ...(sightings === undefined ? [] : [`Sightings  ${SIGHTER[sightings.sighter]}`]),
    `Limits     ${limits.entriesPerDay} records and ${megabytes(limits.bytesPerDay)} a day; ${limits.parts} parts of ${megabytes(limits.partBytes)} a record`,
    `Clocks     nodes look every ${intervals.pollSeconds} s; the neutral countersigns every ${intervals.cosignSeconds} s; content that cannot be opened is rejected within ${intervals.rejectSeconds} s`,
    `Kept       ${agreement.retention.days} days`,
    `Offer      open until ${agreement.offer.expires}`,
    `Term       ${agreement.term.from ?? 'from its entry into force'} to ${agreement.term.until ?? 'no end'}`,
  ]
  for (const { id, text, source } of clauses) lines.push('', `${id}. ${text.trim()}`, `   Source: ${source.trim()}`)
  return `${lines.join('\n')}\n`
}

function list(words: readonly string[]): string {
  return words.length === 0 ? 'nothing' : words.join(', ')
}

function megabytes(bytes: number): string {
  return bytes % 1_048_576 === 0 ? `${bytes / 1_048_576} MiB` : `${bytes} bytes`
}
