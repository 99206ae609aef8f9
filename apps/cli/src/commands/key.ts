import { join } from 'node:path'
import { KeyStore } from '@countersign/ledger'
import { loadMember, realSurroundings } from '@countersign/node'
import type { Command } from 'commander'
import { protectKeys, unprotectKeys } from '../key-protection.ts'
import { dirOption, examples } from '../options.ts'
import { must, Refused } from '../output.ts'
import { passphraseOption } from '../passphrase.ts'
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
    .action(({ dir, ...fds }: { dir: string; passphraseFd?: number; newPassphraseFd?: number }) =>
      whileStopped(dir, () => protectKeys(dir, fds, KeyStore.open)),
    )

  key
    .command('unprotect')
    .description('keep the private keys in the clear again')
    .addOption(dirOption())
    .addOption(passphraseOption())
    .addHelpText('after', examples('countersign key unprotect --dir ./alfa --passphrase-fd 3 3<passphrase.txt'))
    .action(({ dir, passphraseFd }: { dir: string; passphraseFd?: number }) =>
      whileStopped(dir, () => unprotectKeys(dir, passphraseFd, KeyStore.open)),
    )
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
