// The vectors of spec/vectors/log as they lie here. As a program it prints what came out of each as JSON, and which
// `#crypto` it ran on.

import { readFileSync } from 'node:fs'
import { judgeAll } from './vector-judge.ts'

/** One file of vectors, such as `notes`. */
export function loadVectors(name: string): ReturnType<typeof JSON.parse> {
  return JSON.parse(readFileSync(new URL(`../../../spec/vectors/log/${name}.json`, import.meta.url), 'utf8'))
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify({ crypto: import.meta.resolve('#crypto'), judged: judgeAll(loadVectors) }))
}
