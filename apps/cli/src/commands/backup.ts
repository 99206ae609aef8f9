import { createReadStream, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { realSurroundings, restoreBackup, takeBackup, verifyBackup } from '@countersign/node'
import { type Command, Option } from 'commander'
import { backupFile } from '../backup-file.ts'
import { dirOption, examples, jsonOption } from '../options.ts'
import { EXIT, misused, must, note, plain, print, printJson, progressBar, Refused, whyNot } from '../output.ts'
import { knownPassphrase, newPassphrase, passphraseOption } from '../passphrase.ts'

const OF_BACKUP = 'the passphrase of the backup'

interface BackupFlags {
  dir?: string
  to?: string
  passphraseFd?: number
  unencrypted?: boolean
  json?: boolean
}

export function backupCommand(backup: Command): void {
  backup
    // Not mandatory to the parser, which would ask for them with “verify” too.
    .addOption(dirOption().makeOptionMandatory(false))
    .option('--to <file>', 'the file to write; - is standard output')
    .addOption(passphraseOption('--passphrase-fd', OF_BACKUP))
    .option('--unencrypted', 'under no passphrase: whoever reads the file has the keys of the party')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign backup --dir ./alfa --to alfa-2026-11-25.backup --passphrase-fd 3 3<passphrase.txt',
        'countersign backup --dir ./alfa --to - --passphrase-fd 3 3<passphrase.txt | ssh store.example "cat > alfa.backup"',
      ),
    )
    .action(write)

  backup
    .command('verify')
    .description('check that a backup is whole, and each log in it, without restoring it')
    .argument('<file>', 'the backup; - is standard input')
    .addOption(passphraseOption('--passphrase-fd', OF_BACKUP))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('countersign backup verify alfa-2026-11-25.backup --passphrase-fd 3 3<passphrase.txt'),
    )
    .action(async (file: string, _own: unknown, command: Command) => {
      const options: { passphraseFd?: number; json?: boolean } = command.optsWithGlobals()
      const input = await inputOf(file, options.passphraseFd)
      const bar = progressBar('Verifying')
      const verified = must(
        await verifyBackup(input.chunks, input.passphrase, (bytes) => bar.at((input.done += bytes), input.total)),
      )
      bar.end()
      const { header, files, bytes, manifest, logs, findings } = verified
      if (options.json === true) printJson({ ...header, files, bytes, manifest, logs, findings })
      else {
        print(
          `A backup of ${header.party} of ${header.time}: ${files} files, ${bytes} bytes, as its manifest lists them.`,
        )
        for (const { origin, entries, addenda } of logs) {
          print(`${plain(origin)}: ${entries} entries, ${addenda} sealed file${addenda === 1 ? '' : 's'}`)
        }
        for (const { path, message } of findings) print(`✗ ${plain(path)}: ${plain(message)}`)
      }
      if (findings.length > 0) {
        const message = 'A node restored from this backup may not start; use another one.'
        throw new Refused({ code: 'backup/findings', message })
      }
    })
}

async function write(options: BackupFlags): Promise<void> {
  const { dir, to, passphraseFd, unencrypted } = options
  if (dir === undefined || to === undefined)
    throw misused('Give --dir, the folder of the node, and --to, the file to write.')
  if (unencrypted === true && passphraseFd !== undefined)
    throw misused('Give --passphrase-fd or --unencrypted, not both.')
  if (to === '-' && options.json === true) throw misused('With --to - standard output is the backup; leave --json out.')
  const file = await backupFile(to === '-' ? to : resolve(to))
  const bar = progressBar('Backing up')
  try {
    const passphrase =
      unencrypted === true ? undefined : await newPassphrase(passphraseFd, `${OF_BACKUP} (or --unencrypted)`)
    if (passphrase === undefined) {
      note('This backup is not encrypted: whoever reads it has the private keys, and can speak and sign as the party.')
    }
    const taken = must(
      await takeBackup(
        { dir, passphrase, sink: (chunk) => file.write(chunk), progress: (done, total) => bar.at(done, total) },
        realSurroundings(),
      ),
    )
    await file.keep()
    bar.end()
    const { leftOut, ...told } = taken
    for (const path of leftOut) note(`Left out: ${plain(path)} has a name that is none of a node’s.`)
    if (options.json === true) return printJson({ ...told, leftOut, to })
    const say = to === '-' ? note : print
    say(`${told.party} as of ${told.time}: ${told.files} files, ${told.bytes} bytes.`)
    if (to !== '-') say(`Check it, and try restoring it now and then: countersign backup verify ${to}`)
    return undefined
  } catch (cause) {
    bar.end()
    await file.discard()
    throw cause
  }
}

export function restoreCommand(command: Command): void {
  command
    .requiredOption('--from <file>', 'the backup; - is standard input')
    .addOption(dirOption())
    .addOption(passphraseOption('--passphrase-fd', OF_BACKUP))
    .addOption(new Option('--json', 'print JSON'))
    .addHelpText(
      'after',
      examples(
        'countersign restore --from alfa-2026-11-25.backup --dir ./alfa-again --passphrase-fd 3 3<passphrase.txt',
      ),
    )
    .action(async (options: { from: string; dir: string; passphraseFd?: number; json?: boolean }) => {
      const { from, dir } = options
      const input = await inputOf(from, options.passphraseFd)
      const bar = progressBar('Restoring')
      const around = realSurroundings()
      const progress = (bytes: number) => bar.at((input.done += bytes), input.total)
      const restored = must(
        await restoreBackup({ from: input.chunks, dir, passphrase: input.passphrase, progress }, around),
      )
      bar.end()
      const { header, files, bytes } = restored
      if (options.json === true) return printJson({ ...header, files, bytes, dir })
      print(`${header.party} as of ${header.time} is in ${dir}.`)
      print(
        'It lacks what was said since. When it is started it fetches that from its peers, and signs nothing before all',
      )
      print('of them have answered; countersign status shows whom it awaits.')
      print(`Make sure that no other machine runs this party any more. Then: countersign serve --dir ${dir} --listen …`)
      return undefined
    })
}

/** A backup to be read, with its passphrase where it is under one. */
async function inputOf(file: string, passphraseFd: number | undefined) {
  if (file === '-' && passphraseFd === 0)
    throw misused('Standard input is the backup; give the passphrase on another descriptor.')
  let total = 0
  try {
    if (file !== '-') total = statSync(file).size
  } catch (cause) {
    throw new Refused(
      { code: 'cli/unreadable', message: `${file} cannot be read (${whyNot(cause)}); check its name.` },
      EXIT.refused,
    )
  }
  const stream = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1_048_576 })
  const isOpen = file !== '-' && passphraseFd === undefined && !(await startsLikeAge(file))
  const passphrase =
    isOpen || (file === '-' && passphraseFd === undefined) ? undefined : await knownPassphrase(passphraseFd, OF_BACKUP)
  return { chunks: stream as AsyncIterable<Uint8Array>, passphrase, total, done: 0 }
}

async function startsLikeAge(file: string): Promise<boolean> {
  for await (const chunk of createReadStream(file, { end: 3 })) return String(chunk) === 'age-'
  return false
}
