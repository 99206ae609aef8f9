// The words of taking back what we shared, and of removing here what others shared.

export const takingBack = {
  takingBack: {
    title: 'Take back, or remove here',
    ours: 'We shared this object. Taking it back is a word to the others: they show it and pass it on no more.',
    theirs:
      'Another party shared this object. Removing it here is a word to our own lists and tools alone: nobody else is told, and the others keep it.',
    take: 'Take back…',
    remove: 'Remove here…',
    taking: 'Take back what we shared',
    does: [
      'Everyone it was shared with is told in our log. Their nodes then show this object, and give it to tools, no more: it stands among what was withdrawn.',
      'That we shared it stays proved, with all its receipts. What was done with it before is not undone, and no copy elsewhere is destroyed.',
      'What another party shared too stays.',
    ],
    doesFinal: 'What is said in a log cannot be unsaid. The object can be shared again later.',
    reason: 'Why',
    reasonHint: 'Every reader of the channel sees this word.',
    reasons: {
      'false-positive': 'False positive',
      mistake: 'Shared by mistake',
      outdated: 'Out of date',
      superseded: 'Replaced by another',
      'not-releasable': 'It should not have left',
      other: 'Another reason',
    },
    which: 'Which versions',
    all: 'Every version we shared',
    this: 'The version of {{time}} alone',
    creator: 'We created this object: share a new version too, marked as revoked',
    creatorHint:
      'That is a word to everyone who uses it, not only to those we shared it with: it goes on to whoever got it on the way. Leave this off for an object that another party created.',
    button: 'Take it back',
    done_one:
      'It is taken back from {{parties}}: {{count}} version of it. Their nodes show it no more once this has arrived.',
    done_other:
      'It is taken back from {{parties}}: {{count}} versions of it. Their nodes show it no more once this has arrived.',
    doneCreator: 'A new version marked as revoked was shared.',
    held: 'It is kept here, and said by itself once our log was compared with its copies at {{parties}}.',
    removing: 'Remove it here',
    removingDoes: [
      'Our lists and the tools that read from this node do not get this object any more.',
      'Its record stays, so do its proofs. Nobody else is told, and nobody else loses it.',
      'This page still shows it to whoever has its id.',
    ],
    removingFinality: 'It cannot be put back here; only a newer version of it, if one comes, is shown again.',
    removingButton: 'Remove it here',
    removed_one: '{{count}} version of it is not shown here any more.',
    removed_other: '{{count}} versions of it are not shown here any more.',
  },
} as const
