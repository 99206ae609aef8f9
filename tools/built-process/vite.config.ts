// How a process of a test is built: as the program is, wherever its folder lies.

import { createRequire } from 'node:module'
import { pathsFromSource } from '../paths-from-source.ts'

const require = createRequire(import.meta.url)
/** Not built in: they are compiled, and lie beside their own code. */
const COMPILED = ['better-sqlite3', '@cedar-policy/cedar-wasm/nodejs']

export default {
  plugins: [
    {
      name: 'compiled-where-it-lies',
      enforce: 'pre',
      resolveId: (id: string) => (COMPILED.includes(id) ? { id: require.resolve(id), external: true } : undefined),
    },
    pathsFromSource(),
  ],
  ssr: { noExternal: true },
  build: {
    target: 'node24',
    minify: false,
    rolldownOptions: { output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' } },
  },
}
