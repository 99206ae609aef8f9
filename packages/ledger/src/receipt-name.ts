// How the file of a receipt is named (spec/directory.md): by its size and its time, and, among those of others that are
// held, also by its digest where its cosigner gave another receipt of that size and time.

export interface ReceiptFile {
  size: number
  /** POSIX seconds. */
  time: number
  /** SHA-256 of the file, hex: where size and time name another one. */
  digest?: string
}

const NAME = /^([1-9][0-9]{0,14})-([1-9][0-9]{0,14})(?:-([0-9a-f]{64}))?$/

/** Undefined where no receipt is named so. */
export function parseReceiptName(name: string): ReceiptFile | undefined {
  const match = NAME.exec(name)
  if (match === null) return undefined
  const [, size, time, digest] = match
  return { size: Number(size), time: Number(time), ...(digest === undefined ? {} : { digest }) }
}

export function formatReceiptName({ size, time, digest }: ReceiptFile): string {
  return digest === undefined ? `${size}-${time}` : `${size}-${time}-${digest}`
}
