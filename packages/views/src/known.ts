// What this node has been given outside the logs: agreements and cards. Both are few and small and are kept in memory
// too. An agreement is also known once its draft stands in a valid `pact/propose`.

import { equalBytes, fromUtf8, ok, type Result, toBase64, utf8 } from '@countersign/log'
import { type Agreement, agreementDigest, parseAgreement } from '@countersign/pact'
import { type Card, CardSet, parseCard } from '@countersign/record'
import type { Sqlite } from './database.ts'
import type { CardRow } from './rows.ts'

export interface KnownAgreement {
  version: string
  agreement: Agreement
}

export class KnownAgreements {
  private readonly sqlite: Sqlite
  private readonly byVersion = new Map<string, KnownAgreement>()

  constructor(sqlite: Sqlite) {
    this.sqlite = sqlite
    const rows = sqlite.prepare<[], { body: string }>('select body from agreements order by version').all()
    for (const { body } of rows) {
      const agreement = parseAgreement(utf8(body))
      if (agreement.ok) this.remember(agreement.value)
    }
  }

  /** With `pact`, only where it is a version of that agreement. */
  of(version: string, pact?: string): Agreement | undefined {
    const agreement = this.byVersion.get(version)?.agreement
    return pact === undefined || agreement?.id === pact ? agreement : undefined
  }

  /** The versions of one agreement, sorted by digest. */
  versions(pact: string): KnownAgreement[] {
    return this.all().filter(({ agreement }) => agreement.id === pact)
  }

  all(): KnownAgreement[] {
    return [...this.byVersion.values()].sort((a, b) => (a.version < b.version ? -1 : 1))
  }

  /** `fresh` where it was not known. Refuses what `parseAgreement` refuses. */
  keep(canonical: Uint8Array): Result<KnownAgreement & { fresh: boolean }> {
    const parsed = parseAgreement(canonical)
    if (!parsed.ok) return parsed
    const version = agreementDigest(parsed.value)
    if (this.byVersion.has(version)) return ok({ version, agreement: parsed.value, fresh: false })
    this.sqlite
      .prepare('insert into agreements values (?, ?, ?)')
      .run(version, parsed.value.id, fromUtf8(canonical) ?? '')
    return ok({ ...this.remember(parsed.value), fresh: true })
  }

  clear(): void {
    this.sqlite.exec('delete from agreements')
    this.byVersion.clear()
  }

  private remember(agreement: Agreement): KnownAgreement {
    const known = { version: agreementDigest(agreement), agreement }
    this.byVersion.set(known.version, known)
    return known
  }
}

export class KnownCards {
  /** Which of them a reader accepts, it says by the root that its agreement pins. */
  set = new CardSet()
  private readonly sqlite: Sqlite

  constructor(sqlite: Sqlite) {
    this.sqlite = sqlite
    for (const { file } of sqlite.prepare<[], { file: string }>('select file from cards').all()) {
      const card = parseCard(utf8(file))
      if (card.ok) this.set.add(card.value)
    }
  }

  of(digest: string): Card | undefined {
    return this.set.of(digest)
  }

  withRoot(party: string, rootDigest: string): Card | undefined {
    return this.set.newest(party, rootDigest)
  }

  keep(file: Uint8Array): Result<Card> {
    // Every start brings again what is known.
    const known = this.set.all().find(({ bytes }) => equalBytes(bytes, file))
    if (known !== undefined) return ok(known)
    const card = parseCard(file)
    if (!card.ok || !this.set.add(card.value)) return card
    const { digest, party, rootDigest, body } = card.value
    this.sqlite
      .prepare(`insert into cards values (?, ?, ?, ?, ?, ?) on conflict (digest) do update set file = excluded.file`)
      .run(digest, party, rootDigest, body.serial, body.name, fromUtf8(file) ?? '')
    return card
  }

  rows(): CardRow[] {
    return this.set
      .all()
      .map(({ party, body, digest, rootDigest, bytes }) => ({
        ...{ party, name: body.name, serial: body.serial, digest, rootDigest },
        bytes: toBase64(bytes),
      }))
      .sort((a, b) => (a.party === b.party ? b.serial - a.serial : a.party < b.party ? -1 : 1))
  }

  clear(): void {
    this.sqlite.exec('delete from cards')
    this.set = new CardSet()
  }
}
