// The words of the life of content: who consents to its destruction, who holds it, what was asked for here.

export const contentLife = {
  life: {
    title: 'Keeping and destroying the content',
    loading: 'Asking the node how it stands with the content…',
    destroyed:
      'The content is destroyed. The entry, its receipts and its proofs stay, and what they prove goes on being proved.',
    destroyedSome: 'Destroyed so far: part {{parts}}.',
    kept: 'The content is kept. It is destroyed when its author and everyone it addresses consent, or when the agreed time has run out.',
    held: 'A hold stands: nobody may destroy the content before it is lifted.',
    charged: 'A charge cites this record: its content must be kept.',
    asked: 'Its destruction was asked for. It is carried out as soon as it may be, without being asked again.',
    consents: 'Consent',
    consentsNone: 'Nobody consents yet.',
    awaited: 'Not yet',
    awaitedNone: 'Nobody is missing.',
    holds: 'Holds',
    holdsNone: 'None stands.',
    charges: 'Charges',
    openRecord: 'Open the record',
    retained: 'Kept until',
    retainedUnknown: 'Not shown yet since when it was held.',
    retainedOver: 'The agreed time has run out.',
    wish: 'Asked for here',
    why: 'Why we hold it',
    by: 'by {{account}}',
    notOurs: 'Only the author and the addressees decide on this content; this node is neither.',

    destroy: 'Destroy…',
    consent: 'Consent to destruction…',
    hold: 'Hold…',
    lift: 'Lift our hold…',
    takeBack: 'Ask no longer…',
    consented: 'Our consent is said; it cannot be unsaid. Still awaited: {{parties}}.',
    barredHold: 'Not while the hold of {{party}} stands.',
    barredCharge: 'Not while a charge cites this record.',

    reason: 'Why',
    reasonHint: 'For your own files: it stays on this node and is sent to nobody.',
    destroying: 'Destroy the content of this record',
    destroyingDoes:
      'The sealed file and everything made of it are removed from this node for good, and so they are at the others as soon as they hear of it. The entry and its proofs stay.',
    destroyingFinality: 'This cannot be undone: nobody can bring the content back, not even from the logs.',
    consenting: 'Consent to the destruction of this content',
    consentingDoes:
      'Our consent is said in our log, for everyone on the channel to read. The content is destroyed, here and there and without anyone being asked again, once these have consented too: {{parties}}.',
    consentingDoesDay:
      'Our consent is said in our log, for everyone on the channel to read. The content is destroyed, here and there and without anyone being asked again, on {{day}}, or sooner once these have consented too: {{parties}}.',
    consentingFinality: 'A consent cannot be unsaid. Once all have consented, nobody can bring the content back.',
    holding: 'Hold the content of this record',
    holdingDoes:
      'Our log says that this content must be kept. While that stands nobody may destroy it, and no retention removes it. Everyone on the channel reads that you hold it, and nobody reads why. You can lift it later.',
    lifting: 'Lift our hold on this content',
    liftingDoes:
      'Our log says that the content need not be kept any more. Where everyone consented, or its time has run out, it is destroyed at once.',
    liftingFinality: 'What is destroyed after that cannot be brought back.',
    takingBack: 'Ask no longer for the destruction',
    takingBackDoes: 'Nobody here asks for it any more. A consent that was said stays said.',
    done: {
      destroyed: 'It is on record that the content is destroyed; it is being removed here now.',
      already: 'The content was destroyed already.',
      asked: 'Our consent is said. The content is destroyed once these consent too: {{parties}}.',
      askedAll:
        'Everyone concerned consents. The content is destroyed as soon as their consent has arrived in our log.',
      held: 'The hold stands: nobody may destroy the content before you lift it.',
      lifted: 'Our hold is lifted.',
      takenBack: 'Nobody here asks for its destruction any more.',
    },
  },
} as const
