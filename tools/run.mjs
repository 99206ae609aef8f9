// Runs a file of this project on a Node that is new enough: `node tools/run.mjs FILE ARGS…`. Signals, the file descriptors
// that its arguments name and the way it ends are passed on; the child also leaves by itself when the channel to us closes.

import { spawn } from 'node:child_process'
import { fstatSync } from 'node:fs'
import { suitableNode } from './node24.mjs'

export function runOn(args) {
  const node = suitableNode()
  if (node === undefined) {
    process.stderr.write('countersign: Nothing is installed yet; run npm start once, or npm test.\n')
    process.exit(1)
  }
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', ...named(args), 'ipc'] })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (cause) => {
    process.stderr.write(`countersign: ${cause.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    process.exit(code ?? (signal === 'SIGINT' ? 130 : 1))
  })
}

/** What `--…-fd 3` and the like name, each under its own number. Node hands on no other by itself. */
function named(args) {
  const isFlag = (arg) => /^--[a-z-]+-fd$/.test(arg ?? '')
  const stdio = []
  for (const [i, arg] of args.entries()) {
    const text = /^--[a-z-]+-fd=(.+)$/.exec(arg)?.[1] ?? (isFlag(args[i - 1]) ? arg : '')
    const fd = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0
    if (fd < 3 || !isOpen(fd)) continue
    while (stdio.length < fd - 3) stdio.push('ignore')
    stdio[fd - 3] = fd
  }
  return stdio
}

/** Whether the shell opened it: what Node opens for itself is of no such kind, or is closed. */
function isOpen(fd) {
  try {
    const is = fstatSync(fd)
    return is.isFile() || is.isFIFO() || is.isSocket() || is.isCharacterDevice()
  } catch {
    return false
  }
}

if (process.argv[1]?.endsWith('run.mjs')) runOn(process.argv.slice(2))
