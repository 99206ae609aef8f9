// Root keys, on a machine that is connected to nothing: making one, and signing with it what a node asks for.

import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { makeRootKey, openRootKey, realSurroundings, rootKeyIsProtected } from '@countersign/node'
import {
  addRootSignatures,
  describeRequest,
  formatSigningRequest,
  missingSignatures,
  parseSigningRequest,
} from '@countersign/record'
import type { Command } from 'commander'
import { examples, jsonOption, readInput, writeOutput } from '../options.ts'
import { misused, must, note, plain, print, printJson, Refused } from '../output.ts'
import { filePassphrase, newPassphrase, passphraseOption } from '../passphrase.ts'

export function rootCommand(root: Command): void {
  root
    .command('make')
    .description('make a root key, and its public half beside it')
    .requiredOption('--out <file>', 'the private file; the public one is FILE.pub')
    .option('--no-passphrase', 'keep it in the clear, as on a machine that is locked away')
    .addOption(passphraseOption('--passphrase-fd', 'the passphrase of the root key'))
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign root make --out root-a.key'))
    .action(async (options: { out: string; passphrase: boolean; passphraseFd?: number; json?: boolean }) => {
      const { out, passphraseFd } = options
      if (existsSync(out) || existsSync(`${out}.pub`)) {
        throw misused(
          `${out} or ${out}.pub is there already, and no key is written over; give another name with --out.`,
        )
      }
      const passphrase = options.passphrase
        ? await newPassphrase(passphraseFd, 'the passphrase (or --no-passphrase, to keep the key in the clear)')
        : undefined
      const made = await makeRootKey(realSurroundings().random, passphrase)
      writeOutput(out, (path) => writeFileSync(path, made.secret, { mode: 0o600, flag: 'wx', flush: true }))
      writeOutput(`${out}.pub`, (path) => writeFileSync(path, made.public, { flag: 'wx', flush: true }))
      if (options.json === true) return printJson({ secret: out, public: `${out}.pub` })
      print(`A root key is in ${out}. Give ${out}.pub, its public half, to whoever makes the node or has it already:`)
      print('  countersign init … --root A.pub B.pub C.pub --threshold 2         for a new node')
      print('  countersign key rotate … --root A.pub B.pub C.pub --threshold 2   for one that runs')
      print('Keep the key on no machine that is connected to anything, and a copy of it in another place.')
      if (passphrase === undefined) print('It is in the clear: whoever reads the file has it.')
      return undefined
    })

  root
    .command('sign')
    .description('sign a card, or a notice, that a node asks for')
    .argument('<request>', 'the request; the signature is added to it')
    .requiredOption('--key <file>', 'the root key')
    .option('--yes', 'it was read and is what is meant')
    .addOption(passphraseOption('--passphrase-fd', 'the passphrase of the root key'))
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign root sign --key root-a.key alfa.request'))
    .action(async (path: string, options: SignFlags) => {
      const request = must(parseSigningRequest(readInput(path)))
      if (path === '-') throw misused('The signature is added to the file of the request; give its name.')
      const secret = readInput(options.key)
      for (const line of describeRequest(request)) note(plain(line))
      if (options.yes !== true) await agree()
      const passphrase = rootKeyIsProtected(secret)
        ? await filePassphrase(options.key, options.passphraseFd)
        : undefined
      const signed = must(addRootSignatures(request, must(await openRootKey(secret, passphrase))))
      const file = formatSigningRequest(signed)
      const isNew = !Buffer.from(formatSigningRequest(request)).equals(file)
      // Whole or not at all: others may have signed it before.
      writeOutput(path, () => {
        writeFileSync(`${path}.new`, file, { flush: true })
        renameSync(`${path}.new`, path)
      })
      const missing = missingSignatures(signed)
      if (options.json === true) return printJson({ signed: true, missing })
      print(isNew ? 'Signed.' : 'This key had signed it already; nothing was added.')
      print(
        missing.length === 0
          ? `It is complete. On the node: countersign key accept --dir DIR ${path}`
          : `Still needed: ${missing.join('; ')}.`,
      )
      return undefined
    })
}

interface SignFlags {
  key: string
  yes?: boolean
  passphraseFd?: number
  json?: boolean
}

async function agree(): Promise<void> {
  if (!process.stdin.isTTY) {
    const message = 'Nothing was signed: read what it is, then sign it with --yes added.'
    throw new Refused({ code: 'root/not-read', message })
  }
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question('Is this what you mean to sign? Type yes: ')
  ask.close()
  if (answer.trim().toLowerCase() !== 'yes') {
    throw new Refused({ code: 'root/not-read', message: 'Nothing was signed, for yes was not typed.' })
  }
}
