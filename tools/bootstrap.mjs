// What npm runs before `npm start`, `npm test` and the like, on whatever Node and npm the machine has, without any
// dependency: a Node that is new enough, the packages of the lock file, with `--program` the program in few files, and with
// `--console` the web console. Each step is done only where something changed; its stamp is written last, so that what was
// broken off is done again.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isNewEnough, NODE_MINIMUM, ownNode, ownNodeFolder, suitableNode } from './node24.mjs'
import { BUILDS, CURRENT_BUILD, filesIn, programSources } from './program.mjs'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const wanted = new Set(process.argv.slice(2))

try {
  main()
} catch (cause) {
  const why = cause instanceof Error ? cause.message : String(cause)
  process.stderr.write(`countersign: ${why}\n`)
  process.exit(1)
}

function main() {
  const node = suitableNode() ?? installNode()
  installPackages(node)
  if (wanted.has('--program')) buildProgram(node)
  if (wanted.has('--console')) buildConsole(node)
}

function installNode() {
  const binary = ownNode()
  if (binary === undefined) {
    throw new Error(
      `This machine runs Node ${process.versions.node}; install Node ${NODE_MINIMUM.join('.')} or newer from nodejs.org, then start again.`,
    )
  }
  say(`Fetching Node ${NODE_MINIMUM[0]} (this machine runs ${process.versions.node})…`)
  npm(
    process.execPath,
    ownNodeFolder(),
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    'Node could not be fetched',
  )
  const version = spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim().slice(1) ?? ''
  if (!isNewEnough(version))
    throw new Error('The Node that was fetched does not run here; install Node 24.15 or newer by hand.')
  return binary
}

function installPackages(node) {
  const stamp = join(ROOT, 'node_modules', '.countersign-stamp')
  const is = hashOf([join(ROOT, 'package-lock.json')], `${process.platform} ${process.arch}`)
  if (read(stamp) === is) return
  say('Installing packages…')
  rmSync(stamp, { force: true })
  npm(node, ROOT, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], 'The packages could not be installed')
  // Programs that npm starts by themselves, such as npx countersign, find the same Node.
  const link = join(ROOT, 'node_modules', '.bin', 'node')
  rmSync(link, { force: true })
  if (node !== process.execPath) symlinkSync(node, link)
  writeFileSync(stamp, is)
}

function buildProgram(node) {
  const is = hashOf(programSources(), '').slice(0, 16)
  const before = read(CURRENT_BUILD)
  if (before === is && existsSync(join(BUILDS, is, 'main.js'))) {
    // Compared just now: a file that is newer, and the same, need not be looked at again.
    utimesSync(CURRENT_BUILD, new Date(), new Date())
    return
  }
  say('Building the program…')
  build(node, join(ROOT, 'apps', 'cli'), 'The program', '--outDir', join(BUILDS, is), '--emptyOutDir')
  writeFileSync(CURRENT_BUILD, is)
  // A node that runs since before needs the files of its build as long as it runs.
  for (const name of readdirSync(BUILDS)) {
    if (![is, before, basename(CURRENT_BUILD)].includes(name)) rmSync(join(BUILDS, name), { recursive: true })
  }
}

function buildConsole(node) {
  const folder = join(ROOT, 'apps', 'console')
  if (!existsSync(join(folder, 'index.html'))) return
  const stamp = join(folder, 'dist', '.countersign-stamp')
  const sources = [
    join(ROOT, 'package-lock.json'),
    ...filesIn(folder, ['dist', 'node_modules', 'test']),
    ...['log', 'record', 'pact', 'intel', 'client'].flatMap((name) =>
      filesIn(join(ROOT, 'packages', name), ['node_modules', 'test']),
    ),
  ]
  const is = hashOf(sources, '')
  if (read(stamp) === is) return
  say('Building the console…')
  build(node, folder, 'The console')
  writeFileSync(stamp, is)
}

function build(node, folder, what, ...options) {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', folder, '--logLevel', 'error', ...options]
  if (spawnSync(node, args, { cwd: ROOT, stdio: 'inherit' }).status !== 0)
    throw new Error(`${what} could not be built; what is above says why.`)
}

/** npm of whoever called us, run by `node`. */
function npm(node, cwd, args, failure) {
  const program = process.env.npm_execpath
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
  // npm hands its own settings down as variables; those of the outer run must not steer the inner one.
  for (const name of Object.keys(env)) if (/^npm_(package|lifecycle|command)/.test(name)) delete env[name]
  const run =
    program !== undefined && /\.[cm]?js$/.test(program)
      ? spawnSync(node, [program, ...args], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
      : spawnSync('npm', args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  if (run.status === 0) return
  const lines = (run.stderr ?? '').split('\n').filter((line) => /npm (error|ERR!)/.test(line))
  const why = run.error?.message ?? lines[0]?.replace(/^npm (error|ERR!)\s*/, '') ?? 'it was broken off'
  throw new Error(`${failure} (${why}); see that the network and this folder can be reached, then start again.`)
}

function hashOf(files, more) {
  const hash = createHash('sha256').update(more)
  for (const file of files) hash.update(`\n${file.slice(ROOT.length)}\n`).update(readFileSync(file))
  return hash.digest('hex')
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

function say(text) {
  process.stderr.write(`${text}\n`)
}
