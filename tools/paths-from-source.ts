// For what is built into a few files for Node: a source that asks where it lies, to find what lies beside it, finds the
// same from the built file.

import { dirname, relative, resolve } from 'node:path'

/** A plug-in of Vite. `entries`: the sources that are built files of their own, each by its name. */
export function pathsFromSource(entries: Record<string, string> = {}) {
  let out = ''
  const isLeft = new RegExp(`new URL\\(['"]([^'"]*/(?:${Object.keys(entries).join('|')})\\.ts)`)
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
        const entry = Object.entries(entries).find(([, source]) => source === resolve(dirname(id), path ?? '.'))
        if (entry !== undefined) return whole.replace(path ?? '', `./${entry[0]}.js`)
        const source = relative(out, id).replaceAll('\\', '/')
        return whole.replace('import.meta.url', `new URL('${source}', import.meta.url)`)
      })
      return { code: moved, map: null }
    },
    generateBundle(_options: unknown, files: Record<string, { code?: string }>) {
      if (Object.keys(entries).length === 0) return
      for (const { code = '' } of Object.values(files)) {
        const left = isLeft.exec(code)?.[1]
        if (left !== undefined) throw new Error(`${left} would be started from its source.`)
      }
    },
  }
}
