// Root keys, on a machine that is connected to nothing: making one, and signing with it what a node asks for.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
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
import { examples, jsonOption, readInput } from '../options.ts'
import { misused, must, note, plain, print, printJson, Refused } from '../output.ts'
import { filePassphrase, newPassphrase, passphraseOption } from '../passphrase.ts'

export function rootCommand(program: Command): void {
  const root = program.command('root').description('root keys, kept apart from every node')

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
      if (existsSync(out) || existsSync(`${out}.pub`)) throw misused(`${out} or ${out}.pub is there already.`)
      const passphrase = options.passphrase ? await newPassphrase(passphraseFd, 'the passphrase') : undefined
      const made = await makeRootKey(realSurroundings().random, passphrase)
      writeFileSync(out, made.secret, { mode: 0o600, flag: 'wx', flush: true })
      writeFileSync(`${out}.pub`, made.public, { flag: 'wx', flush: true })
      if (options.json === true) return printJson({ secret: out, public: `${out}.pub` })
      print(`A root key is in ${out}; give ${out}.pub to whoever makes the node.`)
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
      const secret = readFileSync(options.key)
      for (const line of describeRequest(request)) note(plain(line))
      if (options.yes !== true) await agree()
      const passphrase = rootKeyIsProtected(secret)
        ? await filePassphrase(options.key, options.passphraseFd)
        : undefined
      const signed = must(addRootSignatures(request, must(await openRootKey(secret, passphrase))))
      writeFileSync(path, formatSigningRequest(signed), { flush: true })
      const missing = missingSignatures(signed)
      if (options.json === true) return printJson({ signed: true, missing })
      print(
        missing.length === 0
          ? `Signed. It is complete; on the node: countersign key accept --dir DIR ${path}`
          : `Signed. Still needed: ${missing.join('; ')}.`,
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
    const message = 'Nothing was signed: read what it is, then add --yes.'
    throw new Refused({ code: 'root/not-read', message })
  }
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question('Is this what you mean to sign? Type yes: ')
  ask.close()
  if (answer.trim().toLowerCase() !== 'yes') {
    throw new Refused({ code: 'root/not-read', message: 'Nothing was signed.' })
  }
}
