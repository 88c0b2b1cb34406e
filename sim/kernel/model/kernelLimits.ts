import { COHORTS } from '../../../src/installation/cohort.ts';
import type { CheckLimits } from '../../../src/migration/facts.ts';
import { EPCL_CHECK } from '../../../src/regulation/parameters.ts';
import type { Dated } from '../../../src/regulation/dated.ts';
import { windowEdgeSeconds } from '../../../src/rules/limits.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { startOfLondonDate, type Instant } from '../../../src/time.ts';

/** A dated number as parallel arrays, latest first. */
interface Steps {
  readonly from: Float64Array;
  readonly value: Float64Array;
}

function stepsOf(value: Dated<number | boolean>): Steps {
  const rows = value.rows.toReversed();
  return {
    from: Float64Array.from(rows, (row) => startOfLondonDate(row.from)),
    value: Float64Array.from(rows, (row) => Number(row.value)),
  };
}

function valueOf(steps: Steps, at: Instant): number {
  let i = 0;
  while (at < (steps.from[i] as number)) i += 1;
  return steps.value[i] as number;
}

/**
 * The windows that checks compare with, in force at the instant of each attempt. One object, refilled only when the
 * instant has left the stretch in which nothing changes.
 */
export class Limits implements CheckLimits {
  wanWindowSeconds = 0;
  gt01WindowSeconds = 0;
  epclChecked = 1;
  readonly windowEdgeSeconds: number;
  private from = Infinity;
  private to = -Infinity;
  private cohort = -1;
  private readonly wan: Steps;
  private readonly gt01: Steps;
  /** In the order of COHORTS. */
  private readonly epcl = COHORTS.map((cohort) => stepsOf(EPCL_CHECK[cohort]));
  private readonly changes: Float64Array;

  constructor(rules: RuleSet) {
    this.wan = stepsOf(rules.windows.wanWindowSeconds);
    this.gt01 = stepsOf(rules.windows.gt01WindowSeconds);
    this.windowEdgeSeconds = windowEdgeSeconds(rules);
    this.changes = Float64Array.from([
      ...this.wan.from,
      ...this.gt01.from,
      ...this.epcl.flatMap(({ from }) => [...from]),
    ]).sort();
  }

  /** The first instant of each stretch between two instants in which nothing changes. */
  stretches(from: Instant, to: Instant): Instant[] {
    return [from, ...this.changes.filter((change) => change > from && change <= to)];
  }

  /** The limits at an instant for a cohort, by its position in COHORTS. */
  at(at: Instant, cohort: number): this {
    if (at >= this.from && at < this.to && cohort === this.cohort) return this;
    this.cohort = cohort;
    this.from = this.changes.findLast((change) => change <= at) ?? -Infinity;
    this.to = this.changes.find((change) => change > at) ?? Infinity;
    this.wanWindowSeconds = valueOf(this.wan, at);
    this.gt01WindowSeconds = valueOf(this.gt01, at);
    this.epclChecked = valueOf(this.epcl[cohort] as Steps, at);
    return this;
  }
}
