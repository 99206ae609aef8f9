// A selection of objects as a file. How strictly it is marked is told before it is used: it is as strict as the strictest in
// it, and what is marked TLP:RED is saved only by who says that they may.

import { renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Taking } from '@countersign/client'
import { type Command, Option } from 'commander'
import { withNode } from '../door.ts'
import { dirOption, examples, jsonOption, writeOutput } from '../options.ts'
import { misused, must, note, printJson, Refused } from '../output.ts'
import { some } from '../stix-input.ts'

interface Flags {
  dir: string
  output: string
  form: 'stix' | 'misp'
  text?: string
  type?: string
  party?: string
  pact?: string
  collection?: 'inbox' | 'outbox' | 'withdrawn'
  all?: boolean
  red?: boolean
  json?: boolean
}

export function exportCommand(command: Command): void {
  command
    .argument('[ids...]', 'STIX ids; otherwise what --text, --type, --party, --collection and --pact choose, or --all')
    .addOption(dirOption())
    .requiredOption('-o, --output <file>', 'where to write it')
    .addOption(
      new Option('--form <form>', 'as STIX 2.1, or as events of MISP').choices(['stix', 'misp']).default('stix'),
    )
    .option('--text <words>', 'what is searched for in names, values and descriptions')
    .option('--type <type>', 'of this type of STIX')
    .option('--party <domain>', 'that this party shared')
    .option('--pact <id>', 'under this agreement')
    .addOption(new Option('--collection <name>', 'of one collection').choices(['inbox', 'outbox', 'withdrawn']))
    .option('--all', 'all objects that are shown here')
    .option('--red', 'you may save what is marked TLP:RED')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign export --dir ./alfa -o campaign.json indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f',
        'countersign export --dir ./alfa -o addresses.json --type ipv4-addr --party bravo.example --form misp',
      ),
    )
    .action(async (ids: string[], flags: Flags) => {
      const { dir, output, form, red = false, json } = flags
      const which = chosenBy(ids, flags)
      const { look, file } = await withNode(dir, async (door) => {
        const found = must(await door.exportLook(which))
        if (found.marking === 'TLP:RED' && !red) {
          const message = `It is marked TLP:RED. Nothing was written; say with --red that you may save it.`
          throw new Refused({ code: 'export/red', message })
        }
        const asked = { ...which, form, marking: found.marking, ...(red ? { confirmed: true } : {}) }
        return { look: found, file: must(await door.exportObjects(asked)) }
      })
      writeOutput(output, (path) => writeWhole(path, file), 'choose another with -o.')
      const { objects, definitions, missing, marking } = look
      if (json === true) return printJson({ output, form, objects, definitions, missing, marking, bytes: file.length })
      note(`${some(objects, 'object')} written to ${output}, marked ${marking}: treat the file as that.`)
      if (missing > 0) note(`${some(missing, 'object')} asked for ${missing === 1 ? 'is' : 'are'} not shown here.`)
      return undefined
    })
}

/** Under its own name the file stands whole or not at all; what stood there stays until then. */
function writeWhole(path: string, bytes: Uint8Array): void {
  const part = `${path}.${process.pid}.part`
  try {
    writeFileSync(part, bytes, { mode: 0o600, flag: 'wx', flush: true })
    renameSync(part, path)
  } catch (cause) {
    rmSync(part, { force: true })
    throw cause
  }
}

function chosenBy(ids: string[], { text, type, party, pact, collection, all }: Flags): Taking {
  const search = {
    ...(text === undefined ? {} : { q: text }),
    ...(type === undefined ? {} : { type }),
    ...(party === undefined ? {} : { party }),
    ...(pact === undefined ? {} : { pact }),
    ...(collection === undefined ? {} : { collection }),
  }
  const ways = [ids.length > 0, Object.keys(search).length > 0, all === true]
  if (ways.filter(Boolean).length !== 1) {
    throw misused(
      'Name objects by their ids, or choose them with --text, --type and the like, or give --all; one of these.',
    )
  }
  return ids.length > 0 ? { ids } : { search }
}
