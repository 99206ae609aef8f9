// Faces for Chinese in a report that is to stand alone: of the face that comes with the console those pieces that hold a
// character of the text, fetched from the node and written into the report itself.

const HAN = /[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]/u

/** A style sheet that names the face `Countersign Han`; empty for a text without Chinese. */
export async function hanFaces(text: string): Promise<string> {
  const wanted = new Set([...text].filter((character) => HAN.test(character)).map((one) => one.codePointAt(0) ?? 0))
  if (wanted.size === 0) return ''
  await import('@fontsource-variable/noto-sans-sc/wght.css')
  const pieces: { ranges: string; url: string }[] = []
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSFontFaceRule) || !rule.style.getPropertyValue('font-family').includes('Noto Sans SC'))
        continue
      const ranges = rule.style.getPropertyValue('unicode-range')
      const url = /url\("?([^")]+)"?\)/.exec(rule.style.getPropertyValue('src'))?.[1]
      if (url !== undefined && covers(ranges, wanted))
        pieces.push({ ranges, url: new URL(url, sheet.href ?? location.href).href })
    }
  }
  const faces = pieces.map(async ({ ranges, url }) => {
    const answer = await fetch(url)
    if (!answer.ok) return ''
    const data = await asDataUrl(await answer.blob())
    return `@font-face{font-family:"Countersign Han";font-weight:100 900;unicode-range:${ranges};src:url(${data}) format("woff2")}`
  })
  return (await Promise.all(faces)).join('\n')
}

function asDataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^;,]*/, 'data:font/woff2'))
    reader.onerror = () => reject(new Error('A face could not be read.'))
    reader.readAsDataURL(blob)
  })
}

/** `ranges` as CSS writes them: U+4e00, U+4e2d-4e30. */
function covers(ranges: string, wanted: ReadonlySet<number>): boolean {
  return ranges.split(',').some((range) => {
    const [from = '', to = from] = range.trim().slice(2).split('-')
    const [first, last] = [Number.parseInt(from, 16), Number.parseInt(to, 16)]
    // Latin has faces everywhere.
    for (let point = Math.max(first, 0x2e80); point <= last; point++) if (wanted.has(point)) return true
    return false
  })
}
