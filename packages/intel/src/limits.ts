/** Every bound this package keeps, in one place. Sizes are bytes of UTF-8 unless the name says otherwise. */
export const LIMITS = {
  /** One STIX object as it came, and whatever of a bundle stands outside its objects. */
  objectBytes: 1_048_576,
  /** Arrays and objects inside each other within one STIX object. */
  objectDepth: 64,
  /** Objects in one bundle or TAXII envelope. */
  bundleObjects: 1_000_000,
  /** A whole bundle. */
  bundleBytes: 1_073_741_824,
  /** Characters of an object type (STIX 2.1 section 3.1). */
  typeChars: 250,
  /** Characters of an identifier: a type, two hyphens and a UUID (STIX 2.1 section 2.9). */
  idChars: 288,
  /** Errors, and again warnings, told of one object; the last one then says how many more there are. */
  problems: 32,
  /** Characters of the path of an error or a warning. */
  problemPathChars: 200,
  /** Faults of one list or dictionary after which the rest of it is not looked at. */
  issuesPerList: 64,
  /** Faults of one object that are looked at. */
  issues: 1_024,
  /** Objects that are held to be judged together, and their bytes. */
  togetherObjects: 10_000,
  togetherBytes: 4_194_304,
  /** Markings that mark each other in a row, as far as that is followed. */
  markingChain: 64,
  /** Labels of one object that are kept for search. */
  labels: 64,
  /** Characters of an object's name as lists show it. */
  nameChars: 200,
  /** Characters of the text by which one object is found. */
  searchChars: 4_000,
  /** UTF-16 units of one pattern. */
  patternChars: 1_048_576,
  /** Brackets inside each other within one pattern, square ones and sets counted too. */
  patternDepth: 64,
  /** Lines in a table of equivalents. */
  equivalents: 1_000,
  /** UTF-16 units of a classification in it. */
  equivalentChars: 250,
  /** Refusals of the gate that are told one by one, and objects of which it tells what happens; the rest is counted. */
  refusalsTold: 1_000,
  /** Lines of one list of addresses. */
  addressListLines: 1_000_000,
  /** Sets of facts by which the rules of a house tell the objects of one share apart. */
  factsPerShare: 250_000,
  /** A file of MISP events, and arrays and objects inside each other within it. */
  mispBytes: 268_435_456,
  mispDepth: 32,
  /** Values of any kind in it, those inside others counted. */
  mispValues: 8_000_000,
  /** Events in one file. */
  mispEvents: 1_000,
  /** Attributes of one event, those of its objects counted; objects; references of its objects. */
  mispAttributes: 200_000,
  mispObjects: 50_000,
  mispReferences: 200_000,
  /** UTF-16 units of an attribute's value and of a report's text, of a comment or description, of any shorter text. */
  mispValueChars: 131_072,
  mispTextChars: 65_536,
  mispShortChars: 1_024,
  /** UTF-16 units of the base64 of an attachment: what one STIX object holds beside its other properties. */
  mispDataChars: 983_040,
  /** Tags, galaxies and clusters of one event, attribute or galaxy; sightings of one attribute; reports of one event. */
  mispTags: 1_000,
  mispSightings: 10_000,
  mispReports: 1_000,
  /** Characters of the JSON of what an element has beyond what is known. */
  mispRestChars: 131_072,
} as const
