import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const ROOT = fileURLToPath(new URL('.', import.meta.url))

/** What takes longest, longest first: begun last, one of these would run alone while the other worker has nothing left. */
const LONGEST = [
  'sim/test/sim.test.ts',
  'packages/ledger/test/crash.test.ts',
  'apps/cli/test/key-change.test.ts',
  'packages/http/test/large-share.test.ts',
  'apps/cli/test/cli.test.ts',
  'apps/console/test/console.test.ts',
  'apps/console/test/officers.test.ts',
  'apps/console/test/approvals.test.ts',
  'tools/test/start.test.ts',
  'packages/http/test/hostile.test.ts',
  'apps/cli/test/witnessed.test.ts',
  'apps/cli/test/witness.test.ts',
  'packages/node/test/keys-killed.test.ts',
  'packages/http/test/restored-keys.test.ts',
]

const PURE = ['packages/{log,record,pact,intel,views}/test/**/*.test.ts']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.indexOf(relative(ROOT, moduleId).replaceAll('\\', '/'))
      return place === -1 ? LONGEST.length : place
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    // Above what `until` waits for at most, so that a test that waits in vain says for what.
    testTimeout: 90_000,
    hookTimeout: 180_000,
    // What a page comes to show on a busy machine.
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    // One more than the processors of a small machine: whole nodes wait for each other's polls for a fifth of their time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      // Plain functions over values leave nothing behind, so a worker takes one file after another: to start one for each
      // file, and load all modules anew, took as much of the processor as the tests themselves.
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: [
            'packages/*/test/**/*.test.ts',
            'apps/*/test/**/*.test.ts',
            'tools/test/**/*.test.ts',
            'examples/**/*.test.ts',
            'sim/test/**/*.test.ts',
          ],
          exclude: PURE,
        },
      },
    ],
  },
})
