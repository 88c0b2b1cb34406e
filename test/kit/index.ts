// The published arbitraries and laws. Use them to test your own engine or your own head-end.
export { installationArbitrary } from './arbitraries/installations.ts';
export { instantsNear } from './arbitraries/instants.ts';
export { asOfArbitrary, historyArbitrary, questionArbitrary } from './arbitraries/histories.ts';
export { questionsOver } from './arbitraries/questions.ts';
export type { HistoryOptions, Question } from './arbitraries/histories.ts';
export {
  amendedRuleSetArbitrary,
  oneReadingArbitrary,
  readingRuleSetArbitrary,
  readingsArbitrary,
  ruleSetArbitrary,
} from './arbitraries/ruleSets.ts';
export { agreesWithReference, type AgreementOptions } from './agrees.ts';
export { askerOf, type Asker } from './trial/asker.ts';
export { LAWS } from './laws/laws.ts';
export { assertLaw, keepsLaw } from './laws/law.ts';
export type { Engine, Law, Spanning } from './laws/law.ts';
export { spansAgree, spansProperty } from './laws/spans.ts';
export { HEAD_END_LAWS } from './headEnd/laws.ts';
export type { HeadEnd, HeadEndLaw, HeadEndOptions } from './headEnd/laws.ts';
export type { DeviceAtAddress } from './headEnd/target.ts';
