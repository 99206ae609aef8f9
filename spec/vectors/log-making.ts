// What the vectors of transparency logs are made of: a log, its witness and strangers, with keys that anyone can make anew
// (a seed is one byte 32 times), and notes put together line by line.

import {
  type Cosigned,
  concat,
  cosignatureLines,
  cosignedMessage,
  cosignerKeys,
  formatVerifierKey,
  fromUtf8,
  logKeys,
  makeVerifierKey,
  type SignerPair,
  signatureLine,
  signNoteLine,
  toBase64,
  utf8,
  type VerifierKey,
} from '@countersign/log'
import { publicOf, SampleLog, signersOf } from '../../packages/log/test/sample-log.ts'

/** What every case has: `expect` is `valid`, or the code with which this implementation refuses it. */
export interface Expected {
  name: string
  description: string
  expect: string
}

export const ORIGIN = 'log.example/one'
export const WITNESS = 'witness.example/w1'
export const logSigners: SignerPair = signersOf(1)
export const witnessSigners: SignerPair = signersOf(2)
export const strangers: SignerPair = signersOf(3)
export const TIME = 1_800_000_000

export const log = new SampleLog(ORIGIN, logSigners).grow(300)
export const forked = new SampleLog(ORIGIN, logSigners).grow(300, 'other')
export const entryOf = (index: number): Uint8Array => utf8(`entry ${index}`)

const of = (pair: VerifierKey[]): [VerifierKey, VerifierKey] => {
  const [first, second] = pair
  if (first === undefined || second === undefined) throw new Error('There are two keys.')
  return [first, second]
}
export const [logKey, logLatticeKey] = of(logKeys(ORIGIN, publicOf(logSigners)))
export const [witnessKey, witnessLatticeKey] = of(cosignerKeys(WITNESS, publicOf(witnessSigners)))
export const vkey = formatVerifierKey

export const bodyOf = ({ size, root }: Cosigned, more = ''): string => `${ORIGIN}\n${size}\n${toBase64(root)}\n${more}`
export const body = (size: number, more = ''): string => bodyOf(log.at(size), more)

/** The log’s line of type 01 over a text. */
export const logLine = (text: string): string => signNoteLine(text, ORIGIN, logSigners.ed25519)
export const strangerLine = (text: string, name = 'stranger.example'): string =>
  signNoteLine(text, name, strangers.ed25519)
export const note = (text: string, ...lines: string[]): string => `${text}\n${lines.join('')}`
export const witnessLines = (text: string, time = TIME): [string, string] => {
  const [four = '', six = ''] = cosignatureLines(text, WITNESS, witnessSigners, time)
  return [four, six]
}

/** A line of type 04 or 06 over whatever it is told, of any time: what an honest cosigner would never give. */
export function timedLine(
  type: 4 | 6,
  { text, time, name = WITNESS, written = time }: { text: string; time: bigint; name?: string; written?: bigint },
): string {
  const key = type === 4 ? witnessKey : witnessLatticeKey
  const [, size = '', root = ''] = text.split('\n')
  const eight = (value: bigint) => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, value)
    return bytes
  }
  let signature: Uint8Array
  if (type === 4) signature = witnessSigners.ed25519.sign(utf8(`cosignature/v1\ntime ${time}\n${text}`))
  else {
    const message = cosignedMessage({
      ...{ name, time: 0, origin: ORIGIN, size: Number(size) },
      root: new Uint8Array(Buffer.from(root, 'base64')),
    })
    message.set(eight(time), 12 + 1 + utf8(name).length)
    signature = witnessSigners.mldsa44.sign(message)
  }
  return signatureLine(makeVerifierKey(WITNESS, type, key.publicKey), concat(eight(written), signature))
}

/** Bytes as JSON: a text where they are one, else base64. */
export const asJson = (bytes: Uint8Array): { text: string } | { base64: string } => {
  const text = fromUtf8(bytes)
  return text === undefined ? { base64: toBase64(bytes) } : { text }
}
