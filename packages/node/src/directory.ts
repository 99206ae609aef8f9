// Who may read which file of the published directory (spec/directory.md). Everything here is read-only and answers
// “missing” for what a reader may not see, as it does for what is not there: a stranger learns nothing from the
// difference. A path is matched whole against the forms the page lists; no other path exists.

import { join } from 'node:path'
import { originHash } from '@countersign/ledger'
import { type Agreement, depositaryOf, readersOf } from '@countersign/pact'
import { parseOrigin } from '@countersign/record'

export type DirectoryAnswer =
  /** `bytes`: only so many of it, from its beginning. */
  | { kind: 'file'; path: string; mediaType: string; immutable: boolean; bytes?: number }
  | { kind: 'unauthorised' }
  | { kind: 'missing' }

export interface DirectorySources {
  dir: string
  /** The agreement of that id: the draft or the version in force. */
  agreement(pact: string): Agreement | undefined
  /** Whether a log of ours is still being compared with its peers' copies after a start: its head is not shown then. */
  unconfirmed(origin: string): boolean
  /** Origins of our own logs and our mirrors. */
  origins(): Iterable<string>
  /** Where a partial tile lies that may be of an earlier checkpoint, and how much of that file it is. */
  earlierTile(path: string): Promise<{ path: string; bytes: number | undefined } | undefined>
  /** Brings the index of the receipts by `cosigner` that are held here of a log up to what they are. */
  listHeld(origin: string, cosigner: string): Promise<void>
  /** Brings the list of our mirrors of a party's logs on a channel up to what is held; gives the file it stands in. */
  listMirrors(party: string, pact: string, channel: string): Promise<string>
  /** Whether sealed content of a log of ours lies beside it; where it does not, it is looked for. */
  holdsOurs(origin: string, sealed: string): Promise<boolean>
  /** Parties that a statement of the log names in `to` beside this sealed file; undefined where none names it. */
  addressees(origin: string, sealed: string): Promise<ReadonlySet<string> | undefined>
}

const HEX64 = '[0-9a-f]{64}'
const PACT = '[0-9a-f]{32}'
const CHANNEL = '[a-z][a-z0-9-]{0,31}'
const GENERATION = '[0-9a-f]{16}'
const DOMAIN = '[a-z0-9-]+(?:\\.[a-z0-9-]+)+'
const TILE_INDEX = '(?:x[0-9]{3}/)*[0-9]{3}(?:\\.p/[1-9][0-9]{0,2})?'
const LOG_FILE = `checkpoint|tile/(?:entries|[0-9]|[1-5][0-9]|6[0-3])/${TILE_INDEX}|addenda/${HEX64}|heads/(?:index|[1-9][0-9]{0,14})|witnessed/${HEX64}`

const CARD = new RegExp(`^(?:card|(?:cards|notices)/${HEX64})$`)
const LOG_INDEX = new RegExp(`^logs/(?<pact>${PACT})/index$`)
const LOG = new RegExp(
  `^logs/(?<pact>${PACT})/(?<channel>${CHANNEL})/(?<generation>${GENERATION})/(?<file>${LOG_FILE})$`,
)
const MIRROR = new RegExp(
  `^mirrors/(?<pact>${PACT})/(?<channel>${CHANNEL})/(?<author>${DOMAIN})/(?<generation>${GENERATION})/(?<file>${LOG_FILE})$`,
)
const MIRROR_INDEX = new RegExp(`^mirrors/(?<pact>${PACT})/(?<channel>${CHANNEL})/(?<author>${DOMAIN})/index$`)
const RECEIPT = new RegExp(
  `^(?:receipts/(?<given>${HEX64})/(?:index|[0-9]+-[0-9]+)|held/(?<held>${HEX64})/(?<cosigner>${DOMAIN})/(?:index|[0-9]+-[0-9]+(?:-${HEX64})?))$`,
)

const FORK = new RegExp(`^forks/(?<of>${HEX64})$`)

export class Directory {
  private readonly sources: DirectorySources
  private readonly us: string
  private readonly byHash = new Map<string, string>()

  constructor(us: string, sources: DirectorySources) {
    this.us = us
    this.sources = sources
  }

  /** `path` is relative to the node's root, without a leading slash; `party` signed the request, if anyone did. */
  async answer(party: string | undefined, path: string): Promise<DirectoryAnswer> {
    if (CARD.test(path)) return this.file(path, 'application/json', path !== 'card')
    const index = LOG_INDEX.exec(path)?.groups
    const log = LOG.exec(path)?.groups
    const mirror = MIRROR.exec(path)?.groups
    const mirrored = MIRROR_INDEX.exec(path)?.groups
    const receipt = RECEIPT.exec(path)?.groups
    const fork = FORK.exec(path)?.groups
    if (!index && !log && !mirror && !mirrored && !receipt && !fork) return { kind: 'missing' }
    if (party === undefined) return { kind: 'unauthorised' }

    if (index) {
      const agreement = this.sources.agreement(index.pact ?? '')
      const reads = agreement?.channels.some((channel) => readersOf(agreement, channel.name).includes(party)) ?? false
      return reads ? this.file(path, 'text/plain; charset=utf-8', false) : { kind: 'missing' }
    }
    if (mirrored) {
      const { pact = '', channel = '', author = '' } = mirrored
      const agreement = this.sources.agreement(pact)
      if (agreement === undefined || !readersOf(agreement, channel).includes(party)) return { kind: 'missing' }
      const made = await this.sources.listMirrors(author, pact, channel)
      return { kind: 'file', path: made, mediaType: 'text/plain; charset=utf-8', immutable: false }
    }
    if (fork) {
      const origin = this.originOf(fork.of ?? '')
      const reads = origin !== undefined && this.reads(party, origin)
      return reads ? this.file(`evidence/${fork.of}/fork.evidence`, 'application/json', true) : { kind: 'missing' }
    }
    if (receipt) {
      const origin = this.originOf(receipt.given ?? receipt.held ?? '')
      if (origin === undefined || !this.reads(party, origin)) return { kind: 'missing' }
      const growing = path.endsWith('/index')
      if (growing && receipt.cosigner !== undefined) await this.sources.listHeld(origin, receipt.cosigner)
      return this.file(path, growing ? 'text/plain; charset=utf-8' : 'application/octet-stream', !growing)
    }
    const found = log ?? mirror
    if (found === undefined) return { kind: 'missing' }
    const origin = `${mirror?.author ?? this.us}/${found.pact}/${found.channel}/${found.generation}`
    const file = found.file ?? ''
    if (!this.reads(party, origin)) return { kind: 'missing' }
    if (log && this.sources.unconfirmed(origin)) return { kind: 'missing' }
    if (file === 'checkpoint' || file === 'heads/index') return this.file(path, 'text/plain; charset=utf-8', false)
    if (file.startsWith('addenda/')) {
      const sealed = file.slice('addenda/'.length)
      if (!(await this.maySeeContent(party, origin, sealed))) return { kind: 'missing' }
      if (log && !(await this.sources.holdsOurs(origin, sealed))) return { kind: 'missing' }
    }
    return file.includes('.p/') ? this.partial(path) : this.file(path, 'application/octet-stream', true)
  }

  private async partial(path: string): Promise<DirectoryAnswer> {
    const found = await this.sources.earlierTile(join(this.sources.dir, path))
    if (found === undefined) return { kind: 'missing' }
    const { bytes } = found
    const only = bytes === undefined ? {} : { bytes }
    return { kind: 'file', path: found.path, mediaType: 'application/octet-stream', immutable: true, ...only }
  }

  private reads(party: string, origin: string): boolean {
    const parsed = parseOrigin(origin)
    if (!parsed.ok) return false
    const agreement = this.sources.agreement(parsed.value.pact)
    return agreement !== undefined && readersOf(agreement, parsed.value.channel).includes(party)
  }

  /** Sealed content goes to its addressees, its author and the depositary; to nobody else, reader or not. */
  private async maySeeContent(party: string, origin: string, sealed: string): Promise<boolean> {
    const parsed = parseOrigin(origin)
    if (!parsed.ok) return false
    const agreement = this.sources.agreement(parsed.value.pact)
    if (agreement === undefined) return false
    if (party === parsed.value.party || party === depositaryOf(agreement)?.party) return true
    return (await this.sources.addressees(origin, sealed))?.has(party) ?? false
  }

  private originOf(hash: string): string | undefined {
    const known = this.byHash.get(hash)
    if (known !== undefined) return known
    for (const origin of this.sources.origins()) {
      this.byHash.set(originHash(origin), origin)
    }
    return this.byHash.get(hash)
  }

  private file(path: string, mediaType: string, immutable: boolean): DirectoryAnswer {
    return { kind: 'file', path: join(this.sources.dir, path), mediaType, immutable }
  }
}
