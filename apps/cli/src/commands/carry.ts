import { resolve } from 'node:path'
import type { CarriedFault, CarriedIn } from '@countersign/client'
import { type CarriedOut, carryOut, realSurroundings } from '@countersign/node'
import { originParts } from '@countersign/record'
import type { Command } from 'commander'
import { openDoor } from '../door.ts'
import { noNetwork } from '../door-here.ts'
import { dirOption, examples, jsonOption } from '../options.ts'
import { must, note, plain, print, printJson, progressBar, Refused } from '../output.ts'

interface OutFlags {
  dir: string
  to: string
  pact?: string
  for?: string
  json?: boolean
}

interface InFlags {
  dir: string
  from: string
  pact?: string
  json?: boolean
}

export function carryCommand(carry: Command): void {
  carry.addHelpText(
    'after',
    examples(
      'countersign carry in --dir ./alfa --from /media/usb   # when the stick comes',
      'countersign carry out --dir ./alfa --to /media/usb    # before it goes on',
    ),
  )

  carry
    .command('out')
    .description('copy what this node publishes to a stick: only what is new, and only what its readers may read')
    .addOption(dirOption())
    .requiredOption('--to <folder>', 'folder of the stick; it must be there')
    .option('--pact <id>', 'one agreement alone')
    .option('--for <party>', 'one reader alone; otherwise every member of the agreements')
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign carry out --dir ./alfa --to /media/usb --for bravo.example'))
    .action(async (flags: OutFlags) => {
      const bar = progressBar('Carrying out')
      const carried = must(
        await carryOut({
          ...{ dir: flags.dir, to: resolve(flags.to), around: realSurroundings(), progress: bar.at },
          ...(flags.pact === undefined ? {} : { pact: flags.pact }),
          ...(flags.for === undefined ? {} : { reader: flags.for }),
        }),
      )
      bar.end()
      if (flags.json === true) printJson(carried)
      else tellOut(carried, flags)
      const bad = carried.logs.find(({ state }) => state !== 'carried')
      if (bad?.state === 'later-there') {
        const message = `The stick has more of ${nameOf(bad.origin)} than this folder, which may be an old copy. Take it in first: countersign carry in --dir ${flags.dir} --from ${flags.to}`
        throw new Refused({ code: 'carry/later-there', message })
      }
      if (bad !== undefined) {
        const message = `${nameOf(bad.origin)} was not carried out, for its published files are not whole here: start the node, which mends them, and carry out again. The others are on the stick.`
        throw new Refused({ code: 'carry/unreadable', message })
      }
    })

  carry
    .command('in')
    .description('take in what others carried here: it is verified, countersigned and folded as if it came by network')
    .addOption(dirOption())
    .requiredOption('--from <folder>', 'folder of the stick, readable for the node')
    .option('--pact <id>', 'one agreement alone')
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign carry in --dir ./bravo --from /media/usb'))
    .action(async (flags: InFlags) => {
      const bar = progressBar('Carrying in')
      // Where no node runs the folder is opened here, and asks nobody: what comes by stick must not hang on a network.
      const door = await openDoor(flags.dir, noNetwork)
      let taken: CarriedIn
      try {
        taken = must(await door.carryIn(resolve(flags.from), flags.pact, bar.at))
      } finally {
        await door.close()
        bar.end()
      }
      if (flags.json === true) printJson(taken)
      else tellIn(taken, flags)
      if (taken.carriers.length === 0) {
        const message = `Nothing in ${flags.from} is of a member of our agreements; see that it is the right stick, and that they carried out to this folder of it.`
        throw new Refused({ code: 'carry/nothing', message })
      }
      if (isIncomplete(taken)) {
        const message = `Not everything was on the stick. What came is kept; have the others carry out to it again, and take it in on the next trip.`
        throw new Refused({ code: 'carry/incomplete', message })
      }
    })
}

function tellOut({ logs, readers, files, receipts, party }: CarriedOut, { to }: OutFlags): void {
  for (const { origin, size, content, state } of logs) {
    if (state !== 'carried') continue
    const whose = origin.startsWith(`${party}/`) ? 'ours' : 'held'
    print(`${whose}  ${nameOf(origin)}: ${count(size, 'entry', 'entries')}, ${count(content, 'sealed file')}`)
  }
  print(`${count(receipts, 'receipt')}.`)
  const written = files.new + files.replaced
  const mended = files.replaced === 0 ? '' : ` (${files.replaced} of them replaced)`
  print(
    written === 0
      ? `Everything was on the stick already: ${count(files.same, 'file')}.`
      : `${count(written, 'file')} written${mended}, ${files.same} were there and equal.`,
  )
  note(
    logs.length === 0
      ? `Nothing to carry yet: this node has no log of an agreement with ${readers.join(', ') || 'anybody'}.`
      : `For ${readers.join(', ')}. Unmount ${to} before you pull it out; they take it in with: countersign carry in`,
  )
}

function tellIn(taken: CarriedIn, { dir }: InFlags): void {
  const { keys, logs, receipts, checks, carriers, leftAlone } = taken
  if (carriers.length > 0) note(`On the stick: ${carriers.map(plain).join(', ')}`)
  for (const { party, serial } of keys.cards) print(`${plain(party)}: card ${serial} taken`)
  for (const { party, roles } of keys.notices)
    print(`${plain(party)}: gave up its ${roles.join(', ')} keys as compromised; the notice is passed on`)
  tellMissing(keys.missing, keys.missing.length)
  for (const log of logs) {
    const { origin, entries, content, size, carried, receipt } = log
    const came =
      entries === 0 && content === 0
        ? carried === 0
          ? 'the stick shows none of it'
          : carried < size
            ? `nothing new: the stick is older, it has ${carried} of the ${size} held`
            : 'nothing new'
        : `took ${[
            ...(entries === 0 ? [] : [count(entries, 'entry', 'entries')]),
            ...(content === 0 ? [] : [`the content of ${count(content, 'record')}`]),
          ].join(' and ')}`
    const state = receipt === 'given' ? ', countersigned now' : receipt === 'had' ? '' : ', not countersigned yet'
    print(`${nameOf(origin)}: ${came}; ${size}${carried > size ? ` of ${carried}` : ''} held${state}`)
    for (const sentence of log.refused) print(`  ✗ ${plain(sentence)}`)
    tellMissing(log.missing, log.missingTotal)
  }
  for (const { origin, by, taken: fresh, covers, waits, missing } of receipts) {
    const more = waits ? '; more of them wait for entries that are not held here yet' : ''
    const what = fresh === 0 ? 'no new receipt' : count(fresh, 'new receipt')
    const over = covers === 0 ? 'not countersigned' : 'countersigned'
    print(
      `${nameOf(origin)}: ${over} by ${by}${covers === 0 ? '' : ` up to ${count(covers, 'entry', 'entries')}`}; ${what}${more}`,
    )
    tellMissing(missing, missing.length)
  }
  for (const { party, card } of keys.awaited)
    print(`${plain(party)}: a log waits for its card ${card.slice(0, 16)}…, which nobody carried here`)
  for (const { origin, state, awaited, answers } of checks) {
    const awaits = state === 'checking' ? ` It awaits ${awaited.join(', ')}.` : ''
    print(`${nameOf(origin)}: signs nothing yet, and we give no receipt on its channel.${awaits}`)
    for (const { by, why } of answers) print(`  ${plain(by)} on the stick is no answer: ${plain(why)}`)
  }
  if (checks.some(({ state }) => state === 'checking'))
    note('After a start, a log signs again once a peer’s copy of it was seen: carry out, and have them carry it back.')
  if (leftAlone.length > 0) note(`Left alone: ${leftAlone.map(plain).join(', ')}`)
  if (logs.some(({ receipt }) => receipt === 'given'))
    note(`Our receipts go out with: countersign carry out --dir ${dir} --to …`)
  else if (logs.length > 0 && checks.length === 0 && !isIncomplete(taken))
    note('All of it was held and countersigned here before; nothing has to be carried back for it.')
}

function tellMissing(missing: readonly CarriedFault[], total: number): void {
  for (const { path, why } of missing) print(`  ${plain(path)} ${why}`)
  if (total > missing.length) print(`  and ${total - missing.length} more`)
}

function isIncomplete({ carriers, keys, logs, receipts }: CarriedIn): boolean {
  return (
    keys.missing.length > 0 ||
    keys.awaited.some(({ party }) => carriers.includes(party)) ||
    logs.some(({ missingTotal, refused }) => missingTotal > 0 || refused.length > 0) ||
    receipts.some(({ missing }) => missing.length > 0)
  )
}

/** Whose log on which channel; the agreement and the generation tell more than most read. */
function nameOf(origin: string): string {
  const { party, channel } = originParts(origin)
  return `${plain(party)} ${plain(channel)}`
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}
