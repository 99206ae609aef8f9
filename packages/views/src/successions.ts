// Which log goes on from which (spec/succession.md), and whether the predecessor is held here up to the size that is
// pinned, with the root that is pinned: computed from the leaves of its records, in bounded steps. What a log inherits
// holds only then; until it is known, what may depend on it is undecided.

import { asLeafHash, fromHex, TreeFrontier, toHex } from '@countersign/log'
import type { Predecessor } from '@countersign/pact'
import type { Sqlite } from './database.ts'
import { LEAVES_PER_STEP } from './limits.ts'
import { SUCCESSION } from './schema.ts'

export interface Succession {
  origin: string
  predecessor: string
  size: number
  root: string
  state: number
}

export class Successions {
  /** The predecessor that is being hashed, as far as it has come. */
  private progress: { predecessor: string; tree: TreeFrontier } | undefined
  private readonly sql

  constructor(sqlite: Sqlite) {
    this.sql = {
      add: sqlite.prepare<[string, string, number, string]>(
        `insert into successions values (?, ?, ?, ?, ${SUCCESSION.awaited}) on conflict do nothing`,
      ),
      of: sqlite.prepare<[string], Succession>('select * from successions where origin = ?'),
      successors: sqlite.prepare<[string], { origin: string }>(
        'select origin from successions where predecessor = ? order by origin',
      ),
      // Those of one predecessor by rising size, so that its leaves are hashed once for all of them.
      due: sqlite.prepare<[string], Succession>(
        `select s.* from successions s join logs l on l.origin = s.predecessor
         where s.state = ${SUCCESSION.awaited} and l.next >= s.size
         order by s.predecessor = ? desc, s.predecessor, s.size, s.origin limit 1`,
      ),
      leaves: sqlite.prepare<[string, number, number], { leaf: string }>(
        'select leaf from records where origin = ? and idx >= ? and idx < ? order by idx',
      ),
      decide: sqlite.prepare<[number, string]>('update successions set state = ? where origin = ?'),
      remove: sqlite.prepare<[string]>('delete from successions where origin = ?'),
      reopen: sqlite.prepare<[string]>(`update successions set state = ${SUCCESSION.awaited} where predecessor = ?`),
    }
  }

  /** A log was opened that succeeds another. */
  add(origin: string, predecessor: { origin: string; size: number; root: string }): void {
    this.sql.add.run(origin, predecessor.origin, predecessor.size, predecessor.root)
  }

  of(origin: string): Succession | undefined {
    return this.sql.of.get(origin)
  }

  /** From which log this one inherits. */
  predecessor(origin: string): Predecessor | undefined {
    const found = this.of(origin)
    return found?.state === SUCCESSION.held ? { origin: found.predecessor, size: found.size } : undefined
  }

  /** The logs this one inherits from, the nearest first. */
  chain(origin: string): Predecessor[] {
    const passed = new Set([origin])
    const chain: Predecessor[] = []
    for (let at = this.predecessor(origin); at !== undefined && !passed.has(at.origin); ) {
      chain.push(at)
      passed.add(at.origin)
      at = this.predecessor(at.origin)
    }
    return chain
  }

  /** How much a log pins of another that it goes on from, directly or through others; whether all between is held. */
  linkTo(heir: string, origin: string): { size: number; isHeld: boolean } | undefined {
    const passed = new Set<string>()
    let isHeld = true
    for (let at = this.of(heir); at !== undefined && !passed.has(at.origin); at = this.of(at.predecessor)) {
      if (at.state === SUCCESSION.otherRoot) return undefined
      isHeld &&= at.state === SUCCESSION.held
      if (at.predecessor === origin) return { size: at.size, isHeld }
      passed.add(at.origin)
    }
    return undefined
  }

  /** The log that is not held far enough yet, where this one goes on from it, directly or through others. */
  awaited(origin: string): string | undefined {
    const passed = new Set<string>()
    for (let at = this.of(origin); at !== undefined && !passed.has(at.origin); at = this.of(at.predecessor)) {
      if (at.state === SUCCESSION.awaited) return at.predecessor
      if (at.state === SUCCESSION.otherRoot) return undefined
      passed.add(at.origin)
    }
    return undefined
  }

  /** The logs that go on from this one, directly or through others. */
  heirs(origin: string): string[] {
    const heirs = new Set<string>()
    const look = (of: string) => {
      for (const { origin: heir } of this.sql.successors.all(of)) {
        if (heirs.has(heir) || heir === origin) continue
        heirs.add(heir)
        look(heir)
      }
    }
    look(origin)
    return [...heirs]
  }

  /** Hashes some leaves. Gives the log whose succession is decided by that; undefined where there is nothing to do. */
  step(): { decided: string | undefined } | undefined {
    const due = this.sql.due.get(this.progress?.predecessor ?? '')
    if (due === undefined) return undefined
    let tree = this.progress?.predecessor === due.predecessor ? this.progress.tree : undefined
    if (tree === undefined || tree.size > due.size) tree = new TreeFrontier()
    this.progress = { predecessor: due.predecessor, tree }
    const past = Math.min(due.size, tree.size + LEAVES_PER_STEP)
    for (const { leaf } of this.sql.leaves.all(due.predecessor, tree.size, past)) {
      const hash = asLeafHash(fromHex(leaf) ?? new Uint8Array())
      if (hash === undefined) throw new Error(`A leaf of ${due.predecessor} is none.`)
      tree.append(hash)
    }
    if (tree.size < due.size) return { decided: undefined }
    const state = toHex(tree.root()) === due.root ? SUCCESSION.held : SUCCESSION.otherRoot
    this.sql.decide.run(state, due.origin)
    return { decided: due.origin }
  }

  /** A log is folded from its start again. Gives those that inherited from it and must wait now. */
  forget(origin: string): string[] {
    this.drop()
    this.sql.remove.run(origin)
    this.sql.reopen.run(origin)
    return this.heirs(origin)
  }

  /** Forgets what was hashed, as after a transaction that failed. */
  drop(): void {
    this.progress = undefined
  }
}
