// Runs a file of this project on a Node that is new enough: `node tools/run.mjs FILE ARGS…`. Signals and the way it
// ends are passed on; the child also leaves by itself when the channel to us closes.

import { spawn } from 'node:child_process'
import { suitableNode } from './node24.mjs'

export function runOn(args) {
  const node = suitableNode()
  if (node === undefined) {
    process.stderr.write('countersign: Nothing is installed yet; run npm start once, or npm test.\n')
    process.exit(1)
  }
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (cause) => {
    process.stderr.write(`countersign: ${cause.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    process.exit(code ?? (signal === 'SIGINT' ? 130 : 1))
  })
}

if (process.argv[1]?.endsWith('run.mjs')) runOn(process.argv.slice(2))
