// Seeded randomness, in streams of their own: what one part of the simulation draws changes nothing for another, so a
// case keeps its character while it is made smaller.

export interface Draw {
  /** From 0 up to, and without, 1. */
  (): number
  below(limit: number): number
  chance(probability: number): boolean
  pick<T>(of: readonly T[]): T
  bytes(count: number): Uint8Array
}

/** The stream of that name under a seed (xmur3 into sfc32). */
export function drawOf(seed: number, name: string): Draw {
  const word = hashWords(`${seed} ${name}`)
  let [a, b, c, d] = [word(), word(), word(), 1]
  const next32 = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    c |= 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) next32()
  const draw = () => next32() / 4_294_967_296
  return Object.assign(draw, {
    below: (limit: number) => Math.floor(draw() * limit),
    chance: (probability: number) => draw() < probability,
    pick<T>(of: readonly T[]): T {
      const chosen = of[Math.floor(draw() * of.length)]
      if (chosen === undefined) throw new Error('There is nothing to choose from.')
      return chosen
    },
    bytes: (count: number) => Uint8Array.from({ length: count }, () => next32() & 0xff),
  })
}

function hashWords(text: string): () => number {
  let h = 1_779_033_703 ^ text.length
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 3_432_918_353)
    h = (h << 13) | (h >>> 19)
  }
  return () => {
    h = Math.imul(h ^ (h >>> 16), 2_246_822_507)
    h = Math.imul(h ^ (h >>> 13), 3_266_489_909)
    h ^= h >>> 16
    return h >>> 0
  }
}
