// What the program prints: what was asked for on standard output, everything else on standard error. A refusal is one
// sentence that says what to do next.

import type { Refusal } from '@countersign/log'

/** 0: done. 1: refused. 2: misused. */
export const EXIT = { done: 0, refused: 1, misused: 2 } as const

/** Ends the command with a refusal. */
export class Refused extends Error {
  readonly code: string
  readonly exit: number

  constructor(refusal: Pick<Refusal, 'code' | 'message'>, exit: number = EXIT.refused) {
    super(refusal.message)
    this.code = refusal.code
    this.exit = exit
  }
}

export function misused(message: string): Refused {
  return new Refused({ code: 'cli/misused', message }, EXIT.misused)
}

/** The value, or the end of the command. */
export function must<T>(result: { ok: true; value: T } | Refusal): T {
  if (!result.ok) throw new Refused(result)
  return result.value
}

/** Why the machine refused a file or folder, in words: its own names for that help nobody who mistyped a path. */
export function whyNot(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return IN_WORDS[code] ?? (cause instanceof Error ? cause.message : String(cause))
}

const IN_WORDS: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the disk can only be read',
  ENOSPC: 'the disk is full',
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, process.stdout.isTTY ? 2 : undefined))
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Columns as wide as their widest cell; the last is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  return rows
    .map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  '))
    .join('\n')
}

/** What a peer wrote, safe for a terminal: control and direction characters are shown as what they are. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  })
}

/** A bar on standard error while something long runs, where that is a terminal. */
export function progressBar(
  label: string,
  stderr: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'> = process.stderr,
): { at(done: number, total: number): void; end(): void } {
  let last = 0
  let shown = false
  return {
    at(done, total) {
      if (!stderr.isTTY || total === 0) return
      const now = performance.now()
      if (now - last < 100 && done < total) return
      last = now
      shown = true
      const width = Math.max(10, Math.min(40, (stderr.columns || 80) - label.length - 12))
      const filled = Math.round((width * done) / total)
      const percent = `${Math.floor((100 * done) / total)}`.padStart(3)
      stderr.write(`\r${label} ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${percent} %`)
    },
    end() {
      if (shown) stderr.write('\r\x1b[K')
    },
  }
}
