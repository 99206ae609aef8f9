import { runProgram } from './program.ts'

// Whoever reads our output may have read enough, as `head` does: that is no failure.
process.stdout.on('error', (cause: Error & { code?: string }) => {
  if (cause.code !== 'EPIPE') throw cause
  process.exit(0)
})

await runProgram(process.argv.slice(2))
