// Vectors are made once and kept: signatures of ML-DSA-44 are randomised, and what others have tested against does not
// change. A file that is there is left alone.

import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export function write(name: string, make: () => unknown): void {
  const path = fileURLToPath(new URL(name, import.meta.url))
  if (existsSync(path)) process.stderr.write(`${name} is there and is kept.\n`)
  else writeFileSync(path, `${JSON.stringify(make(), undefined, 1)}\n`)
}
