import { randomBytes } from 'node:crypto'
import type { KeyStore } from '@countersign/ledger'
import { formatVerifierKey, isKeyName, type Result } from '@countersign/log'
import type { Command } from 'commander'
import { dirOption, examples, jsonOption } from '../options.ts'
import { misused, must, note, print, printJson, Refused } from '../output.ts'
import { keyPassphrase, newPassphrase, passphraseOption } from '../passphrase.ts'
import { report } from '../report.ts'

interface ServeFlags {
  dir: string
  listen: string
  prefix?: string
  tlsCert?: string
  tlsKey?: string
  behindProxy?: boolean
  passphraseFd?: number
}

export function witnessCommand(witness: Command): void {
  witness.addHelpText(
    'after',
    examples(
      'countersign witness init --dir ./w1 --name witness.example/w1',
      'countersign witness --dir ./w1 --listen 127.0.0.1:7200',
      'countersign witness show --dir ./w1',
    ),
  )
  witness
    .command('serve', { isDefault: true })
    .description('run the witness (also without the word “serve”)')
    .addOption(dirOption('folder of the witness'))
    .requiredOption('--listen <host:port>', 'where to listen')
    .option('--prefix <path>', 'path below which it answers, such as /w1')
    .option('--tls-cert <file>', 'certificate chain, PEM')
    .option('--tls-key <file>', 'its private key, PEM')
    .option('--behind-proxy', 'a proxy in front speaks TLS')
    .addOption(passphraseOption())
    .addHelpText('after', examples('countersign witness --dir ./w1 --listen 127.0.0.1:7200'))
    .action(serve)
  witness
    .command('init')
    .description('make the keys of a witness and an example of its policy')
    .addOption(dirOption('folder of the witness'))
    .requiredOption(
      '--name <name>',
      'its name on every cosignature: a URL without the scheme, such as witness.example/w1',
    )
    .addOption(passphraseOption('--passphrase-fd', 'a passphrase to put the private keys under'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign witness init --dir ./w1 --name witness.example/w1',
        'countersign witness init --dir ./w1 --name witness.example/w1 --passphrase-fd 3 3<passphrase.txt',
      ),
    )
    .action(init)
  witness
    .command('show')
    .description('print its verifier keys, and for each log of its policy what it cosigned last')
    .addOption(dirOption('folder of the witness'))
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign witness show --dir ./w1'))
    .action(show)
  witness
    .command('protect')
    .description('put its private keys under a passphrase, or under another')
    .addOption(dirOption('folder of the witness'))
    .addOption(passphraseOption('--passphrase-fd', 'the passphrase (where there is one already, the present one)'))
    .addOption(passphraseOption('--new-passphrase-fd', 'the other passphrase, where there is one already'))
    .addHelpText('after', examples('countersign witness protect --dir ./w1 --passphrase-fd 3 3<passphrase.txt'))
    .action(({ dir, ...fds }: { dir: string; passphraseFd?: number; newPassphraseFd?: number }) =>
      whileStopped(dir, async (open) => {
        const { protectKeys } = await import('../key-protection.ts')
        await protectKeys(dir, fds, open)
      }),
    )
  witness
    .command('unprotect')
    .description('keep its private keys in the clear again')
    .addOption(dirOption('folder of the witness'))
    .addOption(passphraseOption())
    .addHelpText('after', examples('countersign witness unprotect --dir ./w1 --passphrase-fd 3 3<passphrase.txt'))
    .action(({ dir, passphraseFd }: { dir: string; passphraseFd?: number }) =>
      whileStopped(dir, async (open) => {
        const { unprotectKeys } = await import('../key-protection.ts')
        await unprotectKeys(dir, passphraseFd, open)
      }),
    )
}

/** How keys are kept is changed by one process, and by none that runs on them. */
async function whileStopped(
  dir: string,
  act: (open: (dir: string, passphrase: string | undefined) => Promise<Result<KeyStore>>) => Promise<void>,
): Promise<void> {
  const { lockFile, openWitnessKeys, publicWitness } = await import('@countersign/witness')
  const { nodeDisk } = await import('@countersign/ledger')
  must(publicWitness(dir))
  const release = nodeDisk().lock(lockFile(dir))
  if (release === undefined) {
    const message = `The witness in ${dir} is running; end it first: its next start reads the keys as they are kept then.`
    throw new Refused({ code: 'witness/in-use', message })
  }
  try {
    await act(openWitnessKeys)
  } finally {
    release()
  }
}

interface InitFlags {
  dir: string
  name: string
  passphraseFd?: number
  json?: boolean
}

async function init({ dir, name, passphraseFd, json }: InitFlags): Promise<void> {
  const { initWitness, policyFile } = await import('@countersign/witness')
  if (name.includes('://') && isKeyName(name))
    throw misused(`Give the name without a scheme: ${name.slice(name.indexOf('://') + 3)}`)
  const passphrase = passphraseFd === undefined ? undefined : await newPassphrase(passphraseFd, 'the passphrase')
  const made = must(await initWitness(dir, name, (bytes) => randomBytes(bytes), passphrase))
  const vkeys = made.keys.map(formatVerifierKey)
  if (json === true) return printJson({ dir, name, vkeys })
  for (const vkey of vkeys) print(vkey)
  note(`The witness ${name} is in ${dir}; its two verifier keys, of types 04 and 06, stand above and in ${dir}/vkeys.`)
  note(
    `Next: write the logs it accepts into ${policyFile(dir)}, then: countersign witness --dir ${dir} --listen 127.0.0.1:7200`,
  )
  note('Never start it from an old copy of this folder: it would have forgotten what it cosigned since.')
  return undefined
}

async function show({ dir, json }: { dir: string; json?: boolean }): Promise<void> {
  const { publicWitness, witnessedLogs } = await import('@countersign/witness')
  const { nodeDisk } = await import('@countersign/ledger')
  const { name, keys } = must(publicWitness(dir))
  const logs = must(await witnessedLogs(dir, nodeDisk()))
  const vkeys = keys.map(formatVerifierKey)
  if (json === true) return printJson({ name, vkeys, logs })
  for (const vkey of vkeys) print(vkey)
  for (const { origin, state } of logs) {
    if (!state.ok) print(`✗ ${origin}: ${state.message}`)
    else if (state.value === undefined) print(`${origin}: nothing cosigned yet`)
    else print(`${origin}: ${state.value.size} entries, ${new Date(state.value.time * 1000).toISOString()}`)
  }
  if (logs.length === 0) note(`The policy of ${dir} knows no log yet.`)
  if (logs.some(({ state }) => !state.ok))
    throw new Refused({ code: 'witness/state-damaged', message: 'A log is not cosigned any more; see above.' })
  return undefined
}

async function serve(flags: ServeFlags): Promise<void> {
  const { dir, listen, prefix, tlsCert, tlsKey } = flags
  if ((tlsCert === undefined) !== (tlsKey === undefined)) throw misused('Give --tls-cert and --tls-key together.')
  const { serveWitness, Witness } = await import('@countersign/witness')
  const { nodeDisk } = await import('@countersign/ledger')
  const around = { disk: nodeDisk(), now: () => Date.now() / 1000, report }
  const witness = must(await Witness.open(dir, around, await keyPassphrase(dir, flags.passphraseFd)))
  const served = await serveWitness(witness, {
    listen,
    behindProxy: flags.behindProxy === true,
    ...(prefix === undefined ? {} : { prefix }),
    ...(tlsCert === undefined || tlsKey === undefined ? {} : { tls: { certFile: tlsCert, keyFile: tlsKey } }),
  })
  if (!served.ok) {
    await witness.close()
    throw new Refused(served)
  }
  const ended = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ended.resolve())
  process.on('SIGHUP', () => void witness.reloadPolicy())
  // Started by another program, it ends with it, however that ends.
  process.on('disconnect', () => ended.resolve())
  note(`${witness.name} cosigns ${witness.logs} logs at ${served.value.url}`)
  process.send?.({ ready: true, url: served.value.url })
  await ended.promise
  await served.value.close()
  await witness.close()
  if (process.connected) process.disconnect()
}
