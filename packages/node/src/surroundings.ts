// Everything the engine takes from outside: time, timers, randomness, disk, databases, network, sealing and a place for
// log lines. The server hands in the real ones; a simulation hands in seeded ones. Nothing else in this package reads a
// clock, draws randomness, touches a file or opens a connection.

import { createHash, randomFillSync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { type Disk, nodeDisk, type OpenCarriedFolder, openCarriedFolder } from '@countersign/ledger'
import Database from 'better-sqlite3'
import { openSealingDesk, type SealingDesk } from './sealing/sealer.ts'

export interface Surroundings {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs `act` once after `ms`; the returned function cancels it. */
  after(ms: number, act: () => void): () => void
  /** Resolves once everything else that is ready has run. */
  turn(): Promise<void>
  random(bytes: number): Uint8Array
  /** Names the machine: another name is another machine. */
  host(): string
  disk: Disk
  /** A folder that others carried here, or will carry on. */
  carriedFolder: OpenCarriedFolder
  /** The SQLite database in that file, made where there is none. */
  database(path: string): Database.Database
  /** Seals to others and opens with our `identity`; age draws randomness of its own. */
  sealingDesk(identity: string): SealingDesk
  fetch: typeof globalThis.fetch
  /** A structured line. Never given content, keys or tokens. */
  report(level: 'info' | 'warn' | 'error', event: string, facts?: Record<string, unknown>): void
}

export function realSurroundings(report: Surroundings['report'] = () => {}): Surroundings {
  return {
    now: () => Date.now(),
    after(ms, act) {
      const timer = setTimeout(act, ms)
      return () => clearTimeout(timer)
    },
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    random: (bytes) => randomFillSync(new Uint8Array(bytes)),
    host: machineName,
    disk: nodeDisk(),
    carriedFolder: openCarriedFolder,
    database: (path) => new Database(path),
    sealingDesk: openSealingDesk,
    fetch: globalThis.fetch,
    report,
  }
}

/** A digest of what the operating system calls the machine, or of its name in the network where it has no such id. */
function machineName(): string {
  const file = '/etc/machine-id'
  const id = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  return createHash('sha256')
    .update(`countersign host ${id === '' ? hostname() : id}`)
    .digest('hex')
}
