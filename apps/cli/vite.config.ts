// How the program is built: the eight hundred modules it uses in a few files, because to find and compile them one by one
// takes most of the time of a command. It is the same code; names are kept, so that a stack is still read.

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pathsFromSource } from '../../tools/paths-from-source.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
/** What is started by its path. */
const ENTRIES = {
  main: resolve(HERE, 'src/main.ts'),
  'sealing-worker': resolve(HERE, '../../packages/node/src/sealing/sealing-worker.ts'),
}

export default {
  root: HERE,
  plugins: [pathsFromSource(ENTRIES)],
  // All but what is compiled for the machine.
  ssr: { noExternal: true, external: ['better-sqlite3', '@cedar-policy/cedar-wasm'] },
  build: {
    ssr: true,
    target: 'node24',
    minify: false,
    rolldownOptions: {
      input: ENTRIES,
      // A module of ours does nothing by being loaded, so a command loads those alone that it uses.
      treeshake: { moduleSideEffects: [{ test: /[\\/]packages[\\/][^\\/]+[\\/]src[\\/]/, sideEffects: false }] },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
}
