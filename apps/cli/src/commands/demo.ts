import { resolve } from 'node:path'
import type { Command } from 'commander'
import { runDemo } from '../demo/demo.ts'
import { examples } from '../options.ts'
import { misused } from '../output.ts'

export function demoCommand(command: Command): void {
  command
    .option('--dir <dir>', 'where their folders are', '.countersign')
    .option('--port <port>', 'port of the first; the others follow it', '7100')
    .option('--fresh', 'begin anew; what an earlier demonstration kept there is deleted')
    .option('--json', 'first line on standard output: one JSON object, once everything is in place')
    .addHelpText('after', examples('countersign demo --fresh'))
    .action(async (options: { dir: string; port: string; fresh?: boolean; json?: boolean }) => {
      const port = Number(options.port)
      if (!Number.isInteger(port) || port < 1 || port > 65_533) throw misused('--port is a number from 1 to 65533.')
      await runDemo({ dir: resolve(options.dir), port, fresh: options.fresh === true, json: options.json === true })
    })
}
