// Every way in which a stick is harmed on its way, by a seed: one function for each, that does it to a folder and says
// which paths it touched.

import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

export type Random = (below: number) => number

/** The same numbers for the same seed. */
export function randomOf(seed: number): Random {
  let state = (seed + 1) * 0x9e3779b9
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

/** Paths of all regular files below a folder, sorted. */
export function filesIn(at: string): string[] {
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(at.length + 1))
    .sort()
}

export interface Harm {
  /** The stick as it was before what it holds now. */
  older: string
  random: Random
}

function someFile(at: string, random: Random, of: (path: string) => boolean = () => true): string {
  const files = filesIn(at).filter(of)
  return files[random(files.length)] ?? ''
}

/** In place of one file something else. */
function inPlaceOf(put: (path: string) => void): (at: string, harm: Harm) => string[] {
  return (at, { random }) => {
    const path = someFile(at, random)
    rmSync(join(at, path))
    put(join(at, path))
    return [path]
  }
}

export const HARMS: Record<string, (at: string, harm: Harm) => string[]> = {
  'a file is missing': inPlaceOf(() => {}),
  'several files are missing': (at, { random }) =>
    Array.from({ length: 8 }, () => {
      const path = someFile(at, random)
      rmSync(join(at, path), { force: true })
      return path
    }),
  'a folder is missing': (at, { random }) => {
    const path = dirname(someFile(at, random, (one) => one.split('/').length > 3))
    rmSync(join(at, path), { recursive: true })
    return [path]
  },
  'a bit is turned': (at, { random }) => {
    const path = someFile(at, random, (one) => lstatSync(join(at, one)).size > 0)
    const bytes = readFileSync(join(at, path))
    const bit = random(bytes.length * 8)
    bytes.writeUInt8((bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3)
    writeFileSync(join(at, path), bytes)
    return [path]
  },
  'a file ends early': (at, { random }) => {
    const path = someFile(at, random, (one) => lstatSync(join(at, one)).size > 0)
    truncateSync(join(at, path), random(lstatSync(join(at, path)).size))
    return [path]
  },
  'a file is longer': (at, { random }) => {
    const path = someFile(at, random)
    writeFileSync(join(at, path), Buffer.alloc(1 + random(5_000), random(256)), { flag: 'a' })
    return [path]
  },
  'a file has another name': (at, { random }) => {
    const path = someFile(at, random)
    renameSync(join(at, path), `${join(at, path)}x`)
    return [path]
  },
  'a file stands there twice': (at, { random }) => {
    const path = someFile(at, random)
    const other = someFile(at, random, (one) => dirname(one) === dirname(path))
    copyFileSync(join(at, path), join(at, other))
    return [other]
  },
  'two files have each other’s names': (at, { random }) => {
    const [one, other] = [someFile(at, random), someFile(at, random)]
    const bytes = readFileSync(join(at, one))
    copyFileSync(join(at, other), join(at, one))
    writeFileSync(join(at, other), bytes)
    return [one, other]
  },
  'the whole is older': (at, { older }) => {
    for (const path of filesIn(at)) {
      if (existsSync(join(older, path))) copyFileSync(join(older, path), join(at, path))
      else rmSync(join(at, path))
    }
    return []
  },
  'some files are older': (at, { older, random }) => {
    const path = someFile(at, random, (one) => existsSync(join(older, one)))
    copyFileSync(join(older, path), join(at, path))
    return [path]
  },
  'one log lies under the name of another': (at) => {
    const swapped: string[] = []
    for (const party of readdirSync(at)) {
      for (const of of ['logs', 'mirrors']) {
        const pacts = join(at, party, of)
        for (const pact of existsSync(pacts) ? readdirSync(pacts) : []) {
          const below = join(pacts, pact)
          if (!existsSync(join(below, 'line')) || !existsSync(join(below, 'main'))) continue
          renameSync(join(below, 'line'), join(below, 'was-line'))
          renameSync(join(below, 'main'), join(below, 'line'))
          renameSync(join(below, 'was-line'), join(below, 'main'))
          swapped.push(join(party, of))
        }
      }
    }
    return swapped
  },
  'one log has the files of another': (at, { random }) => {
    const path = someFile(at, random, (one) => one.includes('/line/'))
    const other = someFile(at, random, (one) => one.includes('/main/'))
    copyFileSync(join(at, other), join(at, path))
    return [path]
  },
  'it is of another agreement': (at) => {
    for (const party of readdirSync(at)) {
      const logs = join(at, party, 'logs')
      if (existsSync(logs))
        for (const pact of readdirSync(logs)) renameSync(join(logs, pact), join(logs, 'f'.repeat(32)))
    }
    return ['logs']
  },
  'the folders of two parties have each other’s names': (at) => {
    const [one = '', other = ''] = readdirSync(at)
    renameSync(join(at, one), join(at, 'between'))
    if (other !== '') renameSync(join(at, other), join(at, one))
    renameSync(join(at, 'between'), join(at, other === '' ? 'x.example' : other))
    return [one, other]
  },
  'a link stands in place of a file': inPlaceOf((path) => symlinkSync('/etc/hostname', path)),
  'a link to itself stands in place of a file': inPlaceOf((path) => symlinkSync(path, path)),
  'an endless device stands in place of a file': inPlaceOf((path) => symlinkSync('/dev/zero', path)),
  'a pipe stands in place of a file': inPlaceOf((path) => void spawnSync('mkfifo', [path])),
  'a folder stands in place of a file': inPlaceOf((path) => mkdirSync(path)),
  'a link stands in place of a folder': (at, { random }) => {
    const path = dirname(someFile(at, random, (one) => one.split('/').length > 2))
    renameSync(join(at, path), `${join(at, path)}-moved`)
    symlinkSync(`${join(at, path)}-moved`, join(at, path))
    return [path]
  },
  'a file is huge': inPlaceOf((path) => {
    writeFileSync(path, '')
    truncateSync(path, 1_000_000_000_000)
  }),
  'junk lies everywhere': (at, { random }) => {
    const folders = new Set(filesIn(at).map((path) => dirname(join(at, path))))
    for (const folder of folders) {
      for (const name of ['AUTORUN.INF', '._card', 'é', 'a'.repeat(200), 'checkpoint.new', '000.p'])
        if (!existsSync(join(folder, name))) writeFileSync(join(folder, name), Buffer.alloc(random(300), 0xff))
    }
    return []
  },
}
