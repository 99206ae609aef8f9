// The words of the page of keys: ours, and the cards of the others.

export const ownKeys = {
  ownKeys: {
    title: 'Keys',
    next: 'What to do next',
    nextNone: 'Nothing is to be done. The card is valid until {{day}}.',
    nextOf: {
      'root-here':
        'The root lies in this node’s folder (keys here: {{here}} of {{keys}}; needed: {{threshold}}). Whoever copies the folder is you for good, and no notice helps then. Make a root that is kept apart: countersign root make, then countersign key rotate --root.',
      'given-up':
        'The card still names keys that were given up as compromised ({{roles}}). Replace them now: countersign key rotate.',
      waiting:
        'A request waits for the signatures of the root. Carry private/key-request.json to where its keys lie, sign it there with countersign root sign, and then here: countersign key accept.',
      expired: 'The card expired on {{day}}. Nobody new can trust it. Renew it: countersign key rotate.',
      expires_one: 'The card expires in {{count}} day, on {{day}}. Renew it: countersign key rotate.',
      expires_other: 'The card expires in {{count}} days, on {{day}}. Renew it: countersign key rotate.',
      'in-clear':
        'The private keys lie in the node’s folder without a passphrase: whoever reads its disk or a backup has them. Stop the node and put them under one: countersign key protect.',
      behind_one:
        'In {{count}} log an earlier card is still in force. Nothing is to be done: the newer one is said as soon as that log may be signed.',
      behind_other:
        'In {{count}} logs an earlier card is still in force. Nothing is to be done: the newer one is said as soon as those logs may be signed.',
      notice:
        '{{party}} gave up keys of its own ({{roles}}). Talk to it by a way you know from elsewhere, and compare the words of its new card.',
    },
    card: 'Our card',
    party: 'Party',
    serial: 'Serial',
    digest: 'Card',
    validity: 'Valid',
    validFrom: 'from',
    validUntil: 'until',
    root: 'Root',
    rootOf: '{{threshold}} of {{keys}} keys must sign',
    rootOffline: 'none of them lies on this node',
    rootSome_one: '{{count}} of them lies on this node, too few to sign alone',
    rootSome_other: '{{count}} of them lie on this node, too few to sign alone',
    rootHere: 'enough of them lie on this node to sign alone',
    atRest: 'Private keys',
    underPassphrase: 'under a passphrase',
    inClear: 'in the clear: readable by whoever reads the folder',
    words: 'Fingerprint words',
    wordsNote: 'Others compare these twelve words before they trust our card. Read them over a telephone, row by row.',
    keys: 'Our keys',
    key: 'Key',
    since: 'Since',
    sinceSerial: 'serial {{serial}}',
    state: 'State',
    speaks: 'Speaks',
    givenUp: 'Given up as compromised',
    role: {
      log: 'Log: signs the heads of our logs',
      statement: 'Statement: signs what we say',
      receipt: 'Receipt: countersigns the logs of others',
      request: 'Request: signs what we ask of other nodes',
      sealing: 'Sealing: opens what is sealed to us',
      other: 'Another role',
    },
    logs: 'Where the card is in force',
    logsNone: 'No log is open yet. Logs come with the first agreement.',
    inForce: 'In force',
    behind: 'Serial {{serial}} is still in force; the newer card is said once the log may be signed',
    behindNone: 'No card is in force yet; it is said once the log may be signed',
    frozen_one: 'Frozen at {{number}} entry by a notice; what stands beyond counts for nothing',
    frozen_other: 'Frozen at {{number}} entries by a notice; what stands beyond counts for nothing',
    notices: 'Notices of compromised keys',
    noticesNone: 'None is held here: as far as this node knows, nobody has given up a key.',
    noticeOurs: 'we gave up these keys: {{roles}}',
    noticeOf: 'gave up these keys: {{roles}}',
    cards: 'Cards of the others',
    cardsNone: 'No card of another party is trusted here yet. Get one from its owner by a safe way: countersign trust.',
    cardsNote:
      'Compare the words of each with its owner, by a way you know from elsewhere. A card is trusted from the shell: countersign trust.',
    expiredOn: 'expired on {{day}}',
    validUntilDay: 'valid until {{day}}',
    readOnly: 'Keys are changed from the shell of this machine alone: countersign key.',
  },
} as const
