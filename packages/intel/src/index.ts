export {
  BundleSplitter,
  type SplitElement,
  type SplitLimits,
  type SplitSummary,
  splitBundle,
} from './bundle-splitter.ts'
export { isId, parseId, type StixId, typeOfId } from './identifier.ts'
export { LIMITS as INTEL_LIMITS } from './limits.ts'
export {
  type DanglingSelector,
  type EffectiveMarking,
  effectiveMarking,
  type PathMarking,
} from './marking/effective.ts'
export { type Equivalent, readEquivalence } from './marking/equivalence.ts'
export { aboveCeiling, type Ceiling, joinMarkings, type Marking, NO_MARKING } from './marking/lattice.ts'
export { PAP_NAMES, type Pap, papAtMost, parsePap, strictestPap } from './marking/pap.ts'
export { type Cut, type Redaction, redactAbove } from './marking/redaction.ts'
export {
  MarkingDefinitions,
  type MarkingMeaning,
  type MarkingSaid,
  markingIdOf,
  type ObjectMarking,
  papMarkingIdOf,
  tlpOf,
} from './markings.ts'
export { ATTRIBUTE_TYPES, type AttributeMapping, type AttributeType } from './misp/attribute-types.ts'
export type { Json as MispJson, StixNotice, StixSource } from './misp/back.ts'
export {
  eventToStix,
  type MispFigures,
  type StandsFor,
  type StixOfEvent,
  sightingsOfEvent,
} from './misp/event-to-stix.ts'
export { type EventsToPush, type EventToPush, eventsToPush } from './misp/events-to-push.ts'
export { type BundleOfMisp, bundleOfMisp, type MispOfBundle, mispOfBundle } from './misp/files.ts'
export type { NewEvent } from './misp/foreign-to-misp.ts'
export type { MispNotice } from './misp/making.ts'
export { type MappingLine, mispMappingLines, mispMappingTable } from './misp/mapping-table.ts'
export { readMispEvents } from './misp/read-events.ts'
export type { MispAttribute, MispEvent, MispObject, MispSighting } from './misp/schema.ts'
export { mispSightingOf, type SightingToPush, sightingsToPush } from './misp/sightings.ts'
export { type MispOfStix, stixToMisp } from './misp/stix-to-misp.ts'
export { cutIntoParts, type OutgoingObject, type Part, PartCutter } from './parts.ts'
export type {
  Comparison,
  ComparisonExpression,
  ComparisonOperator,
  Constant,
  ObjectPath,
  ObservationExpression,
  PathStep,
  Pattern,
  Qualifier,
} from './pattern/ast.ts'
export { type PatternRefusal, pointAt, type Span } from './pattern/fault.ts'
export { type Observable, observables } from './pattern/observables.ts'
export { type ParsedPattern, parsePattern } from './pattern/parse.ts'
export { printPath, printPattern } from './pattern/print.ts'
export { checkPattern, type PatternFault } from './pattern/rules.ts'
export { AddressList } from './release/address-list.ts'
export type { ApprovalThresholds, LeftLately } from './release/approval.ts'
export type {
  Decided,
  Decision,
  GoneBy,
  ObjectDecision,
  ReleaseCode,
  ReleaseReason,
  ReleaseRefusal,
  Verdict,
} from './release/decision.ts'
export type { FactName, NamedLists, ObjectFacts } from './release/facts.ts'
export {
  decideRelease,
  onceMended,
  type Release,
  ReleaseGate,
  type ReleaseRequest,
  type ReleaseRules,
} from './release/gate.ts'
export { type Expected, type GateCase, missedBy, readGateCases } from './release/gate-cases.ts'
export type { CutProperty, HouseRules, RuleEffect, RuleHit, ShareFacts } from './release/house-rules.ts'
export { isCommon, type Originator, originatorWords } from './release/originator.ts'
export { effectOf, type RuleEffectText } from './release/rule-effect.ts'
export { tableRuleOf } from './release/rule-shape.ts'
export { DISABLED, ruleText } from './release/rule-text.ts'
export { afterRevoked, ofOriginators, otherBytes } from './release/shared-before.ts'
export {
  RULE_NAME,
  readTableRule,
  SET_FACTS,
  SINGLE_FACTS,
  TABLE_LIMITS,
  type TableCondition,
  type TableRule,
} from './release/table-rule.ts'
export { type HouseTerms, joinTerms, readTerms, termsForAll } from './release/terms.ts'
export { searchName, searchText } from './search-text.ts'
export { judgeTogether, TogetherJudge } from './stix/across-objects.ts'
export { deterministicId } from './stix/deterministic-id.ts'
export { judgeBundle } from './stix/meta/bundle.ts'
export type { ObjectKind } from './stix/object-kinds.ts'
export { kindOfType } from './stix/object-kinds.ts'
export type { StixProblem } from './stix/problems.ts'
export { type Judgement, judgeObject, type Validated, validateObject } from './stix/validate.ts'
export { readObject, type StixObject, type StixReference } from './stix-object.ts'
export { compareTimestamps, isTimestamp } from './timestamp.ts'
export { atMost, parseTlp, strictest, TLP_NAMES, type Tlp } from './tlp.ts'
