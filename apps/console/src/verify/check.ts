// Checking a file that a person chose: its bytes and those of the cards go to a worker, and what comes back is the report
// as a page. Nothing of it is sent anywhere.

import type { Language } from '@countersign/record'
import type { CheckAnswer, CheckRequest } from './check-worker.ts'
import { hanFaces } from './han-faces.ts'
import { oneRun } from './one-run.ts'

/** The report in a language, with the faces for Chinese that it needs. Rejects only where the run could not be made. */
export async function checkFile(file: Uint8Array, cards: Uint8Array[], language: Language): Promise<CheckAnswer> {
  const plain = await inWorker({ file, cards, language, faces: '' })
  const faces = await hanFaces(plain.html)
  return faces === '' ? plain : inWorker({ file, cards, language, faces })
}

function inWorker(request: CheckRequest): Promise<CheckAnswer> {
  return oneRun(new Worker(new URL('./check-worker.ts', import.meta.url), { type: 'module' }), request)
}
