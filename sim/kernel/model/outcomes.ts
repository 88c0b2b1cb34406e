import { FIXED_OUTCOMES, type CompiledRules } from '../../../src/exclusion/engine/compile.ts';
import { ERROR_CODES, isTable510, type FamilyId } from '../../../src/migration/errorCodes.ts';
import { OBSERVATIONS, type Observation } from '../../../src/migration/observations.ts';
import { STEPS, type CodeOf, type StepId } from '../../../src/migration/steps.ts';

/** Every outcome that the kernel can give, by number: the fixed ones, then the catalogue. */
export const OUTCOMES: readonly string[] = [...FIXED_OUTCOMES, ...ERROR_CODES.map((row) => row.code)];

const TABLE_510 = Uint8Array.from(OUTCOMES, (outcome) => Number(isTable510(outcome)));

/** Whether an outcome stands in Table 5.10 (synthetic). */
export function outcomeTable510(outcome: number): boolean {
  return TABLE_510[outcome] === 1;
}

/** The counters each outcome feeds under a rule set. */
export function outcomeMasks(rules: CompiledRules): Int32Array {
  return Int32Array.from(OUTCOMES, (outcome) => rules.maskOf(outcome));
}

/** First outcome and number of outcomes that a failure may carry. */
export interface OutcomeRange {
  readonly first: number;
  readonly size: number;
}

export function rangeOfFamily(family: FamilyId): OutcomeRange {
  const first = ERROR_CODES.findIndex((row) => row.family === family);
  const size = ERROR_CODES.filter((row) => row.family === family).length;
  return { first: FIXED_OUTCOMES.length + first, size };
}

function rangeOf(of: CodeOf): OutcomeRange {
  return 'code' in of ? { first: OUTCOMES.indexOf(of.code), size: 1 } : rangeOfFamily(of.family);
}

/** For a step: the range per observation, by position in OBSERVATIONS; undefined where the table has no row. */
export function rangesOfStep(step: StepId): readonly (OutcomeRange | undefined)[] {
  return OBSERVATIONS.map((observation: Observation) => {
    const code = STEPS[step].codes[observation];
    return code ? rangeOf(code) : undefined;
  });
}
