// The words of the node’s own page.

export const node = {
  node: {
    title: 'This node',
    words: 'Our fingerprint words',
    wordsNote: 'Others compare these twelve words before they trust our card. Read them over a telephone, row by row.',
    alarms: 'Alarms',
    alarmsNone: 'No alarms. If one comes, it is shown on every page.',
    peers: 'Peers and neutrals',
    peer: 'Party',
    reachable: 'Reachable',
    unreachable: 'Does not answer',
    lastHeard: 'Last heard',
    never: 'never',
    neutral: 'neutral',
    peersNone: 'No peers yet. They come with the first agreement.',
    logs: 'Our logs',
    log: 'Log',
    channelState: {
      none: 'Not opened yet',
      checking: 'Start-up check',
      ready: 'Ready',
      stopped: 'Stopped',
    },
    checking: 'Waiting for {{parties}}. Until they answer, what is said here is held and not signed.',
    stopped: 'This log may not sign any more. Look at the alarms before anything else is said.',
    notOurs: 'This node speaks on no log of this channel.',
    size_one: '{{number}} entry',
    size_other: '{{number}} entries',
    logsNone: 'No log is open yet. Logs come with the first agreement.',
    openRecord: 'Open the record',
  },
} as const
