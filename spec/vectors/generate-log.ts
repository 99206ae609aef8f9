// Writes the vectors of the public formats that logs stand on (log/README.md).

import { cosignatureCases, policyCases, subtreeCases, witnessCases } from './log-cosigning-cases.ts'
import { forkCases } from './log-fork-cases.ts'
import { logKey, logLatticeKey, ORIGIN, vkey, witnessKey, witnessLatticeKey } from './log-making.ts'
import { checkpointCases, keyCases, noteCases } from './log-note-cases.ts'
import { subtreeProofCases, subtreeRequestCases } from './log-subtree-cases.ts'
import {
  bundleCases,
  consistencyCases,
  inclusionCases,
  pathCases,
  proofFileCases,
  proofPolicy,
  sizeCases,
} from './log-tree-cases.ts'
import { write } from './writing.ts'

write('log/verifier-keys.json', () => ({ cases: keyCases }))
write('log/notes.json', () => ({ keys: [vkey(logKey)], cases: noteCases }))
write('log/checkpoints.json', () => ({ keys: [vkey(logKey)], cases: checkpointCases }))
write('log/cosignatures.json', () => ({
  keys: [vkey(witnessKey), vkey(witnessLatticeKey)],
  log: vkey(logKey),
  cases: cosignatureCases,
}))
write('log/subtrees.json', () => ({ key: vkey(witnessLatticeKey), cases: subtreeCases }))
write('log/tiles.json', () => ({ paths: pathCases, sizes: sizeCases, bundles: bundleCases }))
write('log/proofs.json', () => ({ inclusion: inclusionCases, consistency: consistencyCases }))
write('log/proof-files.json', () => ({ policy: proofPolicy, cases: proofFileCases }))
write('log/policies.json', () => ({ cases: policyCases }))
write('log/witness.json', () => ({ origin: ORIGIN, keys: [vkey(logKey), vkey(logLatticeKey)], cases: witnessCases }))
write('log/subtree-proofs.json', () => ({ cases: subtreeProofCases }))
write('log/sign-subtree.json', () => ({
  origin: ORIGIN,
  keys: [vkey(logKey), vkey(logLatticeKey)],
  witness: [vkey(witnessKey), vkey(witnessLatticeKey)],
  cases: subtreeRequestCases,
}))
write('log/forks.json', () => ({ cases: forkCases }))
