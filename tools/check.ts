// What `npm run check` runs: types, lint, format, unused code, import rules. All of them run, whatever fails; each says
// how long it took, and what is wrong is shown at the end.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const inPackage = (name: string, file: string) => join(ROOT, 'node_modules', name, file)

const STEPS: [name: string, program: string, args: string[]][] = [
  ['types', inPackage('typescript', 'bin/tsc'), ['-p', 'tsconfig.json']],
  ['types of the pure packages, without Node', inPackage('typescript', 'bin/tsc'), ['-p', 'tsconfig.pure.json']],
  ['lint', inPackage('oxlint', 'bin/oxlint'), ['--type-aware']],
  ['format', inPackage('@biomejs/biome', 'bin/biome'), ['check']],
  ['unused code', inPackage('knip', 'bin/knip.js'), ['--no-config-hints']],
  ['import rules', inPackage('vitest', 'vitest.mjs'), ['run', 'tools/test/import-rules.test.ts']],
]

let failed = 0
for (const [name, program, args] of STEPS) {
  const from = performance.now()
  const { status, output } = await run(program, args)
  const seconds = ((performance.now() - from) / 1000).toFixed(1)
  process.stdout.write(`${status === 0 ? '✓' : '✗'} ${name} (${seconds} s)\n`)
  if (status === 0) continue
  failed++
  process.stdout.write(`${output}\n`)
}
if (failed > 0) process.exitCode = 1

function run(program: string, args: string[]): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('close', (status) => resolve({ status, output }))
  })
}
