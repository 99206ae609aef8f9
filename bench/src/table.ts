// One line of what is measured, and how lines are shown.

export interface Row {
  what: string
  measured: string
  baseline: string
  /** Measured over baseline, or what else compares them. */
  ratio: string
  aim: string
}

export function table(rows: readonly Row[]): string {
  const lines = [
    ['what', 'measured', 'baseline', 'ratio', 'aim'],
    ...rows.map(({ what, measured, baseline, ratio, aim }) => [what, measured, baseline, ratio, aim]),
  ]
  const widths = [0, 1, 2, 3, 4].map((i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

export function perSecond(count: number, ms: number): string {
  return `${Math.round(count / (ms / 1000)).toLocaleString('en-GB')}/s`
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`
}
