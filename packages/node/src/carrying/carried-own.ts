// What a stick shows of our own logs (spec/directory.md, After a start): copies of the one that speaks, which may answer
// for a reader, and logs that our key signed and that are not in this folder.

import type { CarriedFolder } from '@countersign/ledger'
import { readersOf } from '@countersign/pact'
import type { Channel } from '../channel/channel.ts'
import type { EngineParts } from '../engine-parts.ts'
import type { LogSource } from '../hearing/log-source.ts'
import { PeerUnreachable } from '../hearing/peer-requests.ts'
import { LIMITS } from '../limits.ts'
import { CarriedFiles } from './carried-files.ts'

export interface Stick {
  folder: CarriedFolder
  /** Members of whom something lies there. */
  carriers: string[]
}

/** Where logs of ours on one channel lie on the stick. */
interface Place {
  files: CarriedFiles
  /** Below the folder of whose they are; the generation follows. */
  prefix: string
  carried: 'author' | 'mirror'
}

/** Lets the copies on the stick answer for our log; what is no answer, and why. */
export async function compareOwn({ identity }: EngineParts, stick: Stick, channel: Channel) {
  const places = placesOn(stick, channel, identity.party)
  for (const place of places) await showUnknown(stick, channel, identity.party, place)
  const origin = channel.own.speaker?.log.origin
  if (origin === undefined) return []
  const answers: { by: string; why: string }[] = []
  for (const { files, prefix, carried } of places) {
    const source: LogSource = { requests: files, prefix: prefix + generationOf(origin), carried }
    // What left us for this stick before is on it still, whoever had it meanwhile: it is nobody's answer, but shows
    // whether our folder lost what we said then.
    const isOurs = carried === 'author'
    if (isOurs && !(await files.has(`${source.prefix}/checkpoint`))) continue
    const why = await channel.own.check.carried(source, isOurs ? undefined : files.party)
    if (why !== undefined) answers.push({ by: files.party, why })
  }
  return [{ origin, state: channel.own.state, awaited: channel.awaited(), answers }]
}

/** In our own folder first, then in those of the readers. */
function placesOn({ folder, carriers }: Stick, { pact, name }: Channel, us: string): Place[] {
  const readers = readersOf(pact.agreement, name)
  const mirrors = carriers
    .filter((one) => one !== us && readers.includes(one))
    .map((carrier): Place => {
      return {
        files: new CarriedFiles(folder, carrier),
        prefix: `mirrors/${pact.id}/${name}/${us}/`,
        carried: 'mirror',
      }
    })
  return [{ files: new CarriedFiles(folder, us), prefix: `logs/${pact.id}/${name}/`, carried: 'author' }, ...mirrors]
}

/** Logs under our name that are not in this folder: what bears no signature of ours is left. */
async function showUnknown({ folder }: Stick, channel: Channel, us: string, place: Place): Promise<void> {
  const { files, prefix, carried } = place
  const names = await folder.list(files.pathOf(prefix.slice(0, -1)), LIMITS.carriedNamesListed)
  for (const generation of names.filter((name) => /^[0-9a-f]{16}$/.test(name)).sort()) {
    const origin = `${us}/${channel.pact.id}/${channel.name}/${generation}`
    const source: LogSource = { requests: files, prefix: prefix + generation, carried }
    try {
      await channel.own.check.carriedUnknown(source, origin)
    } catch (cause) {
      if (!(cause instanceof PeerUnreachable)) throw cause
    }
  }
}

const generationOf = (origin: string) => origin.slice(origin.lastIndexOf('/') + 1)
