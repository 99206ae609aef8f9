// A file of STIX on its way to the gate, and what was found of the standard on the way.

import { createReadStream, existsSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { ShareOutcome } from '@countersign/client'
import { note, plain, type progressBar, Refused } from './output.ts'

/** The bytes of a file, or of standard input for `-`; the bar moves with them. */
export function openStix(file: string, bar: ReturnType<typeof progressBar>): ReadableStream<Uint8Array> {
  if (file !== '-' && !existsSync(file)) {
    throw new Refused({ code: 'cli/unreadable', message: `${file} does not exist; check its name.` })
  }
  const total = file === '-' ? 0 : statSync(file).size
  let sent = 0
  const counted = count(file === '-' ? process.stdin : createReadStream(file), (size) => bar.at((sent += size), total))
  return Readable.toWeb(Readable.from(counted)) as ReadableStream<Uint8Array>
}

type Remarks = Pick<ShareOutcome, 'errors' | 'errorsTotal' | 'warnings' | 'warningsTotal'>

export function noteRemarks({ errors, errorsTotal, warnings, warningsTotal }: Remarks, whatOfThem: string): void {
  if (errorsTotal > 0) note(`${some(errorsTotal, 'break')} of STIX 2.1, ${whatOfThem}:`)
  for (const error of errors.slice(0, REMARKS_SHOWN)) noteRemark(error)
  if (warningsTotal > 0) note(`${some(warningsTotal, 'place')} where the advice of STIX 2.1 is not followed:`)
  for (const warning of warnings.slice(0, REMARKS_SHOWN)) noteRemark(warning)
}

export function some(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

const REMARKS_SHOWN = 5

function noteRemark({ object, path, message, section }: Remarks['errors'][number]): void {
  note(`  ${plain(object)} ${plain(path)}: ${plain(message)}${section === '' ? '' : ` (section ${plain(section)})`}`)
}

async function* count(input: AsyncIterable<Uint8Array>, seen: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of input) {
    seen(chunk.length)
    yield chunk
  }
}
