// The agreements this node has a part in: every version it proposed, signed or serves, kept as the canonical bytes
// that were signed, under DIR/private/pacts/<id>/<version>.json, with the newest named in `current`.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Agreement, agreementDigest, canonicalAgreement, parseAgreement } from '@countersign/pact'

export interface StoredPact {
  id: string
  /** The digest of `agreement`, hex. */
  version: string
  agreement: Agreement
  bytes: Uint8Array
}

export class Pacts {
  private readonly folder: string
  private readonly pacts = new Map<string, StoredPact>()

  constructor(dir: string) {
    this.folder = join(dir, 'private', 'pacts')
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    for (const id of readdirSync(this.folder)) {
      const current = join(this.folder, id, 'current')
      if (!existsSync(current)) continue
      const version = readFileSync(current, 'utf8').trim()
      const bytes = readFileSync(join(this.folder, id, `${version}.json`))
      const parsed = parseAgreement(bytes)
      if (!parsed.ok) throw new Error(`The agreement ${id} in ${this.folder} cannot be read: ${parsed.message}`)
      this.pacts.set(id, { id, version, agreement: parsed.value, bytes })
    }
  }

  get(id: string): StoredPact | undefined {
    return this.pacts.get(id)
  }

  all(): StoredPact[] {
    return [...this.pacts.values()]
  }

  keep(agreement: Agreement): StoredPact {
    const bytes = canonicalAgreement(agreement)
    const version = agreementDigest(agreement)
    const folder = join(this.folder, agreement.id)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, `${version}.json`), bytes, { flush: true })
    writeFileSync(join(folder, 'current.new'), `${version}\n`, { flush: true })
    renameSync(join(folder, 'current.new'), join(folder, 'current'))
    const stored = { id: agreement.id, version, agreement, bytes }
    this.pacts.set(agreement.id, stored)
    return stored
  }
}
