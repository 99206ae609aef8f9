import { auditNode, realSurroundings } from '@countersign/node'
import type { Command } from 'commander'
import { servingSocket } from '../door.ts'
import { dirOption, examples, jsonOption } from '../options.ts'
import { must, note, plain, print, printJson, progressBar, Refused } from '../output.ts'
import { keyPassphrase } from '../passphrase.ts'

export function auditCommand(command: Command): void {
  command
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign audit --dir ./alfa'))
    .action(async (options: { dir: string; json?: boolean }) => {
      const running = (await servingSocket(options.dir)) !== undefined
      const passphrase = await keyPassphrase(options.dir)
      const bar = progressBar('Auditing')
      const audit = must(
        await auditNode(options.dir, realSurroundings(), {
          views: !running,
          ...(passphrase === undefined ? {} : { passphrase }),
          progress: (done, total) => bar.at(done, total),
        }),
      )
      bar.end()
      if (options.json === true) printJson(audit)
      else {
        for (const { origin, mirror, entries, void: voids, receipts } of audit.logs) {
          print(
            `${mirror ? 'mirror' : 'log   '} ${origin}: ${entries} entries${voids === 0 ? '' : `, ${voids} void`}, ${receipts} receipts`,
          )
        }
        print(
          audit.views === 'equal'
            ? 'The views equal what the logs say.'
            : audit.views === 'different'
              ? 'The views differ from the logs.'
              : 'The views were not compared: the node is running. Stop it to compare them.',
        )
        for (const { path, message } of audit.findings) print(`✗ ${plain(path)}: ${plain(message)}`)
        note(audit.findings.length === 0 ? 'Nothing is wrong.' : `${audit.findings.length} findings.`)
      }
      if (audit.findings.length > 0) {
        throw new Refused({
          code: 'audit/findings',
          message:
            'The audit found what is not as it should be; keep this folder as it is and compare it with a backup.',
        })
      }
    })
}
