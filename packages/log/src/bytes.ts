// Bytes and their texts. Everything here runs alike in a browser and under Node; decoders take the canonical form only.

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Undefined where the bytes are not valid UTF-8. A byte order mark is kept as a character. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const part of parts) size += part.length
  const joined = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Not constant in time: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

const HEX = '0123456789abcdef'
const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => `${HEX[byte >> 4]}${HEX[byte & 15]}`)

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX_PAIRS[byte]
  return text
}

/** Undefined for anything but pairs of lower-case hex digits. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = new Int8Array(128).fill(-1)
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i

interface NativeBase64 {
  toBase64?(): string
}

/** RFC 4648 section 4, with padding. */
export function toBase64(bytes: Uint8Array): string {
  const native = (bytes as Uint8Array & NativeBase64).toBase64
  if (native !== undefined) return native.call(bytes)
  let text = ''
  let i = 0
  for (; i + 2 < bytes.length; i += 3) {
    const three = (at(bytes, i) << 16) | (at(bytes, i + 1) << 8) | at(bytes, i + 2)
    text += `${sign(three >> 18)}${sign(three >> 12)}${sign(three >> 6)}${sign(three)}`
  }
  const left = bytes.length - i
  if (left === 1) text += `${sign(at(bytes, i) >> 2)}${sign(at(bytes, i) << 4)}==`
  if (left === 2) {
    const two = (at(bytes, i) << 8) | at(bytes, i + 1)
    text += `${sign(two >> 10)}${sign(two >> 4)}${sign(two << 2)}=`
  }
  return text
}

/** Undefined for what is not canonical: wrong padding, unused bits that are not zero, any other character. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  const end = text.length - padding
  const whole = end - (end % 4)
  let filled = 0
  for (let i = 0; i < whole; i += 4) {
    const four = (value(text, i) << 18) | (value(text, i + 1) << 12) | (value(text, i + 2) << 6) | value(text, i + 3)
    if (four < 0) return undefined
    bytes[filled++] = four >> 16
    bytes[filled++] = (four >> 8) & 0xff
    bytes[filled++] = four & 0xff
  }
  if (padding === 0) return bytes
  const rest = (value(text, whole) << 12) | (value(text, whole + 1) << 6) | (padding === 1 ? value(text, whole + 2) : 0)
  if (rest < 0 || (rest & (padding === 1 ? 0x3 : 0x3ff)) !== 0) return undefined
  bytes[filled++] = rest >> 10
  if (padding === 1) bytes[filled] = (rest >> 2) & 0xff
  return bytes
}

export function uint64be(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${value} is no unsigned integer.`)
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}

/** Of one character; below zero, and so with whatever it is put together, for one that is none of base64. */
function value(text: string, index: number): number {
  const code = text.charCodeAt(index)
  return code < 128 ? (VALUES[code] ?? -1) : -1
}

function sign(six: number): string {
  return ALPHABET[six & 63] ?? ''
}
