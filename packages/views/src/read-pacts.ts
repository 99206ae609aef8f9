// Agreements with who has signed them where, and since when they are in force.

import { toBase64 } from '@countersign/log'
import type { Sqlite } from './database.ts'
import type { Forces } from './forces.ts'
import type { KnownAgreement, KnownAgreements, KnownCards } from './known.ts'
import type { PactRow } from './rows.ts'
import { VALIDITY } from './schema.ts'

interface SignatureRow {
  party: string
  origin: string
  idx: number
  time: string
}

export class PactReader {
  private readonly agreements: KnownAgreements
  private readonly cards: KnownCards
  private readonly forces: Forces
  private readonly now: () => number
  private readonly sql

  constructor(
    sqlite: Sqlite,
    of: { agreements: KnownAgreements; cards: KnownCards; forces: Forces; now: () => number },
  ) {
    this.agreements = of.agreements
    this.cards = of.cards
    this.forces = of.forces
    this.now = of.now
    this.sql = {
      signatures: sqlite.prepare<[string, string], SignatureRow>(
        `select s.party, s.origin, s.idx, r.time from signatures s
         join records r on r.origin = s.origin and r.idx = s.idx
         where s.version = ? and s.channel = ? and r.validity = ${VALIDITY.valid} order by s.origin, s.idx`,
      ),
      signed: sqlite.prepare<[string, string, string, string], { n: number }>(
        'select 1 as n from signatures where pact = ? and version = ? and channel = ? and party = ? limit 1',
      ),
    }
  }

  /** Every version, or those of one agreement: the offers that end last first. */
  rows(id?: string): PactRow[] {
    return this.agreements
      .all()
      .filter(({ agreement }) => id === undefined || agreement.id === id)
      .sort((a, b) => {
        const [x, y] = [a.agreement.offer.expires, b.agreement.offer.expires]
        return x === y ? (a.version < b.version ? -1 : 1) : x < y ? 1 : -1
      })
      .map((known) => this.row(known))
  }

  hasSigned(pact: string, version: string, channel: string, party: string): boolean {
    return this.sql.signed.get(pact, version, channel, party) !== undefined
  }

  private row({ version, agreement }: KnownAgreement): PactRow {
    const channels = agreement.channels.map(({ name, parties }) => {
      const signatures = this.sql.signatures.all(version, name)
      return {
        name,
        signatures: parties.map((party) => {
          const signature = signatures.find((one) => one.party === party)
          return {
            party,
            record: signature === undefined ? null : `${signature.origin}#${signature.idx}`,
            time: signature?.time ?? null,
          }
        }),
        force: this.forces.of(version, name) ?? null,
      }
    })
    const shared = channels.filter(({ signatures }) => signatures.length === agreement.parties.length)
    const signed = shared.every(({ signatures }) => signatures.every(({ record }) => record !== null))
    const inForce = shared.every(({ force }) => force !== null)
    const { term, offer } = agreement
    const over = term.until !== null && Date.parse(term.until) <= this.now()
    const lapsed = !inForce && Date.parse(offer.expires) <= this.now()
    const members = [...agreement.parties, ...agreement.neutrals]
    return {
      id: agreement.id,
      version,
      title: agreement.title,
      state: over || lapsed ? 'expired' : inForce ? 'in-force' : signed ? 'signed' : 'draft',
      agreement,
      channels,
      cards: members.flatMap(({ party, root }) => {
        const card = this.cards.withRoot(party, root)
        return card === undefined ? [] : [toBase64(card.bytes)]
      }),
    }
  }
}
