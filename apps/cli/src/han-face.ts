// Faces for Chinese in a file that stands alone: a report must be readable on a machine without any. Of the face that comes
// with the program, cut into a hundred pieces by how often characters are used, those are taken that hold a character of
// the text; each is some forty thousand bytes. A text without Chinese takes none.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const HAN = /[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]/u

/** A style sheet that names the face `Countersign Han`. */
export function hanFaces(text: string): string {
  const wanted = new Set([...text].filter((character) => HAN.test(character)).map((one) => one.codePointAt(0) ?? 0))
  if (wanted.size === 0) return ''
  const table = require.resolve('@fontsource-variable/noto-sans-sc/unicode.json')
  const pieces: Record<string, string> = JSON.parse(readFileSync(table, 'utf8'))
  const faces: string[] = []
  for (const [name, ranges] of Object.entries(pieces)) {
    const number = /^\[([0-9]+)\]$/.exec(name)?.[1]
    if (number === undefined || !covers(ranges, wanted)) continue
    const file = readFileSync(join(dirname(table), 'files', `noto-sans-sc-${number}-wght-normal.woff2`))
    faces.push(
      `@font-face{font-family:"Countersign Han";font-weight:100 900;unicode-range:${ranges};src:url(data:font/woff2;base64,${file.toString('base64')}) format("woff2")}`,
    )
  }
  return faces.join('\n')
}

/** `ranges` as CSS writes them: U+4e00,U+4e2d-4e30. */
function covers(ranges: string, wanted: ReadonlySet<number>): boolean {
  return ranges.split(',').some((range) => {
    const [from = '', to = from] = range.trim().slice(2).split('-')
    for (let point = Number.parseInt(from, 16); point <= Number.parseInt(to, 16); point++) {
      if (wanted.has(point)) return true
    }
    return false
  })
}
