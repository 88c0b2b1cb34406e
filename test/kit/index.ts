// The published arbitraries and laws. Use them to test your own engine or your own head-end.
export type { Question } from './question.ts';
export { installationArbitrary } from './arbitraries/installations.ts';
export { instantsNear } from './arbitraries/instants.ts';
export { asOfArbitrary, historyArbitrary } from './arbitraries/histories.ts';
export { questionArbitrary, type HistoryOptions } from './arbitraries/questions.ts';
export {
  amendedRuleSetArbitrary,
  oneReadingArbitrary,
  readingRuleSetArbitrary,
  readingsArbitrary,
  ruleSetArbitrary,
} from './arbitraries/ruleSets.ts';
export { LAWS, lawsFor, type Abilities } from './laws/laws.ts';
export { keepsLaw } from './laws/law.ts';
export type { Engine, Law, Spanning, Trial } from './laws/law.ts';
export { spansAgree, spansProperty } from './laws/spans.ts';
export { assertLaw, type TrialOptions } from './trial/assertLaw.ts';
export {
  agreesWithReference,
  compareWithReference,
  type AgreementOptions,
  type ComparisonOptions,
} from './trial/agreement.ts';
export { askerOf, askerOfBatches, askerOfMessages, type Asker } from './trial/asker.ts';
export type { GivenAnswer, GivenVerdict } from './compare.ts';
export type { EngineOutcome } from '../../src/interchange/engine/engineOutcome.ts';
export type { EngineMessage } from '../../src/interchange/engine/engineProtocol.ts';
export { historyTable, questionText, traceText } from './words/questionWords.ts';
export { HEAD_END_LAWS } from './headEnd/laws.ts';
export type { HeadEnd, HeadEndLaw, HeadEndOptions } from './headEnd/laws.ts';
export type { DeviceAtAddress } from './headEnd/target.ts';
