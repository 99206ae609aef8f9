// Randomness, time and I/O that would slip past the simulation. While a world goes on every such call of the platform
// fails, and the run with it, with the stack of whoever called: so it is found by a test and not by luck. What is done
// between two worlds, by whoever runs them, is let through.

import crypto from 'node:crypto'
import dns from 'node:dns'
import fs from 'node:fs'
import fsPromises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import os from 'node:os'
import workers from 'node:worker_threads'

type Holder = Record<string, unknown>

/** Each member that must not be used, by its holder. */
const FORBIDDEN: [holder: object, name: string, members: readonly string[]][] = [
  [Math, 'Math', ['random']],
  [performance, 'performance', ['now']],
  [process, 'process', ['hrtime']],
  [globalThis, 'globalThis', ['setTimeout', 'setInterval', 'setImmediate', 'fetch']],
  [AbortSignal, 'AbortSignal', ['timeout']],
  [
    crypto,
    'crypto',
    [
      'randomBytes',
      'randomUUID',
      'randomFillSync',
      'randomFill',
      'randomInt',
      'generateKeyPairSync',
      'generateKeyPair',
    ],
  ],
  [Object.getPrototypeOf(crypto.webcrypto), 'webcrypto', ['getRandomValues', 'randomUUID']],
  [os, 'os', ['hostname', 'uptime', 'loadavg']],
  [net, 'net', ['connect', 'createConnection', 'createServer']],
  [dns, 'dns', ['lookup']],
  [workers, 'worker_threads', ['Worker']],
  [fs, 'fs', functionsOf(fs)],
  [fsPromises, 'fs/promises', functionsOf(fsPromises)],
]

/**
 * What may call all the same, by a part of its stack: it has no effect on anything that is simulated.
 * Kysely notes the time at which a table was made, in a table that nobody reads.
 */
const LET_THROUGH = [/node_modules\/kysely\/.*migrat/i]

export interface Slips {
  /** Calls that were made, with their stacks. */
  readonly found: string[]
  /** Lets everything through again. */
  end(): void
}

/** From here on until `end` nothing slips past. */
export function forbidSlips(): Slips {
  const found: string[] = []
  const undo: (() => void)[] = []
  const slipped = (what: string): boolean => {
    const stack = new Error(what).stack ?? what
    // Loading a module reads its file; that is no part of what a node does.
    if (/node:internal\/modules\//.test(stack) || LET_THROUGH.some((one) => one.test(stack))) return false
    found.push(stack)
    return true
  }
  for (const [holder, name, members] of FORBIDDEN) {
    for (const member of members) {
      const real = (holder as Holder)[member]
      const descriptor = Object.getOwnPropertyDescriptor(holder, member)
      if (typeof real !== 'function' || descriptor?.configurable === false) continue
      const forbidden = function (this: unknown, ...args: unknown[]): unknown {
        if (slipped(`${name}.${member} slips past the simulation`))
          throw new Error(`${name}.${member} is forbidden here.`)
        return new.target === undefined ? Reflect.apply(real, this, args) : Reflect.construct(real, args)
      }
      Object.defineProperty(holder, member, {
        ...(descriptor ?? { configurable: true }),
        value: forbidden,
        writable: true,
      })
      undo.push(() => {
        if (descriptor === undefined) Reflect.deleteProperty(holder, member)
        else Object.defineProperty(holder, member, descriptor)
      })
    }
  }
  undo.push(forbidClock(slipped))
  syncBuiltinESMExports()
  return {
    found,
    end() {
      for (const one of undo.reverse()) one()
      syncBuiltinESMExports()
    },
  }
}

/** `Date.now()`, and `new Date()` without a time; with one it is a calendar and no clock. */
function forbidClock(slipped: (what: string) => boolean): () => void {
  const Real = Date
  const check = (what: string) => {
    if (slipped(`${what} slips past the simulation`)) throw new Error(`${what} is forbidden here.`)
  }
  const Guarded = new Proxy(Real, {
    construct(target, args, newTarget) {
      if (args.length === 0) check('new Date()')
      return Reflect.construct(target, args, newTarget)
    },
    apply(target, that, args) {
      check('Date()')
      return Reflect.apply(target, that, args)
    },
    get(target, member, receiver) {
      if (member !== 'now') return Reflect.get(target, member, receiver)
      return () => {
        check('Date.now')
        return Real.now()
      }
    },
  })
  globalThis.Date = Guarded
  return () => {
    globalThis.Date = Real
  }
}

function functionsOf(module: object): string[] {
  return Object.entries(module).flatMap(([name, member]) =>
    // Classes and constants stay: nobody is read or written by naming one.
    typeof member === 'function' && /^[a-z_]/.test(name) ? [name] : [],
  )
}
