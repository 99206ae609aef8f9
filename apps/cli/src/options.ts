// Options that several commands share.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { Refused, whyNot } from './output.ts'

export const dirOption = (what = 'folder of the node') =>
  new Option('--dir <dir>', what).argParser((value: string) => resolve(value)).makeOptionMandatory()

export const jsonOption = () => new Option('--json', 'print JSON')

/** One value each time it is given, so that what follows on the line stays an argument of the command. */
export const repeatable = (flags: string, description: string) =>
  new Option(flags, description).argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])

/** A whole number above zero. */
export function wholeNumber(value: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(value)) throw new InvalidArgumentError('Give a whole number above zero.')
  return Number(value)
}

/** A file's bytes; `-` is standard input. */
export function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? 0 : path)
  } catch (cause) {
    throw new Refused({ code: 'cli/unreadable', message: `${path} cannot be read (${whyNot(cause)}); check its name.` })
  }
}

/** Writes a file that was asked for; ends the command with a sentence where that cannot be. */
export function writeOutput(path: string, write: (path: string) => void, next = 'give another place.'): void {
  try {
    write(path)
  } catch (cause) {
    throw new Refused({ code: 'cli/unwritable', message: `${path} cannot be written (${whyNot(cause)}); ${next}` })
  }
}

export function examples(...lines: string[]): string {
  return `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.map((line) => `  ${line}`).join('\n')}\n`
}
