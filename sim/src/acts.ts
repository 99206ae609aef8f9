// What people do in some worlds, by the names under which it is counted. Over the seeds of a build each must have come
// about: an act that is drawn and never succeeds tests nothing.

export const ACTS = [
  'a node restored from an older backup',
  'a stick carried in, whole',
  'a stick carried in, half-copied',
  'a stick carried in, old',
  'a log key changed',
  'a statement key changed',
  'a receipt key changed',
  'a request key changed',
  'a sealing key changed',
  'a log succeeded by two officers',
  'content destroyed by consent',
  'a destruction to which not all agree',
  'a hold kept content',
  'a log cosigned by a witness',
  'a lying witness asked',
  'a witness cosigned after it had crashed',
  'content destroyed whose retention had run out',
  'a thief was heard with stolen keys',
  'stolen keys given up',
  'stolen keys given up without a neutral',
  'a thief was heard after the notice',
  'a receipt of a thief was fetched after the notice',
  'what was shared taken back',
  'feedback read by whom it was for',
  'passing on consented to',
  'a consent retracted',
] as const

export type Act = (typeof ACTS)[number]
