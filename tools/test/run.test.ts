// Node 20 on the machine: the program runs on another Node, and must get what its caller opened for it.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const RUN = fileURLToPath(new URL('../run.mjs', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'countersign-run-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('what the arguments name as file descriptors is passed on under its number', async () => {
  const file = join(dir, 'reads.mjs')
  writeFileSync(
    file,
    `import { readFileSync } from 'node:fs'
     for (const fd of [3, 5]) process.stdout.write(readFileSync(fd))
     process.disconnect()`,
  )
  const child = spawn(process.execPath, [RUN, file, '--new-passphrase-fd=5', '--passphrase-fd', '3'], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ignore', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk) => (out += chunk))
  child.stderr?.on('data', (chunk) => (err += chunk))
  for (const [fd, text] of [
    [3, 'old'],
    [5, ' and new'],
  ] as const) {
    ;((child.stdio as unknown[])[fd] as Writable).on('error', () => {}).end(text)
  }
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect({ code, out, err }).toEqual({ code: 0, out: 'old and new', err: '' })
})
