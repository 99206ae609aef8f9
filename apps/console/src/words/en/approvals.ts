// The words of what takes two officers: alarms that stand until both have acknowledged them, and the log that succeeds
// another; and those of every dialogue before an act that cannot be undone.

export const approvals = {
  confirm: {
    cancel: 'Cancel',
    working: 'Working…',
    reasonMissing: 'Say why: whoever reads this later has nothing else to go by.',
  },
  banner: {
    label: 'Alarms that two officers must acknowledge',
    what: {
      'mirror/fork': '{{party}} signed two different logs under one name',
      'mirror/rewind': '{{party}} shows less of its log than it signed before',
      'log/contradicted': 'Somebody holds another log that our key signed',
      'log/longer-tail': 'More of our log turned up than this node holds',
      other: 'An alarm that two officers must acknowledge',
    },
    means: {
      'mirror/fork':
        'It showed one history here and another elsewhere. What it said on either of them binds it. This node countersigns nothing more of that log and keeps the proof. Talk to {{party}} by a way you know from elsewhere.',
      'mirror/rewind':
        'It may have been restored from an old backup, or it takes something back. What it said before is kept here and binds it. Talk to {{party}} by a way you know from elsewhere.',
      'log/contradicted':
        'This folder was copied or restored, or our key is in other hands. Our log signs nothing more. Find out which it was before you acknowledge; where the key was stolen, revoke it: countersign key revoke.',
      'log/longer-tail':
        'Entries that our key signed lie with a peer and not here, as after a backup that was too old. Our log signs nothing more. Find out why before you acknowledge.',
      other: 'Read what the node found, and find out why before you acknowledge.',
    },
    found: 'What the node found',
    nobody: 'Nobody has acknowledged it yet. It stands until two different officers have.',
    one: '{{officer}} has acknowledged it and says: “{{reason}}” A second officer must confirm that by {{until}}.',
    yours: 'You have acknowledged it and say: “{{reason}}” A second officer must confirm that by {{until}}.',
    acknowledge: 'Acknowledge…',
    second: 'Acknowledge as second officer…',
    yourOwn: 'You were the first; another officer must be the second.',
    more_one: 'and {{count}} more alarm that two officers must acknowledge',
    more_other: 'and {{count}} more alarms that two officers must acknowledge',
  },
  acknowledging: {
    title: 'Acknowledge the alarm',
    titleSecond: 'Acknowledge the alarm as second officer',
    does: 'You say that you have seen it and what was done about it. The alarm stands until a second officer confirms that within a day.',
    doesSecond:
      'You say with {{officer}} that it was seen and dealt with. The alarm is taken off every page of this node. The log stays closed and the proof stays kept.',
    reason: 'What was done about it',
    reasonHint: 'The second officer reads it. It stays on this node.',
    firstSays: '{{officer}} says',
    finality: 'This cannot be undone: an alarm that was acknowledged by two is not shown again.',
    button: 'Acknowledge',
    asked: 'You have acknowledged it. The alarm stands until a second officer does.',
  },
  succeeding: {
    open: 'Open a successor…',
    offered:
      'Where that cannot be mended, two officers open a log that succeeds it: one asks, and another confirms within a day.',
    title: 'Open a log that succeeds ours',
    titleSecond: 'Open the successor, as second officer',
    does: [
      'The old log is signed no further. It stays published, and everything in it still binds us, on any branch of it and beyond what the new one pins too.',
      'The new log takes up from what both sides hold in common: the entries below.',
      'A second officer sees the same size and root and confirms it. Nothing is opened until then.',
    ],
    doesSecond: [
      'The old log is signed no further. It stays published, and everything in it still binds us, on any branch of it and beyond what the new one pins too.',
      'The new log is opened at once, and takes up from what both sides hold in common: the entries below.',
    ],
    finality: 'This cannot be undone. Where a peer still answers with the missing part, wait for it instead.',
    finalityAsk: 'Once the second officer has confirmed, this cannot be undone.',
    log: 'The log that ends',
    size: 'Entries that the new one pins',
    root: 'Root over these entries',
    reason: 'Why the old log cannot go on',
    reasonHint: 'The second officer reads it. It stays on this node.',
    button: 'Ask for the successor',
    buttonSecond: 'Open the successor',
    none: 'This log needs no successor any more: it neither waits for peers nor is it stopped.',
    asked: 'You have asked for it. Nothing is opened until a second officer confirms.',
    loading: 'Asking the node what a successor would pin…',
  },
  goingOn: {
    doesSecond: [
      'They may hold a log of ours that this folder lacks. It is lost to this folder, and what we said in it binds us still.',
      'Nothing is opened yet: sign the agreement again, which opens a new log. Should they come back, their copy is taken back, and both logs stand beside each other.',
    ],
    button: 'Go on without them',
  },
  approval: {
    title: 'What takes two officers',
    waiting: 'Waits for a second officer',
    none: 'Nothing waits for a second officer. What was asked for before stands below.',
    noneEver: 'Nothing was asked for yet. Opening a successor of a log and acknowledging a fork take two officers.',
    past: 'Earlier',
    'log/succeed': 'Open a log that succeeds {{origin}} after {{size}} entries',
    'log/go-on-without': 'Wait no more on “{{channel}}” for {{readers}}',
    'alarm/acknowledge': 'Acknowledge the alarm {{code}} on {{subject}}',
    askedBy: '{{officer}} asked',
    until: 'by',
    confirm: 'Confirm…',
    refuse: 'Refuse…',
    takeBack: 'Take back…',
    yourOwn: 'You asked for it; another officer must confirm it.',
    refusing: 'Refuse what {{officer}} asked for',
    takingBack: 'Take back what you asked for',
    refusingDoes: 'Nothing is done. Whoever still wants it asks anew.',
    withdrawn: 'It was withdrawn; nothing was done.',
    strip_one: '{{count}} request waits for a second officer',
    strip_other: '{{count}} requests wait for a second officer',
    state: {
      open: 'Waits',
      done: 'Done',
      withdrawn: 'Withdrawn',
      expired: 'Ran out',
      failed: 'Failed',
    },
    endedBy: 'by {{officer}}',
    expiredNote: 'Nobody confirmed it within a day; nothing was done.',
  },
} as const
