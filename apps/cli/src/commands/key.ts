import { join } from 'node:path'
import { KeyStore, keysAreProtected, loadMember, realSurroundings } from '@countersign/node'
import type { Command } from 'commander'
import { dirOption, examples } from '../options.ts'
import { must, print, Refused } from '../output.ts'
import { keyPassphrase, newPassphrase, passphraseOption } from '../passphrase.ts'
import { keyChangeCommands } from './key-change.ts'

export function keyCommand(key: Command): void {
  keyChangeCommands(key)

  key
    .command('protect')
    .description('put the private keys under a passphrase, or under another')
    .addOption(dirOption())
    .addOption(passphraseOption('--passphrase-fd', 'the passphrase (where there is one already, the present one)'))
    .addOption(passphraseOption('--new-passphrase-fd', 'the other passphrase, where there is one already'))
    .addHelpText(
      'after',
      examples(
        'countersign key protect --dir ./alfa --passphrase-fd 3 3<passphrase.txt',
        'countersign key protect --dir ./alfa --passphrase-fd 3 --new-passphrase-fd 4 3<old.txt 4<new.txt',
      ),
    )
    .action(async (options: { dir: string; passphraseFd?: number; newPassphraseFd?: number }) => {
      const { dir, passphraseFd, newPassphraseFd } = options
      await whileStopped(dir, async () => {
        const wasProtected = keysAreProtected(dir)
        const store = must(await KeyStore.open(dir, await keyPassphrase(dir, passphraseFd)))
        await store.protect(
          wasProtected
            ? await newPassphrase(newPassphraseFd, 'the new passphrase', '--new-passphrase-fd')
            : await newPassphrase(passphraseFd ?? newPassphraseFd, 'the passphrase'),
        )
        print(`The private keys in ${dir} are under ${wasProtected ? 'the new' : 'a'} passphrase.`)
        print('Without it they are lost: keep a copy of it where the folder is not.')
        print(
          'A disk may keep what was overwritten, and so do copies and backups made before: SSDs do not erase at once.',
        )
      })
    })

  key
    .command('unprotect')
    .description('keep the private keys in the clear again')
    .addOption(dirOption())
    .addOption(passphraseOption())
    .addHelpText('after', examples('countersign key unprotect --dir ./alfa --passphrase-fd 3 3<passphrase.txt'))
    .action(async ({ dir, passphraseFd }: { dir: string; passphraseFd?: number }) => {
      await whileStopped(dir, async () => {
        if (!keysAreProtected(dir)) {
          throw new Refused({
            code: 'keys/not-protected',
            message: `The keys in ${dir} are under no passphrase; nothing was changed.`,
          })
        }
        must(await KeyStore.open(dir, await keyPassphrase(dir, passphraseFd))).unprotect()
        print(`The private keys in ${dir} are in the clear, readable by their owner alone.`)
      })
    })
}

/** How keys are kept is changed by one process, and by none that runs on them. */
async function whileStopped(dir: string, act: () => Promise<void>): Promise<void> {
  must(loadMember(dir))
  const release = realSurroundings().disk.lock(join(dir, 'private', 'node.lock'))
  if (release === undefined) {
    const message = `The node in ${dir} is running; end it first: its next start reads the keys as they are kept then.`
    throw new Refused({ code: 'node/locked', message })
  }
  try {
    await act()
  } finally {
    release()
  }
}
