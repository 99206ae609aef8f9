// The agreements this node has a part in: every version it proposed, signed or serves, kept as the canonical bytes
// that were signed, under DIR/private/pacts/<id>/<version>.json, with the newest named in `current`.

import { join } from 'node:path'
import type { Disk } from '@countersign/ledger'
import { fromUtf8, utf8 } from '@countersign/log'
import { type Agreement, agreementDigest, canonicalAgreement, parseAgreement } from '@countersign/pact'

export interface StoredPact {
  id: string
  /** The digest of `agreement`, hex. */
  version: string
  agreement: Agreement
  bytes: Uint8Array
}

export class Pacts {
  private readonly disk: Disk
  private readonly folder: string
  private readonly pacts = new Map<string, StoredPact>()

  private constructor(disk: Disk, folder: string) {
    this.disk = disk
    this.folder = folder
  }

  static async open({ disk, dir }: { disk: Disk; dir: string }): Promise<Pacts> {
    const kept = new Pacts(disk, join(dir, 'private', 'pacts'))
    for (const id of await disk.list(kept.folder)) {
      const version = fromUtf8((await disk.read(join(kept.folder, id, 'current'))) ?? new Uint8Array())?.trim()
      if (version === undefined || version === '') continue
      const bytes = (await disk.read(join(kept.folder, id, `${version}.json`))) ?? new Uint8Array()
      const parsed = parseAgreement(bytes)
      if (!parsed.ok) throw new Error(`The agreement ${id} in ${kept.folder} cannot be read: ${parsed.message}`)
      kept.pacts.set(id, { id, version, agreement: parsed.value, bytes })
    }
    return kept
  }

  get(id: string): StoredPact | undefined {
    return this.pacts.get(id)
  }

  all(): StoredPact[] {
    return [...this.pacts.values()]
  }

  /** Durable once it resolves. */
  async keep(agreement: Agreement): Promise<StoredPact> {
    const bytes = canonicalAgreement(agreement)
    const version = agreementDigest(agreement)
    const folder = join(this.folder, agreement.id)
    await this.disk.makeFolder(folder, true)
    await this.disk.replace(join(folder, `${version}.json`), bytes, true)
    await this.disk.replace(join(folder, 'current'), utf8(`${version}\n`), true)
    const stored = { id: agreement.id, version, agreement, bytes }
    this.pacts.set(agreement.id, stored)
    return stored
  }
}
