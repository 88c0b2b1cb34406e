export { CATEGORIES, type Clause, type ExclusionCategory } from './clauses/clause.ts';
export { engine, type CompiledEngine } from './exclusion/engine/engine.ts';
export {
  EVENT_ORDER,
  verdictColumns,
  columnEngine,
  type HistoryColumns,
  type VerdictColumns,
  type ColumnEngine,
} from './exclusion/engine/engineColumns.ts';
export { evaluate, spansOf } from './exclusion/reference/evaluate.ts';
export { formatTrace } from './exclusion/explain/formatTrace.ts';
export { formatNearMisses, nearMisses, type NearMiss } from './exclusion/explain/nearMiss.ts';
export { trace, type ClauseTrace, type Trace } from './exclusion/explain/trace.ts';
export type { Evaluation, Note, Span, Verdict } from './exclusion/verdict.ts';
export { COHORTS, type Cohort } from './installation/cohort.ts';
export { isMpan, isMprn } from './installation/identifiers.ts';
export type { GasSide, Installation, PaymentMode } from './installation/installation.ts';
export {
  ADVERSARIES,
  PLANS,
  afterRotation,
  CLAIMS,
  type Adversary,
  type AdversaryId,
  type PlanId,
  type Claim,
} from './keys/adversaries.ts';
export { ERROR_CODES, errorCode, isTable510, type ErrorCode } from './migration/errorCodes.ts';
export type { Attempt, EventName, History, HistoryEvent } from './migration/history.ts';
export { STEPS, type StepId } from './migration/steps.ts';
export { beginWalk, checkStep, currentStep, nextStep, type WalkEnd, type WalkState } from './migration/walk.ts';
export { READINGS, type ReadingName, type Readings, type ReadingSubject } from './regulation/readings.ts';
export { resolveRules, type ResolvedRules } from './rules/resolveRules.ts';
export { RULE_SETS, ruleSetInForce, VARIOUS1 } from './rules/builtInRules.ts';
export type { RuleSet } from './rules/ruleset.ts';
export { SOURCES, type SourceId } from './regulation/sources.ts';
export { formatInstant, formatWeek, isoWeek, parseInstant, type Instant } from './time.ts';
