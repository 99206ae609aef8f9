import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Node, realSurroundings } from '@countersign/node'
import { type Command, Option } from 'commander'
import { SERVING_FILE } from '../door.ts'
import { dirOption, examples } from '../options.ts'
import { misused, must, note, Refused } from '../output.ts'
import { keyPassphrase } from '../passphrase.ts'
import { report } from '../report.ts'

interface ServeFlags {
  dir: string
  listen: string
  tlsCert?: string
  tlsKey?: string
  behindProxy?: boolean
  demo?: boolean
}

export function serveCommand(command: Command): void {
  command
    .addOption(dirOption())
    .requiredOption('--listen <host:port>', 'where to listen')
    .option('--tls-cert <file>', 'certificate chain, PEM')
    .option('--tls-key <file>', 'its private key, PEM')
    .option('--behind-proxy', 'a proxy in front speaks TLS')
    .addOption(new Option('--demo', 'say on the pages that this is a demonstration').hideHelp())
    .addHelpText(
      'after',
      examples(
        'countersign serve --dir ./alfa --listen 127.0.0.1:7100',
        'countersign serve --dir ./alfa --listen 127.0.0.1:7100 --passphrase-fd 3 3<passphrase.txt',
      ),
    )
    .action(serve)
}

async function serve(flags: ServeFlags): Promise<void> {
  const { dir, listen, tlsCert, tlsKey } = flags
  if ((tlsCert === undefined) !== (tlsKey === undefined)) throw misused('Give --tls-cert and --tls-key together.')
  // Loaded where it is needed: it takes longer than the rest together.
  const { secretOf, serveNode } = await import('@countersign/http')
  const node = must(await Node.open(dir, realSurroundings(report), await keyPassphrase(dir)))
  const consoleDir = fileURLToPath(new URL('../../../console/dist', import.meta.url))
  const served = await serveNode(node, {
    listen,
    log: true,
    behindProxy: flags.behindProxy === true,
    demo: flags.demo === true,
    ...(tlsCert === undefined || tlsKey === undefined ? {} : { tls: { certFile: tlsCert, keyFile: tlsKey } }),
    ...(existsSync(consoleDir) ? { consoleDir } : {}),
  })
  if (!served.ok) {
    await node.stop()
    throw new Refused(served)
  }
  const { url, socket, close } = served.value
  node.feeds.start()
  node.rounds.start()
  // The shell of this machine's owner finds the node by these two.
  secretOf(dir, 'api-token')
  const serving = join(dir, SERVING_FILE)
  writeFileSync(serving, `${JSON.stringify({ url, socket, pid: process.pid })}\n`, { mode: 0o600 })

  const ended = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ended.resolve())
  // Started by another program, it ends with it, however that ends.
  process.on('disconnect', () => ended.resolve())
  note(`${node.party} serves at ${url}`)
  process.send?.({ ready: true, url })
  await ended.promise
  rmSync(serving, { force: true })
  await close()
  await node.stop()
  if (process.connected) process.disconnect()
}
