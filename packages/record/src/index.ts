// Statements, sealing and opening, cards, receipts and every type of record. Pure.

export type { KeyPair, Signer, SignerPair } from '@countersign/log'
export { canonicalJson, parseCanonical } from './canonical.ts'
export {
  type Card,
  type CardBody,
  type CardFile,
  type CardSigners,
  cardBodySchema,
  cardDigestOf,
  cardFileSchema,
  cardMessage,
  cardValidAt,
  isEndpoint,
  makeCard,
  makePossession,
  parseCard,
  type RootSignatures,
  rootDigestOf,
  rootSignaturesSchema,
  successionMessage,
} from './card.ts'
export { CardSet, mayFollow, type Reach, sameLogKeys } from './card-set.ts'
export {
  type ContentContext,
  commitment,
  decodeFrame,
  encodeFrame,
  frameSize,
  type Opener,
  openPart,
  padmeSize,
  type Sealer,
  sealPart,
} from './content.ts'
export {
  type Entry,
  type EntryCode,
  parseEntry,
  STATEMENT_TYPE,
  signedMessage,
  signStatement,
  verifyEntry,
} from './entry.ts'
export { bytesOf, type EvidenceFile, formatEvidence, parseEvidence } from './evidence.ts'
export { type EvidenceKind, evidenceKind } from './evidence-kind.ts'
export { EVIDENCE_LIMITS } from './evidence-pieces.ts'
export { EXCHANGE_LIMITS, type ExchangeFile, formatExchange, parseExchange } from './exchange.ts'
export { fingerprintWords } from './fingerprint.ts'
export {
  FORK_LIMITS,
  type Fork,
  type ForkedHead,
  type ForkFile,
  makeForkEvidence,
  parseForkEvidence,
  verifyForkEvidence,
} from './fork.ts'
export { LIMITS } from './limits.ts'
export { checkType, LogReader, type LogReaderOptions, type LogReaderState, type Outcome } from './log-reader.ts'
export {
  depositKeyName,
  formatOrigin,
  isChannelName,
  isDepositName,
  isFeedName,
  isPactId,
  isPartyDomain,
  type Origin,
  originParts,
  parseOrigin,
  parseRecordRef,
  partyOf,
  type RecordRef,
  receiptKeyName,
} from './names.ts'
export {
  checkNotice,
  KEY_ROLES,
  type KeyRole,
  keyName,
  makeNotice,
  type Notice,
  type NoticeBody,
  noticeBodySchema,
  noticeDigest,
  noticeMessage,
  noticeOf,
  parseNotice,
} from './notice.ts'
export { parseReceipt, type Receipt, type ReceiptKeys, receiptDigest, receiptKeyIds } from './receipt.ts'
export {
  base64Of,
  hex32,
  origin as originSchema,
  pactId as pactIdSchema,
  partyDomain,
  strictlySorted,
  timestamp,
} from './schema-parts.ts'
export { preAuthEncoding, publicOf, type SignaturePair, samePair, signBoth, verifyBoth } from './signing.ts'
export {
  type Assembled,
  addRootSignatures,
  assemble,
  describeRequest,
  formatSigningRequest,
  missingSignatures,
  parseSigningRequest,
  type SigningRequest,
  signingRequest,
} from './signing-request.ts'
export { type ContentPart, familyOf, type Statement, statementSchema, TLP_LABELS, type TlpLabel } from './statement.ts'
export { checkJson, type JsonFault, type JsonFaultCode, type JsonLimits } from './strict-json.ts'
export { MESSAGE_MEDIA_TYPE, type Message, messageSchema, PRECEDENCES } from './types/hotline-message/index.ts'
export { fitsAnswer, mayAnswer, recordTypes, typeNamed } from './types/index.ts'
export { CONSENTED_PARTIES_MAX, type ConsentBody } from './types/intel-consent/index.ts'
export { REVOCATION_REASONS } from './types/intel-revoke/index.ts'
export { FEEDBACK_VERDICTS, type FeedbackVerdict, VERDICT_EXTENSION } from './types/intel-sighting/index.ts'
export { OBJECT_PLACES_MAX, type ObjectPlaces } from './types/object-places.ts'
export { originsOf } from './types/pact-sign/index.ts'
export { type Language, type RecordType, STIX_MEDIA_TYPE } from './types/record-type.ts'
