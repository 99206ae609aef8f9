// Changing the keys of a node: new ones in good order, new ones after a theft, and taking what the root has signed.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  acceptFirstCard,
  type KeyStatus,
  loadMember,
  parseRootPublicKey,
  ROTATED_ROLES,
  type Rotated,
  type RotatedRole,
  type RotateRequest,
  realSurroundings,
} from '@countersign/node'
import { describeRequest, fingerprintWords, KEY_ROLES, type KeyRole, parseSigningRequest } from '@countersign/record'
import type { Command } from 'commander'
import { withNode } from '../door.ts'
import { dirOption, examples, jsonOption, readInput, writeOutput } from '../options.ts'
import { misused, must, note, print, printJson, Refused, table } from '../output.ts'
import { keyPassphrase, offerPassphrase, passphraseOption } from '../passphrase.ts'

/** Days before its end from which a card's validity is warned of. */
const WARN_DAYS = 60

interface RotateFlags {
  dir: string
  role?: RotatedRole[]
  root?: string[]
  threshold?: number
  endpoint?: string[]
  name?: string
  out?: string
  passphraseFd?: number
  json?: boolean
}

export function keyChangeCommands(key: Command): void {
  key
    .command('status')
    .description('which keys speak, since when, on which logs; where the root lies; when the card expires')
    .addOption(dirOption())
    .addOption(passphraseOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign key status --dir ./alfa'))
    .action(async ({ dir, passphraseFd, json }: { dir: string; passphraseFd?: number; json?: boolean }) => {
      offerPassphrase(passphraseFd)
      const status = await withNode(dir, async (door) => must(await door.keyStatus()))
      if (json === true) return printJson(status)
      tell(status, dir)
      return undefined
    })

  key
    .command('rotate')
    .description('make new keys and a card for them; the root signs, here or elsewhere')
    .addOption(dirOption())
    .option('--role <role...>', `only these keys (${ROTATED_ROLES.join(', ')}); otherwise all`, roles(ROTATED_ROLES))
    .option('--root <pub...>', 'another root: its public keys; no other key changes unless named')
    .option('--threshold <k>', 'how many keys of the other root are needed', Number)
    .option('--endpoint <url...>', 'other addresses of the node')
    .option('--name <name>', 'another name of the party, for people')
    .option('-o, --out <file>', 'where the request for the root is written, where the root lies elsewhere')
    .addOption(passphraseOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign key rotate --dir ./alfa',
        'countersign key rotate --dir ./alfa --role statement --role receipt -o alfa.request',
        'countersign key rotate --dir ./alfa --root a.pub b.pub c.pub --threshold 2 -o alfa.request',
      ),
    )
    .action((flags: RotateFlags) => rotate(flags, rotateRequest(flags)))

  key
    .command('revoke')
    .description('give up stolen keys: new ones, a notice to everybody, and logs that succeed the old')
    .addOption(dirOption())
    .requiredOption('--role <role...>', `the stolen keys (${KEY_ROLES.join(', ')})`, roles(KEY_ROLES))
    .option('--card <digest...>', 'the cards that name them; otherwise all of ours')
    .option('-o, --out <file>', 'where the request for the root is written, where the root lies elsewhere')
    .addOption(passphraseOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('countersign key revoke --dir ./alfa --role log statement receipt request sealing -o alfa.request'),
    )
    .action(revoke)

  key
    .command('accept')
    .description('take a card, or a notice, that the root has signed')
    .argument('<request>', 'the request, with the signatures of the root')
    .addOption(dirOption())
    .addOption(passphraseOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign key accept --dir ./alfa alfa.request'))
    .action(async (path: string, flags: { dir: string; passphraseFd?: number; json?: boolean }) => {
      offerPassphrase(flags.passphraseFd)
      const file = readInput(path)
      const member = loadMember(flags.dir)
      if (!member.ok && member.code === 'node/no-card') return acceptFirst(flags.dir, file, flags.json === true)
      must(member)
      const accepted = await withNode(flags.dir, async (door) => must(await door.acceptKeys(file)))
      return report(accepted, flags)
    })

  key
    .command('notice')
    .description('take a notice of compromised keys that another party gave us by hand, and pass it on')
    .argument('<notice>', 'the notice file')
    .addOption(dirOption())
    .addOption(passphraseOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign key notice --dir ./bravo alfa.notice'))
    .action(async (path: string, flags: { dir: string; passphraseFd?: number; json?: boolean }) => {
      offerPassphrase(flags.passphraseFd)
      const taken = await withNode(flags.dir, async (door) => must(await door.takeNotice(readInput(path))))
      if (flags.json === true) return printJson(taken)
      print(`The notice of ${taken.party} about its ${taken.roles.join(', ')} keys holds, and is passed on.`)
      return undefined
    })
}

function rotateRequest(flags: RotateFlags): RotateRequest {
  const { role, root, threshold, endpoint, name } = flags
  if ((root === undefined) !== (threshold === undefined)) throw misused('Give --root and --threshold together.')
  return {
    ...(role === undefined ? {} : { roles: ROTATED_ROLES.filter((one) => role.includes(one)) }),
    ...(root === undefined || threshold === undefined ? {} : { root: rootOf(root, threshold) }),
    ...(endpoint === undefined ? {} : { endpoints: endpoint }),
    ...(name === undefined ? {} : { name }),
  }
}

/** A root of public key files. */
export function rootOf(files: readonly string[], threshold: number): NonNullable<RotateRequest['root']> {
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > files.length) {
    throw misused(`--threshold is from 1 to the number of root keys, ${files.length}.`)
  }
  return { threshold, keys: files.map((file) => must(parseRootPublicKey(readInput(file)))) }
}

async function rotate(flags: RotateFlags, asked: RotateRequest): Promise<void> {
  offerPassphrase(flags.passphraseFd)
  const rotated = await withNode(flags.dir, async (door) => must(await door.rotateKeys(asked)))
  await report(rotated, flags)
}

async function revoke(flags: RotateFlags & { role: KeyRole[]; card?: string[] }): Promise<void> {
  offerPassphrase(flags.passphraseFd)
  const cards = flags.card === undefined ? {} : { cards: [...flags.card].sort() }
  const asked = { compromised: { roles: [...new Set(flags.role)].sort(), ...cards } }
  const { rotated, before, after } = await withNode(flags.dir, async (door) => ({
    before: must(await door.keyStatus()),
    rotated: must(await door.rotateKeys(asked)),
    after: must(await door.keyStatus()),
  }))
  await report(rotated, flags)
  if (flags.json === true) return
  const named =
    rotated.state === 'to-sign'
      ? must(parseSigningRequest(rotated.request)).notice?.cards
      : after.notices.find(({ digest }) => digest === rotated.notice)?.cards
  const others = before.cards.filter(({ digest }) => named?.includes(digest) === false)
  if (others.length === 0) return
  print(
    `Not named by this notice: the cards of serial ${others.map(({ serial }) => serial).join(', ')}. Where their keys`,
  )
  print('are other ones and were stolen too, give them up next: countersign key revoke --card, with the digests that')
  print('countersign key status shows.')
}

async function report(rotated: Rotated, { dir, out, json }: { dir: string; out?: string; json?: boolean }) {
  if (rotated.state === 'to-sign') {
    const kept = join(dir, 'private', 'key-request.json')
    const file = out ?? kept
    if (out !== undefined) {
      writeOutput(out, () => writeFileSync(out, rotated.request), `the request is in ${kept} too.`)
    }
    if (json === true) return printJson({ state: rotated.state, request: file })
    for (const line of describeRequest(must(parseSigningRequest(rotated.request)))) print(line)
    print(`\nThe root must sign it: carry ${file} to where its keys lie, and there, with each key that is needed:`)
    print(`  countersign root sign --key KEY ${file}`)
    print(`Then, here: countersign key accept --dir ${dir} ${file}`)
    return undefined
  }
  if (json === true) return printJson(rotated)
  print(
    `The card with the serial ${rotated.serial} speaks from here on, in each log as soon as that log may be signed.`,
  )
  if (rotated.notice !== null) {
    print(
      'The notice is said there too. Give it to the others by hand as well, where a thief may keep our logs from them:',
    )
    print(`it is in ${join(dir, 'notices')}, and they take it with: countersign key notice --dir DIR FILE`)
  }
  return undefined
}

async function acceptFirst(dir: string, file: Uint8Array, json: boolean): Promise<void> {
  const release = realSurroundings().disk.lock(join(dir, 'private', 'node.lock'))
  if (release === undefined) {
    throw new Refused({ code: 'node/locked', message: `Another process works on the node in ${dir}; end it first.` })
  }
  try {
    const card = must(await acceptFirstCard(dir, file, await keyPassphrase(dir)))
    const words = fingerprintWords(card)
    if (json) return printJson({ state: 'accepted', serial: card.body.serial, words })
    print(`The node for ${card.party} has its card. Its fingerprint words:\n  ${words.join(' ')}`)
    print(`Next: give the card to the others: countersign card --dir ${dir} > ${card.party}.card`)
  } finally {
    release()
  }
}

function tell(status: KeyStatus, dir: string): void {
  const { party, serial, words, root, validity, roles: keys, logs, cards } = status
  print(`${party} speaks with its card of serial ${serial}. Fingerprint words:\n  ${words.join(' ')}\n`)
  print(
    table(
      keys.map(({ role, serial: of, since, givenUp }) => [
        role,
        `since serial ${of}`,
        since,
        givenUp ? 'GIVEN UP' : '',
      ]),
    ),
  )
  print('\nCards:')
  for (const { digest, serial: of } of cards) print(`  serial ${of}  ${digest}`)
  print(logs.length === 0 ? '\nNo log is open.' : '')
  for (const { origin, serial: of, upToDate, frozenAt } of logs) {
    const state =
      frozenAt !== null
        ? `frozen at ${frozenAt} entries by a notice`
        : upToDate
          ? 'in force'
          : `serial ${of ?? '–'} is still in force; the newer card is said once the log may be signed`
    print(`${origin}: ${state}`)
  }
  print('')
  if (root.here >= root.threshold) {
    print(
      `WARNING: ${root.here} of the ${root.keys} root keys lie in this folder, and ${root.threshold} suffice. Whoever copies it is you, for good:`,
    )
    print(
      'no notice helps then. Make a root that is kept apart (countersign root make), then: countersign key rotate --root.',
    )
  } else
    print(
      `The root is offline: ${root.threshold} of ${root.keys} keys are needed, and ${root.here || 'none'} of them lies here.`,
    )
  if (status.waiting) {
    const file = join(dir, 'private', 'key-request.json')
    print(`A request waits for the signatures of the root: ${file}. Sign it with “countersign root sign”, then:`)
    print(`  countersign key accept --dir ${dir} REQUEST`)
  }
  if (validity.daysLeft < 0) {
    print(
      `WARNING: the card expired on ${validity.notAfter}. Nobody new can trust it; renew it with: countersign key rotate`,
    )
  } else if (validity.daysLeft < WARN_DAYS) {
    note(
      `The card expires in ${validity.daysLeft} days, on ${validity.notAfter}; renew it with: countersign key rotate`,
    )
  } else print(`The card is valid until ${validity.notAfter}.`)
  for (const { party: of, roles: given } of status.notices) print(`Notice: ${of} gave up its ${given.join(', ')} keys.`)
}

function roles<R extends string>(all: readonly R[]) {
  return (value: string, before: R[] | undefined): R[] => {
    const role = all.find((one) => one === value)
    if (role === undefined) throw misused(`“${value}” is no role; use one of ${all.join(', ')}.`)
    return [...(before ?? []), role]
  }
}
