// The log of a process that serves.

/** One line of JSON on standard error. Whoever reports hands in no content, key or token. */
export function report(level: 'info' | 'warn' | 'error', event: string, facts: Record<string, unknown> = {}): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...facts })}\n`)
}
