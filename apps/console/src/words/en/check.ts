// The words of checking a file of evidence.

export const check = {
  check: {
    title: 'Check a file of evidence',
    link: 'Check a file of evidence',
    files: 'The file and the cards',
    intro:
      'Choose the file you were given, and the cards of those you trust. Everything is checked in this browser by the code that the command line runs; nothing is sent anywhere.',
    drop: 'Drop files here, or choose them: one of evidence, and any number of cards.',
    chosen: 'To be checked:',
    tooLarge: 'A file of evidence has at most {{size}}. Choose another.',
    cardsOfNode_one: 'Checked against the {{count}} card that this node trusts, and those you add.',
    cardsOfNode_other: 'Checked against the {{count}} cards that this node trusts, and those you add.',
    cardsGiven: 'Cards you added. Compare the words of each with its owner, by a way you know from elsewhere:',
    noCards: 'Without the card of its author no file holds: ask the author for it, and compare the words.',
    language: 'Language of the report',
    run: 'Check the file',
    failed: 'The check could not be run: {{reason}} Try again, or use “countersign verify”.',
    holds: 'It holds. What it proves, and what not, is in the report below.',
    holdsNot: 'It does not hold. Do not rely on it; the report below says why.',
    report: 'Report',
    print: 'Print the report',
    save: 'Save the report',
  },
} as const
