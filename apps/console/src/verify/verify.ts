// Verification in this browser, off the page's own thread.

import { oneRun } from './one-run.ts'
import type { VerifyAnswer, VerifyRequest } from './worker.ts'

/**
 * Verifies an evidence file (spec/evidence.md) against the cards trusted here. What the node says of the record plays no
 * part in it. Rejects only where the run itself could not be made.
 */
export function verifyHere(request: VerifyRequest): Promise<VerifyAnswer> {
  return oneRun(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), request)
}

export function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
