// What the program prints, on a pretend terminal.

import { describe, expect, test } from 'vitest'
import { plain, progressBar } from '../src/output.ts'

function terminal(isTTY: boolean, columns: number) {
  const written: string[] = []
  return { isTTY, columns, written, write: (text: string | Uint8Array) => written.push(String(text)) > 0 }
}

describe('the progress bar', () => {
  test('fills up to the whole, on one line that fits the terminal, and leaves it empty', () => {
    const stream = terminal(true, 50)
    const bar = progressBar('Sharing', stream)
    bar.at(1, 4)
    bar.at(4, 4)
    bar.end()
    expect(stream.written[0]).toMatch(/^\rSharing █+░+ {2}25 %$/)
    expect(stream.written.at(-2)).toMatch(/^\rSharing █+ 100 %$/)
    for (const text of stream.written) expect(text.length).toBeLessThanOrEqual(50)
    expect(stream.written.at(-1)).toBe('\r\u001b[K')
  })

  test('says nothing where nobody looks, and nothing of a whole that is not known', () => {
    const [file, screen] = [terminal(false, 80), terminal(true, 80)]
    for (const [stream, total] of [
      [file, 4],
      [screen, 0],
    ] as const) {
      const bar = progressBar('Sharing', stream)
      bar.at(1, total)
      bar.end()
      expect(stream.written).toEqual([])
    }
  })
})

test('what a peer wrote cannot steer a terminal', () => {
  expect(plain('a\u001b[2Jb\u202ec\n')).toBe('a\\u{1b}[2Jb\\u{202e}c\\u{a}')
})
