// Where passphrases come from: a file descriptor, a systemd credential, or a person at the terminal. Never an argument
// or a variable of the environment: other programs on the machine can read those.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { InvalidArgumentError, Option } from 'commander'
import { misused, note, Refused } from './output.ts'

const BYTES_MAX = 4_096
/** What systemd's LoadCredential= and LoadCredentialEncrypted= call it. */
const CREDENTIAL = 'countersign-passphrase'
export const PASSPHRASE_CHARS_MIN = 12

/** A file descriptor to read a passphrase from. */
export const passphraseOption = (flag = '--passphrase-fd', of = 'the passphrase of the private keys') =>
  new Option(`${flag} <n>`, `read ${of} from this file descriptor`).argParser(descriptor)

let offered: number | undefined

/** The descriptor that the command was given, for whoever opens keys later in its run. */
export function offerPassphrase(fd: number | undefined): void {
  offered = fd
}

/** The passphrase of the keys in `dir`; undefined where they are under none. */
export async function keyPassphrase(dir: string, fd = offered): Promise<string | undefined> {
  // Loaded where keys are opened: whoever only asks for help does not wait for it.
  const { keysAreProtected } = await import('@countersign/ledger')
  if (!keysAreProtected(dir)) return undefined
  if (fd !== undefined) return fromDescriptor(fd)
  const folder = process.env.CREDENTIALS_DIRECTORY
  const credential = folder === undefined ? undefined : join(folder, CREDENTIAL)
  if (credential !== undefined && existsSync(credential)) return clean(readFileSync(credential), credential)
  // What nobody gives is refused by whoever opens the keys, with a sentence of its own.
  return isTerminal() ? ask(`Passphrase of the keys in ${dir}: `) : undefined
}

/** The passphrase of a key file that is under one. */
export async function filePassphrase(file: string, fd: number | undefined): Promise<string | undefined> {
  if (fd !== undefined) return fromDescriptor(fd)
  return isTerminal() ? ask(`Passphrase of ${file}: `) : undefined
}

/** A new passphrase: from the descriptor, or typed twice. */
export async function newPassphrase(fd: number | undefined, what: string, flag = '--passphrase-fd'): Promise<string> {
  if (fd !== undefined) return strong(fromDescriptor(fd))
  if (!isTerminal()) throw misused(`Give ${what} with ${flag}, or type it at a terminal.`)
  const first = strong(await ask(`New passphrase, at least ${PASSPHRASE_CHARS_MIN} characters: `))
  if ((await ask('The same once more: ')) === first) return first
  throw new Refused({ code: 'passphrase/differs', message: 'The two are not the same; nothing was changed.' })
}

/** A passphrase that exists: from the descriptor, or typed. */
export async function knownPassphrase(fd: number | undefined, what: string): Promise<string> {
  if (fd !== undefined) return fromDescriptor(fd)
  if (!isTerminal()) throw misused(`Give ${what} with --passphrase-fd, or type it at a terminal.`)
  return ask('Passphrase: ')
}

/** A secret of a person: from the descriptor, or typed. */
export async function readSecret(fd: number | undefined, what: string, flag: string): Promise<string> {
  if (fd !== undefined) return fromDescriptor(fd)
  if (!isTerminal()) throw misused(`Give ${what} with ${flag}, or type it at a terminal.`)
  return ask(`${what[0]?.toUpperCase()}${what.slice(1)}: `)
}

function descriptor(value: string): number {
  if (!/^[0-9]{1,4}$/.test(value)) throw new InvalidArgumentError('Give the number of an open file descriptor.')
  return Number(value)
}

function fromDescriptor(fd: number): string {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(fd)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    // npx hands on standard input alone, so under it a descriptor that a person opened is not there.
    const isNpx = process.env.npm_command === 'exec' && fd > 2
    throw misused(
      isNpx
        ? `The file descriptor ${fd} cannot be read: npx does not pass it on. Run node_modules/.bin/countersign instead of npx countersign.`
        : `The file descriptor ${fd} cannot be read (${why}); open it for the command, as in ${fd}<FILE.`,
    )
  }
  return clean(bytes, `file descriptor ${fd}`)
}

/** One line, without its end. */
function clean(bytes: Uint8Array, from: string): string {
  const wrong = (what: string) =>
    new Refused({ code: 'passphrase/form', message: `The passphrase from ${from} ${what}` })
  if (bytes.length > BYTES_MAX) throw wrong(`has more than ${BYTES_MAX} bytes.`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, '')
  } catch {
    throw wrong('is no text in UTF-8.')
  }
  if (text === '') throw wrong('is empty.')
  if (/\p{Cc}/u.test(text)) throw wrong('has more than one line, or control characters.')
  return text
}

function strong(passphrase: string): string {
  if ([...passphrase].length >= PASSPHRASE_CHARS_MIN) return passphrase
  const message = `A passphrase has at least ${PASSPHRASE_CHARS_MIN} characters; nothing was changed.`
  throw new Refused({ code: 'passphrase/short', message })
}

function isTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY
}

/** Nothing of what is typed is shown. */
async function ask(question: string): Promise<string> {
  process.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const line = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  try {
    return await line.question('')
  } finally {
    line.close()
    note('')
  }
}
