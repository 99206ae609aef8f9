// An officer at the shell of the machine: who it is says an account with its password, read from a file descriptor or
// typed, never an argument. The two officers that an act takes are told apart by this and by nothing else.

import type { OfficerSignIn } from '@countersign/client'
import { Option } from 'commander'
import { passphraseOption, readSecret } from './passphrase.ts'

export interface OfficerFlags {
  officer: string
  passwordFd?: number
}

export const officerOption = () =>
  new Option('--officer <address>', 'the account you sign in with; see countersign account').makeOptionMandatory()

export const passwordOption = () => passphraseOption('--password-fd', 'the password of that account')

export async function signIn({ officer, passwordFd }: OfficerFlags): Promise<OfficerSignIn> {
  return { email: officer, password: await readSecret(passwordFd, `the password of ${officer}`, '--password-fd') }
}
