// Every bound of the witness, in one place.

export const LIMITS = {
  /** Requests that wait for one log; whoever comes after them is asked to come again. */
  waitingPerLog: 64,
  /** Checkpoints of one log that are remembered, beside the one kept, for whoever asks for a subtree without our line. */
  rememberedPerLog: 8,
  /** Checkpoints kept as evidence against one log: a log that contradicts itself without end fills no disk. */
  evidencePerLog: 32,
  /** A clock that fell back by so much is taken to have been set right; time stands still until it has caught up. */
  clockBackSeconds: 60,
  /** How often the policy is looked at for a change. */
  policySeconds: 1,
  /** Whom to ask again after, where the witness is busy or its clock is behind. */
  retryAfterSeconds: 5,
  /** A whole request, and a connection on which nothing is asked. */
  requestMs: 15_000,
  idleMs: 75_000,
  connections: 1_024,
  /** How long requests being answered may still take once the witness is told to stop. */
  closeGraceMs: 3_000,
  /** Seconds for which a served checkpoint may be kept by a cache (C2SP tlog-tiles: a few). */
  checkpointCacheSeconds: 5,
  /** Of what a stranger wrote, in a line of the log. */
  loggedChars: 255,
} as const
