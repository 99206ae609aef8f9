// Bytes, texts and JSON values into each other, for vectors.

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
export const parsed = (bytes: Uint8Array) => JSON.parse(text(bytes))
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/**
 * Long base64 texts that stand in several of `texts`, taken out: each is written `«n»`, n its place in `pieces`. Whoever
 * reads puts them back before anything else.
 */
export function withPieces(texts: readonly string[]): { pieces: string[]; texts: string[] } {
  const places = new Map<string, number>()
  for (const one of texts) for (const [piece] of one.matchAll(LONG)) places.set(piece, (places.get(piece) ?? 0) + 1)
  const pieces = [...places].flatMap(([piece, times]) => (times > 1 ? piece : []))
  return {
    pieces,
    texts: texts.map((one) =>
      one.replaceAll(LONG, (piece) => (pieces.includes(piece) ? `«${pieces.indexOf(piece)}»` : piece)),
    ),
  }
}

const LONG = /[A-Za-z0-9+/=]{1000,}/g
