// Learning which logs the other parties opened for an agreement: each names them in an index (spec/directory.md), which is
// looked at again and again, and sooner where a hint says that there is news.

import { fromUtf8 } from '@countersign/log'
import { rolesOf } from '@countersign/pact'
import type { EngineParts } from '../engine-parts.ts'
import { LIMITS } from '../limits.ts'
import type { StoredPact } from '../pacts.ts'

export class IndexLooks {
  private readonly parts: EngineParts
  private readonly onLearned: () => void
  private readonly looks = new Map<string, () => void>()
  /** When the index of a party was last asked for. */
  private readonly looked = new Map<string, number>()
  private readonly cancels = new Map<string, () => void>()
  /** Agreement and party of which it was learned in this run which logs there are. */
  private readonly learned = new Set<string>()
  private stopped = false

  /** `onLearned` is told once of each party of each agreement. */
  constructor(parts: EngineParts, onLearned: () => void) {
    this.parts = parts
    this.onLearned = onLearned
  }

  /** From here on, again and again: which logs has this party opened for the agreement? */
  begin(pact: StoredPact, party: string, root: string): void {
    const key = `${pact.id} ${party}`
    const { around } = this.parts
    let looking = false
    const look = () => {
      if (this.stopped || looking) return
      looking = true
      this.looked.set(key, around.now())
      this.lookFor(pact, party, root)
        .catch((cause: unknown) => around.report('info', 'discovery-failed', { party, message: String(cause) }))
        .finally(() => {
          looking = false
          this.cancels.get(key)?.()
          if (!this.stopped) this.cancels.set(key, around.after(pact.agreement.intervals.pollSeconds * 1000, look))
        })
    }
    this.looks.set(key, look)
    look()
  }

  /** Parties of an agreement of which it is not known yet, in this run, which logs they opened. */
  unlearned(pact: string): string[] {
    return [...this.looks.keys()]
      .filter((key) => key.startsWith(`${pact} `) && !this.learned.has(key))
      .map((key) => key.slice(pact.length + 1))
  }

  /** Looks again for logs of a party: at once where some of its channels have none yet, else at most every few seconds. */
  wake(party: string): void {
    const { around } = this.parts
    for (const [key, look] of this.looks) {
      if (!key.endsWith(` ${party}`)) continue
      const wait = this.hearsAll(key) ? (this.looked.get(key) ?? 0) + LIMITS.indexLookMs - around.now() : 0
      if (wait <= 0) look()
      else {
        this.cancels.get(key)?.()
        this.cancels.set(key, around.after(wait, look))
      }
    }
  }

  stop(): void {
    this.stopped = true
    for (const cancel of this.cancels.values()) cancel()
  }

  private async lookFor(pact: StoredPact, party: string, root: string): Promise<void> {
    const { trusted, channels, requestsTo, identity } = this.parts
    const card = trusted.withRoot(party, root)
    if (card === undefined) return
    await this.parts.cards.lookFromTimeToTime(party)
    for (const neutral of pact.agreement.neutrals) {
      this.parts.cards
        .lookFromTimeToTime(neutral.party)
        .catch((cause: unknown) => this.parts.around.report('info', 'card-look-failed', { message: String(cause) }))
    }
    const fetched = await requestsTo(card).get(`logs/${pact.id}/index`, LIMITS.indexBytes)
    if (fetched.kind === 'refused') return
    const text = fetched.kind === 'bytes' ? (fromUtf8(fetched.bytes) ?? '') : ''
    for (const [name, generation] of generationLines(text)) {
      const terms = pact.agreement.channels.find((one) => one.name === name)
      const weRead =
        rolesOf(pact.agreement, identity.party).length > 0 || terms?.parties.includes(identity.party) === true
      if (terms?.parties.includes(party) !== true || !weRead) continue
      await channels.get(`${pact.id}/${name}`)?.peers.hear(`${party}/${pact.id}/${name}/${generation}`, card)
    }
    const key = `${pact.id} ${party}`
    if (this.learned.has(key)) return
    this.learned.add(key)
    this.onLearned()
  }

  /** Whether every channel of the agreement has a log of that party already: then its index need not be read on a hint. */
  private hearsAll(key: string): boolean {
    const [id = '', party = ''] = key.split(' ')
    const named = this.parts.pacts.get(id)?.agreement.channels ?? []
    return named.every(({ name, parties }) => {
      const heard = this.parts.channels.get(`${id}/${name}`)?.peers.logs() ?? []
      return !parties.includes(party) || heard.some(({ origin }) => origin.startsWith(`${party}/`))
    })
  }
}

/** At most a few generations of each channel: a peer's index is a peer's word. */
export function generationLines(text: string): [string, string][] {
  const counts = new Map<string, number>()
  const lines: [string, string][] = []
  for (const line of text.split('\n')) {
    const [, name, generation] = /^([a-z][a-z0-9-]{0,31})\/([0-9a-f]{16})$/.exec(line) ?? []
    if (name === undefined || generation === undefined) continue
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    if (count <= LIMITS.generationsPerChannel) lines.push([name, generation])
  }
  return lines
}
