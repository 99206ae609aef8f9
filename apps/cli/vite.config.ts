// How the program is built: the eight hundred modules it uses in a few files, because to find and compile them one by one
// takes most of the time of a command. It is the same code; names are kept, so that a stack is still read.

import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))
/** What is started by its path. */
const ENTRIES = {
  main: resolve(HERE, 'src/main.ts'),
  'sealing-worker': resolve(HERE, '../../packages/node/src/sealing/sealing-worker.ts'),
}

/** Lets a source that asks where it lies, to find what lies beside it, find the same from the built file. */
function pathsFromSource() {
  let out = ''
  return {
    name: 'paths-from-source',
    // While it still reads as it was written.
    enforce: 'pre',
    configResolved(config: { root: string; build: { outDir: string } }) {
      out = resolve(config.root, config.build.outDir)
    },
    transform(code: string, id: string) {
      if (!id.endsWith('.ts') || id.includes('node_modules') || !code.includes('import.meta.url')) return undefined
      const moved = code.replace(/(?:new URL\('([^']+)', )?import\.meta\.url/g, (whole, path?: string) => {
        const entry = Object.entries(ENTRIES).find(([, source]) => source === resolve(dirname(id), path ?? '.'))
        if (entry !== undefined) return whole.replace(path ?? '', `./${entry[0]}.js`)
        const source = relative(out, id).replaceAll('\\', '/')
        return whole.replace('import.meta.url', `new URL('${source}', import.meta.url)`)
      })
      return { code: moved, map: null }
    },
    generateBundle(_options: unknown, files: Record<string, { code?: string }>) {
      for (const { code = '' } of Object.values(files)) {
        const left = /new URL\(['"]([^'"]*\/(?:main|sealing-worker)\.ts)/.exec(code)?.[1]
        if (left !== undefined) throw new Error(`${left} would be started from its source.`)
      }
    },
  }
}

export default {
  root: HERE,
  plugins: [pathsFromSource()],
  // All but what is compiled for the machine.
  ssr: { noExternal: true, external: ['better-sqlite3'] },
  build: {
    ssr: true,
    target: 'node24',
    minify: false,
    rolldownOptions: {
      input: ENTRIES,
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
}
