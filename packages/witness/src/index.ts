// A C2SP witness for any log: check, keep, cosign. How a log asks one is in @countersign/log (`askWitness`).

export type { HttpAnswer } from './answers.ts'
export { type ServedWitness, type ServeWitnessOptions, serveWitness } from './server.ts'
export { Witness, type WitnessSurroundings } from './witness.ts'
export {
  initWitness,
  loadWitness,
  lockFile,
  openWitnessKeys,
  policyFile,
  publicWitness,
  type WitnessIdentity,
} from './witness-folder.ts'
export { witnessedLogs } from './witnessed-logs.ts'
