// Options that several commands share.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Option } from 'commander'
import { Refused } from './output.ts'

export const dirOption = () =>
  new Option('--dir <dir>', 'folder of the node').argParser((value: string) => resolve(value)).makeOptionMandatory()

export const jsonOption = () => new Option('--json', 'print JSON')

/** A file's bytes; `-` is standard input. */
export function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? 0 : path)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Refused({ code: 'cli/unreadable', message: `${path} cannot be read (${why}); check its name.` })
  }
}

export function examples(...lines: string[]): string {
  return `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.map((line) => `  ${line}`).join('\n')}\n`
}
